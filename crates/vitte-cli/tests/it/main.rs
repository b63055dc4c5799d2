//! The tests of `vitte`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

#[path = "../../../../tests/it/common/mod.rs"]
mod common;

#[cfg(all(target_os = "linux", feature = "browse"))]
mod browse;
mod convert;
mod crash;
mod diag;
#[cfg(unix)]
mod hostile;
mod html;
#[cfg(all(target_os = "linux", feature = "lsp"))]
mod lsp;
#[cfg(unix)]
mod secrets;
mod symbolise;
mod upload;

use std::process::Command;

/// The `vitte` binary, without the environment variables that change its output.
fn vitte() -> Command {
    common::program(env!("CARGO_BIN_EXE_vitte"))
}
