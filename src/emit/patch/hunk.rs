//! Computes the lines that adjacent changes remove and add.

use std::ops::Range;

use super::change::Change;
use super::spelled::SpelledLines;
use crate::source::SourceFile;
use crate::text::{ceil_char_boundary, floor_char_boundary};

/// The number of bytes before and after the changes of a line that are examined, per cell of the width. A row
/// examines fewer bytes.
const MAX_BYTES_PER_CELL: usize = 64;

/// The text of the lines that adjacent changes touch, before and after them.
#[derive(Debug)]
pub(super) struct Splice<'a> {
    /// The number of the first line, 1-based.
    first: u32,
    old: &'a str,
    new: String,
    /// The changed bytes of `old`, sorted.
    old_ranges: Vec<Range<usize>>,
    /// The changed bytes of `new`, sorted.
    new_ranges: Vec<Range<usize>>,
    /// Whether the lines are the last ones of the file.
    is_at_end: bool,
}

/// A line, or the part of a very long line around its changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'s> {
    /// The offset of the line in the text of the splice.
    start: usize,
    /// The text without its line end.
    text: &'s str,
    /// The text without its line feed, with a carriage return before that.
    raw: &'s str,
    /// Whether a line of the other side differs only in blanks, of which those at the start, and those at the end, look
    /// alike.
    hidden: (bool, bool),
}

/// Adjacent lines of a hunk that change, as indices of the removed and of the added lines. The lines between two blocks
/// are equal.
pub(super) type Block = (Range<usize>, Range<usize>);

/// The maximum number of pairs of removed and added lines that are compared.
const MAX_PAIRS: usize = 10_000;
/// The maximum number of bytes that are compared.
const MAX_COMPARED_BYTES: usize = 1 << 24;

/// The lines that a splice removes and adds. Equal lines before and after them are not part of it.
#[derive(Debug)]
pub(super) struct Hunk<'s> {
    splice: &'s Splice<'s>,
    /// The number of the first removed or added line before the changes, 1-based.
    pub(super) first: u32,
    pub(super) removed: Vec<Line<'s>>,
    pub(super) added: Vec<Line<'s>>,
    /// Whether the file ends in a line feed after the changes, if it did not before, or the other way round.
    pub(super) final_newline: Option<bool>,
    spelled: SpelledLines,
    /// The last line of the file and its number before the changes of other hunks, if only its line feed changes.
    pub(super) last: Option<(u32, Line<'s>)>,
}

impl<'a> Splice<'a> {
    /// Applies changes that touch the same lines. `width` is that of the output in cells.
    pub(super) fn new(file: &'a SourceFile, changes: &[Change<'_>], width: usize) -> Option<Self> {
        let text = file.text();
        let (lo, hi) = (changes.first()?.range.start, changes.last()?.range.end);
        let (first, last) = (line_of(file, lo), line_of(file, hi));
        // A removed byte order mark is before the first line.
        let mut is_cut = false;
        let mut start = file.line_range(first)?.start.min(lo);
        let mut end = file.line_range(last)?.end.max(hi);
        let line_end =
            ["\r\n", "\n"].into_iter().find(|line_end| text_at(text, end).starts_with(line_end));
        if first == last && changes.iter().all(|change| !change.text.contains('\n')) {
            // The rest of a very long line is never visible.
            let around = MAX_BYTES_PER_CELL * width;
            start = floor_char_boundary(text, lo.saturating_sub(around)).max(start);
            let visible = ceil_char_boundary(text, hi.saturating_add(around));
            is_cut = visible < end;
            end = visible.min(end);
        }
        if !is_cut {
            end += line_end.map_or(0, str::len);
        }
        let old = text.get(start..end)?;
        let mut new = String::with_capacity(old.len());
        let (mut old_ranges, mut new_ranges) = (Vec::new(), Vec::new());
        let mut copied = 0;
        for change in changes {
            let range = change.range.start - start..change.range.end - start;
            new.push_str(old.get(copied..range.start)?);
            new_ranges.push(new.len()..new.len() + change.text.len());
            new.push_str(&change.text);
            copied = range.end;
            old_ranges.push(range);
        }
        new.push_str(old.get(copied..)?);
        Some(Self { first, old, new, old_ranges, new_ranges, is_at_end: end == text.len() })
    }

    /// Returns the number of the line at a 0-based index.
    fn number(&self, index: usize) -> u32 {
        self.first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Returns true if the first change inserts text at the start of a line.
    fn inserts_at_start(&self) -> bool {
        self.old_ranges.first().is_some_and(|range| range.end == 0)
    }

    /// Returns true if the first change inserts text into a line, not only after it.
    fn inserts_inside(&self) -> bool {
        let text = self.new_ranges.first().and_then(|range| self.new.get(range.clone()));
        text.is_some_and(|text| !text.starts_with(['\r', '\n']))
    }

    /// Returns whether there is a line feed at the end of the file after the changes, if they change that.
    fn final_newline(&self) -> Option<bool> {
        let [old, new] = [self.old, &self.new].map(|text| text.ends_with('\n'));
        let is_empty = self.old.is_empty() || self.new.is_empty();
        (self.is_at_end && !is_empty && old != new).then_some(new)
    }
}

impl<'s> Hunk<'s> {
    /// Computes the hunk. If all changes are insertions, a line into which text is inserted is part of the hunk even if
    /// it is the same afterwards, because a comma moved to the next line.
    pub(super) fn new(splice: &'s Splice<'s>, is_insertion: bool) -> Self {
        let final_newline = splice.final_newline();
        let [mut removed, mut added] = [splice.old, &splice.new].map(lines);
        if final_newline.is_some() {
            // The line end at the end of the file is not part of the lines.
            let last = removed.last_mut().into_iter().chain(added.last_mut());
            last.for_each(|line| line.raw = line.text);
        }
        let is_same = |(old, new): (&Line<'_>, &Line<'_>)| old.raw == new.raw;
        let limit = removed.len().min(added.len());
        let before = removed.iter().zip(&added).map(is_same).take_while(|is_same| *is_same);
        let after = removed.iter().rev().zip(added.iter().rev()).map(is_same);
        let after = after.take_while(|is_same| *is_same);
        let (before, after) = if splice.inserts_at_start() {
            let after = after.count();
            (before.take(limit - after).count(), after)
        } else {
            let is_part = is_insertion && splice.inserts_inside();
            let before = if is_part { 0 } else { before.count() };
            (before, after.take(limit - before).count())
        };
        let is_last_same = after > 0 || (before == removed.len() && before == added.len());
        let last = added.last().copied().filter(|_| final_newline.is_some() && is_last_same);
        let last = last.map(|line| (splice.number(added.len() - 1), line));
        for lines in [&mut removed, &mut added] {
            lines.truncate(lines.len() - after);
            lines.drain(..before);
        }
        if are_comparable(&removed, &added) {
            show_differences(&mut removed, &mut added);
        }
        let [old, new] = [&removed, &added].map(|lines| lines.iter().map(Line::start_and_text));
        let spelled = SpelledLines::new(old, new);
        Self { splice, first: splice.number(before), removed, added, final_newline, spelled, last }
    }

    /// Returns the blocks of lines that change, which have the fewest lines. `removed` and `added` are one block if they
    /// are too many lines to compare.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let (removed, added) = (&self.removed, &self.added);
        let mut blocks: Vec<Block> = Vec::new();
        let (mut old, mut new) = (0, 0);
        for (same_old, same_new) in common_lines(removed, added) {
            if (same_old, same_new) != (old, new) {
                blocks.push((old..same_old, new..same_new));
            }
            (old, new) = (same_old + 1, same_new + 1);
        }
        if (old, new) != (removed.len(), added.len()) {
            blocks.push((old..removed.len(), new..added.len()));
        }
        blocks
    }

    /// Returns true if nothing is visible.
    pub(super) fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty() && self.final_newline.is_none()
    }

    /// Returns the number of the line after the removed ones.
    pub(super) fn end(&self) -> u32 {
        self.first.saturating_add(u32::try_from(self.removed.len()).unwrap_or(u32::MAX))
    }

    /// Returns the changed bytes of a removed line.
    pub(super) fn removed_ranges(&self, line: Line<'_>) -> Vec<Range<usize>> {
        line.ranges(&self.splice.old_ranges, self.added.is_empty())
    }

    /// Returns the changed bytes of an added line.
    pub(super) fn added_ranges(&self, line: Line<'_>) -> Vec<Range<usize>> {
        line.ranges(&self.splice.new_ranges, self.removed.is_empty())
    }

    /// Returns the bytes of a removed line that are spelled out.
    pub(super) fn spelled_of_removed(&self, line: Line<'_>) -> Vec<Range<usize>> {
        self.spelled.removed(line.start)
    }

    /// Returns the bytes of an added line that are spelled out.
    pub(super) fn spelled_of_added(&self, line: Line<'_>) -> Vec<Range<usize>> {
        self.spelled.added(line.start)
    }

    /// Returns true if the changes consist of blanks and line ends, and may be invisible because of a tab or of a
    /// character that looks like a blank.
    pub(super) fn has_other_blanks(&self) -> bool {
        let splice = self.splice;
        let changed = |text: &'s str, ranges: &'s [Range<usize>]| {
            ranges.iter().filter_map(move |range| text.get(range.clone()))
        };
        let mut changed =
            changed(splice.old, &splice.old_ranges).chain(changed(&splice.new, &splice.new_ranges));
        // A tab takes up blanks that are inserted or removed before it.
        let is_before_tab = |range: &Range<usize>| {
            text_at(splice.old, range.end).trim_start_matches(' ').starts_with('\t')
        };
        let mut is_other = splice.old_ranges.iter().any(is_before_tab);
        changed.all(|text| {
            is_other |= text.contains(|c| !matches!(c, ' ' | '\r' | '\n'));
            text.trim().is_empty()
        }) && is_other
    }
}

impl<'s> Line<'s> {
    const fn start_and_text(&self) -> (usize, &'s str) {
        (self.start, self.text)
    }

    /// Returns the text without its line end.
    pub(super) const fn text(self) -> &'s str {
        self.text
    }

    pub(super) fn is_blank(self) -> bool {
        self.text.trim().is_empty()
    }

    /// Makes the difference visible of two lines that differ only in blanks at their ends.
    fn compare(&mut self, other: &mut Self) {
        if self.text != other.text && self.text.trim() == other.text.trim() {
            let blanks = |line: &Line<'s>| {
                let start = line.text.len() - line.text.trim_start().len();
                let end = line.text.trim_end().len();
                (line.text.get(..start).unwrap_or_default(), line.text.get(end..))
            };
            let [(start, end), (other_start, other_end)] = [blanks(self), blanks(other)];
            let has_tab = |text: &str| text.contains(|c| c != ' ');
            let is_start_hidden = start != other_start && (has_tab(start) || has_tab(other_start));
            for line in [self, other] {
                line.hidden.0 |= is_start_hidden;
                line.hidden.1 |= end != other_end;
            }
        }
    }

    /// Returns true if all blanks that change have to be visible.
    pub(super) const fn has_hidden_indentation(self) -> bool {
        self.hidden.0
    }

    /// Returns the parts of `changed` in the line, relative to its start; the whole line if `is_whole`.
    fn ranges(self, changed: &[Range<usize>], is_whole: bool) -> Vec<Range<usize>> {
        let line = self.start..self.start + self.text.len();
        if is_whole {
            return std::iter::once(0..line.len()).collect();
        }
        let first = changed.partition_point(|range| range.end < line.start);
        let inside = changed.iter().skip(first).take_while(|range| range.start <= line.end);
        let clamp = |at: usize| at.clamp(line.start, line.end) - line.start;
        let mut ranges: Vec<_> = inside.map(|range| clamp(range.start)..clamp(range.end)).collect();
        if self.hidden.0 {
            let start = self.text.len() - self.text.trim_start().len();
            ranges.retain(|range| range.end > start);
            ranges.iter_mut().for_each(|range| range.start = range.start.max(start));
            ranges.insert(0, 0..start);
        }
        if self.hidden.1 {
            let end = self.text.trim_end().len();
            ranges.retain(|range| range.start < end);
            ranges.iter_mut().for_each(|range| range.end = range.end.min(end));
            ranges.push(end..self.text.len());
        }
        ranges
    }
}

/// Returns the lines of a text. A line end at the end of the text does not begin another line.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let line = |line: &'_ str| {
        let raw = line.strip_suffix('\n').unwrap_or(line);
        let is_ended = raw.len() < line.len();
        let text = raw.strip_suffix('\r').filter(|_| is_ended).unwrap_or(raw);
        (text.len(), raw.len(), line.len())
    };
    let split = text.split_inclusive('\n').map(|piece| {
        let (text, raw, len) = line(piece);
        let [text, raw] = [text, raw].map(|len| piece.get(..len).unwrap_or_default());
        let line = Line { start, text, raw, hidden: (false, false) };
        start += len;
        line
    });
    split.collect()
}

/// Returns true if there are few enough lines to compare each removed one with each added one.
fn are_comparable(removed: &[Line<'_>], added: &[Line<'_>]) -> bool {
    let bytes = |lines: &[Line<'_>]| lines.iter().map(|line| line.raw.len()).sum::<usize>();
    let fewer = removed.len().min(added.len());
    removed.len().saturating_mul(added.len()) <= MAX_PAIRS
        && fewer.saturating_mul(bytes(removed).saturating_add(bytes(added))) <= MAX_COMPARED_BYTES
}

/// Makes the differences visible of lines that differ only in carriage returns or blanks.
fn show_differences<'s>(removed: &mut [Line<'s>], added: &mut [Line<'s>]) {
    let differ = |old: &Line<'_>, new: &Line<'_>| old.text == new.text && old.raw != new.raw;
    if removed.iter().any(|old| added.iter().any(|new| differ(old, new))) {
        let lines = removed.iter_mut().chain(added.iter_mut());
        lines.for_each(|line| line.text = line.raw);
    }
    for old in removed {
        added.iter_mut().for_each(|new| old.compare(new));
    }
}

/// Returns the indices of the lines of a longest common subsequence. Returns none if there are too many lines.
fn common_lines(old: &[Line<'_>], new: &[Line<'_>]) -> Vec<(usize, usize)> {
    if !are_comparable(old, new) {
        return Vec::new();
    }
    // `lengths[i]` has the lengths of the subsequences of `old[i..]` and `new[j..]`, for each `j`.
    let mut lengths = vec![vec![0_usize; new.len() + 1]];
    for old in old.iter().rev() {
        let below = lengths.last().map(Vec::as_slice).unwrap_or_default();
        let mut row = vec![0_usize; new.len() + 1];
        let mut right = 0;
        for (j, new) in new.iter().enumerate().rev() {
            let at = |j: usize| below.get(j).copied().unwrap_or(0);
            right = if old.raw == new.raw { at(j + 1) + 1 } else { right.max(at(j)) };
            if let Some(length) = row.get_mut(j) {
                *length = right;
            }
        }
        lengths.push(row);
    }
    lengths.reverse();
    let length =
        |i: usize, j: usize| lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let (mut i, mut j) = (0, 0);
    let mut common = Vec::new();
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a.raw == b.raw {
            common.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length(i + 1, j) >= length(i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

/// Returns the 1-based number of the line of byte `offset`.
pub(super) fn line_of(file: &SourceFile, offset: usize) -> u32 {
    file.line_of(u32::try_from(offset).unwrap_or(u32::MAX))
}

fn text_at(text: &str, offset: usize) -> &str {
    text.get(offset..).unwrap_or_default()
}
