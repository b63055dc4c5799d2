use std::fmt::Result;
use std::io::Result;

struct Item;

enum Item {
    One,
    One,
}

struct Pair {
    left: u8,
    left: u8,
}

impl Pair {
    fn get(&self) {}
    fn get(&self) {}
}

fn main() {}
