//! What stands below the header as codespan-reporting draws it: the reference for the [layout](super).
//!
//! ```text
//! Row    `  let x = 日`              codespan is given      `  xxx x x xx`
//! Mark   cells 10..12, `here`   ─▶   and draws              `3 |   xxx x x xx`
//!                                                           `  |           ^^ here`
//! ```
//!
//! The look is codespan-reporting's own, so what it draws says for any diagnostic what a snapshot says for
//! one. It is given a *grid*: one ASCII character for each cell of the rows that are shown, under their real
//! line numbers. So it lays out cells and meets neither Unicode nor control characters. The
//! [painter](paint) puts the real text in the place of the grid's cells as they are drawn.
//!
//! Version 0.13.1 draws like this, which is why it is pinned for the tests:
//!
//! - it writes a header first, on one line, and an empty line last;
//! - it sets the style of a line number once for each row, in the order of the rows;
//! - a row is: number, ` |`, two cells for each label over many lines, a blank, the source;
//! - its gutter is as wide as the largest number of a line on which a label begins or ends;
//! - it draws a break where the indices of two rows are three apart, and fills a gap of two itself;
//! - it asks for the lines inside a label and for those of the context, and for no others.
//!
//! What is evened out on the way, because the layout does better:
//!
//! - the gutter is as wide as the largest number that is shown ([`Gutter`]), and rustc's arrow stands one
//!   cell further left than codespan's;
//! - labels over many lines that share no line share a lane, and each has a bar on all of its lines
//!   ([`bars`]);
//! - a message of several lines, or a long one, goes on inside the gutter ([`paint`]).
//!
//! Two differences are deliberate, and stay:
//!
//! - of three labels or more with the same cells the order is that of a binary search in codespan, which
//!   the standard library does not define; the layout has them hang in the order of the diagnostic. The
//!   tests keep two of them;
//! - where a primary and a secondary label begin in one cell, codespan's bar below it has the style of the
//!   primary one. The painter does the same beside the further lines of a message, of which codespan
//!   knows nothing.

mod bars;
mod paint;
mod pen;

use std::ops::Range;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files, Location};
use codespan_reporting::term::{Chars, Config, DisplayStyle, Renderer, RichDiagnostic};

use self::paint::{Gutter, Painter, SourceRow};
use self::pen::Pen;
use super::{Cow, Excerpt, ExcerptOptions, Lanes, Notes, Place, Sequences, Snippet, Style, text};
use crate::model::LabelStyle;

/// Draws the snippets and notes, in the colours of `styles` where there are.
pub(super) fn draw(
    excerpt: &Excerpt<'_>,
    notes: Notes<'_>,
    take: ExcerptOptions,
    unicode: bool,
    styles: Option<Sequences>,
) -> Result<String, Error> {
    let grid = Grid { files: excerpt.snippets.iter().map(GridFile::new).collect() };
    let diagnostic = codespan::Diagnostic::error()
        .with_labels(labels(excerpt, &grid))
        .with_notes(self::notes(excerpt, notes, take));
    let gutter = Gutter { needed: excerpt.gutter, by_codespan: gutter_by_codespan(excerpt) };
    let rows = excerpt.snippets.iter().flat_map(source_rows).collect();
    let mut painter =
        Painter::new(Pen::new(styles), rows, messages(excerpt), gutter, take, unicode);
    let config = config(take, unicode);
    RichDiagnostic::new(&diagnostic, &config)
        .render(&grid, &mut Renderer::new(&mut painter, &config))?;
    Ok(painter.finish())
}

fn config(take: ExcerptOptions, unicode: bool) -> Config {
    let chars = if unicode {
        Chars::box_drawing()
    } else {
        Chars { snippet_start: format!("{}-->", paint::ONE_CELL_BACK), ..Chars::ascii() }
    };
    Config {
        display_style: DisplayStyle::Rich,
        tab_width: take.tab_width,
        chars,
        // The lines of a long label that an excerpt has.
        start_context_lines: 3,
        end_context_lines: 1,
        before_label_lines: take.context_lines as usize,
        after_label_lines: take.context_lines as usize,
    }
}

/// The labels on the grid, a stand-in for each message.
fn labels(excerpt: &Excerpt<'_>, grid: &Grid<'_>) -> Vec<codespan::Label<usize>> {
    let mut labels = Vec::new();
    let mut stand_ins = (0..).map(paint::stand_in);
    for (id, (snippet, file)) in excerpt.snippets.iter().zip(&grid.files).enumerate() {
        labels.extend(snippet.marks.iter().map(|mark| codespan::Label {
            style: match mark.style {
                LabelStyle::Primary => codespan::LabelStyle::Primary,
                LabelStyle::Secondary => codespan::LabelStyle::Secondary,
            },
            file_id: id,
            range: file.offset(mark.start)..file.offset(mark.end),
            message: mark.message.and_then(|_| stand_ins.next()).into_iter().collect(),
        }));
    }
    labels
}

/// The messages that [`labels`] has stand-ins for.
fn messages<'a>(excerpt: &Excerpt<'a>) -> Vec<&'a str> {
    excerpt
        .snippets
        .iter()
        .flat_map(|snippet| &snippet.marks)
        .filter_map(|mark| mark.message)
        .collect()
}

/// Help and notes, as they stand below the snippets.
fn notes(excerpt: &Excerpt<'_>, notes: Notes<'_>, take: ExcerptOptions) -> Vec<String> {
    let bullet = |kind: &str, note: &str| {
        let indent = kind.len() + 2;
        let room = pen::room(take.width, excerpt.gutter + " = ".len() + indent);
        let block = text::block(note, take.tab_width, room);
        let lines: Vec<_> = block.lines().collect();
        format!("{kind}: {}", lines.join(&format!("\n{:indent$}", "")))
    };
    let help = notes.diagnostic.help().map(|help| bullet("help", help));
    help.into_iter().chain(notes.notes().map(|note| bullet("note", &note))).collect()
}

/// The rows of a snippet, as the painter needs them to put the real text in the grid's place.
fn source_rows<'a>(snippet: &'a Snippet<'_>) -> impl Iterator<Item = SourceRow<'a>> {
    snippet.rows.iter().enumerate().map(|(index, row)| {
        let here = |place: Place| place.row == index;
        let pointing = snippet
            .marks
            .iter()
            .filter(|mark| here(mark.start) && here(mark.end) && mark.message.is_some());
        let mut pointers: Vec<_> = pointing.map(|mark| (mark.start.cell, mark.style)).collect();
        // Of those in one cell the last one is seen.
        pointers.sort_by_key(|&(cell, style)| (cell, style == LabelStyle::Primary));
        let pointers = pointers.into_iter().map(|(cell, style)| (cell, Style::from(style)));
        SourceRow {
            number: row.number,
            text: &row.text,
            lanes: &snippet.lanes,
            pointers: pointers.collect(),
        }
    })
}

/// The width that codespan gives to line numbers: it looks at lines with labels alone.
fn gutter_by_codespan(excerpt: &Excerpt<'_>) -> usize {
    let last_of = |snippet: &Snippet<'_>| {
        let last = snippet.marks.iter().map(|mark| mark.end.row).max()?;
        snippet.rows.get(last).map(|row| row.number)
    };
    let last = excerpt.snippets.iter().filter_map(last_of).max();
    last.map_or(0, |number| number.to_string().len())
}

/// The rows as codespan sees them: files of ASCII, one character for each cell.
struct Grid<'a> {
    files: Vec<GridFile<'a>>,
}

struct GridFile<'a> {
    path: Cow<'a, str>,
    line: usize,
    col: usize,
    text: String,
    lines: Vec<GridLine>,
    /// The index in `lines` of each row.
    line_of_row: Vec<usize>,
}

/// A line of the grid with its line feed.
struct GridLine {
    number: usize,
    range: Range<usize>,
}

impl<'a> GridFile<'a> {
    fn new(snippet: &Snippet<'a>) -> Self {
        let mut file = Self {
            path: text::one_line(snippet.at.path),
            line: snippet.at.line as usize,
            col: snippet.at.col as usize,
            text: String::new(),
            lines: Vec::new(),
            line_of_row: Vec::new(),
        };
        let mut last_number = 0;
        for (index, row) in snippet.rows.iter().enumerate() {
            if last_number > 0 && row.number > last_number + 1 {
                // codespan draws a break where two lines or more are left out.
                file.push_line(last_number, "", 0);
                file.push_line(last_number, "", 0);
            }
            last_number = row.number;
            file.line_of_row.push(file.lines.len());
            let places = snippet.marks.iter().flat_map(|mark| [mark.start, mark.end]);
            let here = places.filter(|place| place.row == index).map(|place| place.cell);
            file.push_line(row.number, &row.text, here.max().unwrap_or(0) + 1);
        }
        file
    }

    /// Adds a line of at least `least_cells` cells, so that labels after its end have a place.
    /// A line without any is a gap.
    fn push_line(&mut self, number: u32, shown: &str, least_cells: usize) {
        let start = self.text.len();
        for cluster in text::cells(shown, 1) {
            let cell = if cluster.text == " " { ' ' } else { 'x' };
            self.text.extend(std::iter::repeat_n(cell, cluster.cells()));
        }
        while self.text.len() < start + least_cells {
            self.text.push(' ');
        }
        if least_cells > 0 {
            self.text.push('\n');
        }
        self.lines.push(GridLine { number: number as usize, range: start..self.text.len() });
    }

    fn offset(&self, place: Place) -> usize {
        let line = self.line_of_row.get(place.row).and_then(|&line| self.lines.get(line));
        line.map_or(0, |line| line.range.start + place.cell)
    }

    fn line(&self, index: usize) -> Result<&GridLine, Error> {
        let max = self.lines.len();
        self.lines.get(index).ok_or(Error::LineTooLarge { given: index, max })
    }
}

impl<'a> Grid<'a> {
    fn file(&self, id: usize) -> Result<&GridFile<'a>, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Grid<'a> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        // Gaps are empty and stand before the line that begins where they do.
        let lines = &self.file(id)?.lines;
        Ok(lines.partition_point(|line| line.range.start <= byte).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, index: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.line(index)?.number)
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        Ok(self.file(id)?.line(index)?.range.clone())
    }

    /// The real place of the snippet, whatever cell is asked for.
    fn location(&'a self, id: usize, _byte: usize) -> Result<Location, Error> {
        let &GridFile { line, col, .. } = self.file(id)?;
        Ok(Location { line_number: line, column_number: col })
    }
}
