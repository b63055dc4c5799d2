fn name() -> String {
    String::from("  padded  ")
}

fn main() {
    let first = name()
        .as_str()
        .split(' ')
        .next();
    println!("{first:?}");
}
