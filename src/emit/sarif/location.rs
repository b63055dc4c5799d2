//! Messages and locations.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use crate::check::{CheckedDiagnostic, ResolvedSpan};
use crate::emit::plain_text::Related;
use crate::model::{FrameLocation, Span};
use crate::source::{self, ColumnUnit, SourceFile, SourceMap, url};
use crate::text;

/// The message of the location of a diagnostic that has none.
const NO_LOCATION: &str = "the diagnostic has no location";

/// Section 3.11.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    text: Cow<'a, str>,
}

impl<'a> Message<'a> {
    /// Escapes `text` so that a viewer shows it verbatim: braces would be placeholders (section 3.11.5), and
    /// brackets could be an embedded link (section 3.11.6).
    pub(super) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        let mut text = text.into();
        // Most texts pass this check, which is vectorised.
        if text::count_bytes(&text, |byte| matches!(byte, b'{' | b'}' | b']')) == 0 {
            return Self { text };
        }
        if text.contains(['{', '}']) {
            text = text.replace('{', "{{").replace('}', "}}").into();
        }
        if text.contains("](") {
            text = text.replace('\\', r"\\").replace('[', r"\[").replace(']', r"\]").into();
        }
        Self { text }
    }
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
}

impl<'a> SarifLocation<'a> {
    /// Returns the location of a diagnostic: its primary label, or the whole file that it is about, or else the file
    /// `fallback`, or else the first file that another program can open. Returns `None` if there is no such file.
    ///
    /// A whole file has no region (section 3.29.4). A file that the diagnostic is not about has none either, and a
    /// message says so.
    pub(super) fn of(
        sources: &'a SourceMap,
        checked: &CheckedDiagnostic<'a>,
        fallback: Option<&'a str>,
    ) -> Option<Self> {
        if let Some(primary) = checked.primary() {
            let physical_location = PhysicalLocation::new(sources, primary.at);
            let message = primary.label.message().map(Message::new);
            return Some(Self { id: None, physical_location, message });
        }
        if let Some(file) = checked.whole_file {
            let physical_location = ArtifactLocation::new(sources, file).whole();
            return Some(Self { id: None, physical_location, message: None });
        }
        let artifact = match fallback {
            Some(path) => ArtifactLocation::of_path(path),
            None => ArtifactLocation::new(sources, checked.first_openable_file()?),
        };
        let message = Some(Message::new(NO_LOCATION));
        Some(Self { id: None, physical_location: artifact.whole(), message })
    }

    /// Returns a location beside the primary one.
    pub(super) fn related(sources: &SourceMap, id: Option<u32>, related: Related<'a>) -> Self {
        let physical_location = PhysicalLocation::new(sources, related.at);
        Self { id, physical_location, message: related.message().map(Message::new) }
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
    /// Creates a location. An unknown one has no region: code scanning requires the line of a region.
    pub(super) fn new(sources: &SourceMap, at: ResolvedSpan<'a>) -> Self {
        let artifact_location = ArtifactLocation::new(sources, at.file);
        let region = at.is_known().then(|| Region::new(at.file, at.span));
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
        Self::relative(file.path())
    }

    /// Returns the location of a file that is not in the source map.
    pub(super) fn of_path(path: &'a str) -> Self {
        match source::file_url(path, None) {
            Some(url) => Self { uri: url.into(), uri_base_id: None },
            None => Self::relative(path),
        }
    }

    fn relative(path: &'a str) -> Self {
        let uri_base_id = (!source::is_virtual(path)).then_some("%SRCROOT%");
        Self { uri: url::path(path), uri_base_id }
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
    pub(super) fn new(file: &SourceFile, span: Span) -> Self {
        let start = file.location(span.lo(), ColumnUnit::Char);
        let end = file.end_of(span, ColumnUnit::Char);
        let has_offsets = file.has_offsets(span);
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
