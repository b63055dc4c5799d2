use std::fmt::Display;

fn show(value: dyn Display) {
    println!("{value}");
}

struct Buffer {
    bytes: [u8],
    size: usize,
}

fn main() {}
