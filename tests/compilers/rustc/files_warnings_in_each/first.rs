use std::fmt;

pub fn run() -> u8 {
    let mut value = 1;
    crate::second::helper(value)
}
