// rustc-crate: --crate-type=lib --crate-name=spare crates/numbers.rs
// rustc-args: --extern spare=target/libspare.rlib -W unused_crate_dependencies
fn main() {}
