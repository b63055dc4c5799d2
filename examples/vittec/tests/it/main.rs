//! The tests of `vittec`, and of `vitte` with its output.
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

#[path = "../../../../crates/vitte-lsp/tests/it/common/client.rs"]
mod client;

mod cli;
mod codes;
mod crash_view;
mod fix;
mod fix_files;
mod front_end;
mod inputs;
mod lsp;
#[cfg(unix)]
mod lsp_hostile;
mod output;
mod readme;
#[cfg(all(unix, feature = "crash"))]
mod replay;
mod style;
mod vitte_diag;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::CommandResult;

/// The root of the workspace, in which the commands of the README run.
fn workspace() -> PathBuf {
    common::root().join("../..").canonicalize().unwrap()
}

fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = common::program(path);
    command.current_dir(workspace());
    command
}

fn vittec() -> Command {
    program(env!("CARGO_BIN_EXE_vittec"))
}

/// The `vitte` binary, which this package builds as an example.
fn vitte() -> Command {
    program(common::example("vitte").get_program())
}

/// Runs `vittec` in a directory, without standard input.
fn run_in(dir: &Path, arguments: &[&str]) -> CommandResult {
    let output = vittec().args(arguments).current_dir(dir).stdin(Stdio::null()).output();
    CommandResult::new(&output.unwrap())
}
