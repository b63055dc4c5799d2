//! Translates the output of codespan to that of the layout, byte for byte, with colours.
//!
//! The painter is the writer that codespan writes to. It replaces the cells of the grid by the real text of the
//! row and the placeholders by their messages, makes the gutter as wide as the widest line number, and moves
//! [bars](super::bars) to their lanes. Further lines of a message are drawn inside the gutter:
//!
//! ```text
//! codespan:   `3 | xx xxx   ` `  |    ^^^ m`
//! painted:    `3 | 日 abc`     `  |    ^^^ one`
//!                             `  |        two`
//! ```

use std::io;

use codespan_reporting::diagnostic::{LabelStyle as CodespanStyle, Severity as CodespanSeverity};
use codespan_reporting::term::WriteStyle;

use super::bars::Bars;
use super::pen::{self, Pen};
use super::{ExcerptOptions, Lanes, Style, text};

// Safe text contains no control characters, and the sources of the tests contain no character of this private use
// plane, so these characters can be instructions for the painter.

/// Removes one blank before the text that follows.
pub(super) const ONE_CELL_BACK: char = '\u{8}';
/// The placeholder of the first message; the next message has the next character.
const FIRST_MESSAGE: u32 = 0xf0000;

/// Returns the placeholder of the message with this 0-based index.
pub(super) fn placeholder(index: u32) -> char {
    char::from_u32(FIRST_MESSAGE + index).unwrap_or_default()
}

/// A row that codespan will draw.
#[derive(Clone, Debug)]
pub(super) struct SourceRow<'a> {
    pub(super) number: u32,
    /// The text that replaces the cells of the grid.
    pub(super) text: &'a str,
    /// The lanes of the multi-line labels.
    pub(super) lanes: &'a Lanes,
    /// The cells and styles of the labels with a message on this row, in the order of the cells.
    pub(super) pointers: Vec<(usize, Style)>,
}

/// The width of line numbers in cells: the width that is needed, and the width that codespan uses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gutter {
    pub(super) needed: usize,
    pub(super) by_codespan: usize,
}

impl Gutter {
    /// Returns the number of blanks that are inserted at the start of every line.
    const fn margin(self) -> usize {
        self.needed.saturating_sub(self.by_codespan)
    }
}

/// Translates the output of codespan, see the [module](self).
#[derive(Debug)]
pub(super) struct Painter<'a> {
    pen: Pen,
    bar: char,
    gutter: Gutter,
    options: ExcerptOptions,
    /// Whether codespan is writing its own header, which is dropped.
    in_header: bool,
    messages: Vec<&'a str>,
    /// The rows that follow.
    rows: std::vec::IntoIter<SourceRow<'a>>,
    /// The state within a source line; `None` in other lines.
    source: Option<SourceCursor<'a>>,
    bars: Bars<'a>,
    /// Whether the border of a source line follows.
    at_border: bool,
    /// The columns and styles of the labels that may hang from the carets below this row.
    pointers: Vec<(usize, Style)>,
    /// Whether the current line is that of the carets.
    at_carets: bool,
}

/// The position in a source line.
#[derive(Debug)]
struct SourceCursor<'a> {
    /// The number of characters before the cells of the grid: border, bars and blanks.
    before: usize,
    /// The text that is not written yet.
    rest: &'a str,
    /// The next cell that codespan writes.
    cell: usize,
    /// The first cell of `rest`.
    written: usize,
}

impl<'a> Painter<'a> {
    pub(super) fn new(
        mut pen: Pen,
        rows: Vec<SourceRow<'a>>,
        messages: Vec<&'a str>,
        gutter: Gutter,
        options: ExcerptOptions,
        unicode: bool,
    ) -> Self {
        let bar = if unicode { '│' } else { '|' };
        pen.blanks = gutter.margin();
        Self {
            pen,
            bar,
            gutter,
            options,
            in_header: true,
            messages,
            rows: rows.into_iter(),
            source: None,
            bars: Bars::new(bar),
            at_border: false,
            pointers: Vec::new(),
            at_carets: false,
        }
    }

    /// Returns the output.
    pub(super) fn finish(self) -> String {
        self.pen.finish()
    }

    fn end_line(&mut self) {
        self.pen.end_line(self.gutter.margin());
        self.at_carets = self.source.take().is_some();
        self.bars.end_line();
    }

    /// Wraps and writes the message of a label.
    fn put_message(&mut self, message: &str) {
        let column = self.pen.column();
        let width = pen::message_width(self.options.width, column);
        for (index, line) in text::wrap(message, self.options.tab_width, width).lines().enumerate()
        {
            if index > 0 {
                self.next_message_line(column);
            }
            self.pen.put_all(line);
        }
    }

    /// Begins a further line of a message at `column`. Bars and pointers are repeated, the rest is blank.
    fn next_message_line(&mut self, column: usize) {
        let mut before: Vec<_> = self.pen.line.iter().take(column).copied().collect();
        if self.at_carets {
            // The message beside the carets belongs to the last label; those of all others hang.
            let hanging = self.pointers.len().saturating_sub(1);
            for &(column, style) in self.pointers.iter().take(hanging) {
                if let Some(styled) = before.get_mut(column) {
                    *styled = (self.bar, style);
                }
            }
        }
        let (at_carets, label_style) = (self.at_carets, self.pen.style);
        self.end_line();
        self.pen.blanks = 0;
        for (c, style) in before {
            self.pen.style = style;
            self.pen.put(if c == self.bar { c } else { ' ' });
        }
        self.at_carets = at_carets;
        self.pen.style = label_style;
        self.pen.blanks += column.saturating_sub(self.pen.column());
    }

    /// Translates one character of codespan's output.
    fn draw(&mut self, c: char) {
        if self.in_header {
            self.in_header = c != '\n';
            return;
        }
        let message = u32::from(c).checked_sub(FIRST_MESSAGE);
        if let Some(message) = message.and_then(|index| self.messages.get(index as usize)) {
            return self.put_message(message);
        }
        match c {
            '\n' => self.end_line(),
            ONE_CELL_BACK => self.pen.blanks = self.pen.blanks.saturating_sub(1),
            _ if self.bars.wants_more() => {
                self.put_bar(c);
                self.count_before();
            }
            _ => match self.source.as_mut().filter(|source| source.before == 0) {
                Some(source) => self.pen.put_all(source.next_cell()),
                None => {
                    self.pen.put(c);
                    if c != ' ' && std::mem::take(&mut self.at_border) && "|│.·".contains(c) {
                        self.bars.begin_line();
                    }
                    self.count_before();
                }
            },
        }
    }

    /// Counts a character before the cells of the grid.
    fn count_before(&mut self) {
        if let Some(source) = &mut self.source {
            source.before = source.before.saturating_sub(1);
        }
    }

    /// Handles one character of the bars between border and text.
    fn put_bar(&mut self, c: char) {
        let style = self.pen.style;
        for (c, style) in self.bars.push((c, style), self.source.is_some()) {
            self.pen.style = style;
            self.pen.put(c);
        }
        self.pen.style = style;
    }

    /// Handles the start of a source line.
    fn begin_source_line(&mut self) {
        let Some(row) = self.rows.next() else { return };
        self.bars.begin_row(row.lanes);
        let digits = row.number.to_string().len();
        let number = self.gutter.by_codespan.max(digits);
        self.pen.blanks = self.gutter.needed.saturating_sub(number);
        // ` |`, the bars, and a blank.
        let before = number + 2 + 2 * row.lanes.lane_of.len() + 1;
        let text_column = self.pen.blanks + number + 2 + 2 * row.lanes.count + 1;
        let pointer = |(cell, style)| (text_column + cell, style);
        self.pointers = row.pointers.into_iter().map(pointer).collect();
        self.source = Some(SourceCursor { before, rest: row.text, cell: 0, written: 0 });
    }
}

impl<'a> SourceCursor<'a> {
    /// Returns the text that starts in the next cell, including combining marks. It is empty for the second cell
    /// of a wide character.
    fn next_cell(&mut self) -> &'a str {
        let (mut len, mut taken) = (0, false);
        let mut written = self.written;
        for cluster in text::cells(self.rest, 1) {
            let has_cells = !cluster.is_mark();
            if (has_cells && taken) || (!taken && self.written + cluster.start > self.cell) {
                break;
            }
            taken |= has_cells;
            len += cluster.text.len();
            written = self.written + cluster.end;
        }
        let (text, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.written = written;
        self.cell += 1;
        text
    }
}

impl io::Write for Painter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // codespan writes whole strings, so no character is split.
        String::from_utf8_lossy(bytes).chars().for_each(|c| self.draw(c));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl WriteStyle for Painter<'_> {
    fn set_header(&mut self, _severity: CodespanSeverity) -> io::Result<()> {
        Ok(())
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.begin_source_line();
        self.pen.style = Style::Gutter;
        Ok(())
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.pen.style = Style::Gutter;
        Ok(())
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.pen.style = Style::Gutter;
        self.at_border = true;
        Ok(())
    }

    fn set_label(&mut self, _severity: CodespanSeverity, style: CodespanStyle) -> io::Result<()> {
        self.pen.style = match style {
            CodespanStyle::Primary => Style::Primary,
            CodespanStyle::Secondary => Style::Secondary,
        };
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.pen.style = Style::Plain;
        Ok(())
    }
}
