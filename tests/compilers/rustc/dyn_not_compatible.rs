trait Cloner {
    fn duplicate(&self) -> Self;
    fn create() -> Box<Self>;
    fn convert<T>(&self, value: T) -> T;
    const LIMIT: usize;
}

struct Memory;

fn store(item: &dyn Cloner) {
}

fn main() {}
