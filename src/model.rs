//! Diagnostics and their parts: severity, code, spans, labels, suggestions, backtrace.

mod backtrace;
mod code;
mod diagnostic;
mod severity;
mod span;
mod suggestion;

pub use backtrace::{Backtrace, BacktraceLine, Frame, FrameLocation};
pub use code::{Code, CodeError};
pub use diagnostic::{Diagnostic, Label, LabelStyle};
pub use severity::Severity;
pub use span::{ByteOffset, FileId, Span, SpanError};
pub use suggestion::{Applicability, Edit, Suggestion, SuggestionError};
