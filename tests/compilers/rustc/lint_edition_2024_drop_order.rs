// rustc-args: --crate-type=lib --edition=2021
#![warn(rust_2024_compatibility)]

use std::cell::RefCell;
use std::sync::Mutex;

pub struct Guard(Mutex<Vec<u8>>);

impl Drop for Guard {
    fn drop(&mut self) {}
}

pub fn length(list: &RefCell<Vec<u8>>) -> usize {
    let _guard = Guard(Mutex::new(vec![]));
    list.borrow().len()
}

pub fn branch(lock: &Mutex<Option<u8>>) -> u8 {
    if let Some(value) = *lock.lock().unwrap() { value } else { *lock.lock().map(|_| &1).unwrap() }
}

pub fn boxed(list: Box<[u8]>) -> Vec<u8> {
    list.into_iter().copied().collect()
}

#[macro_export]
macro_rules! takes {
    ($value:expr) => {};
}
