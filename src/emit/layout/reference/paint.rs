//! What codespan draws, in colour and exact to the byte.
//!
//! The painter stands between codespan and the bytes. It puts the real text of a row where codespan writes
//! the grid's cells, keeps the gutter as wide as the widest line number, puts [bars](super::bars) into
//! their lanes, and the words of a message in the place of its stand-in, inside the gutter where they take
//! more than one line:
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

// Text that is safe has no control character, and the sources of the tests nothing of this plane of
// private use, so these are free to mean something to the painter.

/// Takes back one blank before what follows.
pub(super) const ONE_CELL_BACK: char = '\u{8}';
/// Stands for the first message, the next character for the next one.
const FIRST_MESSAGE: u32 = 0xf0000;

/// What stands for the message of this 0-based index.
pub(super) fn stand_in(index: u32) -> char {
    char::from_u32(FIRST_MESSAGE + index).unwrap_or_default()
}

/// A source line that codespan is going to draw.
#[derive(Clone, Debug)]
pub(super) struct SourceRow<'a> {
    pub(super) number: u32,
    /// What to write in the place of the grid's cells.
    pub(super) text: &'a str,
    /// The bars of labels over many lines before the text.
    pub(super) lanes: &'a Lanes,
    /// The cells and styles of the labels with a message on this line, in the order of the cells.
    pub(super) pointers: Vec<(usize, Style)>,
}

/// Cells for line numbers: those needed, and those that codespan reckons with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gutter {
    pub(super) needed: usize,
    pub(super) by_codespan: usize,
}

impl Gutter {
    /// Blanks with which every line begins.
    const fn margin(self) -> usize {
        self.needed.saturating_sub(self.by_codespan)
    }
}

/// Stands between codespan and the pen, see the [module](self).
#[derive(Debug)]
pub(super) struct Painter<'a> {
    pen: Pen,
    bar: char,
    gutter: Gutter,
    take: ExcerptOptions,
    /// Whether codespan's own header is still to be dropped.
    dropping: bool,
    messages: Vec<&'a str>,
    rows: std::vec::IntoIter<SourceRow<'a>>,
    source: Option<Source<'a>>,
    bars: Bars<'a>,
    /// Whether the border of a source line comes next.
    at_border: bool,
    /// The columns and styles of the labels that may hang from the carets below this row, and
    /// whether the carets are the line that is being drawn.
    pointers: Vec<(usize, Style)>,
    at_carets: bool,
}

/// Where in a source line the painter is.
#[derive(Debug)]
struct Source<'a> {
    /// Characters to come before the grid's cells: border, bars and blanks.
    before: usize,
    rest: &'a str,
    /// The next cell that codespan writes, and the first one that `rest` stands for.
    cell: usize,
    written: usize,
}

impl<'a> Painter<'a> {
    pub(super) fn new(
        mut pen: Pen,
        rows: Vec<SourceRow<'a>>,
        messages: Vec<&'a str>,
        gutter: Gutter,
        take: ExcerptOptions,
        unicode: bool,
    ) -> Self {
        let bar = if unicode { '│' } else { '|' };
        pen.blanks = gutter.margin();
        Self {
            pen,
            bar,
            gutter,
            take,
            dropping: true,
            messages,
            rows: rows.into_iter(),
            source: None,
            bars: Bars::new(bar),
            at_border: false,
            pointers: Vec::new(),
            at_carets: false,
        }
    }

    /// All that was drawn.
    pub(super) fn finish(self) -> String {
        self.pen.finish()
    }

    fn end_line(&mut self) {
        self.pen.end_line(self.gutter.margin());
        self.at_carets = self.source.take().is_some();
        self.bars.end_line();
    }

    /// Writes a label's message, wrapped.
    fn put_message(&mut self, message: &str) {
        let column = self.pen.column();
        let room = pen::room(self.take.width, column);
        for (index, line) in text::block(message, self.take.tab_width, room).lines().enumerate() {
            if index > 0 {
                self.next_message_line(column);
            }
            self.pen.put_all(line);
        }
    }

    /// Goes on below the beginning of a message: bars go on, and what hangs from the carets;
    /// everything else is blank.
    fn next_message_line(&mut self, column: usize) {
        let mut before: Vec<_> = self.pen.line.iter().take(column).copied().collect();
        if self.at_carets {
            // The message beside the carets is that of the last label: all others hang.
            let hanging = self.pointers.len().saturating_sub(1);
            for &(column, style) in self.pointers.iter().take(hanging) {
                if let Some(place) = before.get_mut(column) {
                    *place = (self.bar, style);
                }
            }
        }
        let (at_carets, label) = (self.at_carets, self.pen.style);
        self.end_line();
        self.pen.blanks = 0;
        for (c, style) in before {
            self.pen.style = style;
            self.pen.put(if c == self.bar { c } else { ' ' });
        }
        self.at_carets = at_carets;
        self.pen.style = label;
        self.pen.blanks += column.saturating_sub(self.pen.column());
    }

    /// One character from codespan.
    fn draw(&mut self, c: char) {
        if self.dropping {
            self.dropping = c != '\n';
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
                self.count();
            }
            _ => match self.source.as_mut().filter(|source| source.before == 0) {
                Some(source) => self.pen.put_all(source.next_cell()),
                None => {
                    self.pen.put(c);
                    if c != ' ' && std::mem::take(&mut self.at_border) && "|│.·".contains(c) {
                        self.bars.begin_line();
                    }
                    self.count();
                }
            },
        }
    }

    /// One character less stands before the grid's cells.
    fn count(&mut self) {
        if let Some(source) = &mut self.source {
            source.before = source.before.saturating_sub(1);
        }
    }

    /// One character of the bars between border and text.
    fn put_bar(&mut self, c: char) {
        let style = self.pen.style;
        for (c, style) in self.bars.push((c, style), self.source.is_some()) {
            self.pen.style = style;
            self.pen.put(c);
        }
        self.pen.style = style;
    }

    /// Codespan begins a source line.
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
        self.source = Some(Source { before, rest: row.text, cell: 0, written: 0 });
    }
}

impl<'a> Source<'a> {
    /// The text that begins in the next cell, with the marks on it; nothing in the second cell of
    /// a wide character.
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
        // Codespan writes whole strings, so nothing is lost here.
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
