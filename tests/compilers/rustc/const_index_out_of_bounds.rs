const TABLE: [u8; 4] = [1, 2, 3, 4];
const LAST: u8 = TABLE[4];
static FIRST: u8 = TABLE[TABLE.len()];

fn main() {
    let list = [1, 2, 3];
    println!("{} {LAST} {FIRST}", list[7]);
}
