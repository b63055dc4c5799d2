//! The tests of the engine: one binary, a module for each promise.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

mod common;

mod architecture;
mod backtraces;
mod codes;
#[cfg(feature = "lsp")]
mod editors;
mod examples;
mod formats;
mod glossary;
mod interchange;
mod manners;
mod memory;
#[cfg(feature = "parallel")]
mod parallel;
mod properties;
mod readme;
mod safety;
#[cfg(feature = "schema")]
mod schema;
mod snapshots;
mod suggestions;
mod surface;
mod validators;
mod writes;
