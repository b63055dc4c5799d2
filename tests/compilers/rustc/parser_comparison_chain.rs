fn main() {
    let (a, b, c) = (1, 2, 3);
    if a < b < c {}
    if a = 1 {}
    let list = Vec<u8>::new();
    let bits = a as usize < b;
    let doubled = a == b == c;
    if a => b {}
}
