// rustc-args: --crate-type=lib --edition=2024
#![warn(unsafe_code)]

pub unsafe fn first(list: *const u8) -> u8 {
    *list
}

#[no_mangle]
pub extern "C" fn exported() {}

extern "C" {
    pub fn imported();
}

pub unsafe trait Raw {}

impl Raw for u8 {}
