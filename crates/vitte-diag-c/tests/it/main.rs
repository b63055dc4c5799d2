//! Tests of the C library.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
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
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod install;
mod languages;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod pages;
#[cfg(all(feature = "crash", feature = "formats", target_os = "linux"))]
mod programs;
mod python;
