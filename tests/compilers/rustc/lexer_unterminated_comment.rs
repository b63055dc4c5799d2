/* The outer comment /* and the inner comment */
fn main() {}
