#[derive(Clone)]
struct Wrapper<T>(T);

struct Opaque;

fn duplicate<T: Clone>(value: &T) -> T {
    value.clone()
}

fn main() {
    duplicate(&Wrapper(Opaque));
    let copy = Wrapper(Opaque).clone();
}
