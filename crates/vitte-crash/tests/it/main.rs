//! Tests of crash capture. Each crash happens in a process of its own, mostly in `crasher`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    unsafe_code,
    reason = "a test states what it expects in the plain way"
)]
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

#[path = "../../../../tests/it/common/mod.rs"]
mod common;

mod cases;
mod child;
mod children;
mod coexistence;
mod context_frames;
mod contexts;
mod dumps;
mod examples;
mod matrix;
#[cfg(all(feature = "minidump", target_arch = "x86_64"))]
mod minidump;
mod names;
mod panics;
mod payloads;
mod reporter_failures;
mod retention;
mod runtimes;
mod small_stacks;
mod symbols;
#[cfg(feature = "tokio")]
mod tasks;
#[cfg(feature = "tests")]
mod test_runs;
mod variables;
mod workers;

use std::io::{Write as _, stderr};

/// Writes to standard error, past the capture of the test harness.
fn log(text: &str) {
    stderr().write_all(text.as_bytes()).unwrap();
}
