const BIG: u8 = 200 + 100;
const ZERO: i32 = 4 / (2 - 2);
const NEGATIVE: usize = 3 - 5;

fn main() {
    let small: u8 = 255 + 1;
    let divided = 7 % 0;
    println!("{BIG} {ZERO} {NEGATIVE} {small} {divided}");
}
