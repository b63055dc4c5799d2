//! Tests of the C library.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

#[cfg(target_os = "linux")]
mod abi;
mod common;
#[cfg(all(feature = "crash", target_os = "linux"))]
mod crash;
mod header;
mod languages;
#[cfg(target_os = "linux")]
mod programs;
