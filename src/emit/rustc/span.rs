//! Spans with their texts.

use serde::Serialize;

use crate::check::{ResolvedLabel, ResolvedSpan};
use crate::model::{Applicability, Edit, LabelStyle, Span};
use crate::source::{ColumnUnit, SourceFile, SourceMap};

/// The maximum number of lines of a span's text.
const MAX_LINES: usize = 1000;
/// The maximum length of a line in bytes. A longer one would be repeated for each span in it.
const MAX_LINE_BYTES: usize = 4096;

/// A label or an edit, and its location.
#[derive(Serialize)]
pub(super) struct RustcSpan<'a> {
    file_name: &'a str,
    byte_start: u32,
    byte_end: u32,
    line_start: u32,
    line_end: u32,
    column_start: u32,
    column_end: u32,
    is_primary: bool,
    text: Vec<TextLine<'a>>,
    label: Option<&'a str>,
    suggested_replacement: Option<&'a str>,
    suggestion_applicability: Option<&'static str>,
    pub(super) expansion: Option<Box<Expansion<'a>>>,
}

/// The expansion of a macro that produced the code at a span.
#[derive(Serialize)]
pub(super) struct Expansion<'a> {
    /// The invocation.
    pub(super) span: RustcSpan<'a>,
    pub(super) macro_decl_name: &'a str,
    pub(super) def_site_span: Option<RustcSpan<'a>>,
}

/// A line of a span. The columns are 1-based and count characters; the end is exclusive.
#[derive(Serialize)]
struct TextLine<'a> {
    text: &'a str,
    highlight_start: u32,
    highlight_end: u32,
}

impl<'a> RustcSpan<'a> {
    pub(super) fn new(at: ResolvedSpan<'a>) -> Self {
        let (file, span) = (at.file, at.span);
        let start = at.location(ColumnUnit::Char);
        let end = at.end(ColumnUnit::Char).unwrap_or(start);
        let has_offsets = file.has_offsets(span);
        Self {
            file_name: file.path(),
            byte_start: if has_offsets { span.lo() } else { 0 },
            byte_end: if has_offsets { span.hi() } else { 0 },
            line_start: start.line,
            line_end: end.line,
            column_start: start.col,
            column_end: end.col,
            is_primary: false,
            text: text(file, (start.line, start.col), (end.line, end.col)),
            label: None,
            suggested_replacement: None,
            suggestion_applicability: None,
            expansion: None,
        }
    }

    pub(super) fn of_label(label: &ResolvedLabel<'a>) -> Self {
        Self {
            is_primary: label.label.style() == LabelStyle::Primary,
            label: label.label.message(),
            ..Self::new(label.at)
        }
    }

    /// Returns the start of a file.
    pub(super) fn of_file(file: &'a SourceFile) -> Self {
        let at = ResolvedSpan { file, span: Span::empty(file.id(), 0) };
        Self { is_primary: true, text: Vec::new(), ..Self::new(at) }
    }

    /// Returns the span of an edit. Its file is in `sources`, because the suggestion is a checked one.
    pub(super) fn of_edit(
        sources: &'a SourceMap,
        edit: &'a Edit,
        applicability: Applicability,
    ) -> Option<Self> {
        let file = sources.file(edit.span().file()).ok()?;
        Some(Self {
            is_primary: true,
            suggested_replacement: Some(edit.text()),
            suggestion_applicability: Some(match applicability {
                Applicability::MachineApplicable => "MachineApplicable",
                Applicability::MaybeIncorrect => "MaybeIncorrect",
                Applicability::HasPlaceholders => "HasPlaceholders",
                Applicability::Unspecified => "Unspecified",
            }),
            ..Self::new(ResolvedSpan { file, span: edit.span() })
        })
    }
}

/// Returns the lines from `start` to `end`, which are lines and columns. There are none in a file that is not here, or if one
/// of them is too long.
fn text(file: &SourceFile, start: (u32, u32), end: (u32, u32)) -> Vec<TextLine<'_>> {
    if file.is_unavailable() {
        return Vec::new();
    }
    let lines = (start.0..=end.0).take(MAX_LINES);
    let line = |number| {
        let text = file.line(number)?;
        let after = || u32::try_from(text.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
        let highlight_start = if number == start.0 { start.1 } else { 1 };
        let highlight_end = if number == end.0 { end.1 } else { after() };
        Some(TextLine { text, highlight_start, highlight_end })
    };
    let is_long = |number| file.line(number).is_some_and(|line| line.len() > MAX_LINE_BYTES);
    if lines.clone().any(is_long) {
        return Vec::new();
    }
    lines.filter_map(line).collect()
}
