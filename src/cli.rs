//! Command lines: the flags of a compiler driver (feature `clap`), and the `vitte` binary (feature `cli`).
//!
//! A compiler takes the flags into its own command line with one field, [`DiagnosticArgs`], and the command
//! `crash` with one variant, `CrashArgs`.

mod args;
#[cfg(feature = "cli")]
mod convert;
#[cfg(feature = "cli")]
mod crash;
#[cfg(feature = "cli")]
mod input;
#[cfg(feature = "cli")]
mod merge;
#[cfg(feature = "cli")]
mod stats;
#[cfg(feature = "cli")]
mod vitte;

pub use args::DiagnosticArgs;
#[cfg(feature = "cli")]
pub use crash::CrashArgs;
#[cfg(feature = "cli")]
pub use vitte::main;
