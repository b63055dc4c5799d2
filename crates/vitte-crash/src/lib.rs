//! Crashes as fatal diagnostics: panics, fatal signals and uncaught errors.
//!
//! ```text
//! panic ──────────▶ hook ─▶ symbols ─┐
//! error of `main` ─▶ run ────────────┼▶ CrashReport ─▶ save: mask ─▶ Capsule ─▶ Repository
//! fatal signal ────▶ sys ═▶ reporter ┘       └─▶ render: Diagnostic ─▶ any format
//!                    (another process)
//! context, sources, variables ──▲
//! ```
//!
//! A [`CrashHandler`] is put in place by the first line of `main`. [`context()`] and [`sources`] say what the
//! program is doing, and where; [`catch()`] gives up one unit of work, and [`run`] reports an error that nobody
//! handles. What comes of a crash is a [`CrashReport`]: kept as a [`Capsule`](capsule::Capsule) in a [`Repository`], and
//! shown as the diagnostic that [`CrashReport::to_diagnostic`] makes.
//!
//! What is captured on which system, what never is, and how to turn it off, is in the README.
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
//! assert_eq!(diagnostic.primary().message(), Some("while folding (operator: /)"));
//! assert_eq!(diagnostic.primary().span(), span);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod catch;
mod config;
mod context;
mod handler;
mod panic_hook;
mod panic_message;
#[cfg(has_reporter)]
mod remote;
mod render;
#[cfg(has_reporter)]
mod reporter;
mod save;
mod symbols;
mod sys;
mod variables;

pub use catch::{catch_panic, run_main};
pub use context::location::set_sources;
pub use context::{ContextGuard, ContextValue, ValueWriter, context};
pub use handler::{CrashGuard, CrashHandler, CrashHandlerBuilder, InstallError};
pub use save::{EnvironmentCapture, SourceCapture};
pub use variables::{Variable, VariableLimits};
/// The types of a crash that was captured, and of where it is kept.
pub use vitte_capsule::{
    self as capsule, CrashReport, RedactError, Redactor, Repository, Retention,
};
