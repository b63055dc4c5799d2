// rustc-args: --crate-type=bin -C panic=abort --emit=link
#![no_std]
#![no_main]

extern crate std;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
