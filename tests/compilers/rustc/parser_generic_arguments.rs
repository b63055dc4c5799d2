fn convert<T: Into<u8>, 'a>(value: &'a T) -> u8
where
    T Clone,
{
    3
}

fn later<const N>() {}

fn main() {
    let list: Vec<Vec<u8> = Vec::new();
}
