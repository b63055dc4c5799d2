fn pair() -> (u8, u8) {
    (1, 2, 3)
}

fn main() {
    let (a, b, c) = pair();
    let triple: [i32; 3] = [1, 2];
    let mixed = [1, "two", 3.0];
}
