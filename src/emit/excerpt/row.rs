//! Converts a source line to a row: escaped text, cut to the available width, with its labels in cells.
//!
//! ```text
//! line   let total = first + second * third …      800 characters
//! row    ...first + second * third...              cut around the label
//!           ^^^^^
//! ```

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::{self, Cluster};

/// Replaces omitted text.
const DOTS: &str = "...";

/// A source line as it is shown.
#[derive(Debug)]
pub(in crate::emit) struct Row<'a> {
    /// The line's number, 1-based.
    pub(in crate::emit) number: u32,
    /// Escaped text without tabs.
    pub(in crate::emit) text: Cow<'a, str>,
    /// Whether the text is printable ASCII, so that each byte is a cell.
    is_plain: bool,
    /// The cells at which labels start and end; `None` if the row is the unchanged line, each byte a cell.
    edges: Option<Box<LabelEdges>>,
}

impl<'a> Row<'a> {
    /// Converts a line. `edges` returns the edges of its labels; it is not called for lines that are shown
    /// unchanged, as most are.
    ///
    /// Only the segment of a long line around its first label is examined, so that the cost does not depend on
    /// the length of the line.
    pub(in crate::emit) fn new(
        number: u32,
        line: &'a str,
        width: Width,
        edges: impl FnOnce() -> LabelEdges,
    ) -> Self {
        if width.is_whole(line) {
            return Self { number, text: Cow::Borrowed(line), is_plain: true, edges: None };
        }
        let mut edges = edges();
        let segment = LineSegment::new(line, &edges, width);
        let is_plain = text::is_plain(segment.text);
        let total = edges.measure(&segment, is_plain, width.tab_width);
        let window = Window::new(total, segment.cut, &edges, width.cells);
        edges.move_to(&window);
        let text = window.text(segment.text, is_plain, width.tab_width);
        let is_plain = is_plain || text::is_plain(&text);
        Self { number, text: Cow::Owned(text), is_plain, edges: Some(Box::new(edges)) }
    }

    /// Returns the first cell of a label that starts at byte `offset` of the line, which is one of its edges.
    pub(in crate::emit) fn start_of(&self, offset: usize) -> usize {
        self.edges.as_ref().map_or(offset.min(self.text.len()), |edges| edges.start_of(offset))
    }

    /// Returns the cell after a label that ends at byte `offset` of the line, which is one of its edges.
    pub(in crate::emit) fn end_of(&self, offset: usize) -> usize {
        self.edges.as_ref().map_or(offset.min(self.text.len()), |edges| edges.end_of(offset))
    }

    /// Returns the width of the text in cells.
    pub(in crate::emit) fn width(&self) -> usize {
        if self.is_plain { self.text.len() } else { text::width_of(&self.text) }
    }

    /// Returns true if there are only blanks before `cell`.
    pub(in crate::emit) fn is_blank_before(&self, cell: usize) -> bool {
        let mut content = text::cells(&self.text, 1).filter(|cluster| !cluster.is_mark());
        content.find(|cluster| cluster.text != " ").is_none_or(|first| cell <= first.start)
    }

    /// Splits the text into the parts before, in and after `cells`. A wide character belongs to the part of its
    /// first cell, a combining mark to that of the character before it.
    pub(in crate::emit) fn split(&self, cells: Range<usize>) -> [&str; 3] {
        let at = |cell| if self.is_plain { cell } else { self.byte_of(cell) };
        let (start, end) = (at(cells.start).min(self.text.len()), at(cells.end));
        let (before, rest) = self.text.split_at_checked(start).unwrap_or((&self.text, ""));
        let inside = end.saturating_sub(start).min(rest.len());
        let (inside, after) = rest.split_at_checked(inside).unwrap_or((rest, ""));
        [before, inside, after]
    }

    /// Returns the offset of the first character that starts at `cell` or after it; 0 for cell 0.
    fn byte_of(&self, cell: usize) -> usize {
        let mut byte = 0;
        for cluster in text::cells(&self.text, 1) {
            if cell == 0 || (cluster.start >= cell && !cluster.is_mark()) {
                break;
            }
            byte += cluster.text.len();
        }
        byte
    }
}

/// The segment of a line that is examined.
#[derive(Debug)]
struct LineSegment<'a> {
    /// The start of the segment, in bytes from the start of the line.
    start: usize,
    text: &'a str,
    /// Whether the line continues before and after the segment.
    cut: (bool, bool),
}

impl<'a> LineSegment<'a> {
    /// The number of bytes that are examined on each side of the first label, per cell of the width. Only runs of
    /// combining marks have more bytes per cell; a row with such runs may be narrower than the width.
    const BYTES_PER_CELL: usize = 32;

    fn new(line: &'a str, edges: &LabelEdges, width: Width) -> Self {
        let around = width.cells * Self::BYTES_PER_CELL;
        let focus = edges.focus.clone().unwrap_or_default();
        let start = text::floor_char_boundary(line, focus.start.saturating_sub(around));
        let end = text::ceil_char_boundary(line, focus.start.saturating_add(around));
        let mut segment = Self {
            start,
            text: line.get(start..end).unwrap_or_default(),
            cut: (start > 0, end < line.len()),
        };
        segment.drop_split_clusters(focus.start);
        segment
    }

    /// Drops the first and the last grapheme cluster if the cuts may have split them, unless they contain the byte
    /// `focus`.
    fn drop_split_clusters(&mut self, focus: usize) {
        let mut clusters = self.text.graphemes(true);
        let first = clusters.next().filter(|_| self.cut.0).map_or(0, str::len);
        if self.start + first <= focus {
            self.start += first;
            self.text = self.text.get(first..).unwrap_or_default();
        }
        let last = clusters.next_back().filter(|_| self.cut.1).map_or(0, str::len);
        let end = self.text.len().saturating_sub(last);
        if self.start + end > focus {
            self.text = self.text.get(..end).unwrap_or_default();
        }
    }
}

/// The available width of a row.
#[derive(Clone, Copy, Debug)]
pub(in crate::emit) struct Width {
    cells: usize,
    tab_width: usize,
}

impl Width {
    /// The minimum width of a row, however narrow the output is.
    const MIN_CELLS: usize = 20;

    /// Returns the rest of `width` cells beside line numbers of `number_width` digits, the border, and the bars of
    /// multi-line labels in `lanes` lanes.
    pub(in crate::emit) fn new(
        width: usize,
        number_width: usize,
        lanes: usize,
        tab_width: usize,
    ) -> Self {
        let taken = number_width + " | ".len() + 2 * lanes;
        Self { cells: width.saturating_sub(taken).max(Self::MIN_CELLS), tab_width }
    }

    /// Returns true if a line is shown unchanged: it is printable ASCII and fits.
    pub(in crate::emit) fn is_whole(self, line: &str) -> bool {
        line.len() <= self.cells && text::is_plain(line)
    }
}

/// The offsets in one line at which labels start or end, and their cells.
#[derive(Debug, Default)]
pub(in crate::emit) struct LabelEdges {
    /// Sorted by offset after [`measure`](Self::measure).
    edges: Vec<LabelEdge>,
    /// The bytes of the first label, which stays visible if not all labels fit.
    focus: Option<Range<usize>>,
}

/// The start or the end of a label.
#[derive(Clone, Copy, Debug)]
struct LabelEdge {
    /// The offset in bytes from the start of the line.
    offset: usize,
    /// The first cell of a label that starts here. Inside a grapheme cluster it is the first cell of the cluster;
    /// at a combining mark it is that of the character before the mark.
    start: usize,
    /// The cell after a label that ends here.
    end: usize,
    /// The cell after the character at this offset.
    next: usize,
    /// `Less` if the offset is before the examined segment, `Greater` if it is after it.
    outside: Option<Ordering>,
}

impl LabelEdges {
    /// Adds a label from byte `lo` to byte `hi` of the line.
    pub(in crate::emit) fn add(&mut self, lo: usize, hi: usize) {
        self.focus.get_or_insert(lo..hi);
        self.edges.extend([lo, hi].map(|offset| LabelEdge {
            offset,
            start: 0,
            end: 0,
            next: 0,
            outside: None,
        }));
    }

    fn start_of(&self, offset: usize) -> usize {
        self.find(offset).map_or(0, |edge| edge.start)
    }

    fn end_of(&self, offset: usize) -> usize {
        self.find(offset).map_or(0, |edge| edge.end)
    }

    fn find(&self, offset: usize) -> Option<&LabelEdge> {
        let index = self.edges.binary_search_by_key(&offset, |edge| edge.offset).ok()?;
        self.edges.get(index)
    }

    /// Finds the cells of all edges, counted from the start of the segment, in one pass. Returns the width of the
    /// segment in cells. Edges outside of the segment get the cells of its ends.
    fn measure(&mut self, segment: &LineSegment<'_>, plain: bool, tab_width: usize) -> usize {
        self.edges.sort_unstable_by_key(|edge| edge.offset);
        self.edges.dedup_by_key(|edge| edge.offset);
        let bytes = segment.start..=segment.start + segment.text.len();
        for edge in &mut self.edges {
            let before = (edge.offset < *bytes.start()).then_some(Ordering::Less);
            let after = (edge.offset > *bytes.end()).then_some(Ordering::Greater);
            edge.outside = before.or(after);
        }
        let total = self.measure_inner(segment, plain, tab_width);
        for edge in self.edges.iter_mut().filter(|edge| edge.outside == Some(Ordering::Greater)) {
            (edge.start, edge.end) = (total, total);
        }
        total
    }

    fn measure_inner(&mut self, segment: &LineSegment<'_>, plain: bool, tab_width: usize) -> usize {
        let mut inside = self.edges.iter_mut().filter(|edge| edge.outside.is_none()).peekable();
        if plain {
            for edge in inside {
                let cell = edge.offset - segment.start;
                (edge.start, edge.end, edge.next) = (cell, cell, cell + 1);
            }
            return segment.text.len();
        }
        // `carrier` is the first cell of the last cluster that is not a lone combining mark.
        let (mut total, mut carrier, mut offset) = (0, 0, segment.start);
        for cluster in text::cells(segment.text, tab_width) {
            let Cluster { text, start, end } = cluster;
            carrier = if cluster.is_mark() { carrier } else { start };
            while let Some(edge) = inside.next_if(|edge| edge.offset < offset + text.len()) {
                // A label that ends inside a cluster marks the whole cluster.
                let ends_at = if edge.offset == offset { start } else { end };
                (edge.start, edge.end, edge.next) = (carrier, ends_at, end);
            }
            total = end;
            offset += text.len();
        }
        inside.for_each(|edge| (edge.start, edge.end, edge.next) = (total, total, total + 1));
        total
    }

    /// Returns the cells that must be visible: those of all labels, or of the first one if not all fit in
    /// `width`.
    fn visible_cells(&self, width: usize) -> Range<usize> {
        let mut inside = self.edges.iter().filter(|edge| edge.outside.is_none());
        let Some(first) = inside.next() else { return 0..1 };
        let last = inside.next_back().unwrap_or(first);
        match &self.focus {
            Some(focus) if last.end.saturating_sub(first.start) > width => {
                self.start_of(focus.start)..self.end_of(focus.end)
            }
            // The whole character that an empty label points at.
            _ if last.end <= first.start => first.start..first.next.max(first.start + 1),
            _ => first.start..last.end,
        }
    }

    /// Converts the cells from those of the segment to those of the row.
    fn move_to(&mut self, window: &Window) {
        for edge in &mut self.edges {
            (edge.start, edge.end) = match edge.outside {
                None => (window.start(edge.start), window.end(edge.end)),
                Some(Ordering::Less) => (0, window.lead_width()),
                Some(_) => (window.tail_start(), window.tail_start() + DOTS.len()),
            };
        }
    }
}

/// The cells of a segment that its row shows.
#[derive(Debug)]
struct Window {
    cells: Range<usize>,
    /// Whether [`DOTS`] are drawn before and after them.
    dots: (bool, bool),
}

impl Window {
    /// Selects which of `total` cells are shown in `width` cells, dots included; `cut` is whether the line
    /// continues before and after the segment.
    fn new(total: usize, cut: (bool, bool), edges: &LabelEdges, width: usize) -> Self {
        if total <= width && cut == (false, false) {
            return Self { cells: 0..total, dots: cut };
        }
        let between_dots = width - 2 * DOTS.len();
        let beside_dots = width - DOTS.len();
        let wanted = edges.visible_cells(between_dots);
        let around = between_dots.saturating_sub(wanted.len()) / 2;
        let from = wanted.start.saturating_sub(around);
        if !cut.0 && (wanted.end <= beside_dots || from <= DOTS.len()) {
            Self { cells: 0..beside_dots.min(total), dots: (false, true) }
        } else if !cut.1 && from + between_dots >= total {
            Self { cells: total.saturating_sub(beside_dots)..total, dots: (true, false) }
        } else {
            Self { cells: from..(from + between_dots).min(total), dots: (true, true) }
        }
    }

    /// Returns the width of the dots before the text.
    const fn lead_width(&self) -> usize {
        if self.dots.0 { DOTS.len() } else { 0 }
    }

    /// Returns the cell of the row after the text, where the dots may follow.
    fn tail_start(&self) -> usize {
        self.lead_width() + self.cells.len()
    }

    /// Returns the first cell in the row of a label that starts at `cell` of the segment: on the dots if `cell` is
    /// cut off.
    fn start(&self, cell: usize) -> usize {
        if cell < self.cells.start {
            0
        } else if self.dots.1 && cell >= self.cells.end {
            self.tail_start()
        } else {
            self.lead_width() + cell - self.cells.start
        }
    }

    /// Returns the cell in the row after a label that ends before `cell` of the segment.
    fn end(&self, cell: usize) -> usize {
        if cell <= self.cells.start {
            self.lead_width()
        } else if self.dots.1 && cell > self.cells.end {
            self.tail_start() + DOTS.len()
        } else {
            self.lead_width() + cell - self.cells.start
        }
    }

    /// Returns the text of the row for the segment `line`. Dots replace the visible part of a character that is
    /// cut.
    fn text(&self, line: &str, plain: bool, tab_width: usize) -> String {
        let Range { start: from, end: to } = self.cells;
        if plain {
            let dots = |shown| if shown { DOTS } else { "" };
            let shown = line.get(from..to).unwrap_or_default();
            return [dots(self.dots.0), shown, dots(self.dots.1)].concat();
        }
        let mut out = String::with_capacity(line.len().min(4 * self.cells.len() + 2 * DOTS.len()));
        if self.dots.0 {
            out.push_str(DOTS);
        }
        for cluster in text::cells(line, tab_width) {
            let Cluster { text, start, end } = cluster;
            let mark = cluster.is_mark();
            if start > to || (start == to && !mark) {
                break;
            }
            if end < from || (end == from && (from > 0 || self.dots.0 || !mark)) {
                continue;
            }
            let inside = end.min(to) - start.max(from);
            if inside == cluster.cells() {
                cluster.push_to(&mut out);
            } else {
                let filler = if text == "\t" { ' ' } else { '.' };
                out.extend(std::iter::repeat_n(filler, inside));
            }
        }
        if self.dots.1 {
            out.push_str(DOTS);
        }
        out
    }
}
