// rustc-args: --crate-type=lib
pub fn swap(pair: (u8, u8)) -> (u8, u8) {
    let a, b = pair;
    (b, a)
}
