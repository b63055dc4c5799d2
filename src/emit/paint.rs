//! The third step of human output: what codespan draws, in colour and exact to the byte.
//!
//! The painter stands between codespan and the bytes. It puts the real text of a row where codespan
//! writes the grid's cells, drops blanks at line ends, keeps the gutter as wide as the widest line
//! number, puts [bars](super::bars) into their lanes, and goes on inside the gutter where a label
//! has more than one line:
//!
//! ```text
//! codespan:   `3 | xx xxx   ` `  |    ^^^ ‹anchor›one‹next›two`
//! painted:    `3 | 日 abc`     `  |    ^^^ one`
//!                             `  |        two`
//! ```

use std::borrow::Cow;
use std::io;

use codespan_reporting::diagnostic::{LabelStyle, Severity as CodespanSeverity};
use codespan_reporting::term::WriteStyle;
use termcolor::{Buffer, WriteColor as _};

use super::bars::Bars;
use super::excerpt::Lanes;
use super::style::Style;
use crate::severity::Severity;
use crate::text;

// Text from outside has no control character when it comes here, so these are free to mean
// something to the painter.

/// Takes back one blank before what follows.
pub(super) const ONE_CELL_BACK: char = '\u{8}';
/// The further lines of a label's message begin below here.
const ANCHOR: char = '\u{2}';
/// The next line of a label's message.
const NEXT_LINE: char = '\u{b}';

/// A label's message as the painter wants it from codespan.
pub(super) fn anchored(lines: &[Cow<'_, str>]) -> String {
    match lines {
        [] => String::new(),
        [line] => line.clone().into_owned(),
        _ => format!("{ANCHOR}{}", lines.join(NEXT_LINE.encode_utf8(&mut [0; 4]))),
    }
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

/// Writes a diagnostic's output, see the [module](self).
#[derive(Debug)]
pub(super) struct Painter<'a> {
    out: Buffer,
    severity: Severity,
    bar: char,
    /// The style of what is written next, and the one that is on in `out`.
    wanted: Style,
    painted: Style,
    /// Line ends and blanks that are written only when something follows on their line.
    line_ends: usize,
    blanks: usize,
    /// What stands on the current line so far, for a label's further lines.
    line: Vec<(char, Style)>,
    anchor: usize,
    /// Whether codespan's own header is still to be dropped.
    dropping: bool,
    rows: std::vec::IntoIter<SourceRow<'a>>,
    source: Option<Source<'a>>,
    bars: Bars<'a>,
    /// Whether the border of a source line comes next.
    at_border: bool,
    /// The columns and styles of the labels that may hang from the carets below this row, and
    /// whether the carets are the line that is being drawn.
    pointers: Vec<(usize, Style)>,
    at_carets: bool,
    /// Cells for line numbers: those needed, and those that codespan reckons with.
    gutter: usize,
    codespan_gutter: usize,
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
    /// A painter that adds to `out` and draws the bars of labels over many lines with `bar`.
    pub(super) fn new(out: Buffer, severity: Severity, bar: char) -> Self {
        Self {
            out,
            severity,
            bar,
            wanted: Style::Plain,
            painted: Style::Plain,
            line_ends: 0,
            blanks: 0,
            line: Vec::new(),
            anchor: 0,
            dropping: false,
            rows: Vec::new().into_iter(),
            source: None,
            bars: Bars::new(bar),
            at_border: false,
            pointers: Vec::new(),
            at_carets: false,
            gutter: 0,
            codespan_gutter: 0,
        }
    }

    /// Writes `error[E0001]: message`; further lines of the message stand below its first.
    pub(super) fn header<'m>(
        &mut self,
        header: &str,
        message: impl Iterator<Item = Cow<'m, str>>,
    ) -> io::Result<()> {
        self.wanted = Style::Header;
        self.put_all(header)?;
        self.wanted = Style::Message;
        self.put(':')?;
        for (index, line) in message.enumerate() {
            if index > 0 {
                self.end_line();
                self.blanks = header.len() + 1;
            }
            self.blanks += 1;
            self.put_all(&line)?;
        }
        self.wanted = Style::Plain;
        self.end_line();
        Ok(())
    }

    /// From here on codespan draws, beginning with a header of its own, which is dropped.
    ///
    /// `gutter` is the number of cells for line numbers, `codespan_gutter` the number that codespan
    /// takes for it.
    pub(super) fn begin_snippets(
        &mut self,
        rows: Vec<SourceRow<'a>>,
        gutter: usize,
        codespan_gutter: usize,
    ) {
        self.rows = rows.into_iter();
        self.gutter = gutter;
        self.codespan_gutter = codespan_gutter;
        self.blanks = gutter.saturating_sub(codespan_gutter);
        self.dropping = true;
    }

    /// All that was written, with one line end after it.
    pub(super) fn finish(mut self) -> io::Result<Buffer> {
        self.line_ends = 1;
        self.wanted = Style::Plain;
        self.flush_line_ends()?;
        Ok(self.out)
    }

    fn put_all(&mut self, text: &str) -> io::Result<()> {
        text.chars().try_for_each(|c| self.put(c))
    }

    fn put(&mut self, c: char) -> io::Result<()> {
        if c == ' ' {
            self.blanks += 1;
            return Ok(());
        }
        self.flush_line_ends()?;
        for _ in 0..std::mem::take(&mut self.blanks) {
            self.write_raw(' ')?;
            self.line.push((' ', Style::Plain));
        }
        if self.painted != self.wanted {
            match self.wanted {
                Style::Plain => self.out.reset()?,
                style => self.out.set_color(&style.color(self.severity))?,
            }
            self.painted = self.wanted;
        }
        self.line.push((c, self.wanted));
        self.write_raw(c)
    }

    fn write_raw(&mut self, c: char) -> io::Result<()> {
        io::Write::write_all(&mut self.out, c.encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn flush_line_ends(&mut self) -> io::Result<()> {
        let line_ends = std::mem::take(&mut self.line_ends);
        if line_ends > 0 && self.painted != Style::Plain {
            self.out.reset()?;
            self.painted = Style::Plain;
        }
        (0..line_ends).try_for_each(|_| self.write_raw('\n'))
    }

    fn end_line(&mut self) {
        self.line_ends += 1;
        self.blanks = self.gutter.saturating_sub(self.codespan_gutter);
        self.line.clear();
        self.at_carets = self.source.take().is_some();
        self.bars.end_line();
    }

    /// Goes on below the anchor: bars go on, and what hangs from the carets; everything else is
    /// blank.
    fn next_label_line(&mut self) -> io::Result<()> {
        let mut before: Vec<_> = self.line.iter().take(self.anchor).copied().collect();
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
        self.blanks = 0;
        let label = self.wanted;
        for (c, style) in before {
            self.wanted = style;
            self.put(if matches!(c, '|' | '│') { c } else { ' ' })?;
        }
        self.at_carets = at_carets;
        self.wanted = label;
        self.blanks += self.anchor.saturating_sub(self.line.len() + self.blanks);
        Ok(())
    }

    /// One character from codespan.
    fn draw(&mut self, c: char) -> io::Result<()> {
        if self.dropping {
            self.dropping = c != '\n';
            return Ok(());
        }
        match c {
            '\n' => self.end_line(),
            ONE_CELL_BACK => self.blanks = self.blanks.saturating_sub(1),
            ANCHOR => self.anchor = self.line.len() + self.blanks,
            NEXT_LINE => self.next_label_line()?,
            _ => {
                if self.bars.wants_more() {
                    self.put_bar(c)?;
                } else if let Some(source) =
                    self.source.as_mut().filter(|source| source.before == 0)
                {
                    let text = source.next_cell();
                    return self.put_all(text);
                } else {
                    self.put(c)?;
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
        let wanted = self.wanted;
        for (c, style) in self.bars.push((c, wanted), self.source.is_some()) {
            self.wanted = style;
            self.put(c)?;
        }
        self.wanted = wanted;
        Ok(())
    }

    /// Codespan begins a source line.
    fn begin_source_line(&mut self) {
        let Some(row) = self.rows.next() else { return };
        self.bars.begin_row(row.lanes);
        let digits = row.number.to_string().len();
        let number = self.codespan_gutter.max(digits);
        self.blanks = self.gutter.saturating_sub(number);
        // ` |`, the bars, and a blank.
        let before = number + 2 + 2 * row.lanes.lane_of.len() + 1;
        let text_column = self.blanks + number + 2 + 2 * row.lanes.count + 1;
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
        for (start, end, c) in text::cells(self.rest, 1) {
            let has_cells = end > start;
            if (has_cells && taken) || (!taken && self.written + start > self.cell) {
                break;
            }
            taken |= has_cells;
            len += c.len_utf8();
        }
        let (text, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.written += text::cells(text, 1).last().map_or(0, |(_, end, _)| end);
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
        self.wanted = Style::Gutter;
        Ok(())
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.wanted = Style::Gutter;
        Ok(())
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.wanted = Style::Gutter;
        self.at_border = true;
        Ok(())
    }

    fn set_label(&mut self, _severity: CodespanSeverity, style: LabelStyle) -> io::Result<()> {
        self.wanted = Style::Label(style);
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.wanted = Style::Plain;
        Ok(())
    }
}
