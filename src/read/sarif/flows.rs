//! Converts code flows, stacks and includes to traces.

use super::format::{Location, SarifResult, Stack, ThreadFlowLocation};
use super::reader::Reader;
use super::{frames, messages};
use crate::model::{Diagnostic, TraceKind, TraceStep};
use crate::read::json::Int;
use crate::read::losses::Lost;

/// The maximum number of files that include one another.
const MAX_INCLUDES: usize = 256;

/// Adds the include stack of the primary location: locations that include one another (section 3.34). Returns their
/// ids.
pub(super) fn add_includes<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    diagnostic: &mut Diagnostic,
    result: &'r SarifResult<'r>,
    lost: &mut Lost,
) -> Vec<Int> {
    let all = || result.locations.iter().chain(result.related_locations.iter());
    let primary = all().next();
    let mut included = Vec::new();
    let mut next = primary;
    while let Some(location) = next {
        let is_new =
            |id: Int| primary.is_none_or(|first| first.id != id) && !included.contains(&id);
        let target = includer(location).filter(|id| included.len() < MAX_INCLUDES && is_new(*id));
        next = target.and_then(|id| all().find(|location| location.id == id));
        if let Some(location) = next {
            included.push(location.id);
            let message = messages::plain(location.message.as_ref(), lost);
            let message =
                if message.is_empty() { "included from here".to_owned() } else { message };
            let step = TraceStep::include(message);
            diagnostic.add_step(match reader.location_span(location, lost) {
                Some(span) => step.with_span(span),
                None => step,
            });
        }
    }
    let is_lost = |location: &Location<'_>| {
        let kinds = location.relationships.iter().flat_map(|one| one.kinds.iter());
        kinds.filter(|kind| !matches!(&***kind, "includes" | "isIncludedBy")).count() > 0
    };
    lost.add_if(all().any(is_lost), "the relationships of locations");
    included
}

/// Returns the id of the location that includes the file of a location.
fn includer(location: &Location<'_>) -> Option<Int> {
    let mut relationships = location.relationships.iter();
    let found = relationships
        .find(|relationship| relationship.kinds.iter().any(|kind| &**kind == "isIncludedBy"));
    found.map(|relationship| relationship.target).filter(|id| id.index().is_some())
}

/// Adds the steps of the first thread of the first code flow (section 3.36).
pub(super) fn add_flows<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    diagnostic: &mut Diagnostic,
    result: &'r SarifResult<'r>,
    lost: &mut Lost,
) {
    let Some((flow, others)) = result.code_flows.split_first() else { return };
    let more = flow.thread_flows.len() > 1;
    lost.add_if(!others.is_empty() || more, "further paths of an analysis");
    lost.add_if(flow.message.0, "the description of a path of an analysis");
    let Some(thread) = flow.thread_flows.first() else { return };
    lost.add_if(thread.message.0, "the description of a path of an analysis");
    lost.add_if(thread.initial_state.0 || thread.immutable_state.0, "the state of an analysis");
    for step in thread.locations.iter() {
        let cached = || reader.run.thread_flow_locations.get(step.index.index()?);
        let step = if step.location.is_some() { step } else { cached().unwrap_or(step) };
        diagnostic.add_step(flow_step(reader, step, lost));
    }
}

fn flow_step<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    step: &'r ThreadFlowLocation<'r>,
    lost: &mut Lost,
) -> TraceStep {
    lost.add_if(step.nesting_level.0, "the depth of an analysis step");
    lost.add_if(step.has_others(), "other properties of an analysis step");
    match &step.location {
        Some(location) => located_step(reader, TraceKind::Analysis, location, lost),
        None => TraceStep::analysis(""),
    }
}

/// Returns a step with the message and the span of a location. One without a message has the name of its function.
fn located_step<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    kind: TraceKind,
    location: &'r Location<'r>,
    lost: &mut Lost,
) -> TraceStep {
    let message = messages::plain(location.message.as_ref(), lost);
    let name = reader.logical_name(location).unwrap_or_default();
    let step = if message.is_empty() {
        let mut named = Lost::default();
        let step = TraceStep::new(kind, name.to_owned());
        return match reader.location_span(location, &mut named) {
            Some(span) => step.with_span(span),
            None => step,
        };
    } else {
        TraceStep::new(kind, message)
    };
    match reader.location_span(location, lost) {
        Some(span) => step.with_span(span),
        None => step,
    }
}

/// Adds the stacks (section 3.44): the call stack of the problem, or what [`SarifEmitter`](crate::SarifEmitter) wrote.
pub(super) fn add_stacks<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    diagnostic: &mut Diagnostic,
    result: &'r SarifResult<'r>,
    lost: &mut Lost,
) {
    let is_own = result.partial_fingerprints.has_own;
    for (index, stack) in result.stacks.iter().enumerate() {
        let message = messages::plain(stack.message.as_ref(), lost);
        let kind = match message.as_str() {
            "" if is_own => {
                diagnostic.set_backtrace(frames::backtrace(stack));
                continue;
            }
            "include stack" if is_own => TraceKind::Include,
            "macro expansion" if is_own => TraceKind::Macro,
            "import chain" if is_own => TraceKind::Import,
            "call chain" if is_own => TraceKind::Call,
            _ if index > 0 => {
                lost.add("further call stacks");
                continue;
            }
            _ => {
                lost.add_if(!message.is_empty(), "the description of a call stack");
                TraceKind::Call
            }
        };
        add_stack(reader, diagnostic, kind, stack, lost);
    }
}

fn add_stack<'r>(
    reader: &mut Reader<'_, 'r, '_>,
    diagnostic: &mut Diagnostic,
    kind: TraceKind,
    stack: &'r Stack<'r>,
    lost: &mut Lost,
) {
    for frame in stack.frames.iter() {
        let others = frame.module.is_some() || frame.thread_id.0 || frame.parameters.0;
        lost.add_if(others, "other properties of a frame");
        diagnostic.add_step(match &frame.location {
            Some(location) => located_step(reader, kind, location, lost),
            None => TraceStep::new(kind, ""),
        });
    }
}
