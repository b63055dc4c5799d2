fn consume(text: String) -> usize {
    text.len()
}

fn main() {
    let title = String::from("report");
    let size = consume(title);
    println!("{title}: {size}");
}
