// rustc-crate: --crate-type=proc-macro crates/shop_macros.rs
// rustc-args: --extern shop_macros
use shop_macros::{logged, parse_source};

#[logged]
fn total(first: u32) -> u32 {
    first + other
}

fn main() {
    let wrong: u8 = parse_source!("1 as bool");
    parse_source!("fn (");
}
