// rustc-args: --emit=obj
use std::arch::asm;

fn main() {
    unsafe {
        asm!(
            "nop",
            "movv rax, 1",
            "nop",
        );
    }
}
