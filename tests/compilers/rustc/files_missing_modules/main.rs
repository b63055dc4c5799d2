mod absent;
mod twice;
#[path = "elsewhere/other.rs"]
mod renamed;
mod outer {
    mod inner;
}

fn main() {}
