const NOTICE: &str = include_str!("latin1.bin");

#[path = "latin1.bin"]
mod latin;

fn main() {}
