// rustc-args: --target=unknown-machine-none
fn main() {}
