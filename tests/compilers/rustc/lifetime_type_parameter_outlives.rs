struct Handle<'a, T> {
    value: &'a T,
}

fn boxed<T: std::fmt::Debug>(value: T) -> Box<dyn std::fmt::Debug> {
    Box::new(value)
}

fn leak<T>(value: Box<T>) -> &'static T {
    Box::leak(value)
}

fn main() {}
