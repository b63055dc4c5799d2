//! A compiler diagnostics engine: one model, human ANSI and stable JSON output, safe on any terminal.
//!
//! ```text
//! compiler phase ─▶ Diagnostic ─▶ DiagnosticBag ─▶ ordered view ─▶ Emitter ─▶ bytes
//!                    Span           seq, Policy                    human short json sarif lsp …
//!                    SourceMap
//!                    Suggestion ─▶ fix::apply ─▶ new sources
//! ```
//!
//! - A [`SourceMap`] stores the source files. A [`Span`] is a range of bytes in one of them.
//! - A [`Diagnostic`](struct@Diagnostic) has a severity, a [`Code`], a message, and exactly one primary label. It may also have
//!   secondary labels, notes, help, [suggestions](Suggestion), and a [`Backtrace`] if it reports a crash.
//! - A [`DiagnosticBag`] collects diagnostics, applies a [`Policy`], and puts them in a total order that does not
//!   depend on threads.
//! - An [`Emitter`] writes them: [`HumanEmitter`] for people, [`JsonEmitter`] for programs, and one for each
//!   other [`Format`].
//! - [`fix`] applies suggestions, [`registry`] explains [codes], and [`text`] escapes text for terminals.
//! - [`read`] reads the diagnostics of rustc, GCC, language servers, and SARIF logs.
//! - [`SourceMap`] implements the `Files` trait of codespan-reporting, and a [`Diagnostic`](struct@Diagnostic) converts to its
//!   diagnostic.
//!
//! The crate `vitte-crash` reports panics, fatal signals and uncaught errors as fatal diagnostics with a
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
//! No input makes this crate panic. Invalid arguments are error values. A diagnostic with an invalid span is still
//! shown, with a note that reports the span.
//!
//! # Features
//!
//! All features are off by default.
//!
//! | feature | adds |
//! |---|---|
//! | `terminal` | the width of the terminal, and whether it supports hyperlinks |
//! | `clap` | `cli::DiagnosticArgs`, the flags of a compiler driver; includes `terminal` |
//! | `fix` | `fix::replace` and `fix::diff`: fixed files on disk, unified diffs |
//! | `lsp` | conversion to the types of `lsp-types` |
//! | `schema` | the JSON Schema of the JSON output, generated from its structs |
//! | `parallel` | several threads for large bags and large files; the output is the same |
//! | `derive` | `#[derive(Diagnostic)]`: a struct or an enum becomes a diagnostic |

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bag;
pub mod baseline;
mod check;
#[cfg(feature = "clap")]
pub mod cli;
mod codespan;
#[cfg(feature = "derive")]
#[doc(hidden)]
pub mod derive;
mod emit;
pub mod fix;
pub mod input;
mod model;
pub mod read;
pub mod registry;
mod source;
mod terminal;
pub mod text;

pub use bag::{DiagnosticBag, Entry, Level, Policy, PolicyError, Summary};
pub use check::{SpanIssue, SpanIssueKind, SpanOwner};
#[cfg(feature = "derive")]
pub use derive::ToSpan;
pub use emit::*;
pub use model::{
    Applicability, Backtrace, BacktraceLine, ByteOffset, Child, ChildLevel, Code, CodeError,
    Diagnostic, Edit, FileId, FoldedFrames, FoldedRow, Frame, FrameLine, FrameLineOptions,
    FrameLocation, IntoDiagnostic, Label, LabelStyle, LibraryFrames, Severity, ShortFrame,
    SourceOwner, Span, SpanError, Suggestion, SuggestionError, Tag, TraceKind, TraceStep,
};
pub use registry::{Tool, codes};
pub use source::{
    ColumnUnit, EmbeddedPiece, EmbeddedText, KnownLocation, Location, MAX_FILE_BYTES, SourceError,
    SourceFile, SourceMap, SourceText,
};
pub use terminal::{Background, BacktraceStyle, ColorChoice, LogWriter, Terminal};
#[cfg(feature = "derive")]
pub use vitte_diag_derive::Diagnostic;

/// Runs the programs of the README as doc tests.
#[cfg(all(doctest, feature = "derive"))]
#[doc = include_str!("../README.md")]
struct Readme;
