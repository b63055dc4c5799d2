//! Captures crashes of a compiler (panics, fatal signals and uncaught errors) and reports them as fatal diagnostics.
//!
//! ```text
//! panic ───────────▶ panic_hook ─▶ symbols ─┐
//! error of `main` ─▶ catch ─────────────────┼▶ CrashReport ─┬▶ save: Redactor ─▶ Capsule ─▶ Repository
//! fatal signal ────▶ sys ═▶ reporter ───────┘       ▲       └▶ render: Diagnostic ─▶ any format
//!                           (second process)        │
//!                           context: contexts, sources, variables
//! ```
//!
//! Install a [`CrashHandler`] in the first line of `main`. [`context()`] records what a thread is working on, and
//! [`set_sources`] makes the sources available in which its spans are. [`catch_panic`] turns the panic of one unit of
//! work into a value, and [`run_main`] reports an error that `main` would return.
//!
//! Each crash becomes a [`CrashReport`]. It is stored as a [`Capsule`](capsule::Capsule) in a [`Repository`], and
//! written as the diagnostic that [`CrashReport::to_diagnostic`] returns. A fatal signal is reported by a second
//! process, because little is safe to do in a signal handler.
//!
//! ```
//! use vitte_crash::CrashHandler;
//! use vitte_diag::SourceMap;
//!
//! let _guard = CrashHandler::builder().program("mycc").without_store().install()?;
//! let mut sources = SourceMap::new();
//! let file = sources.add("src/main.vitte", "let x = 1 / 0\n")?;
//! let span = sources.span(file, 8..13)?;
//! vitte_crash::set_sources(&sources);
//!
//! let folded = vitte_crash::catch_panic(|| {
//!     let _cx = vitte_crash::context("folding", span).with("operator", '/');
//!     1_u8.checked_div(0).expect("a divisor")
//! });
//! let diagnostic = folded.unwrap_err().to_diagnostic();
//! assert_eq!(diagnostic.message(), "`mycc` panicked: a divisor");
//! assert_eq!(diagnostic.primary().unwrap().message(), Some("while folding (operator: /)"));
//! assert_eq!(diagnostic.primary().unwrap().span(), span);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `cpp` | the names of functions of C++ in backtraces, on Linux |
//! | `minidump` | `CrashHandlerBuilder::minidump`: a minidump in the capsule of a fatal signal, on Linux; needs Rust 1.88 |
//! | `tests` | [`capture_tests`]: the panics of failing tests are stored, on Unix |
//! | `tokio` | [`tokio`](https://docs.rs/tokio)'s tasks: their ids in the reports of panics, and functions that name them |
//! | `tower` | a layer for services of [`tower`](https://docs.rs/tower), axum and hyper: answers a request whose handling panics |
//! | `tracing` | a layer for [`tracing`](https://docs.rs/tracing-subscriber): spans are contexts, and events are breadcrumbs |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod breadcrumbs;
mod brief_lock;
mod catch;
mod config;
mod context;
mod context_frames;
pub mod foreign;
mod handler;
mod panic_hook;
mod panic_message;
pub mod process;
#[cfg(has_reporter)]
mod remote;
mod render;
#[cfg(has_reporter)]
mod reporter;
mod save;
mod symbols;
mod sys;
#[cfg(all(feature = "tests", unix))]
mod test_run;
mod thread_name;
#[cfg(has_reporter)]
mod timed_lock;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "tracing")]
pub mod tracing;
mod variables;
#[cfg(has_reporter)]
mod watchdog;

pub use breadcrumbs::breadcrumb;
pub use catch::{CatchFuture, catch_future, catch_panic, run_main};
pub use context::handle::{ContextHandle, ContextScope, EnteredContexts, handle, scope, spawn};
pub use context::instrumented::Instrumented;
pub use context::sources::set_sources;
pub use context::{ContextGuard, ContextValue, ValueWriter, context};
pub use handler::{
    CrashGuard, CrashHandler, CrashHandlerBuilder, InstallError, Signal, set_format,
};
pub use save::{EnvironmentCapture, SourceCapture};
#[cfg(all(feature = "tests", unix))]
pub use test_run::{TESTS_ENV_VAR, capture_tests};
pub use variables::{Variable, VariableLimits};
/// The types of captured crashes and of the repository in which they are stored.
pub use vitte_capsule::{
    self as capsule, BreadcrumbLevel, CrashReport, RedactError, Redactor, Repository, Retention,
};
