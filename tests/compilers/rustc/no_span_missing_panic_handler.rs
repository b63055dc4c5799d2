// rustc-args: --emit=link
#![no_std]
#![no_main]
