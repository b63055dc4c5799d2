//! The tests of `vitte-lsp`.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

mod common;

mod actions;
mod documents;
mod encodings;
mod failures;
mod features;
mod pull;
mod push;
mod random_edits;
mod scopes;
