//! The message of a step of a trace.

use crate::model::{TraceKind, TraceStep};

/// Returns the message of a step, without blanks and empty lines at its end. If it has none, the message names its
/// kind.
pub(super) fn step_message(step: &TraceStep) -> &str {
    let message = step.message().trim_end();
    match step.kind() {
        _ if !message.is_empty() => message,
        TraceKind::Include => "included",
        TraceKind::Macro => "in this expansion",
        TraceKind::Call => "called",
        TraceKind::Import => "imported",
        TraceKind::Analysis => "in this step",
    }
}
