//! Converts source lines to rows: escaped text, cut to the available width, with the labels in cells.
//!
//! ```text
//! line   let total = first + second * third …      800 characters
//! row    ...first + second * third...              cut around the label
//!           ^^^^^
//! ```

use std::borrow::Cow;
use std::iter::repeat_n;
use std::ops::Range;

use smallvec::SmallVec;

use super::measure::{LineLabels, MeasuredLine};
use super::width::Width;
use super::window::{Cut, Lead, Part, Window};
use crate::text::{self, CellOptions, Cluster};

/// A source line as it is shown.
#[derive(Debug)]
pub(in crate::emit) struct Row<'a> {
    /// The line's number, 1-based.
    pub(in crate::emit) number: u32,
    /// Escaped text without tabs.
    pub(in crate::emit) text: Cow<'a, str>,
    /// The cells of the dots that replace omitted text.
    pub(in crate::emit) dots: SmallVec<[Range<usize>; 2]>,
    /// Whether the text is printable ASCII, so that each byte is a cell.
    is_plain: bool,
    /// What the row shows of its line; `None` if it is the unchanged line, each byte a cell.
    cut: Option<CutLine>,
    options: CellOptions,
}

/// What a piece of a row's text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::emit) enum Piece {
    Text,
    /// Text in one of the ranges that are asked for.
    Marked,
    /// Dots that replace omitted text.
    Dots,
}

/// The positions of a line that is escaped or cut.
#[derive(Debug)]
struct CutLine {
    /// The cells at which labels start and end, sorted by their bytes.
    edges: Vec<RowEdge>,
    /// The bytes of the line at which clusters begin that are shown, and their bytes in the row.
    bytes: Vec<(usize, usize)>,
}

/// The cells of a label's start and end.
#[derive(Clone, Copy, Debug)]
struct RowEdge {
    /// The byte in the line.
    offset: usize,
    /// The first cell of a label that starts here.
    start: usize,
    /// The cell after a label that ends here.
    end: usize,
}

/// A source line before it is converted.
#[derive(Debug)]
pub(in crate::emit) struct Line<'a> {
    /// The line's number, 1-based.
    pub(in crate::emit) number: u32,
    pub(in crate::emit) text: &'a str,
    pub(in crate::emit) labels: LineLabels,
}

impl<'a> Line<'a> {
    fn is_whole(&self, width: Width) -> bool {
        width.is_whole(self.text) && self.labels.fit(width.cells())
    }

    fn measured(&self, width: Width) -> MeasuredLine<'a> {
        MeasuredLine::new(self.text, &self.labels, width)
    }
}

/// Converts the lines of a snippet. All rows begin at the same cell of their lines.
///
/// Only the parts of a very long line around its labels are examined, so that the cost does not depend on the length
/// of the line.
pub(in crate::emit) fn rows<'a>(lines: Vec<Line<'a>>, width: Width) -> Vec<Row<'a>> {
    if lines.iter().all(|line| line.is_whole(width)) {
        return lines.into_iter().map(|line| Row::whole(line.number, line.text, width)).collect();
    }
    let measured: Vec<_> = lines.iter().map(|line| line.measured(width)).collect();
    let window = Window::new(&measured, width.cells(), width.dots_cells());
    let is_uncut = window.is_whole();
    let row = |(line, measured): (Line<'a>, _)| {
        if is_uncut && line.is_whole(width) {
            Row::whole(line.number, line.text, width)
        } else {
            Row::cut(line.number, measured, window, width)
        }
    };
    lines.into_iter().zip(measured).map(row).collect()
}

impl<'a> Row<'a> {
    /// Converts the only line of a snippet.
    pub(in crate::emit) fn new(line: &Line<'a>, width: Width) -> Self {
        if line.is_whole(width) {
            return Self::whole(line.number, line.text, width);
        }
        let measured = line.measured(width);
        let window =
            Window::new(std::slice::from_ref(&measured), width.cells(), width.dots_cells());
        Self::cut(line.number, measured, window, width)
    }

    /// Returns the unchanged line, which is printable ASCII.
    fn whole(number: u32, line: &'a str, width: Width) -> Self {
        let (text, dots, options) = (Cow::Borrowed(line), SmallVec::new(), width.options());
        Self { number, text, dots, is_plain: true, cut: None, options }
    }

    fn cut(number: u32, line: MeasuredLine<'_>, window: Window, width: Width) -> Self {
        let cut = window.cut(&line);
        let (text, bytes) = cut.text(&line, width);
        let is_plain = text::is_plain(&text);
        let dots = cut.dots_in_row();
        let edges = line.into_edges().into_iter().map(|edge| RowEdge {
            offset: edge.offset,
            start: cut.start(edge.start),
            end: cut.end(edge.end),
        });
        let cut = Some(CutLine { edges: edges.collect(), bytes });
        Self { number, text: Cow::Owned(text), dots, is_plain, cut, options: width.options() }
    }

    /// Returns the first cell of a label that starts at byte `offset` of the line, which is one of its edges.
    pub(in crate::emit) fn start_of(&self, offset: usize) -> usize {
        let in_whole = offset.min(self.text.len());
        self.cut.as_ref().map_or(in_whole, |cut| find(&cut.edges, offset).start)
    }

    /// Returns the cell after a label that ends at byte `offset` of the line, which is one of its edges.
    pub(in crate::emit) fn end_of(&self, offset: usize) -> usize {
        let in_whole = offset.min(self.text.len());
        self.cut.as_ref().map_or(in_whole, |cut| find(&cut.edges, offset).end)
    }

    /// Returns the byte of the row at which the text from byte `offset` of the line begins.
    pub(in crate::emit) fn byte_at(&self, offset: usize) -> usize {
        let Some(CutLine { bytes, .. }) = &self.cut else { return offset.min(self.text.len()) };
        let next = bytes.partition_point(|(byte, _)| *byte < offset);
        bytes.get(next).map_or(self.text.len(), |(_, byte)| *byte)
    }

    /// Returns the width of the text in cells.
    pub(in crate::emit) fn width(&self) -> usize {
        if self.is_plain { self.text.len() } else { self.options.width_of(&self.text) }
    }

    /// Returns true if there are only blanks before `cell`.
    pub(in crate::emit) fn is_blank_before(&self, cell: usize) -> bool {
        let mut clusters = text::cells(&self.text, self.options);
        clusters.find(|cluster| cluster.text != " ").is_none_or(|first| cell <= first.start)
    }

    /// Splits the text into pieces: dots, the text in the ranges of cells `marked`, and the rest. A wide character
    /// belongs to the piece of its first cell.
    pub(in crate::emit) fn pieces(&self, marked: &[Range<usize>]) -> SmallVec<[(Piece, &str); 4]> {
        if self.dots.is_empty() && marked.iter().all(Range::is_empty) {
            let whole = Some((Piece::Text, &*self.text)).filter(|(_, text)| !text.is_empty());
            return whole.into_iter().collect();
        }
        let ranges = self.dots.iter().chain(marked);
        let mut cuts: SmallVec<[usize; 8]> =
            ranges.flat_map(|range| [range.start, range.end]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let is_in =
            |ranges: &[Range<usize>], cell| ranges.iter().any(|range| range.contains(&cell));
        let (mut pieces, mut start, mut rest) = (SmallVec::new(), 0, &*self.text);
        let mut offset = 0;
        for end in cuts.into_iter().chain([usize::MAX]) {
            let byte = self.byte_of(end);
            let (text, after) = rest.split_at_checked(byte - offset).unwrap_or((rest, ""));
            let kind = match () {
                () if is_in(&self.dots, start) => Piece::Dots,
                () if is_in(marked, start) => Piece::Marked,
                () => Piece::Text,
            };
            if !text.is_empty() {
                pieces.push((kind, text));
            }
            (start, offset, rest) = (end, offset + text.len(), after);
        }
        pieces
    }

    /// Returns the offset of the first character that starts at `cell` or after it.
    fn byte_of(&self, cell: usize) -> usize {
        if self.is_plain || cell >= self.text.len() {
            return cell.min(self.text.len());
        }
        let before = text::cells(&self.text, self.options).take_while(|it| it.start < cell);
        before.map(|cluster| cluster.text.len()).sum()
    }
}

fn find(edges: &[RowEdge], offset: usize) -> RowEdge {
    let found = edges.binary_search_by_key(&offset, |edge| edge.offset).ok();
    let found = found.and_then(|index| edges.get(index)).copied();
    found.unwrap_or(RowEdge { offset, start: 0, end: 0 })
}

impl Cut {
    /// Returns the text of a row, and where its clusters are in the line and in the row.
    fn text(&self, line: &MeasuredLine<'_>, width: Width) -> (String, Vec<(usize, usize)>) {
        let cells: usize = self.parts.iter().map(|part| part.cells.len() + self.dots).sum();
        let (mut out, mut bytes) = (String::with_capacity(cells), Vec::with_capacity(cells));
        out.extend(repeat_n(' ', self.blanks));
        match self.lead {
            Lead::Nothing => {}
            Lead::Blanks => out.extend(repeat_n(' ', self.dots)),
            Lead::Dots => out.push_str(width.dots()),
        }
        for (index, Part { cells, .. }) in self.parts.iter().enumerate() {
            if index > 0 {
                out.push_str(width.dots());
            }
            for (byte, cluster) in line.clusters(cells) {
                bytes.push((byte, out.len()));
                push_visible(&cluster, cells, &mut out);
            }
        }
        if self.has_tail {
            bytes.push((usize::MAX, out.len()));
            out.push_str(width.dots());
        }
        (out, bytes)
    }

    /// Returns the cells of the row with dots.
    fn dots_in_row(&self) -> SmallVec<[Range<usize>; 2]> {
        let lead = (self.lead == Lead::Dots).then_some(self.blanks);
        let after = |part: &Part| part.at + part.cells.len();
        let between = self.parts.len().saturating_sub(1);
        let ends = self.parts.iter().map(after);
        let starts = ends.take(between + usize::from(self.has_tail));
        lead.into_iter().chain(starts).map(|at| at..at + self.dots).collect()
    }

    /// Returns the first cell in the row of a label that starts at `cell` of the line: on dots if `cell` is omitted.
    fn start(&self, cell: usize) -> usize {
        let mut next = 0;
        for Part { cells, at } in &self.parts {
            if cell < cells.start {
                return next;
            }
            if cell < cells.end {
                return at + cell - cells.start;
            }
            next = at + cells.len();
        }
        next
    }

    /// Returns the cell in the row after a label that ends before `cell` of the line.
    fn end(&self, cell: usize) -> usize {
        let mut last = 0;
        for Part { cells, at } in &self.parts {
            if cell <= cells.start {
                return *at;
            }
            if cell <= cells.end {
                return at + cell - cells.start;
            }
            last = at + cells.len();
        }
        if self.has_tail { last + self.dots } else { last }
    }
}

/// Appends the part of a cluster that is in `cells`. Only a tab has a part: all others are inside or outside.
fn push_visible(cluster: &Cluster<'_>, cells: &Range<usize>, out: &mut String) {
    let inside = cluster.end.min(cells.end).saturating_sub(cluster.start.max(cells.start));
    if inside == cluster.cells() {
        cluster.push_to(out);
    } else {
        out.extend(repeat_n(' ', inside));
    }
}
