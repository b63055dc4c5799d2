fn area(width: u64, height: u64) -> u64 {
    width * height
}

fn main() {
    let side: u32 = 12;
    println!("{}", area(side, 4));
    println!("{}", area(3i32, 4u8));
    let scale: f32 = 2 * 1.5;
    println!("{scale}");
}
