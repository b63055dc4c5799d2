//! A compiler diagnostics engine: one model, human ANSI and stable JSON output, safe on any terminal.
//!
//! ```text
//! compiler phase ─▶ Diagnostic ─▶ DiagnosticBag ─▶ ordered view ─▶ Emitter ─▶ bytes
//!                    Span           seq, Policy                    human short json sarif lsp …
//!                    SourceMap
//!                    Suggestion ─▶ fix::apply ─▶ new sources
//! ```
//!
//! - [`SourceMap`] holds the sources; a [`Span`] is a range of bytes in one of them.
//! - A [`Diagnostic`] has a severity, a [`Code`], a message, exactly one primary label, and where
//!   they help secondary labels, notes, help and [suggestions](Suggestion); that of a crash has a
//!   [`Backtrace`].
//! - A [`DiagnosticBag`] collects them, as a [`Policy`] wants it, and shows them in one total order,
//!   however many threads produced them.
//! - An [`Emitter`] writes them: [`HumanEmitter`] for people, [`JsonEmitter`] for programs, and one for
//!   every other [`Format`].
//! - [`fix`] applies suggestions; [`registry`] explains every [code](codes); [`text`] makes any text safe
//!   to show.
//! - A [`SourceMap`] is the `Files` of codespan-reporting, and a [`Diagnostic`] becomes one of its own.
//! - With the feature `clap`, `cli` has the flags of a compiler driver.
//!
//! The crate `vitte-crash` makes panics, fatal signals and uncaught errors diagnostics too: fatal ones, with a
//! [`Backtrace`].
//!
//! ```
//! use vitte_diag::{ColorChoice, DiagnosticBag, HumanEmitter, SourceMap, codes};
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("src/main.vitte", "let x = @\n")?;
//! let mut bag = DiagnosticBag::new();
//! let span = sources.span(file, 8..9)?;
//! bag.push_error(codes::E0001, span, "illegal character `@`").add_help("remove it");
//! let summary = bag.emit(&sources, &mut HumanEmitter::stderr(ColorChoice::Auto))?;
//! assert_eq!(summary.to_string(), "1 error");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here panics, whatever the input: what is wrong is an error value, or a note in the
//! output that says what could not be shown as it was asked for.

#![forbid(unsafe_code)]

mod bag;
mod check;
#[cfg(feature = "clap")]
pub mod cli;
mod codespan;
mod emit;
pub mod fix;
mod model;
pub mod registry;
mod source;
mod terminal;
pub mod text;

pub use bag::{DiagnosticBag, Entry, Level, Policy, PolicyError, Summary};
pub use check::{SpanIssue, SpanIssueKind};
pub use emit::*;
pub use model::{
    Applicability, Backtrace, BacktraceLine, ByteOffset, Code, CodeError, Diagnostic, Edit, FileId,
    Frame, FrameLocation, Label, LabelStyle, Severity, Span, SpanError, Suggestion,
    SuggestionError,
};
pub use registry::{Tool, codes};
pub use source::{
    ColumnUnit, KnownLocation, Location, MAX_FILE_BYTES, SourceError, SourceFile, SourceMap,
};
pub use terminal::{ColorChoice, Terminal};

/// The README's programs, as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
