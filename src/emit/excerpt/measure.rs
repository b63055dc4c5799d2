//! Measures a source line: the cells of its text, and those at which its labels start and end.

use std::ops::Range;

use smallvec::SmallVec;
use unicode_segmentation::UnicodeSegmentation as _;

use super::width::Width;
use crate::text::{self, CellOptions, Cluster};

/// The number of bytes that are examined on each side of a label's start and end, per cell of the width. Only clusters
/// of many characters have more bytes per cell; a row with such clusters may be narrower than the width.
const BYTES_PER_CELL: usize = 32;

/// The byte ranges of the labels of one line, the most important one first. A multi-line label has an empty range at
/// its start, and another one at its end.
#[derive(Debug, Default)]
pub(in crate::emit) struct LineLabels {
    ranges: SmallVec<[Range<usize>; 2]>,
}

impl LineLabels {
    /// Adds a label from byte `lo` to byte `hi` of the line.
    pub(in crate::emit) fn add(&mut self, lo: usize, hi: usize) {
        self.ranges.push(lo..hi.max(lo));
    }

    /// Returns true if all labels of an unchanged line are in its first `cells` cells. A label at the end of the line is
    /// behind its text.
    pub(super) fn fit(&self, cells: usize) -> bool {
        self.ranges.iter().all(|range| range.end.max(range.start + 1) <= cells)
    }
}

/// A line whose cells are known.
#[derive(Debug)]
pub(super) struct MeasuredLine<'a> {
    /// The examined parts of the line: the whole line if it is not very long.
    segments: SmallVec<[Segment<'a>; 1]>,
    /// The bytes at which labels start and end, sorted.
    edges: Vec<LabelEdge>,
    /// The cells of each label, the most important one first. At least one cell each.
    pub(super) labels: SmallVec<[Range<usize>; 2]>,
    /// The cells before the first character that is not a blank. `None` if there is none.
    pub(super) indent: Option<usize>,
    /// The cell after the last one.
    pub(super) end: usize,
    options: CellOptions,
}

/// An examined part of a line.
#[derive(Debug)]
struct Segment<'a> {
    /// The first byte in the line.
    byte: usize,
    text: &'a str,
    /// The first cell.
    cell: usize,
}

/// A byte at which a label starts or ends, and its cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct LabelEdge {
    pub(super) offset: usize,
    /// The first cell of a label that starts here. Inside a grapheme cluster it is that of the cluster.
    pub(super) start: usize,
    /// The cell after a label that ends here. Inside a grapheme cluster it is that after the cluster.
    pub(super) end: usize,
    /// The cell after the cluster that begins at this offset or contains it.
    next: usize,
}

impl<'a> MeasuredLine<'a> {
    pub(super) fn new(line: &'a str, labels: &LineLabels, width: Width) -> Self {
        let mut offsets: Vec<_> =
            labels.ranges.iter().flat_map(|range| [range.start, range.end]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let mut segments = segments(line, &offsets, width.cells() * BYTES_PER_CELL);
        let mut edges = Vec::with_capacity(offsets.len());
        let mut rest = offsets.as_slice();
        let (mut indent, mut end) = (None, 0);
        for segment in &mut segments {
            let last = segment.byte + segment.text.len();
            if segment.byte > 0 {
                // Cells that are not known, and too many to be shown.
                end += 4 * width.cells();
                indent = indent.or(Some(0));
            }
            segment.cell = end;
            let here = rest.iter().take_while(|offset| **offset <= last).count();
            let (here, others) = rest.split_at_checked(here).unwrap_or_default();
            rest = others;
            let mut measure = SegmentMeasure { end, indent, edges: &mut edges };
            measure.run(segment, here, width.options());
            (end, indent) = (measure.end, measure.indent);
        }
        let is_cut = segments.last().is_some_and(|last| last.byte + last.text.len() < line.len());
        if is_cut {
            end += 4 * width.cells();
        }
        let (labels_of, options) = (SmallVec::new(), width.options());
        let mut measured = Self { segments, edges, labels: labels_of, indent, end, options };
        measured.labels = labels.ranges.iter().map(|range| measured.cells_of(range)).collect();
        measured
    }

    /// Returns the cells of a label, at least one.
    fn cells_of(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.edge(range.start);
        let end = if range.is_empty() { start.next } else { self.edge(range.end).end };
        start.start..end.max(start.start + 1)
    }

    fn edge(&self, offset: usize) -> LabelEdge {
        let found = self.edges.binary_search_by_key(&offset, |edge| edge.offset);
        let found = found.ok().and_then(|index| self.edges.get(index)).copied();
        found.unwrap_or(LabelEdge { offset, start: 0, end: 0, next: 1 })
    }

    /// Returns the bytes at which labels start and end, sorted.
    pub(super) fn into_edges(self) -> Vec<LabelEdge> {
        self.edges
    }

    /// Returns true if only blanks are before `cell`.
    pub(super) fn is_blank_before(&self, cell: usize) -> bool {
        self.indent.is_none_or(|indent| cell <= indent)
    }

    /// Returns the cells of the wide character that a cut before `cell` would split. A tab can be split, because its
    /// parts are blanks.
    pub(super) fn split_at(&self, cell: usize) -> Option<Range<usize>> {
        let segment = self.segments.iter().rfind(|segment| segment.cell < cell)?;
        if text::is_plain(segment.text) {
            return None;
        }
        let (_, cluster) = self.clusters(&(cell - 1..cell)).next()?;
        (cluster.end > cell && cluster.text != "\t").then_some(cluster.start..cluster.end)
    }

    /// Returns the clusters that have a cell in `cells`, each with its byte in the line.
    pub(super) fn clusters(
        &self,
        cells: &Range<usize>,
    ) -> impl Iterator<Item = (usize, Cluster<'a>)> {
        let (Range { start, end }, options) = (cells.clone(), self.options);
        self.segments.iter().flat_map(move |segment| {
            // Each byte of plain text is a cell, so the cells before the first one need not be counted.
            let skipped = start.saturating_sub(segment.cell).min(segment.text.len());
            let skipped = if text::is_plain(segment.text) { skipped } else { 0 };
            let (first, mut byte) = (segment.cell + skipped, segment.byte + skipped);
            text::cells(segment.text.get(skipped..).unwrap_or_default(), options)
                .map(move |Cluster { text, start, end }| {
                    let at = byte;
                    byte += text.len();
                    (at, Cluster { text, start: first + start, end: first + end })
                })
                .skip_while(move |(_, cluster)| cluster.end <= start)
                .take_while(move |(_, cluster)| cluster.start < end)
        })
    }
}

/// Finds the cells of the edges of one segment.
struct SegmentMeasure<'e> {
    end: usize,
    indent: Option<usize>,
    edges: &'e mut Vec<LabelEdge>,
}

impl SegmentMeasure<'_> {
    fn run(&mut self, segment: &Segment<'_>, offsets: &[usize], options: CellOptions) {
        if text::is_plain(segment.text) {
            return self.run_plain(segment, offsets);
        }
        let (first, mut byte) = (segment.cell, segment.byte);
        let mut offsets = offsets.iter().copied().peekable();
        for Cluster { text, start, end } in text::cells(segment.text, options) {
            let (start, end) = (first + start, first + end);
            if !matches!(text, " " | "\t") {
                self.indent = self.indent.or(Some(start));
            }
            while let Some(offset) = offsets.next_if(|offset| *offset < byte + text.len()) {
                let end_here = if offset == byte { start } else { end };
                self.edges.push(LabelEdge { offset, start, end: end_here, next: end });
            }
            byte += text.len();
            self.end = end;
        }
        let end = self.end;
        let after = |offset| LabelEdge { offset, start: end, end, next: end + 1 };
        self.edges.extend(offsets.map(after));
    }

    /// Measures printable ASCII, each byte a cell.
    fn run_plain(&mut self, segment: &Segment<'_>, offsets: &[usize]) {
        let Segment { byte, text, cell } = *segment;
        let indent = text.bytes().position(|byte| byte != b' ');
        self.indent = self.indent.or(indent.map(|blanks| cell + blanks));
        self.end = cell + text.len();
        let edge = |offset: usize| {
            let at = cell + offset.saturating_sub(byte).min(text.len());
            LabelEdge { offset, start: at, end: at, next: at + 1 }
        };
        self.edges.extend(offsets.iter().copied().map(edge));
    }
}

/// Returns the parts of a line that are examined: those around each offset, or the start of the line if there are no
/// offsets. Offsets are sorted. Parts end between grapheme clusters.
fn segments<'a>(line: &'a str, offsets: &[usize], around: usize) -> SmallVec<[Segment<'a>; 1]> {
    let start = [0];
    let offsets = if offsets.is_empty() { &start[..] } else { offsets };
    let mut ranges: SmallVec<[Range<usize>; 4]> = SmallVec::new();
    for offset in offsets {
        let range = offset.saturating_sub(around)..offset.saturating_add(around).min(line.len());
        match ranges.last_mut() {
            Some(last) if range.start <= last.end => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    let segment = |range: Range<usize>| {
        let start = text::floor_char_boundary(line, range.start);
        let end = text::ceil_char_boundary(line, range.end);
        let mut part = line.get(start..end).unwrap_or_default();
        let mut byte = start;
        // The cuts may have split the clusters at the ends.
        if start > 0 {
            let first = part.graphemes(true).next().map_or(0, str::len);
            byte += first;
            part = part.get(first..).unwrap_or_default();
        }
        if end < line.len() {
            let last = part.graphemes(true).next_back().map_or(0, str::len);
            part = part.get(..part.len() - last).unwrap_or_default();
        }
        Segment { byte, text: part, cell: 0 }
    };
    ranges.into_iter().map(segment).collect()
}
