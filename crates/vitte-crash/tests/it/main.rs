//! Crashes of all kinds, each in a process of its own.
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
mod denied;
#[cfg(all(feature = "minidump", target_arch = "x86_64"))]
mod dump;
mod manners;
mod matrix;
mod state;
mod tidy;
mod variables;

use std::io::{Write as _, stderr};

/// Says something beside what the test harness takes.
fn say(text: &str) {
    stderr().write_all(text.as_bytes()).unwrap();
}
