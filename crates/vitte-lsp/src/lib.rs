//! Language servers for compilers: diagnostics, fixes and explanations in every editor, from one function.
//!
//! ```text
//! editor ─ didChange ─▶ buffers ─▶ schedule ─▶ check: a function, or a command
//!    ▲                                            │
//!    └─ diagnostics, actions, pages ◀─ results ◀──┘ DiagnosticBag
//! ```
//!
//! A [`Server`] checks the documents that are open in an editor, with a function that returns a
//! [`DiagnosticBag`](vitte_diag::DiagnosticBag). The function gets a [`Document`] and the [`Workspace`] that it is in.
//! [`CompilerCommand`] is such a function for a compiler that is run as a command.
//!
//! ```no_run
//! use vitte_diag::{DiagnosticBag, Span, Tool, code};
//! use vitte_lsp::Server;
//!
//! let exit_code = Server::new(Tool::new("mycc", "1.0.0"))
//!     .check(|_workspace, document| {
//!         let mut bag = DiagnosticBag::new();
//!         if let Some(at) = document.text().find('@') {
//!             let span = Span::between(document.file(), at, at + 1);
//!             bag.push_error(code!("LEX0001"), span, "illegal character `@`");
//!         }
//!         bag
//!     })
//!     .run();
//! ```
//!
//! `docs/lsp.md` in the repository is the manual: what editors show, when checks run, crashes, settings. The protocol is version 3.17:
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `crash` | a check that panics has a stored report, and its place in the source |

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod cancel;
mod catch;
mod check;
mod child;
mod client;
mod command;
mod compilers;
mod config;
mod document;
mod lines;
mod message;
mod open_files;
mod outbox;
mod paths;
mod progress;
mod results;
mod schedule;
mod server;
mod session;
mod settings;
mod signals;
mod stdio;
mod wire;
mod worker;
mod workspace;

pub use cancel::Cancellation;
pub use command::{CommandError, CompilerCommand, ExplainCommand, ExplainCommandError};
pub use compilers::{Compiler, Compilers, ConfigError, WorkspaceCompilers};
pub use config::{RunOn, Scope};
pub use document::Document;
pub use server::{Server, ServerError};
pub use workspace::Workspace;
