// rustc-args: --crate-type=lib --crate-name=not-a-name
fn main() {}
