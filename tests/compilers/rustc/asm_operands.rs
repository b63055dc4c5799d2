use std::arch::asm;

fn main() {
    let value: u64;
    let text = String::new();
    unsafe {
        asm!("mov {}, {}", out(reg) value);
        asm!("nop", in("eax") text);
        asm!("mov {0:z}, 1", out(reg) value);
        asm!("nop", options(pure));
        asm!("nop", in("rsp") 1u64);
    }
}
