fn main() {
    let text = r##"closed with too few"#;
    println!("{text}");
}
