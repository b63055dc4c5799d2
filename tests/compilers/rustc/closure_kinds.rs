fn call_twice<F: Fn()>(action: F) {
    action();
    action();
}

fn main() {
    let text = String::from("a");
    call_twice(move || drop(text));
    let mut count = 0;
    call_twice(|| count += 1);
}
