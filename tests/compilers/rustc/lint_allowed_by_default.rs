// rustc-args: --crate-type=lib
#![deny(variant_size_differences, unused_results, let_underscore_drop, meta_variable_misuse)]
#![warn(non_ascii_idents, macro_use_extern_crate, unused_import_braces, absolute_paths_not_starting_with_crate)]

use std::fmt::{Debug};

pub enum Packet {
    Small(u8),
    Large([u8; 2000]),
}

pub fn run(größe: u8) -> impl Debug {
    let mut set = std::collections::HashSet::new();
    set.insert(größe);
    let _ = std::fs::File::open("a");
    set
}

#[macro_export]
macro_rules! twice {
    ($($a:ident)*) => { $a };
}
