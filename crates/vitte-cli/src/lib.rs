//! The command line of the Vitte tools: the binary `vitte`, and the command `crash` for any compiler.
//!
//! A compiler takes the command `crash` into its own command line with one variant, [`CrashArgs`].

#![forbid(unsafe_code)]

mod crash;
mod diag;
mod vitte;

pub use crash::CrashArgs;
pub use vitte::main;
