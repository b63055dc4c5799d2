fn main() {
    let count: u32 = "three";
    let ratio: f64 = 3;
    println!("{count} {ratio}");
}
