// rustc-crate: --crate-type=proc-macro crates/shop_macros.rs
// rustc-args: --extern shop_macros
use shop_macros::{logged, Priced};

#[Priced]
struct Wrong;

#[derive(logged)]
struct AlsoWrong;

#[logged(level)]
struct NotAFunction;

logged!(1);

fn main() {}
