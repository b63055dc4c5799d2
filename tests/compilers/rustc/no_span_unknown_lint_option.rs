// rustc-args: -D unusedvariables -W nonexistent-lint -A unused-variable
fn main() {}
