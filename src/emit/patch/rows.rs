//! Selects the lines that show the changes of one file, independently of how they are drawn.
//!
//! ```text
//! marked      12 |   ret order.total     text is inserted in one line
//!                |            ++++++
//! changed     12 ~   let a = first(      text is inserted in several lines
//! added       13 +       x,
//! removed     12 -   ret order.sum       text is removed or replaced
//! added       12 +   ret order.total
//! context     13 | .end                  a line between changes, or after an attribute
//! ```

use std::borrow::Cow;
use std::ops::Range;

use super::MAX_LINES;
use super::blanks::VisibleBlanks;
use super::change::Change;
use super::hunk::{Hunk, Line, Splice, line_of};
use crate::source::SourceFile;
use crate::text::{ceil_char_boundary, floor_char_boundary};

/// The number of bytes of a line that are kept before and after its first change, per cell of the width.
const MAX_BYTES_PER_CELL: usize = 64;
/// The maximum number of unchanged lines between two changes that are all shown. Of more lines only the first and
/// the last one are.
const MAX_CONTEXT_LINES: u32 = 3;

/// What a row shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RowKind {
    /// A line that does not change.
    Context,
    /// A new line.
    Added,
    /// An old line.
    Removed,
    /// A line into which text is inserted, as it is afterwards.
    Changed,
    /// Like `Changed`, with marks under the inserted text.
    Marked,
    /// Omitted lines.
    Gap,
    /// The line feed at the end of the file is added or removed. The text is that of the last line.
    FinalNewline { is_added: bool },
}

/// A line of source, or a remark below one.
#[derive(Debug)]
pub(super) struct PatchRow<'a> {
    pub(super) kind: RowKind,
    /// The number of the line, 1-based; that of the old line for `Removed`.
    pub(super) number: u32,
    pub(super) text: Cow<'a, str>,
    /// The bytes of the text that change, sorted.
    pub(super) ranges: Vec<Range<usize>>,
    /// The bytes of the text that are spelled out, because a line that looks the same has others in their place.
    pub(super) spelled: Vec<Range<usize>>,
    pub(super) visible: VisibleBlanks,
}

/// The rows of one file.
#[derive(Debug, Default)]
pub(super) struct PatchRows<'a> {
    pub(super) rows: Vec<PatchRow<'a>>,
    /// The number of changed lines that are not in `rows`.
    pub(super) omitted: usize,
}

impl RowKind {
    /// Returns true if the row shows a change.
    pub(super) const fn is_change(self) -> bool {
        !matches!(self, Self::Context | Self::Gap)
    }

    const fn has_number(self) -> bool {
        !matches!(self, Self::Gap | Self::FinalNewline { .. })
    }
}

impl<'a> PatchRows<'a> {
    /// Selects the rows for `changes`. `width` is that of the output in cells.
    pub(super) fn new(file: &'a SourceFile, changes: &[Change<'_>], width: usize) -> Self {
        let last_line = |change: &Change<'_>| line_of(file, change.range.end);
        let touch = |a: &Change<'_>, b: &Change<'_>| last_line(a) >= line_of(file, b.range.start);
        let hunks = || changes.chunk_by(touch);
        let mut builder = RowsBuilder {
            file,
            around: MAX_BYTES_PER_CELL.saturating_mul(width),
            is_insertion: changes.iter().all(|change| change.is_insertion(file)),
            is_only_hunk: hunks().nth(1).is_none(),
            shift: 0,
            end: None,
            out: Self::default(),
        };
        for splice in hunks().filter_map(|changes| Splice::new(file, changes, width)) {
            builder.hunk(&Hunk::new(&splice, builder.is_insertion));
        }
        builder.out
    }

    /// Returns the largest line number, 0 if there is none.
    pub(super) fn last_number(&self) -> u32 {
        let numbers = self.rows.iter().filter(|row| row.kind.has_number()).map(|row| row.number);
        numbers.max().unwrap_or(0)
    }

    /// Returns true if the last row has marks below it, so that no border follows.
    pub(super) fn ends_in_marks(&self) -> bool {
        self.rows.last().is_some_and(|row| row.kind == RowKind::Marked)
    }
}

struct RowsBuilder<'a> {
    file: &'a SourceFile,
    /// The number of bytes of a line that are kept before and after its first change.
    around: usize,
    /// Whether all changes are insertions.
    is_insertion: bool,
    is_only_hunk: bool,
    /// The number of lines that the hunks until now add, less those that they remove.
    shift: i64,
    /// The old number of the line after the last hunk.
    end: Option<u32>,
    out: PatchRows<'a>,
}

impl RowsBuilder<'_> {
    fn hunk(&mut self, hunk: &Hunk<'_>) {
        if hunk.is_empty() {
            return;
        }
        if let Some(end) = self.end {
            self.context(end, hunk.first);
        }
        let visible =
            if hunk.has_other_blanks() { VisibleBlanks::All } else { VisibleBlanks::Trailing };
        match (hunk.removed.as_slice(), hunk.added.as_slice()) {
            ([], added) => self.added(hunk, added, visible),
            ([old], [new]) if self.is_insertion && self.is_only_hunk && !old.is_blank() => {
                self.line(RowKind::Marked, self.new_number(hunk, 0), *new, hunk, visible);
            }
            _ if !self.is_insertion => self.replaced(hunk, visible),
            // Without the old lines, which are blank too, the new ones would look like further lines.
            (removed, added) if removed.iter().chain(added).all(|line| line.is_blank()) => {
                self.replaced(hunk, visible);
            }
            (removed, added) => {
                let was_blank = removed.iter().all(|line| line.is_blank());
                for (index, line) in (0..).zip(added) {
                    let number = self.new_number(hunk, index);
                    let is_new = was_blank || is_whole(*line, &hunk.added_ranges(*line));
                    let kind = if is_new { RowKind::Added } else { RowKind::Changed };
                    self.line(kind, number, *line, hunk, visible);
                }
            }
        }
        self.final_newline(hunk);
        let [removed, added] = [hunk.removed.len(), hunk.added.len()].map(i64::try_from);
        self.shift += added.unwrap_or(i64::MAX / 4) - removed.unwrap_or(0);
        self.end = Some(hunk.end());
    }

    /// Adds the rows of lines that are removed or replaced.
    fn replaced(&mut self, hunk: &Hunk<'_>, visible: VisibleBlanks) {
        let is_left_over = |line: &Line<'_>| {
            hunk.added.len() == 1
                && line.is_blank()
                && !hunk.removed.iter().all(|line| line.is_blank())
        };
        let (mut next, index_of) = (0, |index: usize| u32::try_from(index).unwrap_or(u32::MAX));
        for (removed, added) in hunk.blocks() {
            for (index, line) in (next..added.start).zip(hunk.added.iter().skip(next)) {
                let number = self.new_number(hunk, index_of(index));
                self.line(RowKind::Context, number, *line, hunk, visible);
            }
            next = added.end;
            let old = removed.clone().zip(hunk.removed.get(removed).unwrap_or_default());
            for (index, line) in old {
                let number = hunk.first.saturating_add(index_of(index));
                self.line(RowKind::Removed, number, *line, hunk, visible);
            }
            let new = added.clone().zip(hunk.added.get(added).unwrap_or_default());
            for (index, line) in new.filter(|(_, line)| !is_left_over(line)) {
                let number = self.new_number(hunk, index_of(index));
                self.line(RowKind::Added, number, *line, hunk, visible);
            }
        }
    }

    /// Adds the rows of whole lines that are inserted.
    fn added(&mut self, hunk: &Hunk<'_>, added: &[Line<'_>], visible: VisibleBlanks) {
        // Empty lines that only separate the new lines from the next one are not worth a row.
        let is_text = |line: &Line<'_>| !line.text().is_empty();
        let shown = added.iter().rposition(is_text).map_or(added.len(), |last| last + 1);
        for (index, line) in (0..).zip(added.iter().take(shown)) {
            self.line(RowKind::Added, self.new_number(hunk, index), *line, hunk, visible);
        }
        let is_attribute = |line: &Line<'_>| {
            let text = line.text().trim_start();
            text.starts_with("#[") || text.starts_with('@')
        };
        let last = added.get(shown.saturating_sub(1));
        if self.is_only_hunk && last.is_some_and(is_attribute) {
            // The line is part of what follows it.
            let index = u32::try_from(added.len()).unwrap_or(u32::MAX);
            self.context_line(hunk.first, self.new_number(hunk, index));
        }
    }

    /// Adds the last line of the file if it is not shown, and the remark below it.
    fn final_newline(&mut self, hunk: &Hunk<'_>) {
        let Some(is_added) = hunk.final_newline else { return };
        if let Some((number, last)) = hunk.last {
            let number = self.shifted(number);
            self.line(RowKind::Context, number, last, hunk, VisibleBlanks::Trailing);
        }
        let kind = RowKind::FinalNewline { is_added };
        let last = hunk.last.map(|(_, line)| line);
        let line = last.or(hunk.added.last().copied()).or(hunk.removed.last().copied());
        if let Some(line) = line {
            self.line(kind, 0, line, hunk, VisibleBlanks::Trailing);
        }
    }

    /// Returns the new number of the line at a 0-based index of the added ones.
    fn new_number(&self, hunk: &Hunk<'_>, index: u32) -> u32 {
        self.shifted(hunk.first).saturating_add(index)
    }

    fn shifted(&self, number: u32) -> u32 {
        u32::try_from(i64::from(number).saturating_add(self.shift)).unwrap_or(u32::MAX)
    }

    /// Adds the unchanged lines from `first` to the one before `end`, both old numbers.
    fn context(&mut self, first: u32, end: u32) {
        let count = end.saturating_sub(first);
        if count <= MAX_CONTEXT_LINES {
            (first..end).for_each(|number| self.context_line(number, self.shifted(number)));
            return;
        }
        self.context_line(first, self.shifted(first));
        let gap = PatchRow {
            kind: RowKind::Gap,
            number: 0,
            text: "".into(),
            ranges: Vec::new(),
            spelled: Vec::new(),
            visible: VisibleBlanks::Trailing,
        };
        self.push(gap);
        self.context_line(end - 1, self.shifted(end - 1));
    }

    /// Adds the line with an old number.
    fn context_line(&mut self, old: u32, number: u32) {
        let Some(text) = self.file.line(old) else { return };
        let (kind, visible) = (RowKind::Context, VisibleBlanks::Trailing);
        let (ranges, spelled) = (Vec::new(), Vec::new());
        self.push(PatchRow { kind, number, text: text.into(), ranges, spelled, visible });
    }

    fn line(
        &mut self,
        kind: RowKind,
        number: u32,
        line: Line<'_>,
        hunk: &Hunk<'_>,
        visible: VisibleBlanks,
    ) {
        if self.out.rows.len() >= MAX_LINES {
            self.out.omitted += usize::from(kind.is_change());
            return;
        }
        let (mut ranges, mut spelled) = match kind {
            RowKind::Context | RowKind::Gap | RowKind::FinalNewline { .. } => Default::default(),
            RowKind::Removed => (hunk.removed_ranges(line), hunk.spelled_of_removed(line)),
            RowKind::Added | RowKind::Changed | RowKind::Marked => {
                (hunk.added_ranges(line), hunk.spelled_of_added(line))
            }
        };
        let visible = if line.has_hidden_indentation() { VisibleBlanks::All } else { visible };
        let (text, cut) = self.visible_part(kind, line.text(), &ranges);
        let visible_ranges =
            ranges.iter().take_while(|range| range.start <= cut + text.len()).count();
        ranges.truncate(visible_ranges.max(1));
        for range in ranges.iter_mut().chain(&mut spelled) {
            let moved = |at: usize| at.saturating_sub(cut).min(text.len());
            *range = moved(range.start)..moved(range.end);
        }
        if kind == RowKind::Marked {
            ranges.iter_mut().for_each(|range| *range = without_blanks(&text, range));
        }
        self.push(PatchRow { kind, number, text: text.into(), ranges, spelled, visible });
    }

    /// Copies the part of a line that may be visible: around its first change, or its end. Returns the part and its
    /// offset.
    fn visible_part(&self, kind: RowKind, text: &str, ranges: &[Range<usize>]) -> (String, usize) {
        let is_last = matches!(kind, RowKind::FinalNewline { .. });
        let focus = if is_last { text.len() } else { 0 };
        let focus = ranges.first().map_or(focus, |range| range.start);
        let start = floor_char_boundary(text, focus.saturating_sub(self.around));
        let end = ceil_char_boundary(text, focus.saturating_add(self.around));
        (text.get(start..end).unwrap_or_default().to_owned(), start)
    }
}

impl<'a> RowsBuilder<'a> {
    fn push(&mut self, row: PatchRow<'a>) {
        if self.out.rows.len() < MAX_LINES {
            self.out.rows.push(row);
        } else {
            self.out.omitted += usize::from(row.kind.is_change());
        }
    }
}

/// Returns true if the whole line is changed.
fn is_whole(line: Line<'_>, ranges: &[Range<usize>]) -> bool {
    line.text().is_empty() || ranges.iter().any(|range| *range == (0..line.text().len()))
}

/// Returns the range without the blanks at its ends, unless it consists of blanks.
fn without_blanks(text: &str, range: &Range<usize>) -> Range<usize> {
    let inserted = text.get(range.clone()).unwrap_or_default();
    let trimmed = inserted.trim_start();
    if trimmed.is_empty() {
        return range.clone();
    }
    let start = range.start + inserted.len() - trimmed.len();
    start..start + trimmed.trim_end().len()
}
