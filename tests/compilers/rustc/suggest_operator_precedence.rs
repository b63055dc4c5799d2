// rustc-args: --crate-type=lib
#![warn(ambiguous_negative_literals, arithmetic_overflow)]

pub fn check(flags: u32, value: i32) -> bool {
    if flags & 4 == 0 && !value == 3 {
        return -1.abs() == 1;
    }
    let shifted = 1u32 << 33;
    value as u8 << 2 == shifted
}
