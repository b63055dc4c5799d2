//! What a suggestion would change, below the notes: the changed lines alone.
//!
//! ```text
//! help: add `.end`                 help: remove the import         help: write `total`
//!    |                                |                               |
//! 10 +   .end                       1 - use std/time               12 |   ret order.total
//! 11 |   ret side * side              |                               |             ~~~~~
//!    |
//! ```
//!
//! `+` and `-` beside a line are lines that come and go, `+` under it is text that comes, `~` text
//! that takes the place of other text.

mod hunk;

use hunk::{Hunk, Mark, hunks};

use super::excerpt::{ExcerptOptions, Row, Stops, Width};
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::check::Checked;
use crate::model::Suggestion;
use crate::source::{Location, SourceFile, SourceMap};
use crate::text;

/// The most lines that are shown of one suggestion, and the most suggestions.
const MOST_LINES: usize = 20;
const MOST_SUGGESTIONS: usize = 10;

/// What the suggestions of one diagnostic change.
#[derive(Debug)]
pub(super) struct Patches<'a> {
    patches: Vec<Patch<'a>>,
    /// Suggestions that are not shown.
    more: usize,
    take: ExcerptOptions,
}

#[derive(Debug)]
struct Patch<'a> {
    suggestion: &'a Suggestion,
    files: Vec<FilePatch<'a>>,
}

/// The changes of one file.
#[derive(Debug)]
struct FilePatch<'a> {
    /// Where the first change is, unless the diagnostic's place has just told the file.
    place: Option<Location<'a>>,
    /// The address of the file, where its place is a link.
    link: Option<String>,
    hunks: Vec<Hunk<'a>>,
}

impl<'a> Patches<'a> {
    /// The changes as `take` has them; `link` gives the address of a file where its path is a link.
    pub(super) fn new(
        sources: &'a SourceMap,
        checked: &Checked<'a>,
        take: ExcerptOptions,
        link: impl Fn(&SourceFile) -> Option<String>,
    ) -> Self {
        if checked.suggestions.is_empty() {
            return Self { patches: Vec::new(), more: 0, take };
        }
        let about = checked.primary().map(|primary| primary.file.id());
        let patches: Vec<_> = checked
            .suggestions
            .iter()
            .take(MOST_SUGGESTIONS)
            .map(|suggestion| {
                let by_file =
                    suggestion.edits().chunk_by(|a, b| a.span().file() == b.span().file());
                let files =
                    by_file.take(MOST_LINES + 1).enumerate().filter_map(|(number, edits)| {
                        let span = edits.first()?.span();
                        let file = sources.file(span.file()).ok()?;
                        let at = file.location(span.lo(), take.column_unit);
                        // Of a file that is not here the place is all that can be told.
                        let is_known =
                            number == 0 && about == Some(file.id()) && !file.is_unavailable();
                        let place = (!is_known).then_some(at);
                        let link = link(file);
                        Some(FilePatch { place, link, hunks: hunks(file, edits, take.width) })
                    });
                Patch { suggestion, files: files.collect() }
            })
            .collect();
        let more = checked.suggestions.len() - patches.len();
        Self { patches, more, take }
    }

    /// Digits of the largest line number that is shown.
    pub(super) fn gutter(&self) -> usize {
        let files = self.patches.iter().flat_map(|patch| &patch.files);
        let last = files.flat_map(|file| &file.hunks).map(Hunk::last).max();
        last.map_or(0, text::digit_count)
    }

    /// Draws them; `below_labels` where no note stands between.
    pub(super) fn draw(&self, margin: Margin, below_labels: bool, pen: &mut Pen) {
        let width = Width::new(self.take.width, margin.gutter, 0, self.take.tab_width);
        let beside = Beside { margin, width };
        if below_labels && !self.patches.is_empty() {
            beside.margin.empty_line(pen);
        }
        for patch in &self.patches {
            patch.draw(beside, pen);
        }
        if self.more > 0 {
            let more = format!("and {}", text::more("suggestion", self.more));
            pen.header(Style::Help, &["help"], None, &more);
        }
    }
}

impl Patch<'_> {
    fn draw(&self, beside: Beside, pen: &mut Pen) {
        pen.header(Style::Help, &["help"], None, self.suggestion.message());
        let mut left = MOST_LINES;
        for (number, file) in self.files.iter().enumerate() {
            let goes_on = number + 1 < self.files.len();
            if left == 0 || !file.draw(beside, &mut left, goes_on, pen) {
                beside.gap(pen);
                return beside.margin.empty_line(pen);
            }
        }
    }
}

impl FilePatch<'_> {
    /// Draws at most `left` lines, and says whether that was all; `goes_on` where another file follows.
    fn draw(&self, beside: Beside, left: &mut usize, goes_on: bool, pen: &mut Pen) -> bool {
        if let Some(place) = self.place {
            beside.margin.arrow(place, self.link.as_deref(), pen);
        }
        if self.hunks.is_empty() {
            *left = left.saturating_sub(1);
        }
        for (index, hunk) in self.hunks.iter().enumerate() {
            if *left == 0 {
                return false;
            }
            if index == 0 {
                beside.margin.empty_line(pen);
            } else {
                beside.gap(pen);
            }
            if !hunk.draw(beside, left, pen) {
                return false;
            }
        }
        let is_closed = self.hunks.last().is_none_or(|hunk| !hunk.marks.is_empty());
        if !is_closed || (goes_on && !self.hunks.is_empty()) {
            beside.margin.empty_line(pen);
        }
        true
    }
}

impl Hunk<'_> {
    /// Draws it, at most `left` lines; says whether that is all of it.
    fn draw(&self, beside: Beside, left: &mut usize, pen: &mut Pen) -> bool {
        if let ([line], false) = (self.added.as_slice(), self.marks.is_empty()) {
            *left = left.saturating_sub(1);
            beside.marked(pen, self.first, line, &self.marks);
            return true;
        }
        let removed = self.removed.iter().map(|line| (*line, "-", Style::Removed));
        let added = self.added.iter().map(|line| (line.as_str(), "+", Style::Added));
        let changed = changed(&self.removed, &self.added);
        for (index, (line, sign, style)) in removed.chain(added).enumerate() {
            if *left == 0 {
                return false;
            }
            *left -= 1;
            let at = if sign == "-" { index } else { index - self.removed.len() };
            let number = self.first.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            let mut stops = Stops::default();
            if let Some((before, behind)) = changed {
                stops.add(before, line.len().saturating_sub(behind).max(before));
            }
            beside.row(pen, &Row::new(number, line, beside.width, || stops), (sign, style), style);
        }
        if let Some(next) = self.next {
            let number = u32::try_from(self.added.len()).unwrap_or(u32::MAX);
            let number = self.first.saturating_add(number);
            let row = Row::new(number, next, beside.width, Stops::default);
            beside.row(pen, &row, (beside.margin.glyphs.bar, Style::Gutter), Style::Plain);
        }
        true
    }
}

/// The bytes at the beginning and at the end that one line keeps as it becomes another.
fn changed(removed: &[&str], added: &[String]) -> Option<(usize, usize)> {
    let ([old], [new]) = (removed, added) else { return None };
    let bytes = |(old, new): (char, char)| (old == new).then_some(old.len_utf8());
    let before: usize = old.chars().zip(new.chars()).map_while(bytes).sum();
    let (old, new) = (old.get(before..)?, new.get(before..)?);
    let behind = old.chars().rev().zip(new.chars().rev()).map_while(bytes).sum();
    Some((before, behind))
}

/// What stands beside the lines.
#[derive(Clone, Copy)]
struct Beside {
    margin: Margin,
    width: Width,
}

impl Beside {
    /// `   ...`, where lines are left out.
    fn gap(self, pen: &mut Pen) {
        pen.blanks(self.margin.gutter + 1);
        pen.write(Style::Gutter, "...");
        pen.end_line();
    }

    /// `12 +   text`
    fn row(self, pen: &mut Pen, row: &Row<'_>, (sign, beside): (&str, Style), style: Style) {
        pen.number(Style::Gutter, row.number, self.margin.gutter);
        pen.blanks(1);
        pen.write(beside, sign);
        pen.blanks(1);
        pen.write(style, &row.text);
        pen.end_line();
    }

    /// A line, and signs under what comes into it.
    fn marked(self, pen: &mut Pen, number: u32, line: &str, marks: &[Mark]) {
        let mut stops = Stops::default();
        marks.iter().for_each(|(range, _)| stops.add(range.start, range.end));
        let row = Row::new(number, line, self.width, || stops);
        self.row(pen, &row, (self.margin.glyphs.bar, Style::Gutter), Style::Plain);

        self.margin.border(pen);
        pen.blanks(1);
        let (mut at, cells) = (0, row.width());
        for (range, sign) in marks {
            let start = row.start_of(range.start).max(at);
            if start >= cells && at > 0 {
                // Out of view, where a sign before it already says that there is more.
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
