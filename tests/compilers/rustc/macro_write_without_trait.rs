fn main() {
    let mut text = String::new();
    write!(text, "{}", 3).unwrap();
    let mut bytes = Vec::new();
    matches!(text, "a" | "b");
    drop(bytes);
    todo!("later", 1);
}
