fn main() {     let a: u8 = "separator"; let b: u8 = "nextline ";
    let c: u8 = "xy";
}
