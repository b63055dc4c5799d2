//! Draws the rows of a snippet with their labels.
//!
//! ```text
//! 2 |   let x = f(a, b)
//!   |       -   ^ -  - beside the carets, if the last label overlaps no other
//!   |       |   | |
//!   |       |   | hangs from its caret
//!   |       |   hangs, too
//!   |       hangs below all labels on its right
//! ```

use std::cmp::Reverse;
use std::ops::Range;

use super::bars::{Bar, Bars, LineKind};
use super::{LabelVec, Margin, Mark, Pen, Row, Snippet, Style};
use crate::model::LabelStyle;

/// Draws the rows of a snippet.
#[derive(Debug)]
pub(super) struct SnippetRenderer<'a> {
    snippet: &'a Snippet<'a>,
    margin: Margin,
    bars: Bars<'a>,
    primary: Option<&'a Mark<'a>>,
}

impl<'a> SnippetRenderer<'a> {
    pub(super) fn new(snippet: &'a Snippet<'a>, margin: Margin) -> Self {
        // The primary label is the first one if it is in this file.
        let primary = snippet.marks.first().filter(|mark| mark.style == LabelStyle::Primary);
        Self { snippet, margin, bars: Bars::new(snippet), primary }
    }

    pub(super) fn draw(mut self, pen: &mut Pen) {
        let on_one_row =
            self.snippet.marks.iter().enumerate().filter(|(_, mark)| mark.is_on_one_row());
        let mut marks: LabelVec<_> = on_one_row.collect();
        // Of labels with the same cells the first one is sorted last, so that its message hangs above the others.
        marks.sort_unstable_by_key(|&(index, mark)| (mark.start, mark.end, Reverse(index)));
        let mut marks = marks.as_slice();
        let mut last_number = None;
        for (index, row) in self.snippet.rows.iter().enumerate() {
            self.bars.move_to(index, row);
            if last_number.is_some_and(|last| last + 1 < row.number) {
                self.gap(pen);
            }
            last_number = Some(row.number);
            self.row(index, row, pen);
            let here = marks.iter().take_while(|(_, mark)| mark.start.row <= index).count();
            let (on_row, rest) = marks.split_at_checked(here).unwrap_or_default();
            marks = rest;
            if let Some(carets) = Carets::new(on_row) {
                self.carets(&carets, pen);
            }
            if !self.bars.is_empty() {
                self.bars.ends().iter().for_each(|end| self.end(end, pen));
            }
        }
    }

    /// Returns the cell in which the text of rows begins, 0-based.
    fn text_column(&self) -> usize {
        self.margin.width() + self.bars.width() + 1
    }

    /// Draws `  . |` for omitted lines.
    fn gap(&self, pen: &mut Pen) {
        self.margin.gap(pen);
        self.bars.draw(LineKind::Gap, self.margin, pen);
        pen.end_line();
    }

    /// Draws `2 | |   let x = f(a, b)`.
    fn row(&self, index: usize, row: &Row<'_>, pen: &mut Pen) {
        self.margin.number(row.number, pen);
        self.bars.draw(LineKind::Text, self.margin, pen);
        pen.blanks(1);
        let [before, inside, after] = row.split(self.primary_cells(index));
        pen.write(Style::Plain, before);
        pen.write(Style::Primary, inside);
        pen.write(Style::Plain, after);
        pen.end_line();
    }

    /// Returns the cells of a row that the primary label marks; an empty range if there are none.
    fn primary_cells(&self, row: usize) -> Range<usize> {
        let Some(&Mark { start, end, .. }) =
            self.primary.filter(|mark| mark.start.row <= row && row <= mark.end.row)
        else {
            return 0..0;
        };
        let from = if start.row == row { start.cell } else { 0 };
        let to = if end.row == row { end.cell } else { usize::MAX };
        from..to
    }

    /// Draws the border and the bars of a line under a row.
    fn begin(&self, line: LineKind<'_>, pen: &mut Pen) {
        self.margin.border(pen);
        self.bars.draw(line, self.margin, pen);
    }

    /// Draws the carets under a row, and their messages.
    fn carets(&self, carets: &Carets<'_>, pen: &mut Pen) {
        self.begin(LineKind::Carets, pen);
        pen.blanks(1);
        carets.draw(pen);
        if let Some((mark, message)) = carets.beside {
            pen.blanks(1);
            let column = self.text_column() + mark.end.cell + 1;
            pen.block(mark.style.into(), message, column, |pen| {
                self.begin(LineKind::Carets, pen);
                pen.blanks(1);
                let cells = self.pointers(carets.hanging(), usize::MAX, pen);
                pen.blanks(column - self.text_column() - cells);
            });
        }
        pen.end_line();
        if carets.hanging().next().is_none() {
            return;
        }
        self.begin(LineKind::Carets, pen);
        pen.blanks(1);
        self.pointers(carets.hanging(), usize::MAX, pen);
        pen.end_line();
        for (mark, message) in carets.hanging().rev() {
            let begin_line = |pen: &mut Pen| {
                self.begin(LineKind::Carets, pen);
                pen.blanks(1);
                let cells = self.pointers(carets.hanging(), mark.start.cell, pen);
                pen.blanks(mark.start.cell - cells);
            };
            begin_line(pen);
            let column = self.text_column() + mark.start.cell;
            pen.block(mark.style.into(), message, column, begin_line);
            pen.end_line();
        }
    }

    /// Draws a bar below the first cell of each hanging label that starts before the cell `end`, and returns
    /// the number of cells that were drawn.
    fn pointers<'m>(
        &self,
        hanging: impl Iterator<Item = (&'m Mark<'m>, &'m str)>,
        end: usize,
        pen: &mut Pen,
    ) -> usize {
        let mut drawn = 0;
        let mut marks =
            hanging.map(|(mark, _)| mark).take_while(|mark| mark.start.cell < end).peekable();
        while let Some(mark) = marks.next() {
            let mut style = mark.style;
            // If several labels start in the same cell, the style of the primary one wins.
            while let Some(other) = marks.next_if(|other| other.start == mark.start) {
                style = style.min(other.style);
            }
            pen.blanks(mark.start.cell - drawn);
            pen.write(style.into(), self.margin.glyphs.bar);
            drawn = mark.start.cell + 1;
        }
        drawn
    }

    /// Draws `  | | \-----^ message`, the line that starts or ends a multi-line label.
    fn end(&self, bar: &Bar<'_>, pen: &mut Pen) {
        let mark = bar.mark;
        let style = Style::from(mark.style);
        self.begin(LineKind::End(bar, true), pen);
        let dashes = if bar.is_bottom() { mark.end.cell } else { mark.start.cell + 1 };
        pen.repeat(style, self.margin.glyphs.dash, dashes);
        let caret = match mark.style {
            LabelStyle::Primary => "^",
            LabelStyle::Secondary => "'",
        };
        pen.write(style, caret);
        if let Some(message) = mark.message.filter(|_| bar.is_bottom()) {
            pen.blanks(1);
            let column = self.text_column() + mark.end.cell + 1;
            pen.block(style, message, column, |pen| {
                self.begin(LineKind::End(bar, false), pen);
                pen.blanks(column - self.margin.width() - self.bars.width());
            });
        }
        pen.end_line();
    }
}

/// The labels on one row, sorted by their cells.
struct Carets<'a> {
    marks: &'a [(usize, &'a Mark<'a>)],
    /// The last label and its message, which is beside the carets; `None` if the label has no message or
    /// overlaps another label.
    beside: Option<(&'a Mark<'a>, &'a str)>,
}

impl<'a> Carets<'a> {
    /// Returns `None` if there are no labels.
    fn new(marks: &'a [(usize, &'a Mark<'a>)]) -> Option<Self> {
        let (_, last) = marks.iter().max_by_key(|(_, mark)| mark.end.cell)?;
        let overlapping = marks.iter().filter(|(_, mark)| mark.end.cell > last.start.cell).count();
        let message = last.message.filter(|_| overlapping == 1);
        Some(Self { marks, beside: message.map(|message| (*last, message)) })
    }

    /// Returns the labels whose messages hang from the carets, in the order of their cells.
    fn hanging(&self) -> impl DoubleEndedIterator<Item = (&'a Mark<'a>, &'a str)> {
        // The label with the message beside the carets starts after all others.
        let beside = self.beside.map(|(mark, _)| mark.start);
        let with_message = self.marks.iter().filter_map(|(_, mark)| Some((*mark, mark.message?)));
        with_message.filter(move |(mark, _)| Some(mark.start) != beside)
    }

    /// Draws `----^^^^^-  --`. Where labels overlap, the primary one is visible.
    fn draw(&self, pen: &mut Pen) {
        let primary = self.marks.iter().find(|(_, mark)| mark.style == LabelStyle::Primary);
        let primary =
            primary.map_or(usize::MAX..usize::MAX, |(_, mark)| mark.start.cell..mark.end.cell);
        let mut at = 0;
        let mut run = |style: LabelStyle, cells: Range<usize>| {
            let from = cells.start.max(at);
            if from < cells.end {
                pen.blanks(from - at);
                pen.repeat(style.into(), style.caret(), cells.end - from);
                at = cells.end;
            }
        };
        let secondary = self.marks.iter().filter(|(_, mark)| mark.style == LabelStyle::Secondary);
        for (_, Mark { start, end, .. }) in secondary {
            run(LabelStyle::Secondary, start.cell..end.cell.min(primary.start));
            if end.cell > primary.start {
                run(LabelStyle::Primary, primary.clone());
                run(LabelStyle::Secondary, start.cell.max(primary.end)..end.cell);
            }
        }
        run(LabelStyle::Primary, primary);
    }
}
