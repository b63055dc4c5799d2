//! Makes changed blanks visible where a reader could not see them: at the ends of lines, and where nothing else
//! differs. Spells out characters that look like those in their place.
//!
//! ```text
//! 3 - let x = 1··       3 - let x = 1<SP><SP>
//! 3 + let x = 1         3 + let x = 1
//!
//! 3 - let caf<U+0065><U+0301> = 1
//! 3 + let caf<U+00E9> = 1
//! ```

use std::ops::Range;

use crate::text;

/// Which of the changed blanks are made visible.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum VisibleBlanks {
    /// Only those at the end of the line, or in a line of blanks.
    Trailing,
    /// All of them, because the line differs in nothing else.
    All,
}

/// Replaces blanks in the `changed` bytes of a line with visible characters, and spells out the characters in the bytes
/// `spelled`. Both are sorted. Returns the new line, and the bytes of it that are changed. Returns `None` if there is
/// nothing to replace.
pub(super) fn with_visible_blanks(
    line: &str,
    changed: &[Range<usize>],
    spelled: &[Range<usize>],
    which: VisibleBlanks,
    unicode: bool,
) -> Option<(String, Vec<Range<usize>>)> {
    let trailing = line.trim_end_matches(is_invisible).len();
    let first = if which == VisibleBlanks::All { 0 } else { trailing };
    let has_blanks = changed.iter().any(|range| range.start.max(first) < range.end);
    if !has_blanks && spelled.is_empty() {
        return None;
    }
    let changed = union(changed, spelled);
    let mut out = String::with_capacity(line.len() + 16);
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(changed.len());
    let mut copied = 0;
    for range in &changed {
        out.push_str(line.get(copied..range.start).unwrap_or_default());
        let start = out.len();
        for (offset, c) in line.get(range.clone()).unwrap_or_default().char_indices() {
            let at = range.start + offset;
            if spelled.iter().any(|range| range.contains(&at)) {
                push_code_point(&mut out, c);
            } else if at >= first && is_invisible(c) {
                push_visible(&mut out, c, unicode, at >= trailing);
            } else {
                out.push(c);
            }
        }
        ranges.push(start..out.len());
        copied = range.end;
    }
    out.push_str(line.get(copied..).unwrap_or_default());
    Some((out, ranges))
}

/// Returns the bytes in either one of two lists of ranges, which are sorted.
fn union(a: &[Range<usize>], b: &[Range<usize>]) -> Vec<Range<usize>> {
    if b.is_empty() {
        return a.to_vec();
    }
    let mut all: Vec<_> = a.iter().chain(b).cloned().collect();
    all.sort_unstable_by_key(|range| (range.start, range.end));
    all.dedup_by(|next, last| {
        let touch = next.start <= last.end;
        if touch {
            last.end = last.end.max(next.end);
        }
        touch
    });
    all
}

/// Returns true for a blank, a tab, and every other character that looks like blanks.
fn is_invisible(c: char) -> bool {
    c == '\t' || (c.is_whitespace() && !c.is_control())
}

fn push_visible(out: &mut String, c: char, unicode: bool, is_trailing: bool) {
    match (c, unicode) {
        (' ', true) => out.push('·'),
        (' ', false) => out.push_str("<SP>"),
        ('\t', true) => {
            out.push('→');
            if !is_trailing {
                // The text after it stays aligned.
                out.push('\t');
            }
        }
        ('\t', false) => out.push_str("<TAB>"),
        _ => push_code_point(out, c),
    }
}

fn push_code_point(out: &mut String, c: char) {
    text::push_spelled(out, c.encode_utf8(&mut [0; 4]));
}
