// rustc-args: --crate-type=lib
use std::collections::HashMap;

#[derive(PartialEq, Eq)]
pub struct Key(u8);

pub fn count(keys: Vec<Key>) -> usize {
    let mut map = HashMap::new();
    for key in keys {
        map.insert(key, 1);
    }
    map.len()
}

pub fn largest<T>(left: T, right: T) -> T {
    if left > right { left } else { right }
}
