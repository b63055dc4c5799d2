// rustc-args: --cap-lints=warn --force-warn=unused_mut
#![deny(unused_variables)]
#![allow(unused_mut)]

fn main() {
    let mut unused = 1;
}
