//! Converts the spans of rustc to spans of the sources.

use super::format::JsonSpan;
use crate::model::Span;
use crate::read::files::{Files, LineCol};
use crate::read::losses::Lost;
use crate::source::ColumnUnit;

const LOCATION: &str = "a location";
const OFFSETS: &str = "byte offsets that contradict the lines and columns";

/// Finds the locations of one diagnostic, and collects what of it is lost.
pub(super) struct Locator<'l, 'f> {
    pub(super) files: &'l mut Files<'f>,
    pub(super) lost: Lost,
}

impl<'l, 'f> Locator<'l, 'f> {
    pub(super) fn new(files: &'l mut Files<'f>) -> Self {
        Self { files, lost: Lost::default() }
    }

    /// Returns the bytes that a span marks. Returns `None`, and counts a loss, if it has no location.
    ///
    /// The span of a file that is here is valid, because a file in which one is not is [not used](super::changes).
    pub(super) fn span(&mut self, span: &JsonSpan) -> Option<Span> {
        let found = if span.file_name.is_empty() { None } else { self.found_span(span) };
        self.lost.add_if(found.is_none(), LOCATION);
        found
    }

    fn found_span(&mut self, span: &JsonSpan) -> Option<Span> {
        let path = span.file_name.as_str();
        let id = self.files.file(path);
        let lines = lines(span);
        let offsets = span.byte_start.to_u32().zip(span.byte_end.to_u32());
        let has_offsets = span.byte_start.get().is_some() || span.byte_end.get().is_some();
        if let Some((lo, hi)) = offsets {
            self.lost.add_if(lo > hi, OFFSETS);
            if self.files.is_available(id) {
                return Some(Span::between(id, lo as usize, hi as usize));
            }
            let (start, end) = lines?;
            let known = self.files.known_span(id, lo..hi, start, end);
            if known.is_some() {
                return known;
            }
        }
        self.lost.add_if(has_offsets, OFFSETS);
        let (start, end) = lines?;
        Some(self.files.span(path, start, end.unwrap_or(start), ColumnUnit::Char))
    }
}

/// Returns the start of a span, and its end if that is known.
fn lines(span: &JsonSpan) -> Option<(LineCol, Option<LineCol>)> {
    let start = span.line_start.to_u32().zip(span.column_start.to_u32());
    let end = span.line_end.to_u32().zip(span.column_end.to_u32());
    let line_col = |(line, col)| LineCol { line, col };
    Some((start.map(line_col)?, end.map(line_col)))
}
