struct Wrapper(u8);

fn main() {
    let wrapper = Wrapper(3);
    let number = wrapper as u32;
    let letter = 300u32 as char;
    let flag = 1u8 as bool;
    let float = &1.5f64 as f32;
}
