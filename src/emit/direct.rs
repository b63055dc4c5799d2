//! The direct path of human output, for plain diagnostics.
//!
//! ```text
//!   --> file.vitte:12:7
//!    |
//! 12 |   let x =
//!    |       ^ expected expression       one label per line
//!    .
//! 20 |   let y = 1
//!    |       - like this one
//! ```
//!
//! Most diagnostics of a compiler have one label, or a few labels on different lines, and these lines are short
//! printable ASCII. They need neither an [excerpt](super::excerpt) nor a [layout]. Tests check
//! that the output is the same as with them, byte for byte.

use std::ops::Range;

use super::canvas::Canvas;
use super::excerpt::{ExcerptOptions, LabelVec, Width};
use super::glyphs::Glyphs;
use super::layout::{self, Notes};
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::model::{Diagnostic, Label, LabelStyle};
use crate::source::{Location, SourceFile, SourceMap};
use crate::text;

/// The maximum number of labels of a plain diagnostic.
const MAX_LABELS: usize = 4;

/// A plain diagnostic.
#[derive(Debug)]
pub(super) struct Direct<'a> {
    /// The number of digits of the largest line number.
    number_width: usize,
    pub(super) file: &'a SourceFile,
    /// The location of the primary label.
    at: Location<'a>,
    /// In the order of the file.
    lines: LabelVec<LabelledLine<'a>>,
}

/// A line with its only label.
#[derive(Clone, Debug)]
struct LabelledLine<'a> {
    number: u32,
    /// Printable ASCII.
    text: &'a str,
    label: &'a Label,
    /// The bytes of the label in the text, which are also its cells. At least one.
    cells: Range<usize>,
}

impl<'a> Direct<'a> {
    /// Returns `None` if the diagnostic is not plain.
    pub(super) fn new(
        sources: &'a SourceMap,
        diagnostic: &'a Diagnostic,
        options: ExcerptOptions,
    ) -> Option<Self> {
        let file = sources.file(diagnostic.primary()?.span().file()).ok()?;
        let labels = 1 + diagnostic.secondary().len();
        let is_plain = labels <= options.labelled_lines.min(MAX_LABELS)
            && options.context_lines == 0
            && diagnostic.suggestions().is_empty()
            && diagnostic.children().is_empty()
            && diagnostic.trace().is_empty()
            && !file.is_unavailable()
            && !file.is_lossy()
            && !file.is_embedded();
        if !is_plain {
            return None;
        }
        let mut lines = LabelVec::new();
        for label in diagnostic.labels() {
            lines.push(LabelledLine::new(label, file)?);
        }
        let LabelledLine { number, cells, .. } = lines.first()?;
        // In printable ASCII, columns of all units are bytes.
        let col = u32::try_from(cells.start + 1).ok()?;
        let at = Location { path: file.path(), line: *number, col };
        lines.sort_unstable_by_key(|line| line.number);
        // A layout also shows a single line between two labelled lines.
        let are_separate = |pair: &[LabelledLine<'_>]| match pair {
            [a, b] => !matches!(b.number - a.number, 0 | 2),
            _ => true,
        };
        let number_width = text::digit_count(lines.last()?.number);
        let width = Width::new(number_width, 0, options);
        let is_plain = lines.windows(2).all(are_separate)
            && lines.iter().all(|line| width.is_whole(line.text) && line.fits(width));
        is_plain.then_some(Self { number_width, file, at, lines })
    }

    /// Draws the snippet and the notes. The path is a link if `link` is its URL.
    pub(super) fn draw(
        &self,
        notes: Notes<'_>,
        link: Option<&str>,
        glyphs: &'static Glyphs,
        pen: &mut Pen<impl Canvas>,
    ) {
        let margin = Margin { number_width: self.number_width, glyphs };
        margin.arrow(self.at, link, pen);
        margin.empty_line(pen);
        let mut next = self.lines.first().map_or(0, |line| line.number);
        for line in &self.lines {
            if line.number > next {
                _ = margin.gap(pen);
                pen.end_drawn_line();
            }
            next = line.number.saturating_add(1);
            line.draw(self.file, margin, pen);
        }
        if !notes.is_empty() {
            margin.empty_line(pen);
        }
        notes.draw(margin, pen);
    }
}

impl<'a> LabelledLine<'a> {
    /// Returns `None` if the label is multi-line, or not entirely in `file`, or if an end is inside a byte order mark.
    /// Offsets inside other characters are accepted: no line that is printable ASCII has any.
    #[inline(always)]
    fn new(label: &'a Label, file: &'a SourceFile) -> Option<Self> {
        let span = label.span();
        let line = file.line_at(span.lo());
        let (lo, hi) = (line.bytes_to(span.lo()), line.bytes_to(span.hi()));
        let is_boundary = |offset: u32| offset == 0 || offset as usize >= line.text.start;
        let is_inside = span.file() == file.id()
            && span.hi() as usize <= line.next
            && is_boundary(span.lo())
            && is_boundary(span.hi());
        is_inside.then_some(Self {
            number: line.number,
            text: file.text().get(line.text)?,
            label,
            cells: lo..hi.max(lo + 1),
        })
    }

    /// Returns true if the message of the label fits beside the carets.
    fn fits(&self, width: Width) -> bool {
        let Some(rest) = width.cells().checked_sub(self.cells.end) else { return false };
        let room = rest.saturating_sub(1);
        self.label.message().is_none_or(|message| {
            text::is_safe(message)
                && (message.len() <= room || width.options().width_of(message) <= room)
        })
    }

    /// Draws the line, and the carets and the message of its label.
    fn draw(&self, file: &SourceFile, margin: Margin, pen: &mut Pen<impl Canvas>) {
        let Self { text, cells: Range { start, end }, label, .. } = self;
        let style = Style::from(label.style());
        margin.number(self.number, pen);
        pen.blanks(1);
        let syntax = pen.syntax(file, self.number, |offset| offset);
        // Only the text of the primary label has its colour.
        if pen.is_styled() && label.style() == LabelStyle::Primary {
            let (before, rest) = text.split_at_checked(*start).unwrap_or((text, ""));
            let (inside, after) = rest.split_at_checked(end - start).unwrap_or((rest, ""));
            pen.source(&syntax, 0, before);
            pen.write(style, inside);
            pen.source(&syntax, text.len() - after.len(), after);
        } else {
            pen.source(&syntax, 0, text);
        }
        pen.end_line_after(text);

        layout::label_line(margin, *start..*end, label.style(), label.message(), pen);
    }
}
