struct Marker<T>;

enum Choice<A, B> {
    First(A),
}

impl<T> Marker<T> {
    fn get<T>(&self) -> u32 {
        3
    }
}

fn with_default<T = u8>(_: T) {}

struct Defaults<A = u8, B>(A, B);

fn main() {}
