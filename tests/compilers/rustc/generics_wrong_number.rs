struct Pair<A, B>(A, B);

fn convert<T, U: From<T>>(value: T) -> U {
    value.into()
}

fn main() {
    let one: Pair<u8> = Pair(1, 2);
    let list: Vec = Vec::new();
    convert::<u8>(3);
    let reference: std::slice::Iter<'static, 'static, u8>;
}
