fn counter(start: u32) -> impl FnMut() -> u32 {
    let mut count = start;
    || {
        count += 1;
        count
    }
}

fn main() {
    counter(1)();
}
