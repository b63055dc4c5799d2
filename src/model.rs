//! Diagnostics and their parts: severity, code, spans, labels, children, traces, suggestions, backtrace.

mod backtrace;
mod child;
mod code;
mod diagnostic;
mod label;
mod severity;
mod span;
mod suggestion;
mod tag;
mod trace;

pub use backtrace::{
    Backtrace, BacktraceLine, FoldedFrames, FoldedRow, Frame, FrameLine, FrameLineOptions,
    FrameLocation, LibraryFrames, ShortFrame, SourceOwner,
};
pub use child::{Child, ChildLevel};
pub use code::{Code, CodeError};
pub use diagnostic::{Diagnostic, IntoDiagnostic};
pub use label::{Label, LabelStyle};
pub use severity::Severity;
pub use span::{ByteOffset, FileId, Span, SpanError};
pub use suggestion::{Applicability, Edit, Suggestion, SuggestionError};
pub use tag::Tag;
pub use trace::{TraceKind, TraceStep};
