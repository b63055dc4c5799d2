//! The difference between two texts, line by line.

use std::fmt::Write as _;
use std::iter::repeat_n;

use super::blocks::{Entry, Moves, changed_lines, entries};
use super::draw::{self, Drawn};
use super::lines::{Lines, equal_pairs, have_mixed_ends, notes};
use super::sequence::{self, Change};
use super::words::{self, Part};

/// The number of equal lines before and after a change.
const CONTEXT: usize = 3;
/// The maximum number of rows of a difference between two outputs.
pub(super) const MAX_ROWS: usize = 200;
/// The maximum number of successive lines that are all removed, all added or all moved.
const MAX_RUN: usize = 40;

/// Returns the rows of the difference between two texts, or an empty string if they are equal. After
/// `max_rows` rows it only has a count.
///
/// ```text
///  1  1 |   fn main() {
///  2    | -     let total = item;
///       |                   ^^^^
///     2 | +     let total = items;
///       |                   ^^^^^
///  3    | < moved to line 9:     print(total);
///       ... 40 equal lines ...
/// ```
///
/// The columns are the numbers of the line in the expected and in the actual text. `-` and `<` are in the expected text
/// only, `+` and `>` in the actual one only. Differences that lines do not show are in sentences before the rows.
pub(super) fn rows(expected: &str, actual: &str, max_rows: usize) -> String {
    if expected == actual {
        return String::new();
    }
    let (old, new) = (Lines::new(expected), Lines::new(actual));
    let changes = sequence::changes(&old.texts, &new.texts);
    let moves = Moves::find(&old, &new, &changes);
    let shows_ends = have_mixed_ends(&old, &new);
    let mut pairs = Vec::new();
    // The pairs are only needed to compare line ends.
    if shows_ends {
        pairs.extend(equal_pairs(old.texts.len(), &changes).chain(moves.pairs()));
        pairs.extend(changes.iter().flat_map(|change| changed_lines(&old, &new, change, &moves)));
        pairs.sort_unstable();
    }
    let mut rows = Rows {
        old: &old,
        new: &new,
        out: String::new(),
        digits: old.texts.len().max(new.texts.len()).to_string().len(),
        count: 0,
        max_rows,
        shows_ends,
    };
    for note in notes(&old, &new, &pairs) {
        rows.out.push_str(&note);
        rows.out.push('\n');
    }
    rows.push_changes(&changes, &moves);
    if rows.out.is_empty() {
        rows.out.push_str("the texts differ in line ends\n");
    }
    rows.out
}

struct Rows<'l, 't> {
    old: &'l Lines<'t>,
    new: &'l Lines<'t>,
    out: String,
    /// The width of a line number.
    digits: usize,
    /// The number of rows for lines.
    count: usize,
    max_rows: usize,
    /// True if CRLF is shown at the end of lines that are in one text only.
    shows_ends: bool,
}

impl Rows<'_, '_> {
    fn push_changes(&mut self, changes: &[Change], moves: &Moves) {
        let (mut old, mut new) = (0, 0);
        for (index, change) in changes.iter().enumerate() {
            let is_first = index == 0;
            self.push_equal(old..change.old.start, new, is_first, false);
            let entries = entries(self.old, self.new, change, moves);
            let shown = self.push_entries(&entries);
            if shown < entries.len() {
                let rest = entries.get(shown..).unwrap_or_default();
                let later = changes.get(index + 1..).unwrap_or_default();
                return self.push_omitted(rest, later);
            }
            (old, new) = (change.old.end, change.new.end);
        }
        self.push_equal(old..self.old.texts.len(), new, changes.is_empty(), true);
    }

    /// Writes equal lines: the first and the last ones, as far as they are next to a change.
    fn push_equal(
        &mut self,
        old: std::ops::Range<usize>,
        new: usize,
        is_first: bool,
        is_last: bool,
    ) {
        let head = if is_first { 0 } else { CONTEXT };
        let tail = if is_last { 0 } else { CONTEXT };
        // A separator is as long as the line that it would replace.
        let omits = old.len() > head + tail + 1;
        let pairs = old.clone().zip(new..);
        for (index, (old_line, new_line)) in pairs.enumerate() {
            let is_shown = index < head || index + tail >= old.len();
            if is_shown || (!omits && !is_first && !is_last) {
                self.push_row(
                    Some(old_line),
                    Some(new_line),
                    ' ',
                    &draw::line(self.old.text(old_line)),
                );
            } else if index == head && !is_first && !is_last {
                let equal = old.len() - head - tail;
                _ = writeln!(self.out, "{}... {equal} equal lines ...", self.gutter());
            }
            if is_last && index >= head {
                break;
            }
        }
    }

    /// Writes entries until the limit is reached, and returns how many of them.
    fn push_entries(&mut self, entries: &[Entry]) -> usize {
        let mut shown = 0;
        let is_run = |a: &Entry, b: &Entry| std::mem::discriminant(a) == std::mem::discriminant(b);
        for run in entries.chunk_by(is_run) {
            let is_changed = matches!(run.first(), Some(Entry::Changed(..)));
            let limit = if run.len() > MAX_RUN && !is_changed { MAX_RUN } else { run.len() };
            for entry in run.iter().take(limit) {
                if self.count >= self.max_rows {
                    return shown;
                }
                self.push_entry(*entry);
                shown += 1;
            }
            if let Some(omitted) = run.get(limit..).filter(|rest| !rest.is_empty()) {
                self.push_omitted_run(omitted);
                shown += omitted.len();
            }
        }
        shown
    }

    fn push_entry(&mut self, entry: Entry) {
        match entry {
            Entry::Removed(line, alike) => {
                let drawn = self.removed(line, alike);
                self.push_row(Some(line), None, '-', &drawn.text);
                self.push_marks(&drawn.marks);
            }
            Entry::Added(line, alike) => {
                let drawn = self.added(line, alike);
                self.push_row(None, Some(line), '+', &drawn.text);
                self.push_marks(&drawn.marks);
            }
            Entry::MovedTo(line, to) => {
                let text = draw::line(self.old.text(line));
                self.push_row(Some(line), None, '<', &format!("moved to line {}: {text}", to + 1));
            }
            Entry::MovedFrom(line, from) => {
                let text = draw::line(self.new.text(line));
                self.push_row(
                    None,
                    Some(line),
                    '>',
                    &format!("moved from line {}: {text}", from + 1),
                );
            }
            Entry::Changed(old, new) => {
                let [old_parts, new_parts] = words::parts(self.old.text(old), self.new.text(new));
                for (lines, sign, parts) in
                    [((Some(old), None), '-', old_parts), ((None, Some(new)), '+', new_parts)]
                {
                    let drawn = draw::parts(&parts);
                    self.push_row(lines.0, lines.1, sign, &drawn.text);
                    self.push_marks(&drawn.marks);
                }
            }
        }
    }

    /// Draws a line that is in the expected text only. It is marked where it differs from an actual line that looks
    /// the same.
    fn removed(&self, line: usize, alike: Option<usize>) -> Drawn {
        let text = self.old.text(line);
        let [parts, _] = words::parts(text, alike.map_or(text, |alike| self.new.text(alike)));
        self.with_end(&parts, self.old, line)
    }

    /// Draws a line that is in the actual text only, like [`Self::removed`].
    fn added(&self, line: usize, alike: Option<usize>) -> Drawn {
        let text = self.new.text(line);
        let [_, parts] = words::parts(alike.map_or(text, |alike| self.old.text(alike)), text);
        self.with_end(&parts, self.new, line)
    }

    fn with_end(&self, parts: &[Part<'_>], lines: &Lines<'_>, line: usize) -> Drawn {
        let mut drawn = draw::parts(parts);
        if self.shows_ends {
            drawn.text.push_str(lines.carriage_return(line));
        }
        drawn
    }

    fn push_row(&mut self, old: Option<usize>, new: Option<usize>, sign: char, text: &str) {
        self.count += 1;
        for line in [old, new] {
            match line {
                Some(line) => _ = write!(self.out, "{:>1$} ", line + 1, self.digits + 1),
                None => self.out.extend(repeat_n(' ', self.digits + 2)),
            }
        }
        self.out.push('|');
        if sign != ' ' || !text.is_empty() {
            self.out.extend([' ', sign]);
        }
        if !text.is_empty() {
            self.out.push(' ');
            self.out.push_str(text);
        }
        self.out.push('\n');
    }

    fn push_marks(&mut self, marks: &str) {
        if !marks.is_empty() {
            self.count += 1;
            _ = writeln!(self.out, "{}|   {marks}", self.gutter());
        }
    }

    /// Returns blanks of the width of both line numbers.
    fn gutter(&self) -> String {
        " ".repeat(2 * (self.digits + 2))
    }

    /// Writes how many lines of a run are not shown.
    fn push_omitted_run(&mut self, omitted: &[Entry]) {
        let kind = match omitted.first() {
            Some(Entry::Removed(..)) => "expected",
            Some(Entry::Added(..)) => "actual",
            _ => "moved",
        };
        let lines = vitte_diag::text::plural("line", omitted.len());
        self.count += 1;
        _ = writeln!(self.out, "{}... {} more {kind} {lines} ...", self.gutter(), omitted.len());
    }

    /// Writes how much more differs.
    fn push_omitted(&mut self, rest: &[Entry], later: &[Change]) {
        let is_old = |entry: &&Entry| !matches!(entry, Entry::Added(..) | Entry::MovedFrom(..));
        let is_new = |entry: &&Entry| !matches!(entry, Entry::Removed(..) | Entry::MovedTo(..));
        let old = rest.iter().filter(is_old).count();
        let new = rest.iter().filter(is_new).count();
        let old = old + later.iter().map(|change| change.old.len()).sum::<usize>();
        let new = new + later.iter().map(|change| change.new.len()).sum::<usize>();
        _ = writeln!(self.out, "... {old} more expected and {new} more actual lines differ ...");
    }
}
