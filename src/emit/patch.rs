//! The changes of suggestions, drawn below the notes: only the changed lines are shown.
//!
//! ```text
//! help: add `.end`                 help: remove the import         help: write `total`
//!    |                                |                               |
//! 10 +   .end                       1 - use std/time               12 |   ret order.total
//! 11 |   ret side * side              |                               |             ~~~~~
//!    |
//! ```
//!
//! `+` and `-` beside a line mark added and removed lines. Under a line, `+` marks inserted text and `~` marks
//! replaced text.

mod hunk;

use hunk::{ChangeMark, Hunk, hunks};

use super::excerpt::{ExcerptOptions, LabelEdges, Row, Width};
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::check::CheckedDiagnostic;
use crate::model::Suggestion;
use crate::source::{Location, SourceFile, SourceMap};
use crate::text;

/// The maximum number of lines of one suggestion.
const MAX_LINES: usize = 20;
/// The maximum number of suggestions of one diagnostic.
const MAX_SUGGESTIONS: usize = 10;

/// The changes of all suggestions of one diagnostic.
#[derive(Debug)]
pub(super) struct Patches<'a> {
    patches: Vec<Patch<'a>>,
    /// The number of suggestions that are not shown.
    omitted: usize,
    options: ExcerptOptions,
}

#[derive(Debug)]
struct Patch<'a> {
    suggestion: &'a Suggestion,
    files: Vec<FilePatch<'a>>,
}

/// The changes of one file.
#[derive(Debug)]
struct FilePatch<'a> {
    /// The location of the first change; `None` if the file is that of the primary label, whose path is already
    /// shown.
    location: Option<Location<'a>>,
    /// The URL of the file, if the location is a link.
    link: Option<String>,
    hunks: Vec<Hunk<'a>>,
}

impl<'a> Patches<'a> {
    /// Computes the changes. `link` returns the URL of a file, or `None` if its path is not a link.
    pub(super) fn new(
        sources: &'a SourceMap,
        checked: &'a CheckedDiagnostic<'_>,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String>,
    ) -> Self {
        if checked.suggestions.is_empty() {
            return Self { patches: Vec::new(), omitted: 0, options };
        }
        let primary_file = checked.primary().map(|primary| primary.file.id());
        let patches: Vec<_> = checked
            .suggestions
            .iter()
            .take(MAX_SUGGESTIONS)
            .map(|suggestion| {
                let by_file =
                    suggestion.edits().chunk_by(|a, b| a.span().file() == b.span().file());
                let files =
                    by_file.take(MAX_LINES + 1).enumerate().filter_map(|(number, edits)| {
                        let span = edits.first()?.span();
                        let file = sources.file(span.file()).ok()?;
                        let at = file.location(span.lo(), options.column_unit);
                        // The location is all that can be shown of an unavailable file.
                        let is_path_shown = number == 0
                            && primary_file == Some(file.id())
                            && !file.is_unavailable();
                        let location = (!is_path_shown).then_some(at);
                        let link = link(file);
                        let hunks = hunks(file, edits, options.width);
                        Some(FilePatch { location, link, hunks })
                    });
                Patch { suggestion, files: files.collect() }
            })
            .collect();
        let omitted = checked.suggestions.len() - patches.len();
        Self { patches, omitted, options }
    }

    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown.
    pub(super) fn number_width(&self) -> usize {
        let files = self.patches.iter().flat_map(|patch| &patch.files);
        let last = files.flat_map(|file| &file.hunks).map(Hunk::last).max();
        last.map_or(0, text::digit_count)
    }

    /// Draws all changes. `below_labels` is true if they directly follow the labels, without notes between.
    pub(super) fn draw(&self, margin: Margin, below_labels: bool, pen: &mut Pen) {
        let width = Width::new(self.options.width, margin.number_width, 0, self.options.tab_width);
        let layout = PatchLayout { margin, width };
        if below_labels && !self.patches.is_empty() {
            layout.margin.empty_line(pen);
        }
        for patch in &self.patches {
            patch.draw(layout, pen);
        }
        if self.omitted > 0 {
            let more = format!("and {}", text::more("suggestion", self.omitted));
            pen.header(Style::Help, &["help"], None, &more);
        }
    }
}

impl Patch<'_> {
    fn draw(&self, layout: PatchLayout, pen: &mut Pen) {
        pen.header(Style::Help, &["help"], None, self.suggestion.message());
        let mut lines_left = MAX_LINES;
        for (number, file) in self.files.iter().enumerate() {
            let is_last = number + 1 == self.files.len();
            if lines_left == 0 || !file.draw(layout, &mut lines_left, is_last, pen) {
                layout.gap(pen);
                return layout.margin.empty_line(pen);
            }
        }
    }
}

impl FilePatch<'_> {
    /// Draws at most `lines_left` lines. Returns true if these are all lines. `is_last` is true if no other file
    /// follows.
    fn draw(
        &self,
        layout: PatchLayout,
        lines_left: &mut usize,
        is_last: bool,
        pen: &mut Pen,
    ) -> bool {
        if let Some(location) = self.location {
            layout.margin.arrow(location, self.link.as_deref(), pen);
        }
        if self.hunks.is_empty() {
            *lines_left = lines_left.saturating_sub(1);
        }
        for (index, hunk) in self.hunks.iter().enumerate() {
            if *lines_left == 0 {
                return false;
            }
            if index == 0 {
                layout.margin.empty_line(pen);
            } else {
                layout.gap(pen);
            }
            if !hunk.draw(layout, lines_left, pen) {
                return false;
            }
        }
        let is_closed = self.hunks.last().is_none_or(|hunk| !hunk.marks.is_empty());
        if !is_closed || (!is_last && !self.hunks.is_empty()) {
            layout.margin.empty_line(pen);
        }
        true
    }
}

impl Hunk<'_> {
    /// Draws at most `lines_left` lines. Returns true if these are all lines.
    fn draw(&self, layout: PatchLayout, lines_left: &mut usize, pen: &mut Pen) -> bool {
        if let ([line], false) = (self.added.as_slice(), self.marks.is_empty()) {
            *lines_left = lines_left.saturating_sub(1);
            layout.marked_line(pen, self.first, line, &self.marks);
            return true;
        }
        let removed = self.removed.iter().map(|line| (*line, "-", Style::Removed));
        let added = self.added.iter().map(|line| (line.as_str(), "+", Style::Added));
        let unchanged = unchanged_ends(&self.removed, &self.added);
        for (index, (line, sign, style)) in removed.chain(added).enumerate() {
            if *lines_left == 0 {
                return false;
            }
            *lines_left -= 1;
            let at = if sign == "-" { index } else { index - self.removed.len() };
            let number = self.first.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            let mut edges = LabelEdges::default();
            if let Some((before, after)) = unchanged {
                edges.add(before, line.len().saturating_sub(after).max(before));
            }
            layout.row(pen, &Row::new(number, line, layout.width, || edges), (sign, style), style);
        }
        if let Some(next) = self.next {
            let number = u32::try_from(self.added.len()).unwrap_or(u32::MAX);
            let number = self.first.saturating_add(number);
            let row = Row::new(number, next, layout.width, LabelEdges::default);
            layout.row(pen, &row, (layout.margin.glyphs.bar, Style::Gutter), Style::Plain);
        }
        true
    }
}

/// Returns the numbers of bytes at the start and at the end of a line that its replacement has too.
/// Returns `None` unless one line replaces one line.
fn unchanged_ends(removed: &[&str], added: &[String]) -> Option<(usize, usize)> {
    let ([old], [new]) = (removed, added) else { return None };
    let bytes = |(old, new): (char, char)| (old == new).then_some(old.len_utf8());
    let before: usize = old.chars().zip(new.chars()).map_while(bytes).sum();
    let (old, new) = (old.get(before..)?, new.get(before..)?);
    let after = old.chars().rev().zip(new.chars().rev()).map_while(bytes).sum();
    Some((before, after))
}

/// Draws the lines of a patch.
#[derive(Clone, Copy)]
struct PatchLayout {
    margin: Margin,
    width: Width,
}

impl PatchLayout {
    /// Draws `   ...` for omitted lines.
    fn gap(self, pen: &mut Pen) {
        pen.blanks(self.margin.number_width + 1);
        pen.write(Style::Gutter, "...");
        pen.end_line();
    }

    /// Draws `12 +   text`. The sign has its own style.
    fn row(self, pen: &mut Pen, row: &Row<'_>, (sign, sign_style): (&str, Style), style: Style) {
        pen.number(Style::Gutter, row.number, self.margin.number_width);
        pen.blanks(1);
        pen.write(sign_style, sign);
        pen.blanks(1);
        pen.write(style, &row.text);
        pen.end_line();
    }

    /// Draws a line, with signs under the inserted and replaced text.
    fn marked_line(self, pen: &mut Pen, number: u32, line: &str, marks: &[ChangeMark]) {
        let mut edges = LabelEdges::default();
        marks.iter().for_each(|mark| edges.add(mark.range.start, mark.range.end));
        let row = Row::new(number, line, self.width, || edges);
        self.row(pen, &row, (self.margin.glyphs.bar, Style::Gutter), Style::Plain);

        self.margin.border(pen);
        pen.blanks(1);
        let (mut at, cells) = (0, row.width());
        for ChangeMark { range, sign } in marks {
            let start = row.start_of(range.start).max(at);
            if start >= cells && at > 0 {
                // The text is cut off here, and a sign under the dots already marks the change.
                break;
            }
            let end = row.end_of(range.end).max(start + 1);
            pen.blanks(start - at);
            pen.repeat(Style::Added, sign, end - start);
            at = end;
        }
        pen.end_line();
    }
}
