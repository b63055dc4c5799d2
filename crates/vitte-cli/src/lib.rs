//! The command line of the Vitte tools: the binary `vitte`, and the command `crash` for any compiler.
//!
//! A compiler adds the command `crash` to its own command line with one variant that holds [`CrashArgs`].
//!
//! ```
//! // What the binary `vitte` does.
//! let exit_code = vitte_cli::main(["vitte", "diag", "explain", "E0001"].map(Into::into));
//! assert_eq!(exit_code, std::process::ExitCode::SUCCESS);
//! ```
//!
//! The crate has no features.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod crash;
mod diag;
mod vitte;

pub use crash::CrashArgs;
pub use vitte::main;
