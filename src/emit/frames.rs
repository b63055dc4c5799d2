//! The frames of a backtrace in human output.
//!
//! ```text
//!    = backtrace: 2 frames of std, called by
//!         2: vittec::crash::write_to_null       examples/vittec/src/crash.rs:92:52
//!         3: vittec::driver::Check::check_file  examples/vittec/src/driver.rs:99:23
//!            ... 15 frames of rayon-core, rayon, std
//!        19: vittec::main                       examples/vittec/src/main.rs:63:1
//! ```
//!
//! In full:
//!
//! ```text
//!    = backtrace:
//!         0: core::ptr::write_volatile::<u8> at /rustc/59807616e1/library/core/src/ptr/mod.rs:2067:9
//!         1: vittec::crash::write_to_null at /home/ada/vittec/src/crash.rs:92:52
//! ```
//!
//! Frames keep their numbers in the whole backtrace, whichever are shown. Frames of libraries have the colour of the
//! gutter.

use std::cell::Cell;

use super::canvas::Canvas;
use super::margin::Margin;
use super::pen::Pen;
use super::style::Style;
use crate::model::{Backtrace, FoldedFrames, FrameLineOptions};
use crate::terminal::BacktraceStyle;
use crate::text;

/// The maximum number of lines of all frames. The last frame of a full backtrace may exceed it, and one more line reports
/// the number of omitted frames.
const MAX_LINES: usize = 100;

/// The maximum width of a line of the short style in cells. A wider terminal is not read faster.
const SHORT_WIDTH: usize = 100;

/// How a backtrace is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BacktraceOptions {
    pub(super) style: BacktraceStyle,
    /// The maximum number of lines of the short style.
    pub(super) short_lines: usize,
}

impl Default for BacktraceOptions {
    fn default() -> Self {
        Self { style: BacktraceStyle::Short, short_lines: 12 }
    }
}

/// Draws a backtrace as a note.
pub(super) fn draw(
    backtrace: &Backtrace,
    options: BacktraceOptions,
    margin: Margin,
    pen: &mut Pen<impl Canvas>,
) {
    let begin_line = |pen: &mut Pen<_>, column| margin.further_line(column, pen);
    let start = margin.list_column();
    if options.style == BacktraceStyle::Full {
        margin.note("backtrace", "", pen);
        return draw_full(backtrace, start, begin_line, pen);
    }
    let is_short = options.style == BacktraceStyle::Short;
    let folded = match is_short {
        true => FoldedFrames::new(backtrace),
        false => FoldedFrames::without_repetitions(backtrace),
    };
    let heading = folded.heading().filter(|_| is_short);
    margin.note("backtrace", &heading.unwrap_or_default(), pen);
    let width = if is_short { pen.width().min(SHORT_WIDTH) } else { pen.width() };
    let mut lines = FrameLineOptions::new(options.style, width.saturating_sub(start));
    // One more line reports the number of omitted frames.
    lines.max_lines = if is_short { options.short_lines } else { MAX_LINES + 1 };
    lines.ellipsis = margin.glyphs.dots;
    let lines = folded.lines(lines);
    let last = lines.iter().filter_map(|line| line.index).max().unwrap_or_default();
    let last = u32::try_from(last).unwrap_or(u32::MAX);
    let columns = Columns { start, digits: text::digit_count(last), begin_line };
    for line in lines {
        let style = if line.is_project { Style::Plain } else { Style::Gutter };
        match line.index {
            Some(index) => columns.number(index, pen),
            None => begin_line(pen, columns.text_start()),
        }
        pen.write(style, &line.text);
        pen.blanks(line.gap);
        pen.write(style, &line.location);
        pen.end_line();
    }
}

/// Draws all frames as they are, one per line, or several if it is long. They begin at the 0-based cell `column`.
/// `begin_line` draws the start of each line up to a cell.
fn draw_full<C: Canvas>(
    backtrace: &Backtrace,
    column: usize,
    begin_line: impl Fn(&mut Pen<C>, usize) + Copy,
    pen: &mut Pen<C>,
) {
    let last = u32::try_from(backtrace.frames().len().saturating_sub(1)).unwrap_or(u32::MAX);
    let columns = Columns { start: column, digits: text::digit_count(last), begin_line };
    let mut frames = backtrace.frames().iter().enumerate();
    let mut line_count = 0;
    for (index, frame) in frames.by_ref() {
        line_count += if frame.is_omitted() {
            columns.remark(frame.text(), pen)
        } else {
            let style = if frame.is_runtime() { Style::Gutter } else { Style::Plain };
            columns.number(index, pen);
            columns.text(style, frame.text(), pen)
        };
        if line_count >= MAX_LINES {
            break;
        }
    }
    let more = frames.filter(|(_, frame)| !frame.is_omitted()).count();
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
