fn check(unsigned: u32, byte: u8, number: f64, text: &str) -> bool {
    if unsigned >= 0 && byte <= 255 {
        return number == f64::NAN;
    }
    let pointer: *const u8 = text.as_ptr();
    text.len() < 0 || pointer.is_null() || byte > 300
}

fn main() {
    check(1, 2, 3.0, "a");
    let action: fn() = main;
    if action == main as fn() {}
}
