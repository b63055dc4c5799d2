// rustc-args: -C opt-level=9
fn main() {}
