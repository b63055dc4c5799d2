//! Messages and locations.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::check::{CheckedDiagnostic, ResolvedSpan};
use crate::emit::json_writer::push_name;
use crate::emit::plain_text::Related;
use crate::model::FrameLocation;
use crate::source::{self, ColumnUnit, SourceFile, SourceLine, SourceMap, url};
use crate::text;

/// The message of the location of a diagnostic that has none.
const NO_LOCATION: &str = "the diagnostic has no location";

/// Section 3.11.
///
/// Viewers replace placeholders such as `{0}` (section 3.11.5) only in a message with arguments, and they do not undo
/// `{{` in one without, so braces are written as they are. They find embedded links (section 3.11.6) whether or not the
/// brackets are escaped. So a blank separates the two parts of what would be one.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<MessageProperties<'a>>,
}

/// Section 3.8.
#[derive(Serialize)]
struct MessageProperties<'a> {
    /// The exact text, if it is not the one that viewers show.
    #[serde(rename = "vitteDiag/text")]
    text: Cow<'a, str>,
}

impl<'a> Message<'a> {
    /// Creates a message that a viewer shows as plain text.
    pub(super) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if !has_link(text.as_bytes()) {
            return Self { text, properties: None };
        }
        let shown = text.replace("](", "] (").into();
        Self { text: shown, properties: Some(MessageProperties { text }) }
    }

    /// Creates a message that is shown as `shown`, and stands for `text`.
    fn shown_as(shown: String, text: impl Into<Cow<'a, str>>) -> Self {
        let properties = Some(MessageProperties { text: text.into() });
        Self { properties, ..Self::new(shown) }
    }
}

/// Returns true if a text has what a viewer may take for an embedded link.
pub(super) fn has_link(text: &[u8]) -> bool {
    // Most texts pass the first check, which is vectorised.
    text::count_bytes(text, |byte| byte == b']') > 0 && text.windows(2).any(|pair| pair == b"](")
}

/// Section 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifLocation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<LocationProperties<'a>>,
}

/// Section 3.8.
#[derive(Serialize)]
struct LocationProperties<'a> {
    /// The real location, in a file that no other program can open.
    #[serde(rename = "vitteDiag/physicalLocation")]
    physical_location: PhysicalLocation<'a>,
}

impl<'a> SarifLocation<'a> {
    /// Returns the location of a diagnostic: its primary label, or the whole file that it is about, or else the file
    /// `fallback`, or else the first file that another program can open. Returns `None` if there is no such file.
    ///
    /// A whole file has no region (section 3.29.4). A file that the diagnostic is not about has none either, and a
    /// message says so. A name such as `<command line>` is not a file of the repository, so a location in it is treated
    /// like none, with its name in the message, if there is another file.
    pub(super) fn of(
        sources: &'a SourceMap,
        checked: &CheckedDiagnostic<'a>,
        fallback: Option<&'a str>,
    ) -> Option<Self> {
        let other = || match fallback {
            Some(path) => Some(ArtifactLocation::of_path(path)),
            None => Some(ArtifactLocation::new(sources, checked.first_openable_file()?)),
        };
        let Some(physical_location) = PhysicalLocation::of(sources, checked) else {
            let message = Some(Message::new(NO_LOCATION));
            let physical_location = other()?.whole();
            return Some(Self { id: None, physical_location, message, properties: None });
        };
        let label = checked.primary().and_then(|primary| primary.label.message());
        let is_virtual = checked.file().is_some_and(SourceFile::is_virtual);
        let Some(other) = is_virtual.then(other).flatten() else {
            let message = label.map(Message::new);
            return Some(Self { id: None, physical_location, message, properties: None });
        };
        let message = Some(Message::shown_as(name_of(checked, label), label.unwrap_or_default()));
        let properties = Some(LocationProperties { physical_location });
        Some(Self { id: None, physical_location: other.whole(), message, properties })
    }

    /// Returns a location beside the primary one.
    pub(super) fn related(sources: &SourceMap, id: Option<u32>, related: Related<'a>) -> Self {
        let physical_location = PhysicalLocation::new(sources, related.at);
        let message = related.message().map(Message::new);
        Self { id, physical_location, message, properties: None }
    }
}

/// Returns the location of a diagnostic as text, and its label: `<stdin>:1:5: here`.
fn name_of(checked: &CheckedDiagnostic<'_>, label: Option<&str>) -> String {
    let mut name = checked.file().map_or("", SourceFile::path).to_owned();
    let at = checked.primary().map(|primary| primary.partial_location(ColumnUnit::Char));
    if let Some((line, col)) = at.and_then(|at| at.position) {
        // Writing to a string cannot fail.
        _ = write!(name, ":{line}:{col}");
    }
    match label {
        Some(label) => format!("{name}: {label}"),
        None => name,
    }
}

/// Section 3.29.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation<'a> {
    artifact_location: ArtifactLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

impl<'a> PhysicalLocation<'a> {
    /// Returns the location of the primary label, or the whole file that a diagnostic is about.
    fn of(sources: &'a SourceMap, checked: &CheckedDiagnostic<'a>) -> Option<Self> {
        match checked.primary() {
            Some(primary) => Some(Self::new(sources, primary.at)),
            None => Some(ArtifactLocation::new(sources, checked.whole_file?).whole()),
        }
    }

    /// Creates a location. An unknown one has no region: code scanning requires the line of a region.
    pub(super) fn new(sources: &SourceMap, at: ResolvedSpan<'a>) -> Self {
        let artifact_location = ArtifactLocation::new(sources, at.file);
        let region = at.is_known().then(|| Region::new(at));
        Self { artifact_location, region }
    }

    /// Returns the location of a frame. Its file is a source of the compiler itself, so it is not in the source map.
    pub(super) fn of_frame(location: FrameLocation<'a>) -> Self {
        let artifact_location = ArtifactLocation::of_path(location.file);
        let region =
            Region { start_line: location.line, start_column: location.col, ..Region::default() };
        Self { artifact_location, region: Some(region) }
    }
}

/// Section 3.4. A relative path is relative to the root of the sources.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation<'a> {
    uri: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

impl<'a> ArtifactLocation<'a> {
    pub(super) fn new(sources: &SourceMap, file: &'a SourceFile) -> Self {
        let is_absolute = Path::new(file.path()).is_absolute();
        let url = if is_absolute { sources.url(file.id()) } else { None };
        if let Some(url) = url {
            return Self { uri: url.into(), uri_base_id: None };
        }
        let path = file.path();
        let uri = if file.has_plain_path() { path.into() } else { url::path(path) };
        Self::relative(path, uri)
    }

    /// Appends the JSON of the location.
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        // A URI is percent-encoded, so it needs no escapes.
        out.extend_from_slice(b"{\"uri\":\"");
        out.extend_from_slice(self.uri.as_bytes());
        out.push(b'"');
        if let Some(id) = self.uri_base_id {
            out.extend_from_slice(b",\"uriBaseId\":");
            push_name(out, id);
        }
        out.push(b'}');
    }

    /// Returns the location of a file that is not in the source map.
    pub(super) fn of_path(path: &'a str) -> Self {
        match source::file_url(path, None) {
            Some(url) => Self { uri: url.into(), uri_base_id: None },
            None => Self::relative(path, url::path(path)),
        }
    }

    fn relative(path: &str, uri: Cow<'a, str>) -> Self {
        let uri_base_id = (!source::is_virtual(path)).then_some("%SRCROOT%");
        Self { uri, uri_base_id }
    }

    /// Returns the location of the whole file.
    pub(super) const fn whole(self) -> PhysicalLocation<'a> {
        PhysicalLocation { artifact_location: self, region: None }
    }
}

/// Section 3.30. Lines and columns are 1-based, the end column is exclusive, byte offsets are 0-based. Frames have
/// only a line and perhaps a column.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_offset: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_length: Option<u32>,
}

impl Region {
    /// Appends the JSON of the region.
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        text::push_number(out, b"{\"startLine\":", self.start_line);
        push_optional(out, b",\"startColumn\":", self.start_column);
        push_optional(out, b",\"endLine\":", self.end_line);
        push_optional(out, b",\"endColumn\":", self.end_column);
        push_optional(out, b",\"byteOffset\":", self.byte_offset);
        push_optional(out, b",\"byteLength\":", self.byte_length);
        out.push(b'}');
    }

    /// Creates the region of a span.
    pub(super) fn new(at: ResolvedSpan<'_>) -> Self {
        Self::from_line(at, at.start_line().as_ref())
    }

    /// Creates the region of a span with this [`start_line`](ResolvedSpan::start_line).
    pub(super) fn from_line(at: ResolvedSpan<'_>, line: Option<&SourceLine>) -> Self {
        let (start, end) = at.ends_from(line, ColumnUnit::Char);
        let span = at.span;
        let has_offsets = at.file.has_offsets(span);
        Self {
            start_line: start.line,
            start_column: Some(start.col),
            end_line: end.map(|end| end.line),
            end_column: end.map(|end| end.col),
            byte_offset: has_offsets.then(|| span.lo()),
            byte_length: has_offsets.then(|| span.len()),
        }
    }
}

/// Appends a field, if it has a value.
#[inline]
fn push_optional<const N: usize>(out: &mut Vec<u8>, name: &[u8; N], number: Option<u32>) {
    if let Some(number) = number {
        text::push_number(out, name, number);
    }
}
