struct Parser {
    input: &str,
}

fn longest(first: &str, second: &str) -> &str {
    if first.len() > second.len() { first } else { second }
}

fn constant() -> &str {
    "text"
}

fn main() {}
