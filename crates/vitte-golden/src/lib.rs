//! Golden tests for compilers: comments in the sources announce diagnostics, files beside them contain the exact output.
//!
//! ```text
//! directory ─▶ cases ─▶ compiler: a function, or a command ─▶ diagnostics ─┬▶ annotations  //~ error[E0001]: …
//!              goldens                                                     ├▶ goldens      case.stderr, case.json, …
//!                                                                          └▶ fixes        case.fixed, compiled again
//! ```
//!
//! A suite is a test with `harness = false` in `Cargo.toml`, and one function:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use vitte_diag::{DiagnosticBag, Span, code};
//! use vitte_golden::Suite;
//!
//! fn main() -> ExitCode {
//!     Suite::new("tests/ui").extension("my").run(|case| -> DiagnosticBag {
//!         let mut bag = DiagnosticBag::new();
//!         if let Some(at) = case.text().find('@') {
//!             let span = Span::between(case.file(), at, at + 1);
//!             bag.push_error(code!("LEX0001"), span, "illegal character `@`");
//!         }
//!         bag
//!     })
//! }
//! ```
//!
//! A compiler in another language is a command that prints JSON:
//!
//! ```no_run
//! use vitte_golden::Suite;
//!
//! let suite = Suite::command("mycc", ["check", "--error-format=json"]);
//! let exit_code = suite.dir("tests/ui").extension("my").run();
//! ```
//!
//! Each case is a test of the standard runner, so filters, `--list` and nextest work. `BLESS=1` or `--bless` writes the
//! goldens. `docs/golden.md` in the repository is the manual: annotations, directives, goldens, codes.
//!
//! # Annotations
//!
//! ```text
//! let x = @   //~ error[E0001]: illegal character
//! let y = $
//!             //~^ error: illegal character     one line up for each `^`, down for each `v`
//!             //~| note: not part of any token  on the same line as the previous annotation
//!             //~? warning: no `main`           without a line
//! ```
//!
//! The kinds are `fatal`, `error`, `warning`, `note`, `help`, `suggestion` and `raw`. The code and the message, of which a part
//! is enough, may be omitted. The syntax is a superset of that of rustc's tests.
//!
//! # Directives
//!
//! ```text
//! //@ check-pass                         no errors; or check-fail: at least one
//! //@ flags: --edition 2                 flags of the compiler
//! //@ revisions: old new                 compiles the case once for each revision
//! //@ ignore: reason                     does not run the case
//! //@ exit-code: 101                     the exit code of the command
//! //@ timeout: 120                       the limit in seconds
//! //@ no-fix: reason                     does not apply suggestions; or fix: does
//! //@ normalize: "[0-9]+ ms" -> "TIME"   replaces what a regular expression matches
//! //@ unannounced: error                 these kinds need no annotation
//! //@ unused-revisions: newest           names in brackets that are not revisions
//! ```
//!
//! Other names that rustc's tests use, such as `compile-fail`, mean the same. [`Suite::directive`] adds directives.
//!
//! # Processes
//!
//! The function of a compiler runs in worker processes, which begin with the same `main`. A case that panics, crashes, exits or
//! hangs fails, and the others go on.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod annotation;
mod args;
mod case;
mod check;
mod codes;
mod command;
mod comment;
mod config;
mod diff;
mod directive;
mod executor;
mod expectations;
mod files;
mod fixes;
mod golden;
mod in_process;
mod lookalike;
mod messages;
mod normalize;
mod options;
mod output;
mod plan;
mod problem;
mod process;
mod queue;
mod report;
mod runner;
mod suite;
mod suite_tests;
mod temporary;
mod worker;

pub use case::{Case, Compiled};
pub use command::CompilerCommand;
pub use options::CaseOptions;
pub use suite::{InProcess, Suite};
