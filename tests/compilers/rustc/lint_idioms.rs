// rustc-args: --crate-type=lib
#![warn(rust_2018_idioms, trivial_casts, trivial_numeric_casts, unused_qualifications, unreachable_pub)]
#![warn(single_use_lifetimes, unused_lifetimes, explicit_outlives_requirements, unit_bindings)]

extern crate core;

mod inner {
    pub struct Hidden;
}

pub struct Holder<'a, T: 'a>(pub &'a T);

pub fn size<'a>(text: &'a str) -> usize {
    let length = text.len() as usize;
    let nothing = println!("{length}");
    let list: std::vec::Vec<u8> = std::vec::Vec::new();
    size_of_val(&list)
}

pub fn first<'a>(holder: Holder<u8>) -> u8 {
    let _ = inner::Hidden;
    *holder.0
}
