struct Inner;

#[derive(Debug, Clone, PartialEq)]
struct Outer {
    inner: Inner,
}

#[derive(Hash)]
enum Choice {
    None,
    Some(Vec<Inner>),
}

fn main() {}
