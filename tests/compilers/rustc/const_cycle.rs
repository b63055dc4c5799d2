const LEFT: u32 = RIGHT + 1;
const RIGHT: u32 = MIDDLE * 2;
const MIDDLE: u32 = LEFT;

fn main() {
    println!("{LEFT}");
}
