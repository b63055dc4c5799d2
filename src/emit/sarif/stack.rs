//! Backtraces and traces as SARIF stacks.

use serde::Serialize;

use super::location::{Message, PhysicalLocation};
use crate::check::{CheckedDiagnostic, CheckedStep};
use crate::emit::plain_text;
use crate::model::{Backtrace, Frame, TraceKind};
use crate::source::SourceMap;

/// Section 3.44. The innermost frame comes first.
#[derive(Serialize)]
pub(super) struct Stack<'a> {
    /// The kind of a trace. A backtrace has no message.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
    frames: Vec<StackFrame<'a>>,
}

/// Section 3.45.
#[derive(Serialize)]
struct StackFrame<'a> {
    location: FrameLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'a str>,
}

/// Section 3.28. The mark of omitted frames, and a step without a location, have only a message.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FrameLocation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

/// Section 3.33.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

impl<'a> Stack<'a> {
    /// Returns the stacks of a diagnostic: its backtrace, then a stack for each sequence of steps of one kind in its
    /// trace. The steps of an analysis are in no stack.
    pub(super) fn all(sources: &SourceMap, checked: &CheckedDiagnostic<'a>) -> Vec<Self> {
        let backtrace = checked.diagnostic.backtrace().map(Self::of_backtrace);
        if checked.trace.is_empty() {
            return backtrace.into_iter().collect();
        }
        let kinds = checked.trace.chunk_by(|a, b| a.step.kind() == b.step.kind());
        let traces = kinds.filter_map(|steps| Self::of_trace(sources, steps));
        backtrace.into_iter().chain(traces).collect()
    }

    fn of_backtrace(backtrace: &'a Backtrace) -> Self {
        let frames = backtrace.frames().iter().map(StackFrame::of_frame).collect();
        Self { message: None, frames }
    }

    /// Returns the stack of steps of the same kind, or `None` if they are steps of an analysis.
    fn of_trace(sources: &SourceMap, steps: &[CheckedStep<'a>]) -> Option<Self> {
        let name = match steps.first()?.step.kind() {
            TraceKind::Include => "include stack",
            TraceKind::Macro => "macro expansion",
            TraceKind::Call => "call chain",
            TraceKind::Import => "import chain",
            TraceKind::Analysis => return None,
        };
        let frames = steps.iter().map(|step| StackFrame::of_step(sources, step)).collect();
        Some(Self { message: Some(Message::new(name)), frames })
    }
}

impl<'a> StackFrame<'a> {
    fn of_frame(frame: &'a Frame) -> Self {
        let name = LogicalLocation { fully_qualified_name: frame.function(), kind: "function" };
        let is_frame = !frame.is_omitted();
        let location = FrameLocation {
            physical_location: frame.location().map(PhysicalLocation::of_frame),
            logical_locations: is_frame.then_some([name]),
            message: (!is_frame).then(|| Message::new(frame.text())),
        };
        Self { location, module: frame.module().map(|(module, _)| module) }
    }

    fn of_step(sources: &SourceMap, step: &CheckedStep<'a>) -> Self {
        let location = FrameLocation {
            physical_location: step.at.map(|at| PhysicalLocation::new(sources, at)),
            logical_locations: None,
            message: Some(Message::new(plain_text::step_message(step.step))),
        };
        Self { location, module: None }
    }
}
