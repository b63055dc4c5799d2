// rustc-args: --crate-type=lib
#![warn(unused, redundant_imports, redundant_lifetimes, unused_extern_crates, noop_method_call)]

use std::option::Option;
use std::vec::Vec as List;
use std::string::{String, ToString};

pub struct Opaque;

pub fn copy(value: &Opaque) -> &Opaque {
    value.clone()
}

pub fn list() -> List<u8> {
    Option::Some(1).into_iter().collect()
}
