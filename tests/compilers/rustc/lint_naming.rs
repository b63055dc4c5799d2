#![allow(dead_code)]

struct shopping_cart {
    ItemCount: u32,
}

enum colour {
    dark_red,
}

const maxItems: u32 = 3;
static globalName: &str = "a";

fn ComputeTotal<type_name>(FirstValue: type_name) {
}

fn main() {}
