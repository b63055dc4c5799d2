fn main() {
    let a: u8 = "last line"; }