//! The changes of suggestions, drawn below the notes: only the changed lines are shown.
//!
//! ```text
//! help: add `.end`        help: write `total`          help: import one of these
//!    |                       |                            |
//! 10 +   .end             12 -   ret order.sum          1 + use std/time
//!    |                    12 +   ret order.total          |
//!                            |                          1 + use core/time
//! help: borrow it                                         |
//!    |                                                    = and 2 other candidates
//! 12 |   ret &order
//!    |       +
//! ```
//!
//! `+` and `-` beside a line mark added and removed lines, `~` marks lines into which text is inserted. Under a line,
//! `+` marks inserted text. In colour, only what changes is green or red. Of a file that is unavailable the changes are
//! in words.

mod blanks;
mod change;
mod draw;
mod file;
mod hunk;
mod rows;
mod spelled;
#[cfg(test)]
mod tests;
mod unseen;

use std::borrow::Cow;

pub(super) use change::{Change, changes};
use draw::PatchLayout;
use file::{FilePatch, file_patches};
use smallvec::SmallVec;

use super::canvas::Canvas;
use super::excerpt::{ExcerptOptions, Width};
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::model::{Edit, FileId, Suggestion};
use crate::source::{SourceFile, SourceMap};
use crate::text;

/// The maximum number of lines of one suggestion.
const MAX_LINES: usize = 20;
/// The maximum number of suggestions of one diagnostic or child.
const MAX_SUGGESTIONS: usize = 10;
/// The maximum number of alternatives of one suggestion, as in rustc.
const MAX_ALTERNATIVES: usize = 4;

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
    /// Whether `or` is between the alternatives, because without it a path below changes could belong to either one.
    has_or: bool,
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
        let mut last = shown;
        let new = |suggestion: &'a Cow<'_, Suggestion>| {
            // Below another message, only the path of the file at the top is not repeated.
            last = last.filter(|last| Some(*last) == shown);
            let has_or = has_paths_inside(sources, suggestion);
            let alternative = |(index, edits): (usize, &'a [Edit])| {
                // Below `or`, too, only the path of the file at the top is not repeated.
                let last_shown = last.filter(|last| index == 0 || !has_or || Some(*last) == shown);
                let files = file_patches(sources, edits, last_shown, options, link);
                last = edits.last().map(|edit| edit.span().file());
                files
            };
            let alternatives = suggestion.alternatives().take(MAX_ALTERNATIVES).enumerate();
            Patch { suggestion, alternatives: alternatives.map(alternative).collect(), has_or }
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
        let files = self.patches.iter().flat_map(|patch| &patch.alternatives).flatten();
        files.map(FilePatch::number_width).max().unwrap_or(0)
    }

    /// Draws all changes.
    pub(super) fn draw(&self, margin: Margin, pen: &mut Pen<impl Canvas>) {
        let width = Width::new(margin.number_width, 0, self.options);
        let layout = PatchLayout { margin, width };
        for patch in &self.patches {
            patch.draw(layout, pen);
        }
        if self.omitted > 0 {
            let more = format!("and {}", text::more("suggestion", self.omitted));
            pen.subheader(Style::Help, "help", &more);
        }
    }
}

/// Returns true if a suggestion has alternatives, and a path may be drawn between its changes: the changes are in several
/// files, or the file is unavailable, so that each change has a path.
fn has_paths_inside(sources: &SourceMap, suggestion: &Suggestion) -> bool {
    let mut files = suggestion.alternatives().flatten().map(|edit| edit.span().file());
    let first = files.next();
    let is_unavailable =
        || first.is_some_and(|file| sources.file(file).is_ok_and(SourceFile::is_unavailable));
    suggestion.alternatives().nth(1).is_some()
        && (files.any(|file| Some(file) != first) || is_unavailable())
}

/// What is drawn of a suggestion.
struct PatchProgress {
    /// The number of lines that may follow.
    lines_left: usize,
    /// Whether nothing is drawn below the header.
    needs_first_line: bool,
    /// Whether the line above already separates the next change from the header.
    is_separated: bool,
    /// Whether the line above has marks, which no border follows.
    ends_in_marks: bool,
}

impl Patch<'_> {
    fn draw(&self, layout: PatchLayout, pen: &mut Pen<impl Canvas>) {
        pen.subheader(Style::Help, "help", self.suggestion.message());
        let mut progress = PatchProgress {
            lines_left: MAX_LINES,
            needs_first_line: true,
            is_separated: false,
            ends_in_marks: false,
        };
        let mut drawn = 0;
        for files in &self.alternatives {
            if drawn > 0 && progress.lines_left == 0 {
                break;
            }
            if drawn > 0 && self.has_or {
                if progress.ends_in_marks {
                    layout.margin.empty_line(pen);
                }
                layout.remark("or:", pen);
                progress.is_separated = false;
                progress.ends_in_marks = false;
            }
            drawn += 1;
            draw_alternative(files, layout, &mut progress, pen);
        }
        let more = self.suggestion.alternatives().count() - drawn;
        if more > 0 {
            if !progress.is_separated {
                layout.margin.empty_line(pen);
            }
            let candidates = text::plural("other candidate", more);
            layout.remark(&format!("and {more} {candidates}"), pen);
        }
    }
}

/// Draws the changes of one alternative, and the number of the changed lines that are omitted.
fn draw_alternative(
    files: &[FilePatch<'_>],
    layout: PatchLayout,
    progress: &mut PatchProgress,
    pen: &mut Pen<impl Canvas>,
) {
    if files.is_empty() {
        if std::mem::take(&mut progress.needs_first_line) && layout.margin.glyphs.has_corners {
            layout.margin.first_line(pen);
        }
        layout.remark("the text does not change", pen);
    }
    let omitted: usize = files.iter().map(|file| file.draw(layout, progress, pen)).sum();
    if omitted > 0 {
        let lines = text::plural("line", omitted);
        layout.remark(&format!("and {omitted} more changed {lines}"), pen);
    }
}
