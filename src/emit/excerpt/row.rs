//! One source line as it is shown: safe, cut to the width there is, its labels in cells.
//!
//! ```text
//! line   let total = first + second * third …      800 characters
//! row    ...first + second * third...              the labelled part kept in view
//!           ^^^^^
//! ```

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::{self, Cluster};

/// What stands where text is left out.
const DOTS: &str = "...";

/// A line as it is shown.
#[derive(Debug)]
pub(in crate::emit) struct Row<'a> {
    /// The line's number, 1-based.
    pub(in crate::emit) number: u32,
    /// Safe text without tabs.
    pub(in crate::emit) text: Cow<'a, str>,
    /// Whether the text is printable ASCII, so that each byte is a cell.
    is_plain: bool,
    /// Where labels begin and end; nothing where the row is the line, and each byte of it a cell.
    stops: Option<Box<Stops>>,
}

impl<'a> Row<'a> {
    /// The row of a line. `stops` says what of it has to be seen: nobody asks where the line is shown as it
    /// is, as most are.
    ///
    /// Of a long line only the part around the labels is looked at, so that the cost of a
    /// diagnostic does not grow with the line.
    pub(in crate::emit) fn new(
        number: u32,
        line: &'a str,
        width: Width,
        stops: impl FnOnce() -> Stops,
    ) -> Self {
        if width.is_whole(line) {
            return Self { number, text: Cow::Borrowed(line), is_plain: true, stops: None };
        }
        let mut stops = stops();
        let part = Part::new(line, &stops, width);
        let is_plain = text::is_plain(part.text);
        let total = stops.measure(&part, is_plain, width.tab_width);
        let window = Window::new(total, part.cut, &stops, width.cells);
        stops.move_to(&window);
        let text = window.text(part.text, is_plain, width.tab_width);
        let is_plain = is_plain || text::is_plain(&text);
        Self { number, text: Cow::Owned(text), is_plain, stops: Some(Box::new(stops)) }
    }

    /// The cell in which a label begins that begins at byte `offset` of the line, which is a stop.
    pub(in crate::emit) fn start_of(&self, offset: usize) -> usize {
        self.stops.as_ref().map_or(offset.min(self.text.len()), |stops| stops.start_of(offset))
    }

    /// The cell before which a label ends that ends at byte `offset` of the line, which is a stop.
    pub(in crate::emit) fn end_of(&self, offset: usize) -> usize {
        self.stops.as_ref().map_or(offset.min(self.text.len()), |stops| stops.end_of(offset))
    }

    /// Cells of the text.
    pub(in crate::emit) fn width(&self) -> usize {
        if self.is_plain { self.text.len() } else { text::width_of(&self.text) }
    }

    /// Whether nothing but blanks stands before `cell`.
    pub(in crate::emit) fn is_blank_before(&self, cell: usize) -> bool {
        let mut content = text::cells(&self.text, 1).filter(|cluster| !cluster.is_mark());
        content.find(|cluster| cluster.text != " ").is_none_or(|first| cell <= first.start)
    }

    /// The text before `cells`, in them, and behind them. A wide character is where its first cell is,
    /// and a mark without a cell where the character before it is.
    pub(in crate::emit) fn split(&self, cells: Range<usize>) -> [&str; 3] {
        let at = |cell| if self.is_plain { cell } else { self.byte_of(cell) };
        let (start, end) = (at(cells.start).min(self.text.len()), at(cells.end));
        let (before, rest) = self.text.split_at_checked(start).unwrap_or((&self.text, ""));
        let inside = end.saturating_sub(start).min(rest.len());
        let (inside, behind) = rest.split_at_checked(inside).unwrap_or((rest, ""));
        [before, inside, behind]
    }

    /// The byte of the first character that begins at `cell` or behind it; 0 for cell 0.
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

/// The part of a line that is looked at.
#[derive(Debug)]
struct Part<'a> {
    /// Where it begins, in bytes from the line's start.
    start: usize,
    text: &'a str,
    /// Whether something stands before it and after it.
    cut: (bool, bool),
}

impl<'a> Part<'a> {
    /// Bytes for each cell of the width that are looked at on each side of the first label. With
    /// fewer than this many bytes a cell, which only runs of combining marks have, nothing of the
    /// width stays empty.
    const BYTES_PER_CELL: usize = 32;

    fn new(line: &'a str, stops: &Stops, width: Width) -> Self {
        let around = width.cells * Self::BYTES_PER_CELL;
        let focus = stops.focus.clone().unwrap_or_default();
        let start = text::floor_char_boundary(line, focus.start.saturating_sub(around));
        let end = text::ceil_char_boundary(line, focus.start.saturating_add(around));
        let mut part = Self {
            start,
            text: line.get(start..end).unwrap_or_default(),
            cut: (start > 0, end < line.len()),
        };
        part.drop_torn_clusters(focus.start);
        part
    }

    /// Leaves out the clusters that the cuts may have torn, unless the label is in them.
    fn drop_torn_clusters(&mut self, focus: usize) {
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

/// The cells that a row may take.
#[derive(Clone, Copy, Debug)]
pub(in crate::emit) struct Width {
    cells: usize,
    tab_width: usize,
}

impl Width {
    /// A row is never cut below this, however narrow the output.
    const MIN_CELLS: usize = 20;

    /// What is left of `width` cells beside line numbers of `gutter` digits, their border, and the
    /// bars of labels over many lines in `lanes` columns.
    pub(in crate::emit) fn new(
        width: usize,
        gutter: usize,
        lanes: usize,
        tab_width: usize,
    ) -> Self {
        let taken = gutter + " | ".len() + 2 * lanes;
        Self { cells: width.saturating_sub(taken).max(Self::MIN_CELLS), tab_width }
    }

    /// Whether a line is shown as it is: printable ASCII for which there is width.
    pub(in crate::emit) fn is_whole(self, line: &str) -> bool {
        line.len() <= self.cells && text::is_plain(line)
    }
}

/// The places of one line where labels begin or end.
#[derive(Debug, Default)]
pub(in crate::emit) struct Stops {
    /// Sorted by offset once measured.
    stops: Vec<Stop>,
    /// The first label's bytes, kept in view when not everything fits.
    focus: Option<Range<usize>>,
}

#[derive(Clone, Copy, Debug)]
struct Stop {
    /// Bytes from the start of the line.
    offset: usize,
    /// The cell in which a label that begins here begins. Inside a grapheme cluster this is the
    /// cluster's; at a mark that takes no cell that of what carries it.
    start: usize,
    /// The cell before which a label that ends here ends.
    end: usize,
    /// The cell after the character that stands here.
    next: usize,
    /// Whether it lies before or after the part of the line that is looked at.
    outside: Option<Ordering>,
}

impl Stops {
    /// Adds a label's bytes from `lo` to `hi`, both from the line's start.
    pub(in crate::emit) fn add(&mut self, lo: usize, hi: usize) {
        self.focus.get_or_insert(lo..hi);
        self.stops.extend([lo, hi].map(|offset| Stop {
            offset,
            start: 0,
            end: 0,
            next: 0,
            outside: None,
        }));
    }

    /// The cell in which a label that begins at byte `offset` begins.
    fn start_of(&self, offset: usize) -> usize {
        self.find(offset).map_or(0, |stop| stop.start)
    }

    /// The cell before which a label that ends at byte `offset` ends.
    fn end_of(&self, offset: usize) -> usize {
        self.find(offset).map_or(0, |stop| stop.end)
    }

    fn find(&self, offset: usize) -> Option<&Stop> {
        let index = self.stops.binary_search_by_key(&offset, |stop| stop.offset).ok()?;
        self.stops.get(index)
    }

    /// Finds the cells of all stops in one pass over a part of their line, counted from the part's
    /// start, and the cells of the part. Stops outside are at its ends.
    fn measure(&mut self, part: &Part<'_>, plain: bool, tab_width: usize) -> usize {
        self.stops.sort_unstable_by_key(|stop| stop.offset);
        self.stops.dedup_by_key(|stop| stop.offset);
        let bytes = part.start..=part.start + part.text.len();
        for stop in &mut self.stops {
            let before = (stop.offset < *bytes.start()).then_some(Ordering::Less);
            let after = (stop.offset > *bytes.end()).then_some(Ordering::Greater);
            stop.outside = before.or(after);
        }
        let total = self.measure_inside(part, plain, tab_width);
        for stop in self.stops.iter_mut().filter(|stop| stop.outside == Some(Ordering::Greater)) {
            (stop.start, stop.end) = (total, total);
        }
        total
    }

    fn measure_inside(&mut self, part: &Part<'_>, plain: bool, tab_width: usize) -> usize {
        let mut inside = self.stops.iter_mut().filter(|stop| stop.outside.is_none()).peekable();
        if plain {
            for stop in inside {
                let cell = stop.offset - part.start;
                (stop.start, stop.end, stop.next) = (cell, cell, cell + 1);
            }
            return part.text.len();
        }
        let (mut total, mut carrier, mut offset) = (0, 0, part.start);
        for cluster in text::cells(part.text, tab_width) {
            let Cluster { text, start, end } = cluster;
            carrier = if cluster.is_mark() { carrier } else { start };
            while let Some(stop) = inside.next_if(|stop| stop.offset < offset + text.len()) {
                // Inside a cluster all of it is meant.
                let ends_at = if stop.offset == offset { start } else { end };
                (stop.start, stop.end, stop.next) = (carrier, ends_at, end);
            }
            total = end;
            offset += text.len();
        }
        inside.for_each(|stop| (stop.start, stop.end, stop.next) = (total, total, total + 1));
        total
    }

    /// The cells that are to be in view: all labels, or the first one where `width` is too small.
    fn in_view(&self, width: usize) -> Range<usize> {
        let mut inside = self.stops.iter().filter(|stop| stop.outside.is_none());
        let Some(first) = inside.next() else { return 0..1 };
        let last = inside.next_back().unwrap_or(first);
        match &self.focus {
            Some(focus) if last.end.saturating_sub(first.start) > width => {
                self.start_of(focus.start)..self.end_of(focus.end)
            }
            // All of the character at which an empty label points.
            _ if last.end <= first.start => first.start..first.next.max(first.start + 1),
            _ => first.start..last.end,
        }
    }

    fn move_to(&mut self, window: &Window) {
        for stop in &mut self.stops {
            (stop.start, stop.end) = match stop.outside {
                None => (window.start(stop.start), window.end(stop.end)),
                Some(Ordering::Less) => (0, window.lead()),
                Some(_) => (window.tail(), window.tail() + DOTS.len()),
            };
        }
    }
}

/// The cells of a part that its row shows.
#[derive(Debug)]
struct Window {
    cells: Range<usize>,
    /// Whether [`DOTS`] stand before and after.
    dots: (bool, bool),
}

impl Window {
    /// What to show of `total` cells in `width` cells, dots included; `cut` says whether the line
    /// goes on before and after.
    fn new(total: usize, cut: (bool, bool), stops: &Stops, width: usize) -> Self {
        if total <= width && cut == (false, false) {
            return Self { cells: 0..total, dots: cut };
        }
        let between_dots = width - 2 * DOTS.len();
        let beside_dots = width - DOTS.len();
        let wanted = stops.in_view(between_dots);
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

    const fn lead(&self) -> usize {
        if self.dots.0 { DOTS.len() } else { 0 }
    }

    /// The cell of the row at which the dots stand after the text.
    fn tail(&self) -> usize {
        self.lead() + self.cells.len()
    }

    /// Where a label begins that begins at `cell` of the line: on the dots where that is cut off.
    fn start(&self, cell: usize) -> usize {
        if cell < self.cells.start {
            0
        } else if self.dots.1 && cell >= self.cells.end {
            self.tail()
        } else {
            self.lead() + cell - self.cells.start
        }
    }

    /// Where a label ends that ends before `cell` of the line.
    fn end(&self, cell: usize) -> usize {
        if cell <= self.cells.start {
            self.lead()
        } else if self.dots.1 && cell > self.cells.end {
            self.tail() + DOTS.len()
        } else {
            self.lead() + cell - self.cells.start
        }
    }

    /// What is shown of `line`. Of a character that is cut in two, the half inside is dots.
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
