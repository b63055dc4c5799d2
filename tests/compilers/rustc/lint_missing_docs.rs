// rustc-args: --crate-type=lib
#![warn(missing_docs, missing_debug_implementations, missing_copy_implementations)]

pub struct Open {
    pub field: u8,
}

pub trait Run {
    fn run(&self);
}

/// Documented.
pub enum Kind {
    One,
}

pub mod inner {}

#[macro_export]
macro_rules! exported {
    () => {};
}
