unsafe fn reset() {}

union Bits {
    number: u32,
    float: f32,
}

fn main() {
    reset();
    let pointer = &3 as *const i32;
    println!("{}", *pointer);
    let bits = Bits { number: 1 };
    println!("{}", bits.float);
}
