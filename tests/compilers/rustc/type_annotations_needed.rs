fn list() {
    let list = Vec::new();
}

fn sum(text: &str) -> bool {
    text.split(' ').map(|part| part.parse().unwrap()).sum() > 3
}

fn nothing() {
    let nothing = None;
}

fn main() {
    let map = ["a"].iter().map(|key| (key, 1)).collect();
}
