// rustc-args: --cfg feature="fast"
fn main() {}
