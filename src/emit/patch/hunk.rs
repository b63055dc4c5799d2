//! Computes the lines of a file that edits change, independently of how they are drawn.

use std::ops::Range;

use super::MAX_LINES;
use crate::model::Edit;
use crate::source::SourceFile;
use crate::text::{ceil_char_boundary, floor_char_boundary};

/// The number of bytes before and after the edits of a line that are examined, per cell of the width. A row
/// examines fewer bytes.
const MAX_BYTES_PER_CELL: usize = 64;

/// A mark under inserted or replaced text.
#[derive(Debug)]
pub(super) struct ChangeMark {
    /// The bytes of the text, from the start of the added line.
    pub(super) range: Range<usize>,
    /// `+` for inserted text, `~` for replaced text.
    pub(super) sign: &'static str,
}

/// Adjacent lines that change.
#[derive(Debug)]
pub(super) struct Hunk<'a> {
    /// The number of the first line, 1-based.
    pub(super) first: u32,
    /// The lines without their line ends.
    pub(super) removed: Vec<&'a str>,
    /// The lines without their line ends.
    pub(super) added: Vec<String>,
    /// The marks under the only added line. Empty if the removed line must be shown too.
    pub(super) marks: Vec<ChangeMark>,
    /// The line after the added lines, if no line is removed.
    pub(super) next: Option<&'a str>,
}

/// Computes the changes of `edits`, which are sorted and all in `file`. Returns no hunks if the file is
/// unavailable, because its lines are not known.
pub(super) fn hunks<'a>(file: &'a SourceFile, edits: &[Edit], width: usize) -> Vec<Hunk<'a>> {
    if file.is_unavailable() {
        return Vec::new();
    }
    let last_line = |edit: &Edit| file.line_of(edit.span().hi());
    let touch = |a: &Edit, b: &Edit| last_line(a) >= file.line_of(b.span().lo());
    // Each hunk has at least one line. Keep one hunk more than is shown, so that the renderer knows that some are
    // omitted.
    edits
        .chunk_by(touch)
        .filter_map(|edits| Hunk::new(file, edits, width))
        .take(MAX_LINES + 1)
        .collect()
}

impl<'a> Hunk<'a> {
    /// Computes the hunk of edits that touch the same lines. Returns `None` if there is no visible change.
    fn new(file: &'a SourceFile, edits: &[Edit], width: usize) -> Option<Self> {
        let (lo, hi) = (edits.first()?.span().lo(), edits.last()?.span().hi());
        let (first, last) = (file.line_of(lo), file.line_of(hi));
        let mut range = file.line_range(first)?.start..file.line_range(last)?.end;
        if first == last && edits.iter().all(|edit| !edit.text().contains('\n')) {
            // The rest of a very long line is never visible.
            let (text, around) = (file.text(), MAX_BYTES_PER_CELL * width);
            range.start =
                floor_char_boundary(text, (lo as usize).saturating_sub(around)).max(range.start);
            range.end = ceil_char_boundary(text, hi as usize + around).min(range.end);
        }
        let old = file.text().get(range.clone())?;
        let (new, marks) = edited(old, range.start, edits);

        let mut removed: Vec<&str> = old.split('\n').map(strip_carriage_return).collect();
        let mut added: Vec<&str> = new.split('\n').map(strip_carriage_return).collect();
        let same = removed.iter().zip(&added).take_while(|(old, new)| old == new).count();
        let (_, removed_rest) = removed.split_at_checked(same)?;
        let (_, added_rest) = added.split_at_checked(same)?;
        let mut ends = removed_rest.iter().rev().zip(added_rest.iter().rev());
        let next = ends.next().filter(|(old, new)| old == new).map(|(old, _)| *old);
        let after = usize::from(next.is_some())
            + if next.is_some() { ends.take_while(|(old, new)| old == new).count() } else { 0 };
        removed = removed_rest.get(..removed_rest.len() - after)?.to_vec();
        added = added_rest.get(..added_rest.len() - after)?.to_vec();
        if added == [""] && !removed.is_empty() && edits.iter().all(|edit| edit.text().is_empty()) {
            added.clear();
        }
        let number = u32::try_from(same).ok()?;
        let in_line = removed.len() == 1 && added.len() == 1 && first == last;
        let first = first.saturating_add(number);
        let next =
            next.or_else(|| file.line(first)).filter(|next| removed.is_empty() && !next.is_empty());
        let added: Vec<String> = added.into_iter().map(str::to_owned).collect();
        let is_empty = removed.is_empty() && added.is_empty();
        let marks = marks.filter(|_| in_line).unwrap_or_default();
        (!is_empty).then_some(Self { first, removed, added, marks, next })
    }

    /// Returns the largest 1-based line number that is drawn.
    pub(super) fn last(&self) -> u32 {
        let lines = self.removed.len().max(self.added.len() + usize::from(self.next.is_some()));
        self.first.saturating_add(u32::try_from(lines.min(MAX_LINES + 1)).unwrap_or(u32::MAX)) - 1
    }
}

/// Applies `edits` to `old`, which begins at byte `start` of its file. Returns the new text and the marks of the
/// changes in it, or `None` instead of the marks if an edit only removes text.
fn edited(old: &str, start: usize, edits: &[Edit]) -> (String, Option<Vec<ChangeMark>>) {
    let (mut new, mut marks) = (String::with_capacity(old.len()), Some(Vec::new()));
    let mut copied = 0;
    for edit in edits {
        // An edit may extend over a byte order mark or a line end, which `old` does not contain.
        let offset = |at: u32| (at as usize).clamp(start, start + old.len()) - start;
        let (lo, hi) = (offset(edit.span().lo()), offset(edit.span().hi()));
        new.push_str(old.get(copied..lo).unwrap_or_default());
        let from = new.len();
        new.push_str(edit.text());
        copied = hi;
        match (&mut marks, edit.text().is_empty()) {
            (_, true) => marks = None,
            (Some(marks), false) => {
                let sign = if lo == hi { "+" } else { "~" };
                marks.push(ChangeMark { range: from..new.len(), sign });
            }
            (None, false) => {}
        }
    }
    new.push_str(old.get(copied..).unwrap_or_default());
    (new, marks)
}

/// Removes the carriage return of a CRLF line end.
fn strip_carriage_return(line: &str) -> &str {
    line.strip_suffix('\r').unwrap_or(line)
}
