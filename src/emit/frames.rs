//! The frames of a backtrace in human output.
//!
//! ```text
//!    = backtrace:
//!        0: vittec::front::blocks::close at examples/vittec/src/front/blocks.rs:77:13
//!           [... omitted 2 runtime frames ...]
//!        3: vittec::main at examples/vittec/src/main.rs:63:1
//!           [... omitted 9 runtime frames ...]
//! ```
//!
//! Frames keep their numbers in the whole backtrace, whichever are shown. Runtime frames have the colour of
//! the gutter.

use std::cell::Cell;

use super::canvas::Canvas;
use super::pen::Pen;
use super::style::Style;
use crate::model::{Backtrace, BacktraceLine};
use crate::text;

/// The maximum number of lines. The last frame may exceed it, and one more line reports the number of omitted
/// frames.
const MAX_LINES: usize = 100;

/// Draws frames, one per line, that begin at the 0-based cell `column`. Consecutive runtime frames are drawn as
/// one line, unless `is_full` is set. `begin_line` draws the start of each line up to a cell.
pub(super) fn draw<C: Canvas>(
    backtrace: &Backtrace,
    is_full: bool,
    column: usize,
    begin_line: impl Fn(&mut Pen<C>, usize) + Copy,
    pen: &mut Pen<C>,
) {
    let last = u32::try_from(backtrace.frames().len().saturating_sub(1)).unwrap_or(u32::MAX);
    let columns = Columns { start: column, digits: text::digit_count(last), begin_line };
    let mut lines = backtrace.lines(is_full);
    let mut line_count = 0;
    for line in lines.by_ref() {
        line_count += match line {
            BacktraceLine::Frame(index, frame) => {
                let style = if frame.is_runtime() { Style::Gutter } else { Style::Plain };
                columns.number(index, pen);
                columns.text(style, frame.text(), pen)
            }
            folded => columns.remark(&folded.remark().unwrap_or_default(), pen),
        };
        if line_count >= MAX_LINES {
            break;
        }
    }
    let more: usize = lines.map(|line| line.count()).sum();
    if more > 0 {
        columns.remark(&format!("[... omitted {} ...]", text::more("frame", more)), pen);
    }
}

/// The columns of frame numbers and their text.
#[derive(Clone, Copy)]
struct Columns<F> {
    /// The first cell of the numbers, 0-based.
    start: usize,
    /// The digits of the largest number.
    digits: usize,
    begin_line: F,
}

impl<F: Copy> Columns<F> {
    /// Returns the first cell of the text, 0-based.
    fn text_start(self) -> usize {
        self.start + self.digits + ": ".len()
    }

    fn number<C: Canvas>(self, index: usize, pen: &mut Pen<C>)
    where
        F: Fn(&mut Pen<C>, usize),
    {
        (self.begin_line)(pen, self.start);
        pen.number(Style::Gutter, u32::try_from(index).unwrap_or(u32::MAX), self.digits);
        pen.write(Style::Gutter, ":");
        pen.blanks(1);
    }

    /// Writes a line without a number, and returns how many lines it took.
    fn remark<C: Canvas>(self, text: &str, pen: &mut Pen<C>) -> usize
    where
        F: Fn(&mut Pen<C>, usize),
    {
        (self.begin_line)(pen, self.text_start());
        self.text(Style::Gutter, text, pen)
    }

    /// Writes the text after a number, and returns how many lines it took.
    fn text<C: Canvas>(self, style: Style, text: &str, pen: &mut Pen<C>) -> usize
    where
        F: Fn(&mut Pen<C>, usize),
    {
        let lines = Cell::new(1);
        pen.block(style, text, self.text_start(), |pen| {
            lines.set(lines.get() + 1);
            (self.begin_line)(pen, self.text_start());
        });
        pen.end_line();
        lines.get()
    }
}
