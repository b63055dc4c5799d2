//! The third step of human output: what codespan draws, in colour and exact to the byte.
//!
//! The painter stands between codespan and the bytes. It puts the real text of a row where codespan
//! writes the grid's cells, keeps the gutter as wide as the widest line number, puts
//! [bars](super::bars) into their lanes, and goes on inside the gutter where a label has more than one
//! line:
//!
//! ```text
//! codespan:   `3 | xx xxx   ` `  |    ^^^ ‹begin›one‹next›two‹end›`
//! painted:    `3 | 日 abc`     `  |    ^^^ one`
//!                             `  |        two`
//! ```
//!
//! Where a message begins is known only here, so this is where a long one is wrapped.

use std::borrow::Cow;
use std::io;

use codespan_reporting::diagnostic::{LabelStyle, Severity as CodespanSeverity};
use codespan_reporting::term::WriteStyle;

use super::bars::Bars;
use super::excerpt::Lanes;
use super::pen::Pen;
use super::style::Style;
use crate::text;

// Text from outside has no control character when it comes here, so these are free to mean
// something to the painter.

/// Takes back one blank before what follows.
pub(super) const ONE_CELL_BACK: char = '\u{8}';
/// A label's message begins here: its further lines begin below.
const BEGIN_MESSAGE: char = '\u{2}';
const END_MESSAGE: char = '\u{3}';
/// The next line of a label's message.
const NEXT_LINE: char = '\u{b}';
/// The path of a snippet begins, which is a link to the end of its line.
const BEGIN_LINK: char = '\u{e}';

/// A label's message as the painter wants it from codespan.
pub(super) fn message(lines: &[Cow<'_, str>]) -> String {
    match lines {
        [] => String::new(),
        _ => {
            let lines = lines.join(NEXT_LINE.encode_utf8(&mut [0; 4]));
            format!("{BEGIN_MESSAGE}{lines}{END_MESSAGE}")
        }
    }
}

/// A snippet's path as the painter wants it from codespan.
pub(super) fn path(path: &str, is_link: bool) -> Cow<'_, str> {
    if is_link { Cow::Owned(format!("{BEGIN_LINK}{path}")) } else { Cow::Borrowed(path) }
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
    pub(super) pointers: Vec<(usize, LabelStyle)>,
}

/// Cells for line numbers: those needed, and those that codespan reckons with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gutter {
    pub(super) needed: usize,
    pub(super) by_codespan: usize,
}

impl Gutter {
    const fn margin(self) -> usize {
        self.needed.saturating_sub(self.by_codespan)
    }
}

/// Stands between codespan and the pen, see the [module](self).
#[derive(Debug)]
pub(super) struct Painter<'a> {
    pen: &'a mut Pen,
    bar: char,
    gutter: Gutter,
    /// Whether codespan's own header is still to be dropped.
    dropping: bool,
    /// The message that is being drawn, and where it begins.
    message: Option<(String, usize)>,
    /// The addresses of the paths that are links, in their order.
    links: std::vec::IntoIter<String>,
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
    /// A painter of these rows, `links` the addresses of the paths that are links. The bars of labels
    /// over many lines are drawn with `bar`.
    ///
    /// Codespan begins with a header of its own, which is dropped.
    pub(super) fn new(
        pen: &'a mut Pen,
        rows: Vec<SourceRow<'a>>,
        links: Vec<String>,
        gutter: Gutter,
        bar: char,
    ) -> Self {
        pen.margin = gutter.margin();
        pen.blanks = pen.margin;
        Self {
            pen,
            bar,
            gutter,
            dropping: true,
            message: None,
            links: links.into_iter(),
            rows: rows.into_iter(),
            source: None,
            bars: Bars::new(bar),
            at_border: false,
            pointers: Vec::new(),
            at_carets: false,
        }
    }

    /// Codespan has drawn, with an empty line at its end.
    pub(super) fn finish(self) {
        self.pen.close_up();
    }

    fn end_line(&mut self) {
        self.pen.end_line();
        self.at_carets = self.source.take().is_some();
        self.bars.end_line();
    }

    /// Writes a label's message, which begins at `column`, and wraps it.
    fn put_message(&mut self, message: &str, column: usize) -> io::Result<()> {
        let lines =
            text::wrapped(message.split(NEXT_LINE).map(Cow::Borrowed), self.pen.room(column));
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                self.next_message_line(column)?;
            }
            self.pen.put_all(line)?;
        }
        Ok(())
    }

    /// Goes on below the beginning of a message: bars go on, and what hangs from the carets;
    /// everything else is blank.
    fn next_message_line(&mut self, column: usize) -> io::Result<()> {
        let mut before: Vec<_> = self.pen.line().iter().take(column).copied().collect();
        if self.at_carets {
            // The message beside the carets is that of the last label: all others hang.
            let hanging = self.pointers.len().saturating_sub(1);
            for &(column, style) in self.pointers.iter().take(hanging) {
                if let Some(place) = before.get_mut(column) {
                    *place = (self.bar, style);
                }
            }
        }
        let at_carets = self.at_carets;
        self.end_line();
        self.pen.blanks = 0;
        let label = self.pen.style;
        for (c, style) in before {
            self.pen.style = style;
            self.pen.put(if matches!(c, '|' | '│') { c } else { ' ' })?;
        }
        self.at_carets = at_carets;
        self.pen.style = label;
        self.pen.blanks += column.saturating_sub(self.pen.column());
        Ok(())
    }

    /// One character from codespan.
    fn draw(&mut self, c: char) -> io::Result<()> {
        if self.dropping {
            self.dropping = c != '\n';
            return Ok(());
        }
        if c == END_MESSAGE {
            let (message, column) = self.message.take().unwrap_or_default();
            return self.put_message(&message, column);
        }
        if let Some((message, _)) = &mut self.message {
            message.push(c);
            return Ok(());
        }
        match c {
            '\n' => {
                self.pen.end_link()?;
                self.end_line();
            }
            ONE_CELL_BACK => self.pen.blanks = self.pen.blanks.saturating_sub(1),
            BEGIN_MESSAGE => self.message = Some((String::new(), self.pen.column())),
            BEGIN_LINK => {
                if let Some(url) = self.links.next() {
                    self.pen.begin_link(&url)?;
                }
            }
            _ => {
                if self.bars.wants_more() {
                    self.put_bar(c)?;
                } else if let Some(source) =
                    self.source.as_mut().filter(|source| source.before == 0)
                {
                    let text = source.next_cell();
                    return self.pen.put_all(text);
                } else {
                    self.pen.put(c)?;
                    if c != ' ' && std::mem::take(&mut self.at_border) && "|│.·".contains(c) {
                        self.bars.begin_line();
                    }
                }
                if let Some(source) = &mut self.source {
                    source.before = source.before.saturating_sub(1);
                }
            }
        }
        Ok(())
    }

    /// One character of the bars between border and text.
    fn put_bar(&mut self, c: char) -> io::Result<()> {
        let style = self.pen.style;
        for (c, style) in self.bars.push((c, style), self.source.is_some()) {
            self.pen.style = style;
            self.pen.put(c)?;
        }
        self.pen.style = style;
        Ok(())
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
        let pointer = |(cell, style)| (text_column + cell, Style::Label(style));
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
        String::from_utf8_lossy(bytes).chars().try_for_each(|c| self.draw(c))?;
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

    fn set_label(&mut self, _severity: CodespanSeverity, style: LabelStyle) -> io::Result<()> {
        self.pen.style = Style::Label(style);
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.pen.style = Style::Plain;
        Ok(())
    }
}
