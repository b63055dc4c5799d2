fn main() {
    let small: u8 = 256;
    let signed: i8 = 128;
    let hex: i16 = 0xFFFF;
    let bits: i8 = 0b1000_0001;
    let large: i32 = 9_999_999_999;
    let float: f32 = 1e50;
    let range = 0..256u8;
    let negative = -129i8;
    println!("{small}{signed}{hex}{bits}{large}{float}{range:?}{negative}");
}
