// rustc-args: --crate-type=lib
use std::fmt::Display;

pub fn show(ref value: impl Display,) -> String {
    let mut ref text = value.to_string();
    text.to_strng()
}

pub mut fn run() {}

pub fn twice(pub value: u8) -> u8 {
    value ** 2
}
