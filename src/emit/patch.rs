//! The changes of suggestions, drawn below the notes: only the changed lines are shown.
//!
//! ```text
//! help: add `.end`                 help: write `total`             help: import one of these
//!    |                                |                               |
//! 10 +   .end                      12 |   ret order.total           1 + use std/time
//! 11 |   ret side * side              |             ~~~~~             |
//!    |                                                              1 + use core/time
//!                                                                     |
//! ```
//!
//! `+` and `-` beside a line mark added and removed lines. Under a line, `+` marks inserted text and `~` marks
//! replaced text. Of a file that is unavailable only the new text is shown.

mod hunk;

use std::borrow::Cow;

use hunk::{ChangeMark, Hunk, hunks};
use smallvec::SmallVec;

use super::excerpt::{ExcerptOptions, LabelEdges, Row, Width};
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::model::{Edit, FileId, Suggestion};
use crate::source::{Location, SourceFile, SourceMap};
use crate::text;

/// The maximum number of lines of one suggestion.
const MAX_LINES: usize = 20;
/// The maximum number of suggestions of one diagnostic or child.
const MAX_SUGGESTIONS: usize = 10;
/// The maximum number of alternatives of one suggestion.
const MAX_ALTERNATIVES: usize = 10;

/// The changes of all suggestions of one diagnostic or child.
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
    /// The changes of each file, for each alternative. Most suggestions have only one.
    alternatives: SmallVec<[Vec<FilePatch<'a>>; 1]>,
}

/// The changes of one file.
#[derive(Debug)]
struct FilePatch<'a> {
    /// The location of the first change; `None` if the path of the file is already shown.
    location: Option<Location<'a>>,
    /// The URL of the file, if the location is a link.
    link: Option<String>,
    hunks: Vec<Hunk<'a>>,
    /// The new text of the only edit if the file is unavailable.
    new_text: Option<&'a str>,
}

impl<'a> Patches<'a> {
    /// Computes the changes. `shown` is the file whose path is shown above, and is not repeated. `link` returns the
    /// URL of a file, or `None` if its path is not a link.
    pub(super) fn new(
        sources: &'a SourceMap,
        suggestions: &'a [Cow<'_, Suggestion>],
        shown: Option<FileId>,
        options: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String> + Copy,
    ) -> Self {
        if suggestions.is_empty() {
            return Self { patches: Vec::new(), omitted: 0, options };
        }
        let new = |suggestion: &'a Cow<'_, Suggestion>| {
            let mut shown = shown;
            let alternative = |edits: &'a [Edit]| {
                let files = file_patches(sources, edits, shown, options, link);
                shown = edits.last().map(|edit| edit.span().file());
                files
            };
            let mut alternatives: SmallVec<[_; 1]> =
                suggestion.alternatives().take(MAX_ALTERNATIVES).map(alternative).collect();
            if suggestion.has_alternatives() {
                // The line below each of them would be the same one.
                let files = alternatives.iter_mut().flatten();
                files.flat_map(|file| &mut file.hunks).for_each(|hunk| hunk.next = None);
            }
            Patch { suggestion, alternatives }
        };
        let patches: Vec<_> = suggestions.iter().take(MAX_SUGGESTIONS).map(new).collect();
        let omitted = suggestions.len() - patches.len();
        Self { patches, omitted, options }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// Returns the number of digits of the largest line number that is shown, 0 if no line is shown. Text without
    /// line numbers is drawn below an arrow, which is indented as for one digit.
    pub(super) fn number_width(&self) -> usize {
        let files = || self.patches.iter().flat_map(|patch| &patch.alternatives).flatten();
        let last = files().flat_map(|file| &file.hunks).map(Hunk::last).max();
        let has_new_text = files().any(|file| file.new_text.is_some());
        last.map_or(usize::from(has_new_text), text::digit_count)
    }

    /// Draws all changes.
    pub(super) fn draw(&self, margin: Margin, pen: &mut Pen) {
        let width = Width::new(self.options.width, margin.number_width, 0, self.options.tab_width);
        let layout = PatchLayout { margin, width };
        for patch in &self.patches {
            patch.draw(layout, pen);
        }
        if self.omitted > 0 {
            let more = format!("and {}", text::more("suggestion", self.omitted));
            pen.header(Style::Help, &["help"], None, &more);
        }
    }
}

/// Computes the changes of one alternative, by file.
fn file_patches<'a>(
    sources: &'a SourceMap,
    edits: &'a [Edit],
    shown: Option<FileId>,
    options: ExcerptOptions,
    link: impl Fn(&SourceFile) -> Option<String>,
) -> Vec<FilePatch<'a>> {
    let is_unavailable =
        |edit: &Edit| sources.file(edit.span().file()).is_ok_and(SourceFile::is_unavailable);
    // The changes of an unavailable file cannot be joined, because its lines are not known.
    let are_together =
        |a: &Edit, b: &Edit| a.span().file() == b.span().file() && !is_unavailable(a);
    let by_file = edits.chunk_by(are_together).take(MAX_LINES + 1).enumerate();
    let patch = |(number, edits): (usize, &'a [Edit])| {
        let first = edits.first()?;
        let file = sources.file(first.span().file()).ok()?;
        let at = file.location(first.span().lo(), options.column_unit);
        let new_text = file.is_unavailable().then(|| first.text());
        let is_path_shown = number == 0 && shown == Some(file.id()) && new_text.is_none();
        let location = (!is_path_shown).then_some(at);
        let hunks = hunks(file, edits, options.width);
        Some(FilePatch { location, link: link(file), hunks, new_text })
    };
    by_file.filter_map(patch).collect()
}

/// What is drawn of a suggestion.
struct PatchProgress {
    /// The number of lines that may follow.
    lines_left: usize,
    /// Whether the line above already separates the next change from the header.
    is_separated: bool,
}

impl Patch<'_> {
    fn draw(&self, layout: PatchLayout, pen: &mut Pen) {
        pen.header(Style::Help, &["help"], None, self.suggestion.message());
        let mut progress = PatchProgress { lines_left: MAX_LINES, is_separated: false };
        let mut drawn = 0;
        for files in &self.alternatives {
            if progress.lines_left == 0 {
                break;
            }
            drawn += 1;
            let is_followed = drawn < self.alternatives.len();
            if !draw_files(files, is_followed, layout, &mut progress, pen) {
                layout.gap(pen);
                layout.margin.empty_line(pen);
            }
        }
        let more = self.suggestion.alternatives().count() - drawn;
        if more > 0 {
            layout.margin.note("note", &format!("and {}", text::more("alternative", more)), pen);
        }
    }
}

/// Draws the changes of one alternative. Returns true if these are all lines. `is_followed` is true if another
/// alternative follows.
fn draw_files(
    files: &[FilePatch<'_>],
    is_followed: bool,
    layout: PatchLayout,
    progress: &mut PatchProgress,
    pen: &mut Pen,
) -> bool {
    let mut rest = files.len();
    files.iter().all(|file| {
        rest -= 1;
        progress.lines_left > 0 && file.draw(layout, progress, rest > 0 || is_followed, pen)
    })
}

impl FilePatch<'_> {
    /// Draws at most the lines that are left. Returns true if these are all lines. `is_followed` is true if
    /// another file or alternative follows.
    fn draw(
        &self,
        layout: PatchLayout,
        progress: &mut PatchProgress,
        is_followed: bool,
        pen: &mut Pen,
    ) -> bool {
        if let Some(location) = self.location {
            layout.margin.arrow(location, self.link.as_deref(), pen);
            progress.is_separated = false;
        }
        if let Some(text) = self.new_text.filter(|text| !text.is_empty()) {
            progress.is_separated = true;
            return layout.new_text(text, &mut progress.lines_left, pen);
        }
        if self.hunks.is_empty() {
            progress.lines_left = progress.lines_left.saturating_sub(1);
        }
        for (index, hunk) in self.hunks.iter().enumerate() {
            if progress.lines_left == 0 {
                return false;
            }
            if index > 0 {
                layout.gap(pen);
            } else if !progress.is_separated {
                layout.margin.empty_line(pen);
            }
            progress.is_separated = true;
            if !hunk.draw(layout, &mut progress.lines_left, pen) {
                return false;
            }
        }
        let is_closed = self.hunks.last().is_none_or(|hunk| !hunk.marks.is_empty());
        if !is_closed || (is_followed && !self.hunks.is_empty()) {
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

    /// Draws the new text of an edit whose line is not known: `   + text`. Returns true if these are all lines.
    fn new_text(self, text: &str, lines_left: &mut usize, pen: &mut Pen) -> bool {
        self.margin.empty_line(pen);
        for line in text.lines() {
            if *lines_left == 0 {
                return false;
            }
            *lines_left -= 1;
            let row = Row::new(0, line, self.width, LabelEdges::default);
            pen.blanks(self.margin.number_width + 1);
            pen.write(Style::Added, "+");
            pen.blanks(1);
            pen.write(Style::Added, &row.text);
            pen.end_line();
        }
        self.margin.empty_line(pen);
        true
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
