use std::fs;

fn main() {
    let text = fs::read_to_string("list.txt")?;
    for line in text.lines() {
        println!("{line}");
    }
}

fn length(path: &str) -> Option<usize> {
    let text = fs::read_to_string(path)?;
    Some(text.len())
}
