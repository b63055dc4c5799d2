//! The second step of human output: labels under their lines, by codespan-reporting.
//!
//! ```text
//!   Row    `  let x = 日`              codespan is given      `  xxx x x xx`
//!   Mark   cells 10..12, `here`   ─▶   and draws              `3 |   xxx x x xx`
//!                                                             `  |           ^^ here`
//! ```
//!
//! codespan-reporting is given a *grid*: one ASCII character for each cell of the rows that are
//! shown, under their real line numbers. So it lays out cells, which it does well, and meets
//! neither Unicode nor control characters nor the rest of the file. The [painter](super::paint)
//! puts the real text in the place of the grid's cells as they are drawn.
//!
//! The two steps know how codespan-reporting 0.13.1 draws, which is why that version is pinned:
//!
//! - it writes its header first, on one line (dropped: the header is ours);
//! - it sets the style of a line number once for each row, in the order of the rows;
//! - a row is: number, ` |`, two cells for each label over many lines, a blank, the source;
//! - its gutter is as wide as the largest number of a line on which a label begins or ends;
//! - it draws a break where the indices of two rows are three apart, and fills a gap of two itself;
//! - it asks for the lines inside a label and for those of the context, and for no others.
//!
//! The snapshots and properties of human output hold each of these.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files, Location};
use codespan_reporting::term::{Chars, Config, DisplayStyle, Renderer, RichDiagnostic};

use super::excerpt::{Excerpt, LINES_AFTER_START, LINES_BEFORE_END, Place, Snippet, Take};
use super::paint::{self, Gutter, Painter, SourceRow};
use super::pen::{self, Pen};
use crate::contract::Checked;
use crate::diagnostic::LabelStyle;
use crate::severity::Severity;
use crate::text;

/// Draws what stands below the header:
///
/// ```text
///   --> file.vitte:12:7                      snippet, one for each file
///    |
/// 12 |   let x =
///    |       ^ label
///    |
///    = help: …                               notes: help, notes, remarks on the diagnostic
///    = note: …
/// ```
///
/// `links` has the address of each snippet's file that is a link.
pub(super) fn draw(
    checked: &Checked<'_>,
    excerpt: &Excerpt<'_>,
    links: Vec<Option<String>>,
    (take, unicode): (Take, bool),
    pen: &mut Pen,
) -> Result<(), Error> {
    let grid = Grid::new(excerpt, &links);
    let source_rows = excerpt.snippets.iter().flat_map(source_rows).collect();
    let links = links.into_iter().flatten().collect();
    let gutter = Gutter { needed: excerpt.gutter, by_codespan: gutter_by_codespan(excerpt) };
    let bar = if unicode { '│' } else { '|' };
    let mut painter = Painter::new(pen, source_rows, links, gutter, bar);
    let config = config(take, unicode);
    RichDiagnostic::new(&to_codespan(checked, excerpt, &grid, take), &config)
        .render(&grid, &mut Renderer::new(&mut painter, &config))?;
    painter.finish();
    Ok(())
}

fn config(take: Take, unicode: bool) -> Config {
    let chars = if unicode {
        Chars::box_drawing()
    } else {
        // rustc's arrow stands one cell further left than codespan's.
        Chars { snippet_start: format!("{}-->", paint::ONE_CELL_BACK), ..Chars::ascii() }
    };
    Config {
        display_style: DisplayStyle::Rich,
        tab_width: take.tab_width,
        chars,
        start_context_lines: LINES_AFTER_START as usize,
        end_context_lines: LINES_BEFORE_END as usize,
        before_label_lines: take.context_lines as usize,
        after_label_lines: take.context_lines as usize,
    }
}

fn to_codespan(
    checked: &Checked<'_>,
    excerpt: &Excerpt<'_>,
    grid: &Grid<'_>,
    take: Take,
) -> codespan::Diagnostic<usize> {
    let diagnostic = checked.diagnostic;
    let mut labels = Vec::new();
    for (id, (snippet, file)) in excerpt.snippets.iter().zip(&grid.files).enumerate() {
        labels.extend(snippet.marks.iter().map(|mark| codespan::Label {
            style: label_style(mark.style),
            file_id: id,
            range: file.offset(mark.start)..file.offset(mark.end),
            message: paint::message(&mark.message),
        }));
    }
    codespan::Diagnostic {
        // Only its colours are used: the painter has written the header.
        severity: match diagnostic.severity() {
            Severity::Note => codespan::Severity::Note,
            Severity::Warning => codespan::Severity::Warning,
            Severity::Error | Severity::Fatal => codespan::Severity::Error,
        },
        code: None,
        message: String::new(),
        labels,
        notes: notes(checked, excerpt, take),
    }
}

/// The most notes that are shown.
const MOST_NOTES: usize = 100;

/// Help and notes, as they stand below the snippets.
fn notes(checked: &Checked<'_>, excerpt: &Excerpt<'_>, take: Take) -> Vec<String> {
    let remarks = excerpt.remarks.iter().map(|remark| Cow::Borrowed(remark.as_str()));
    let help = checked.diagnostic.help().map(|help| ("help", Cow::Borrowed(help)));
    let all: Vec<_> = checked.notes().chain(remarks).map(|note| ("note", note)).collect();
    let more = all.len().saturating_sub(MOST_NOTES);
    let more_notes = || ("note", Cow::Owned(format!("and {}", text::more("note", more))));
    let rest = (more > 0).then(more_notes);
    let shown = help.into_iter().chain(all.into_iter().take(MOST_NOTES)).chain(rest);
    shown.map(|(kind, note)| bullet(kind, &note, excerpt.gutter, take)).collect()
}

const fn label_style(style: LabelStyle) -> codespan::LabelStyle {
    match style {
        LabelStyle::Primary => codespan::LabelStyle::Primary,
        LabelStyle::Secondary => codespan::LabelStyle::Secondary,
    }
}

/// A note's text, its further lines under the first.
fn bullet(kind: &str, note: &str, gutter: usize, take: Take) -> String {
    let indent = kind.len() + 2;
    let room = pen::room(take.width, gutter + " = ".len() + indent);
    let lines = text::block(note, take.tab_width, room);
    format!("{kind}: {}", lines.join(&format!("\n{:indent$}", "")))
}

/// The rows of a snippet, as the painter needs them to put the real text in the grid's place.
fn source_rows<'a>(snippet: &'a Snippet<'_>) -> impl Iterator<Item = SourceRow<'a>> {
    let lanes = &snippet.lanes;
    let mut pointers = vec![Vec::new(); snippet.rows.len()];
    for mark in snippet.marks.iter().filter(|mark| mark.start.row == mark.end.row) {
        if let Some(pointers) =
            pointers.get_mut(mark.start.row).filter(|_| !mark.message.is_empty())
        {
            pointers.push((mark.start.cell, label_style(mark.style)));
        }
    }
    snippet.rows.iter().zip(pointers).map(move |(row, mut pointers)| {
        pointers.sort_unstable_by_key(|&(cell, _)| cell);
        SourceRow { number: row.number, text: &row.text, lanes, pointers }
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
    name: Cow<'a, str>,
    location: Location,
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

impl<'a> Grid<'a> {
    fn new(excerpt: &'a Excerpt<'_>, links: &[Option<String>]) -> Self {
        let files = excerpt.snippets.iter().zip(links);
        Self { files: files.map(|(file, link)| GridFile::new(file, link.is_some())).collect() }
    }

    fn file(&self, id: usize) -> Result<&GridFile<'a>, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> GridFile<'a> {
    fn new(snippet: &'a Snippet<'_>, is_link: bool) -> Self {
        let mut file = Self {
            name: paint::path(&snippet.path, is_link),
            location: Location {
                line_number: snippet.line as usize,
                column_number: snippet.col as usize,
            },
            text: String::new(),
            lines: Vec::new(),
            line_of_row: Vec::new(),
        };
        let mut ends = vec![0; snippet.rows.len()];
        for place in snippet.marks.iter().flat_map(|mark| [mark.start, mark.end]) {
            if let Some(end) = ends.get_mut(place.row) {
                *end = place.cell.max(*end);
            }
        }
        let mut last_number = 0;
        for (row, least_cells) in snippet.rows.iter().zip(ends) {
            if last_number > 0 && row.number > last_number + 1 {
                // codespan draws a break where two lines or more are left out.
                file.push_line(last_number as usize, "", 0);
                file.push_line(last_number as usize, "", 0);
            }
            last_number = row.number;
            file.line_of_row.push(file.lines.len());
            file.push_line(row.number as usize, &row.text, least_cells + 1);
        }
        file
    }

    /// Adds a line of at least `least_cells` cells, so that labels after its end have a place.
    /// A line without any is a gap.
    fn push_line(&mut self, number: usize, shown: &str, least_cells: usize) {
        let start = self.text.len();
        if text::is_plain(shown) {
            self.text.extend(shown.bytes().map(|byte| if byte == b' ' { ' ' } else { 'x' }));
        } else {
            for cluster in text::cells(shown, 1) {
                let cell = if cluster.text == " " { ' ' } else { 'x' };
                self.text.extend(std::iter::repeat_n(cell, cluster.cells()));
            }
        }
        while self.text.len() < start + least_cells {
            self.text.push(' ');
        }
        if least_cells > 0 {
            self.text.push('\n');
        }
        self.lines.push(GridLine { number, range: start..self.text.len() });
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

impl<'a> Files<'a> for Grid<'a> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.name)
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
        let location = &self.file(id)?.location;
        Ok(Location { ..*location })
    }
}
