fn main() {
    let add = |a, b| -> u8 a + b;
    let Some(x) = Some(1) else { return } ;
    match 3 {
        1 | => "one",
        2 -> "two",
        ..=3 if => "three",
        _ => "other"
        4 => "four",
    }
}
