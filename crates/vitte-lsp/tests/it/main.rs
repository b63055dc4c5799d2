//! The tests of `vitte-lsp`.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

mod common;

mod actions;
mod documents;
mod encodings;
mod pull;
mod push;
mod random_edits;
