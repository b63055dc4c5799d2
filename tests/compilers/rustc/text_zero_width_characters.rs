fn main() {
    let name​ = 1;
    let joined = "zero​width"; let x: u8 = joined;
    let space = 3;
}
