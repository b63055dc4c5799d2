//! The calls of a backtrace in human output, below the word that says what they are.
//!
//! ```text
//!    = backtrace:
//!        0: vittec::front::blocks::close at examples/vittec/src/front/blocks.rs:77:13
//!           ... 2 calls of the runtime ...
//!        3: vittec::main at examples/vittec/src/main.rs:63:1
//!           ... 9 calls of the runtime ...
//! ```
//!
//! Numbers are those of the whole backtrace, so that they mean the same call whatever is shown. What is
//! not the program's own has the colour of the gutter.

use std::cell::Cell;

use super::pen::Pen;
use super::style::Style;
use crate::model::{Backtrace, BacktraceLine};
use crate::text;

/// The most lines that are shown, but that the last call is shown whole, and a last line says how many
/// more calls there are.
const MOST_LINES: usize = 100;

/// Draws calls, a line each, that begin at the 0-based cell `column`; those of the runtime in a row are
/// one line, unless `is_full`.
pub(super) fn draw(backtrace: &Backtrace, is_full: bool, column: usize, pen: &mut Pen) {
    let last = u32::try_from(backtrace.frames().len().saturating_sub(1)).unwrap_or(u32::MAX);
    let column = Column { start: column, digits: text::digit_count(last) };
    let mut shown = backtrace.lines(is_full);
    let mut lines = 0;
    for line in shown.by_ref() {
        lines += match line {
            BacktraceLine::Frame(index, frame) => {
                let style = if frame.is_runtime() { Style::Gutter } else { Style::Plain };
                column.number(index, pen);
                column.text(style, frame.text(), pen)
            }
            folded => column.remark(&folded.remark().unwrap_or_default(), pen),
        };
        if lines >= MOST_LINES {
            break;
        }
    }
    let more: usize = shown.map(|line| line.count()).sum();
    if more > 0 {
        column.remark(&format!("... {} ...", text::more("call", more)), pen);
    }
}

/// Where numbers begin, 0-based, and how many digits the largest has.
#[derive(Clone, Copy)]
struct Column {
    start: usize,
    digits: usize,
}

impl Column {
    /// The cell behind the numbers.
    const fn end(self) -> usize {
        self.start + self.digits + ": ".len()
    }

    fn number(self, index: usize, pen: &mut Pen) {
        pen.blanks(self.start);
        pen.number(Style::Gutter, u32::try_from(index).unwrap_or(u32::MAX), self.digits);
        pen.write(Style::Gutter, ":");
        pen.blanks(1);
    }

    /// A line without a number.
    fn remark(self, text: &str, pen: &mut Pen) -> usize {
        pen.blanks(self.end());
        self.text(Style::Gutter, text, pen)
    }

    /// Writes a text behind the numbers, and says how many lines it took.
    fn text(self, style: Style, text: &str, pen: &mut Pen) -> usize {
        let lines = Cell::new(1);
        pen.block(style, text, self.end(), |pen| {
            lines.set(lines.get() + 1);
            pen.blanks(self.end());
        });
        pen.end_line();
        lines.get()
    }
}
