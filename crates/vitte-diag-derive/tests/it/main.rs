//! The derive macro, as a compiler uses it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

mod attributes;
mod enums;
mod generics;
mod hygiene;
mod memory;
mod nested;
mod sources;
mod suggestions;
mod with_thiserror;

use vitte_diag::{FileId, Span};

/// A span of two bytes.
fn at(lo: u32) -> Span {
    Span::between(FileId::new(0), lo as usize, lo as usize + 2)
}

/// Each program has mistakes, and a file with the errors that the compiler reports.
#[test]
fn mistakes_are_reported_where_they_are() {
    trybuild::TestCases::new().compile_fail("tests/mistakes/*.rs");
}
