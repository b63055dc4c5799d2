//! Draws the rows of a snippet with their labels.
//!
//! ```text
//! 2 |   let x = f(a, b)
//!   |       -   ^ -  - beside the underline, if it does not touch another label
//!   |       |   | |
//!   |       |   | hangs from its underline
//!   |       |   hangs, too
//!   |       hangs below all labels on its right
//! ...
//! 9 | /     g(
//! 10| |     )
//!   | |_____- the end of a multi-line label
//! ```

use std::cmp::Reverse;
use std::ops::Range;

use smallvec::SmallVec;

use super::bars::Bars;
use super::crowded;
use super::grid::Grid;
use super::placement::{
    Annotation, Message, MessageLayout, Part, Placed, Placement, Stem, StemLevels,
};
use super::{LabelVec, Margin, Mark, Pen, Row, Snippet, Style};
use crate::emit::canvas::Canvas;
use crate::emit::glyphs::Glyphs;
use crate::emit::row_text;
use crate::model::LabelStyle;
use crate::text::{self, CellOptions};

/// Draws the rows of a snippet.
#[derive(Debug)]
pub(super) struct SnippetRenderer<'a> {
    snippet: &'a Snippet<'a>,
    margin: Margin,
    bars: Bars<'a>,
    primary: Option<&'a Mark<'a>>,
    messages: MessageLayout,
}

impl<'a> SnippetRenderer<'a> {
    pub(super) fn new(snippet: &'a Snippet<'a>, margin: Margin) -> Self {
        // The primary label is the first one if it is in this file.
        let primary = snippet.marks.first().filter(|mark| mark.style == LabelStyle::Primary);
        let glyphs = margin.glyphs;
        let messages = MessageLayout {
            width: snippet.width.cells(),
            lead: glyphs.label(LabelStyle::Primary).lead.chars().count(),
            options: snippet.width.options(),
        };
        Self { snippet, margin, bars: Bars::new(snippet), primary, messages }
    }

    pub(super) fn draw(mut self, pen: &mut Pen<impl Canvas>) {
        let on_one_row = self.snippet.marks.iter().filter(|mark| mark.is_on_one_row());
        let mut marks: LabelVec<_> = on_one_row.collect();
        marks.sort_by_key(|mark| mark.start.row);
        let mut marks = marks.as_slice();
        let mut last_number = None;
        for (index, row) in self.snippet.rows.iter().enumerate() {
            if last_number.is_some_and(|last| last + 1 < row.number) {
                self.gap(pen);
            }
            last_number = Some(row.number);
            let here = marks.iter().take_while(|mark| mark.start.row <= index).count();
            let (on_row, rest) = marks.split_at_checked(here).unwrap_or_default();
            marks = rest;
            self.bars.move_to(index, row, on_row.is_empty());
            self.row(index, row, pen);
            match on_row {
                [mark] if self.bars.count() == 0 && self.fits_beside(mark, row) => {
                    let cells = mark.start.cell..mark.end.cell;
                    label_line(self.margin, cells, mark.style, mark.message, pen);
                }
                _ => self.labels(row, on_row, pen),
            }
        }
    }

    /// Returns true if nothing but the underline and the message of a label is below the row.
    fn fits_beside(&self, mark: &Mark<'_>, row: &Row<'_>) -> bool {
        let room = self.messages.width.saturating_sub(mark.end.cell + 1);
        let is_plain = |message: &str| message.len() <= room && text::is_plain(message);
        row.dots.is_empty() && mark.message.is_none_or(is_plain)
    }

    /// Draws the labels of a row.
    fn labels(&self, row: &Row<'_>, marks: &[&Mark<'a>], pen: &mut Pen<impl Canvas>) {
        let singles = marks.iter().map(|mark| Annotation {
            style: mark.style,
            start: mark.start.cell,
            end: mark.end.cell,
            message: mark.message,
            part: Part::Whole,
        });
        let annotations: LabelVec<_> = self.bars.annotations().chain(singles).collect();
        if !annotations.is_empty() {
            let mut placement = Placement::new(annotations, self.messages);
            crowded::connect(&mut placement.placed, self.messages);
            self.annotations(row, placement, pen);
        }
    }

    /// Draws `...  |` for omitted lines.
    fn gap(&self, pen: &mut Pen<impl Canvas>) {
        let cells = self.margin.gap(pen);
        let mut grid = Grid::new(1);
        for (lane, style) in self.bars.after() {
            grid.glyph(0, lane, style.into(), self.glyphs().label(style).bar);
        }
        grid.draw(pen, |pen| pen.blanks((self.margin.width() + 1).saturating_sub(cells)));
    }

    /// Draws `2 | | let x = f(a, b)`.
    fn row(&self, index: usize, row: &Row<'_>, pen: &mut Pen<impl Canvas>) {
        self.margin.number(row.number, pen);
        pen.blanks(1);
        let mut drawn = 0;
        if self.bars.count() > 0 {
            let mut beside: Vec<_> = self.bars.beside_text().collect();
            beside.sort_unstable_by_key(|(lane, ..)| *lane);
            for (lane, style, is_top) in beside {
                let glyphs = self.glyphs().label(style);
                pen.blanks(lane - drawn);
                pen.write(style.into(), if is_top { glyphs.top } else { glyphs.bar });
                drawn = lane + 1;
            }
        }
        pen.blanks(self.bars.width() - drawn);
        let syntax = pen.syntax(self.snippet.file, row.number, |offset| row.byte_at(offset));
        row_text::draw(row, &syntax, &[self.primary_cells(index)], Style::Primary, pen);
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

    const fn glyphs(&self) -> &'static Glyphs {
        self.margin.glyphs
    }

    /// Draws the lines under a row.
    fn annotations(&self, row: &Row<'_>, placement: Placement<'_>, pen: &mut Pen<impl Canvas>) {
        let Placement { mut placed } = placement;
        let lines = Lines::new(&placed);
        let stems = StemLevels::new(&placed);
        let mut painter = Painter {
            grid: Grid::new(lines.total()),
            lines: &lines,
            glyphs: self.glyphs(),
            text: self.bars.width(),
            dots: &row.dots,
            options: self.messages.options,
        };
        placed.iter().for_each(|placed| painter.dashes(placed));
        placed.iter().for_each(|placed| painter.stem(placed));
        placed.iter().for_each(|turn| painter.turn(turn, &stems));
        placed.iter().for_each(|end| painter.dash_end(end, &stems));
        for (lane, style) in self.bars.passing() {
            painter.bar(lane, style, 0..lines.total());
        }
        // Short underlines are drawn on top of long ones, and the primary one on top of an equal one.
        placed.sort_by_key(|Placed { annotation, .. }| {
            (Reverse(annotation.len()), annotation.style == LabelStyle::Primary)
        });
        placed.iter().for_each(|message| painter.message(message, &stems));
        placed.iter().for_each(|placed| painter.underline(placed));
        painter.grid.draw(pen, |pen| {
            self.margin.border(pen);
            pen.blanks(1);
        });
    }
}

/// Draws the line under a row whose only label has its message beside the underline.
#[inline(always)]
pub(in crate::emit) fn label_line(
    margin: Margin,
    cells: Range<usize>,
    style: LabelStyle,
    message: Option<&str>,
    pen: &mut Pen<impl Canvas>,
) {
    margin.border(pen);
    pen.blanks(1 + cells.start);
    pen.repeat(style.into(), margin.glyphs.label(style).underline, cells.len());
    match message {
        Some(message) => {
            pen.blanks(1);
            pen.write(style.into(), message);
            pen.end_line_after(message);
        }
        None => pen.end_drawn_line(),
    }
}

/// The lines under a row: each level has a line, or several for a message of several lines.
#[derive(Debug)]
struct Lines {
    /// The first line of each level. One more than there are levels.
    starts: SmallVec<[usize; 8]>,
}

impl Lines {
    fn new(placed: &[Placed<'_>]) -> Self {
        let levels = |Placed { level, message, .. }: &Placed<'_>| {
            message.as_ref().map_or(*level, |message| message.level.max(*level))
        };
        let last = placed.iter().map(levels).max().unwrap_or(0);
        // At first the height of each level.
        let mut starts: SmallVec<[usize; 8]> = smallvec::smallvec![0; last + 1];
        let mut need = |level: usize, lines: usize| {
            if let Some(height) = starts.get_mut(level) {
                *height = lines.max(*height);
            }
        };
        need(0, 1);
        let mut stems = 0;
        for Placed { annotation, level, message } in placed {
            if let Some(message) = message {
                need(message.level, message.lines.len());
            }
            if annotation.has_dashes() || message.as_ref().is_some_and(Message::has_stem) {
                stems = stems.max(*level);
            }
        }
        (1..=stems).for_each(|level| need(level, 1));
        let mut next = 0;
        for start in &mut starts {
            let height = std::mem::replace(start, next);
            next += height;
        }
        starts.push(next);
        Self { starts }
    }

    /// Returns the number of lines.
    fn total(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Returns the first line of a level.
    fn of(&self, level: usize) -> usize {
        self.starts.get(level).copied().unwrap_or_else(|| self.total())
    }
}

/// Puts annotations into the grid.
struct Painter<'p, 't> {
    grid: Grid<'t>,
    lines: &'p Lines,
    glyphs: &'static Glyphs,
    /// The first cell of the text of the row.
    text: usize,
    /// The cells of the row's text with dots.
    dots: &'p [Range<usize>],
    /// How messages are measured.
    options: CellOptions,
}

impl<'t> Painter<'_, 't> {
    /// The dashes from the bar to the start or end of a multi-line label, and the bar.
    fn dashes(&mut self, placed: &Placed<'_>) {
        let Placed { annotation, level, .. } = placed;
        let (style, glyphs) = (annotation.style, self.glyphs.label(annotation.style));
        let line = self.lines.of(*level);
        let (lane, corner) = match annotation.part {
            Part::Whole => return,
            Part::Start(lane) => (lane, glyphs.start_corner),
            Part::End(lane) => (lane, glyphs.end_corner),
        };
        let dashes = lane + 1..self.text + annotation.start;
        self.grid.repeat(line, dashes, style.into(), glyphs.dash);
        let bar = match annotation.part {
            Part::Start(_) => line + 1..self.lines.total(),
            _ => 0..line,
        };
        self.bar(lane, style, bar);
        self.grid.glyph(line, lane, style.into(), corner);
    }

    fn bar(&mut self, lane: usize, style: LabelStyle, lines: Range<usize>) {
        self.grid.column(lines, lane, style.into(), self.glyphs.label(style).bar);
    }

    /// The line from the underline to a hanging message, or to dashes.
    fn stem(&mut self, placed: &Placed<'_>) {
        let Placed { annotation, level, .. } = placed;
        let glyphs = self.glyphs.label(annotation.style);
        if *level > 0 {
            let (lines, cell) =
                (1..self.lines.of(placed.stem_level()), self.text + annotation.start);
            self.grid.column(lines, cell, annotation.style.into(), glyphs.stem);
        }
    }

    /// The line from a stem to the start of a message that is further left.
    fn turn(&mut self, placed: &Placed<'_>, stems: &StemLevels) {
        let Placed { annotation, level, message: Some(message) } = placed else { return };
        let (start, cell) = (self.text + message.column, self.text + annotation.start);
        if message.stem != Stem::Turned || cell <= start {
            return;
        }
        let (line, style) = (self.lines.of(*level), annotation.style.into());
        let [end, branch, dash, corner] = self.glyphs.turn;
        if dash != " " {
            self.grid.repeat(line, start + 1..cell, style, dash);
        }
        self.grid.glyph(line, start, style, corner);
        let ends = !stems.go_on(annotation.start, message.level);
        self.grid.glyph(line, cell, style, if ends { end } else { branch });
    }

    /// The end of the dashes below the start or end of a multi-line label.
    fn dash_end(&mut self, placed: &Placed<'_>, stems: &StemLevels) {
        let Placed { annotation, level, message } = placed;
        if *level > 0 && annotation.has_dashes() {
            let glyphs = self.glyphs.label(annotation.style);
            let ends = message.is_none() && !stems.go_on(annotation.start, *level);
            let glyph = if ends { glyphs.dash_end } else { glyphs.dash_branch };
            let cell = self.text + annotation.start;
            self.grid.glyph(self.lines.of(*level), cell, annotation.style.into(), glyph);
        }
    }

    fn message(&mut self, placed: &'t Placed<'_>, stems: &StemLevels) {
        let Placed { annotation, message: Some(message), .. } = placed else { return };
        let style = annotation.style.into();
        let line = self.lines.of(message.level);
        if message.has_stem() {
            let glyphs = self.glyphs.label(annotation.style);
            let ends = !stems.go_on(annotation.start, message.level);
            let lead = if ends { glyphs.lead } else { glyphs.branch };
            let cells = lead.chars().count();
            if message.column == annotation.start + cells {
                let start = self.text + annotation.start;
                self.grid.text(line, start..start + cells, style, lead);
            }
        }
        for (offset, text) in message.lines.iter().enumerate() {
            let start = self.text + message.column;
            let cells = start..start + self.options.width_of(text);
            self.grid.text(line + offset, cells, style, text);
        }
    }

    fn underline(&mut self, placed: &Placed<'_>) {
        let Placed { annotation, level, message } = placed;
        let (style, glyphs) = (annotation.style, self.glyphs.label(annotation.style));
        let cell = self.text + annotation.start;
        let cells = cell..self.text + annotation.end;
        self.grid.repeat(0, cells, style.into(), glyphs.underline);
        // The dots inside a long label are also below the text.
        let inside =
            |dots: &&Range<usize>| annotation.start < dots.start && dots.end < annotation.end;
        for dots in self.dots.iter().filter(inside) {
            let dot = self.glyphs.dot;
            let cells = self.text + dots.start..self.text + dots.end;
            self.grid.repeat(0, cells, style.into(), dot);
        }
        let has_stem = message.as_ref().is_some_and(Message::has_stem);
        let first = match level {
            0 if annotation.has_dashes() => glyphs.dash_underline,
            1.. if annotation.has_dashes() || has_stem => glyphs.hook,
            _ => return,
        };
        self.grid.glyph(0, cell, style.into(), first);
    }
}
