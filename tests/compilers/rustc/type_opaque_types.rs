fn evens() -> impl Iterator<Item = u32> {
    (0..).step_by(2)
}

fn odds() -> impl Iterator<Item = u32> {
    (1..).step_by(2)
}

fn choose(even: bool) -> impl Iterator<Item = u32> {
    match even {
        true => evens(),
        false => odds(),
    }
}

fn main() {
    println!("{:?}", choose(true).next());
}
