fn main() { let count: u32 = "é"; }
fn next() { missing() }
