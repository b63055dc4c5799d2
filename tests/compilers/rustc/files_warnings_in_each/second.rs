use std::io;

pub fn helper(value: u8) -> u8 {
    value
}

pub fn never() {}
