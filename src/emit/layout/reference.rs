//! Draws everything below the header with codespan-reporting, as the reference for the [layout](super).
//!
//! ```text
//! Row    `  let x = 日`              input of codespan      `  xxx x x xx`
//! Mark   cells 10..12, `here`   ─▶   output                 `3 |   xxx x x xx`
//!                                                           `  |           ^^ here`
//! ```
//!
//! A snapshot checks one diagnostic; this reference checks any diagnostic. The input of codespan-reporting is a
//! *grid*: one ASCII character for each cell of the rows that are shown, with their real line numbers.
//! codespan-reporting therefore lays out cells, and never sees Unicode or control characters. The
//! [painter](paint) replaces the cells of the grid by the real text while they are drawn.
//!
//! The tests depend on these properties of version 0.13.1, which is why the version is pinned:
//!
//! - it writes a header first, on one line, and an empty line last;
//! - it sets the style of a line number once per row, in the order of the rows;
//! - a row consists of the number, ` |`, two cells for each multi-line label, a blank, and the source;
//! - its gutter is as wide as the largest number of a line on which a label starts or ends;
//! - it draws a break if the indices of two rows differ by three or more, and fills a gap of one row itself;
//! - it reads the lines of labels and of their context, and no others.
//!
//! The painter corrects these differences, in which the layout is better:
//!
//! - the gutter is as wide as the largest number that is shown ([`Gutter`]), and rustc's arrow starts one
//!   cell further left than codespan's;
//! - multi-line labels that have no line in common may share a lane, and each has a bar on all of its lines
//!   ([`bars`]);
//! - a long message, or one of several lines, continues inside the gutter ([`paint`]).
//!
//! Two differences are intended:
//!
//! - codespan orders three or more labels with the same cells by a binary search whose result the standard
//!   library does not define. The messages of the layout hang in the order of the diagnostic. The tests keep only
//!   two of such labels;
//! - if a primary and a secondary label start in the same cell, codespan's bar below it has the style of the
//!   primary one. The painter does the same beside the further lines of a message, which codespan does not have.

mod bars;
mod paint;
mod pen;

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files, Location};
use codespan_reporting::term::{Chars, Config, DisplayStyle, Renderer, RichDiagnostic};

use self::paint::{Gutter, Painter, SourceRow};
use self::pen::Pen;
use super::{CellPosition, Excerpt, ExcerptOptions, Lanes, Notes, Sequences, Snippet, Style, text};
use crate::model::LabelStyle;

/// Draws the snippets and notes, in colour if there are `styles`.
pub(super) fn draw(
    excerpt: &Excerpt<'_>,
    notes: Notes<'_>,
    options: ExcerptOptions,
    unicode: bool,
    styles: Option<Sequences>,
) -> Result<String, Error> {
    let grid = Grid { files: excerpt.snippets.iter().map(GridFile::new).collect() };
    let diagnostic = codespan::Diagnostic::error()
        .with_labels(labels(excerpt, &grid))
        .with_notes(self::notes(excerpt, notes, options));
    let gutter = Gutter { needed: excerpt.number_width, by_codespan: gutter_by_codespan(excerpt) };
    let rows = excerpt.snippets.iter().flat_map(source_rows).collect();
    let mut painter =
        Painter::new(Pen::new(styles), rows, messages(excerpt), gutter, options, unicode);
    let config = config(options, unicode);
    RichDiagnostic::new(&diagnostic, &config)
        .render(&grid, &mut Renderer::new(&mut painter, &config))?;
    Ok(painter.finish())
}

fn config(options: ExcerptOptions, unicode: bool) -> Config {
    let chars = if unicode {
        Chars::box_drawing()
    } else {
        Chars { snippet_start: format!("{}-->", paint::ONE_CELL_BACK), ..Chars::ascii() }
    };
    Config {
        display_style: DisplayStyle::Rich,
        tab_width: options.tab_width,
        chars,
        // The same numbers of lines as in an excerpt.
        start_context_lines: 3,
        end_context_lines: 1,
        before_label_lines: options.context_lines as usize,
        after_label_lines: options.context_lines as usize,
    }
}

/// Returns the labels on the grid, with a placeholder for each message.
fn labels(excerpt: &Excerpt<'_>, grid: &Grid<'_>) -> Vec<codespan::Label<usize>> {
    let mut labels = Vec::new();
    let mut placeholders = (0..).map(paint::placeholder);
    for (id, (snippet, file)) in excerpt.snippets.iter().zip(&grid.files).enumerate() {
        labels.extend(snippet.marks.iter().map(|mark| codespan::Label {
            style: match mark.style {
                LabelStyle::Primary => codespan::LabelStyle::Primary,
                LabelStyle::Secondary => codespan::LabelStyle::Secondary,
            },
            file_id: id,
            range: file.offset(mark.start)..file.offset(mark.end),
            message: mark.message.and_then(|_| placeholders.next()).into_iter().collect(),
        }));
    }
    labels
}

/// Returns the messages that the placeholders of [`labels`] represent.
fn messages<'a>(excerpt: &Excerpt<'a>) -> Vec<&'a str> {
    excerpt
        .snippets
        .iter()
        .flat_map(|snippet| &snippet.marks)
        .filter_map(|mark| mark.message)
        .collect()
}

/// Help and notes, which are drawn below the snippets.
fn notes(excerpt: &Excerpt<'_>, notes: Notes<'_>, options: ExcerptOptions) -> Vec<String> {
    let bullet = |kind: &str, note: &str| {
        let indent = kind.len() + 2;
        let width = pen::message_width(options.width, excerpt.number_width + " = ".len() + indent);
        let block = text::wrap(note, options.tab_width, width);
        let lines: Vec<_> = block.lines().collect();
        format!("{kind}: {}", lines.join(&format!("\n{:indent$}", "")))
    };
    let help = notes.diagnostic.help().map(|help| bullet("help", help));
    help.into_iter().chain(notes.notes().map(|note| bullet("note", &note))).collect()
}

/// Returns the rows of a snippet, with which the painter replaces those of the grid.
fn source_rows<'a>(snippet: &'a Snippet<'_>) -> impl Iterator<Item = SourceRow<'a>> {
    snippet.rows.iter().enumerate().map(|(index, row)| {
        let is_here = |position: CellPosition| position.row == index;
        let with_message = snippet
            .marks
            .iter()
            .filter(|mark| is_here(mark.start) && is_here(mark.end) && mark.message.is_some());
        let mut pointers: Vec<_> = with_message.map(|mark| (mark.start.cell, mark.style)).collect();
        // The last pointer in a cell is the visible one.
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

/// Returns the width of line numbers in codespan, which only considers lines on which labels start or end.
fn gutter_by_codespan(excerpt: &Excerpt<'_>) -> usize {
    let last_of = |snippet: &Snippet<'_>| {
        let last = snippet.marks.iter().map(|mark| mark.end.row).max()?;
        snippet.rows.get(last).map(|row| row.number)
    };
    let last = excerpt.snippets.iter().filter_map(last_of).max();
    last.map_or(0, |number| number.to_string().len())
}

/// The input of codespan: files of ASCII with one character per cell.
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

struct GridLine {
    number: usize,
    /// The bytes of the line, including its line feed.
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
                // codespan draws a break only if at least two lines are omitted.
                file.push_line(last_number, "", 0);
                file.push_line(last_number, "", 0);
            }
            last_number = row.number;
            file.line_of_row.push(file.lines.len());
            let ends = snippet.marks.iter().flat_map(|mark| [mark.start, mark.end]);
            let cells = ends.filter(|end| end.row == index).map(|end| end.cell);
            file.push_line(row.number, &row.text, cells.max().unwrap_or(0) + 1);
        }
        file
    }

    /// Adds a line of at least `min_cells` cells, because a label may be after the end of the text. A line with
    /// `min_cells` 0 is an omitted line.
    fn push_line(&mut self, number: u32, shown: &str, min_cells: usize) {
        let start = self.text.len();
        for cluster in text::cells(shown, 1) {
            let cell = if cluster.text == " " { ' ' } else { 'x' };
            self.text.extend(std::iter::repeat_n(cell, cluster.cells()));
        }
        while self.text.len() < start + min_cells {
            self.text.push(' ');
        }
        if min_cells > 0 {
            self.text.push('\n');
        }
        self.lines.push(GridLine { number: number as usize, range: start..self.text.len() });
    }

    fn offset(&self, position: CellPosition) -> usize {
        let line = self.line_of_row.get(position.row).and_then(|&line| self.lines.get(line));
        line.map_or(0, |line| line.range.start + position.cell)
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
        // An omitted line is empty and precedes the line that starts at the same byte.
        let lines = &self.file(id)?.lines;
        Ok(lines.partition_point(|line| line.range.start <= byte).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, index: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.line(index)?.number)
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        Ok(self.file(id)?.line(index)?.range.clone())
    }

    /// Returns the real location of the snippet for every byte.
    fn location(&'a self, id: usize, _byte: usize) -> Result<Location, Error> {
        let &GridFile { line, col, .. } = self.file(id)?;
        Ok(Location { line_number: line, column_number: col })
    }
}
