//! The rows of a snippet with their labels.
//!
//! ```text
//! 2 |   let x = f(a, b)
//!   |       -   ^ -  - beside the carets, where the last label overlaps no other
//!   |       |   | |
//!   |       |   | hangs from its caret
//!   |       |   hangs too
//!   |       and so does this, further left and so further down
//! ```

use std::cmp::Reverse;
use std::ops::Range;

use super::bars::{Bar, Bars, Beside};
use super::{Few, Margin, Mark, Pen, Row, Snippet, Style};
use crate::model::LabelStyle;

/// Draws the rows of a snippet, one after the other.
#[derive(Debug)]
pub(super) struct Labels<'a> {
    snippet: &'a Snippet<'a>,
    margin: Margin,
    bars: Bars<'a>,
    primary: Option<&'a Mark<'a>>,
}

impl<'a> Labels<'a> {
    pub(super) fn new(snippet: &'a Snippet<'a>, margin: Margin) -> Self {
        // The primary label is the first one, where it is in this file.
        let primary = snippet.marks.first().filter(|mark| mark.style == LabelStyle::Primary);
        Self { snippet, margin, bars: Bars::new(snippet), primary }
    }

    pub(super) fn draw(mut self, pen: &mut Pen) {
        let on_one_row =
            self.snippet.marks.iter().enumerate().filter(|(_, mark)| mark.is_on_one_row());
        let mut marks: Few<_> = on_one_row.collect();
        // Of those that mark the same cells the first one stands last, so that it hangs above the others.
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

    /// The cell in which the text of rows begins.
    fn text_column(&self) -> usize {
        self.margin.width() + self.bars.width() + 1
    }

    /// `  . |`, where lines are left out.
    fn gap(&self, pen: &mut Pen) {
        self.margin.gap(pen);
        self.bars.draw(Beside::Gap, self.margin, pen);
        pen.end_line();
    }

    /// `2 | |   let x = f(a, b)`
    fn row(&self, index: usize, row: &Row<'_>, pen: &mut Pen) {
        self.margin.number(row.number, pen);
        self.bars.draw(Beside::Text, self.margin, pen);
        pen.blanks(1);
        let [before, inside, behind] = row.split(self.primary_cells(index));
        pen.write(Style::Plain, before);
        pen.write(Style::Primary, inside);
        pen.write(Style::Plain, behind);
        pen.end_line();
    }

    /// The cells of a row that the primary label marks.
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

    /// Begins a line under a row up to its text.
    fn begin(&self, beside: Beside<'_>, pen: &mut Pen) {
        self.margin.border(pen);
        self.bars.draw(beside, self.margin, pen);
    }

    /// The carets under a row, and the messages that hang from them.
    fn carets(&self, carets: &Carets<'_>, pen: &mut Pen) {
        self.begin(Beside::Carets, pen);
        pen.blanks(1);
        carets.draw(pen);
        if let Some((mark, message)) = carets.beside {
            pen.blanks(1);
            let column = self.text_column() + mark.end.cell + 1;
            pen.block(mark.style.into(), message, column, |pen| {
                self.begin(Beside::Carets, pen);
                pen.blanks(1);
                let cells = self.pointers(carets.hanging(), usize::MAX, pen);
                pen.blanks(column - self.text_column() - cells);
            });
        }
        pen.end_line();
        if carets.hanging().next().is_none() {
            return;
        }
        self.begin(Beside::Carets, pen);
        pen.blanks(1);
        self.pointers(carets.hanging(), usize::MAX, pen);
        pen.end_line();
        for (mark, message) in carets.hanging().rev() {
            let before = |pen: &mut Pen| {
                self.begin(Beside::Carets, pen);
                pen.blanks(1);
                let cells = self.pointers(carets.hanging(), mark.start.cell, pen);
                pen.blanks(mark.start.cell - cells);
            };
            before(pen);
            let column = self.text_column() + mark.start.cell;
            pen.block(mark.style.into(), message, column, before);
            pen.end_line();
        }
    }

    /// A bar below the first cell of each label before `end`; gives the cells that were drawn.
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
            // The primary one of those that begin in one cell.
            while let Some(other) = marks.next_if(|other| other.start == mark.start) {
                style = style.min(other.style);
            }
            pen.blanks(mark.start.cell - drawn);
            pen.write(style.into(), self.margin.glyphs.bar);
            drawn = mark.start.cell + 1;
        }
        drawn
    }

    /// `  | | \-----^ message`, the line that begins or ends a label over many lines.
    fn end(&self, bar: &Bar<'_>, pen: &mut Pen) {
        let mark = bar.mark;
        let style = Style::from(mark.style);
        self.begin(Beside::End(bar, true), pen);
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
                self.begin(Beside::End(bar, false), pen);
                pen.blanks(column - self.margin.width() - self.bars.width());
            });
        }
        pen.end_line();
    }
}

/// The labels on one row, sorted by their cells.
struct Carets<'a> {
    marks: &'a [(usize, &'a Mark<'a>)],
    /// The label whose message stands beside the carets: the last one, where it overlaps no other.
    beside: Option<(&'a Mark<'a>, &'a str)>,
}

impl<'a> Carets<'a> {
    /// Nothing where there is no label.
    fn new(marks: &'a [(usize, &'a Mark<'a>)]) -> Option<Self> {
        let (_, last) = marks.iter().max_by_key(|(_, mark)| mark.end.cell)?;
        let overlapping = marks.iter().filter(|(_, mark)| mark.end.cell > last.start.cell).count();
        let message = last.message.filter(|_| overlapping == 1);
        Some(Self { marks, beside: message.map(|message| (*last, message)) })
    }

    /// The labels with messages that hang from the carets, in the order of their cells.
    fn hanging(&self) -> impl DoubleEndedIterator<Item = (&'a Mark<'a>, &'a str)> {
        // The one beside the carets begins behind all others.
        let beside = self.beside.map(|(mark, _)| mark.start);
        let with_message = self.marks.iter().filter_map(|(_, mark)| Some((*mark, mark.message?)));
        with_message.filter(move |(mark, _)| Some(mark.start) != beside)
    }

    /// `----^^^^^-  --`: where labels overlap, the primary one is on top.
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
