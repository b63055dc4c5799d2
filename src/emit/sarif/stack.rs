//! A backtrace as a stack.

use std::borrow::Cow;

use serde::Serialize;

use super::{ArtifactLocation, Message, PhysicalLocation};
use crate::model::{Backtrace, Frame, FrameLocation};
use crate::source;
use crate::source::url;

/// Section 3.44: the innermost call first.
#[derive(Serialize)]
pub(super) struct Stack<'a> {
    frames: Vec<StackFrame<'a>>,
}

impl<'a> Stack<'a> {
    pub(super) fn new(backtrace: &'a Backtrace) -> Self {
        Self { frames: backtrace.frames().iter().map(StackFrame::new).collect() }
    }
}

/// Section 3.45.
#[derive(Serialize)]
struct StackFrame<'a> {
    location: Location<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'a str>,
}

/// Section 3.28. What stands in the place of calls that are left out is a message alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation<'a, Region>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

/// Section 3.30, both 1-based.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
}

/// Section 3.33.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

impl<'a> StackFrame<'a> {
    fn new(frame: &'a Frame) -> Self {
        let name = LogicalLocation { fully_qualified_name: frame.function(), kind: "function" };
        let is_call = !frame.is_omitted();
        Self {
            location: Location {
                physical_location: frame.location().map(PhysicalLocation::<Region>::new),
                logical_locations: is_call.then_some([name]),
                message: (!is_call).then(|| Message::new(frame.text())),
            },
            module: frame.module().map(|(module, _)| module),
        }
    }
}

impl<'a> PhysicalLocation<'a, Region> {
    fn new(place: FrameLocation<'a>) -> Self {
        // It is a file of the compiler, so that no source map knows it.
        let artifact_location = match source::file_url(place.file, None) {
            Some(url) => ArtifactLocation { uri: url.into(), uri_base_id: None },
            None => ArtifactLocation::below_root(place.file),
        };
        let region = Region { start_line: place.line, start_column: place.col };
        Self { artifact_location, region }
    }
}

impl<'a> ArtifactLocation<'a> {
    /// That of a relative path.
    pub(super) fn below_root(path: &'a str) -> Self {
        let uri_base_id = (!source::is_virtual(path)).then_some("%SRCROOT%");
        let uri: Cow<'a, str> = url::path(path);
        Self { uri, uri_base_id }
    }
}
