//! The command `crash` of any program (feature `cli`): a compiler `mycc` has `mycc crash list` with it.
//!
//! What it does is in [`CrashArgs`], with an example. It stands here because it is about crashes; its code is
//! that of the `vitte` binary.

pub use crate::cli::CrashArgs;
