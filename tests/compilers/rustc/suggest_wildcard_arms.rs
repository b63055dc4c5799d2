// rustc-args: --crate-type=lib
pub enum Colour {
    Red,
    Green,
    Blue,
    Other(u8, u8, u8),
}

pub fn name(colour: Colour) -> &'static str {
    match colour {}
}

pub fn short(colour: &Colour) -> char {
    match colour { Colour::Red => 'r', Colour::Green => 'g' }
}
