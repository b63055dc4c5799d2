fn main() {
    let number: u32 = "first line
        second line
        third line";
    let raw: char = r#"
a
"b"
"#;
}
