fn outer<T>(value: T) {
    fn inner(other: T) {}
    static CACHE: Option<T> = None;
    inner(value);
}

fn capture(count: u32) {
    fn nested() -> u32 {
        count + 1
    }
    const TWICE: u32 = count * 2;
    let table = [0; count];
}

fn main() {}
