fn call_twice(action: impl Fn() -> usize) -> usize {
    action() + action()
}

fn main() {
    let text = String::from("a");
    let length = || {
        let moved = text;
        moved.len()
    };
    call_twice(length);
}
