use std::fmt::Write;

#[must_use = "the receipt is needed for returns"]
struct Receipt;

fn buy() -> Receipt {
    Receipt
}

#[must_use]
fn check(value: u32) -> bool {
    value > 3
}

fn main() {
    buy();
    check(3);
    let mut text = String::new();
    write!(text, "a");
    [1, 2].iter().map(|n| n + 1);
    3 + 4;
    text.clone();
    async { 3 };
}
