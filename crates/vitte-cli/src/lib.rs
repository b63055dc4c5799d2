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
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `browse` | `vitte crash browse`: crashes, contexts, frames, variables and sources as a tree in the terminal |
//! | `lsp` | `vitte lsp`: a language server for any compiler that is run as a command |
//!
//! The features are on by default, for the binary. A compiler that adds [`CrashArgs`] to its own command line can do
//! without them: `default-features = false`.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod crash;
mod diag;
mod log;
#[cfg(feature = "lsp")]
mod lsp;
mod since;
mod vitte;

pub use crash::CrashArgs;
pub use vitte::main;
