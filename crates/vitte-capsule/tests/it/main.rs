//! The tests of repositories: many processes at once, and what can be in their way.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

#[cfg(unix)]
mod repository;
#[cfg(unix)]
mod saves;
