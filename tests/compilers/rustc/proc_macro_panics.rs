// rustc-crate: --crate-type=proc-macro crates/shop_macros.rs
// rustc-args: --extern shop_macros
use shop_macros::{Priced, table};

#[derive(Priced)]
struct Apple {
    cents: u32,
}

#[derive(Priced)]
enum Fruit {
    Pear,
}

#[derive(Priced)]
struct Basket {
    count: String,
}

fn main() {
    let rows = table!();
}
