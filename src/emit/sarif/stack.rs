//! A backtrace as a SARIF stack.

use std::borrow::Cow;

use serde::Serialize;

use super::{ArtifactLocation, Message, PhysicalLocation};
use crate::model::{Backtrace, Frame, FrameLocation};
use crate::source;
use crate::source::url;

/// Section 3.44. The innermost frame comes first.
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
    location: StackFrameLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'a str>,
}

/// Section 3.28. The mark of omitted frames has only a message.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StackFrameLocation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation<'a, FrameRegion>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

/// Section 3.30. Line and column are 1-based.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FrameRegion {
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
        let is_frame = !frame.is_omitted();
        Self {
            location: StackFrameLocation {
                physical_location: frame.location().map(PhysicalLocation::<FrameRegion>::new),
                logical_locations: is_frame.then_some([name]),
                message: (!is_frame).then(|| Message::new(frame.text())),
            },
            module: frame.module().map(|(module, _)| module),
        }
    }
}

impl<'a> PhysicalLocation<'a, FrameRegion> {
    fn new(location: FrameLocation<'a>) -> Self {
        // The file is a source of the compiler itself, so it is not in the source map.
        let artifact_location = match source::file_url(location.file, None) {
            Some(url) => ArtifactLocation { uri: url.into(), uri_base_id: None },
            None => ArtifactLocation::relative(location.file),
        };
        let region = FrameRegion { start_line: location.line, start_column: location.col };
        Self { artifact_location, region }
    }
}

impl<'a> ArtifactLocation<'a> {
    /// Returns the location of a path relative to the root of the sources.
    pub(super) fn relative(path: &'a str) -> Self {
        let uri_base_id = (!source::is_virtual(path)).then_some("%SRCROOT%");
        let uri: Cow<'a, str> = url::path(path);
        Self { uri, uri_base_id }
    }
}
