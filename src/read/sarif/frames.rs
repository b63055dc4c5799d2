//! Converts stacks to backtraces.

use super::format::{Frame, Stack};
use super::messages;
use crate::model;
use crate::model::Backtrace;
use crate::read::losses::Lost;
use crate::read::uri::Resource;

/// Returns the backtrace of a stack: that of a crash.
pub(super) fn backtrace(stack: &Stack<'_>) -> Backtrace {
    stack.frames.iter().map(frame).collect()
}

fn frame(frame: &Frame<'_>) -> model::Frame {
    let location = frame.location.as_ref();
    let logical = location.and_then(|location| location.logical_locations.first());
    let name = logical
        .and_then(|logical| logical.fully_qualified_name.as_deref().or(logical.name.as_deref()));
    let Some(name) = name else {
        let message = location.and_then(|location| location.message.as_ref());
        return model::Frame::new(messages::plain(message, &mut Lost::default()));
    };
    let physical = location.and_then(|location| location.physical_location.as_ref());
    let uri = physical.and_then(|physical| physical.artifact_location.as_ref()?.uri.as_deref());
    let region = physical.and_then(|physical| physical.region.as_ref());
    let line = region.and_then(|region| region.start_line.positive());
    match (uri.map(Resource::new), line, &frame.module) {
        (Some(Resource::Path(path)), Some(line), _) => {
            let col = region.and_then(|region| region.start_column.positive());
            model::Frame::at(name, &path, line, col)
        }
        (_, _, Some(module)) => model::Frame::new(format!("{name} in {module}")),
        _ => model::Frame::new(name),
    }
}
