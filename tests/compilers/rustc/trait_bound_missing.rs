use std::fmt::Display;

struct Temperature(f32);

fn show<T: Display>(value: T) -> String {
    value.to_string()
}

fn largest<T>(list: &[T]) -> &T
where
    T: PartialOrd,
{
    &list[0]
}

fn main() {
    show(Temperature(20.5));
    let _ = largest(&[Temperature(1.0)]);
}
