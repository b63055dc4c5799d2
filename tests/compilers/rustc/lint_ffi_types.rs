#![allow(dead_code)]
struct Plain {
    value: u8,
}

#[repr(C)]
struct Empty {}

extern "C" {
    fn send(data: Plain, text: &str, list: Vec<u8>);
    fn receive() -> (u8, u8);
    fn letter(value: char, nothing: Empty);
}

extern "C" fn callback(text: String) -> [u8; 3] {
    println!("{text}");
    [1, 2, 3]
}

#[no_mangle]
fn generic<T>(_: T) {}

fn main() {}
