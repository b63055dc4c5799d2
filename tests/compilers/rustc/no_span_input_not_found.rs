// rustc-args: also_this_file.rs
fn main() {}
