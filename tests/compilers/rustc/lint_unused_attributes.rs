#![feature_name]
#![allow(dead_code)]

#[inline]
struct Data;

#[derive()]
#[repr()]
struct Other;

#[must_use]
#[must_use]
fn twice() -> u8 {
    1
}

#[test]
#[ignore = 3]
fn check() {}

#[macro_use]
fn run() {}

#[no_mangle]
const LIMIT: u8 = 3;

#[inline(sometimes)]
fn main() {}
