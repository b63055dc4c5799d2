//! Unified diffs of fixed files.

use std::collections::HashMap;

use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

/// The number of lines before and after a change.
const CONTEXT_LINES: usize = 3;

/// Returns the difference between two versions of the file at `path` as a unified diff with three lines of
/// context, which `patch -p1` and `git apply` accept. The diff is empty if they are equal.
///
/// The diff contains the bytes of the files unchanged. Before it is shown on a terminal, pass each line
/// through [`one_line`](crate::text::one_line).
#[must_use]
pub fn diff(path: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    // Lines end only at line feeds, not at lone carriage returns.
    let lines = |bytes| <[u8]>::split_inclusive(bytes, |&byte| byte == b'\n').collect::<Vec<_>>();
    let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = (lines(old), lines(new));
    let mut out = Vec::new();
    // Paths in headers are relative, as in the output of git.
    let path = path.trim_start_matches('/');
    for hunk in group_diff_ops(line_ops(&old, &new), CONTEXT_LINES) {
        if out.is_empty() {
            let (before, after) = (header_name("a", path), header_name("b", path));
            out.extend_from_slice(format!("--- {before}\n+++ {after}\n").as_bytes());
        }
        out.extend_from_slice(format!("{}\n", UnifiedHunkHeader::new(&hunk)).as_bytes());
        for change in hunk.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            out.push(match change.tag() {
                ChangeTag::Equal => b' ',
                ChangeTag::Delete => b'-',
                ChangeTag::Insert => b'+',
            });
            out.extend_from_slice(change.value());
            if !change.value().ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// Returns the changes from `old` to `new`.
///
/// Lines that only one version has are changed anyway. The search for the longest common part, whose cost depends on the
/// number of changes, leaves them out.
fn line_ops(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    let common = CommonLines::new(old, new);
    let (old_ids, old_lines) = common.of(old);
    let (new_ids, new_lines) = common.of(new);
    let mut ops = Ops::default();
    for op in capture_diff_slices(Algorithm::Myers, &old_ids, &new_ids) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            let pairs = old_lines.iter().skip(old_index).zip(new_lines.iter().skip(new_index));
            pairs.take(len).for_each(|(&old, &new)| ops.add_equal(old, new));
        }
    }
    ops.add_changes(old.len(), new.len());
    ops.all
}

/// The lines that both versions have, each with a number.
struct CommonLines<'a>(HashMap<&'a [u8], usize>);

impl<'a> CommonLines<'a> {
    fn new(old: &[&'a [u8]], new: &[&'a [u8]]) -> Self {
        let mut all: HashMap<&[u8], (usize, bool)> = HashMap::new();
        for &line in old {
            let next = all.len();
            all.entry(line).or_insert((next, false));
        }
        for line in new {
            if let Some((_, is_common)) = all.get_mut(line) {
                *is_common = true;
            }
        }
        let common = all.into_iter().filter(|(_, (_, is_common))| *is_common);
        Self(common.map(|(line, (number, _))| (line, number)).collect())
    }

    /// Returns the numbers and the indices of those lines of one version that both have.
    fn of(&self, lines: &[&[u8]]) -> (Vec<usize>, Vec<usize>) {
        let numbers = lines.iter().map(|line| self.0.get(line));
        numbers.enumerate().filter_map(|(index, number)| Some((*number?, index))).unzip()
    }
}

/// Changes that are added in the order of the lines.
#[derive(Default)]
struct Ops {
    all: Vec<DiffOp>,
    /// The numbers of lines of both versions that the changes cover.
    old: usize,
    new: usize,
}

impl Ops {
    /// Adds a line that is the same in both versions, and the changes before it.
    fn add_equal(&mut self, old: usize, new: usize) {
        self.add_changes(old, new);
        (self.old, self.new) = (old + 1, new + 1);
        match self.all.last_mut() {
            Some(DiffOp::Equal { len, .. }) => *len += 1,
            _ => self.all.push(DiffOp::Equal { old_index: old, new_index: new, len: 1 }),
        }
    }

    /// Adds the change of the lines up to an index in each version.
    fn add_changes(&mut self, old: usize, new: usize) {
        let (old_index, new_index) = (self.old, self.new);
        let (old_len, new_len) = (old - old_index, new - new_index);
        let change = match (old_len, new_len) {
            (0, 0) => return,
            (_, 0) => DiffOp::Delete { old_index, old_len, new_index },
            (0, _) => DiffOp::Insert { old_index, new_index, new_len },
            (_, _) => DiffOp::Replace { old_index, old_len, new_index, new_len },
        };
        self.all.push(change);
    }
}

/// Formats a path for a header in the syntax of git: quoted as a C string if it contains control characters,
/// quotes or backslashes, and followed by a tab if it contains a space.
fn header_name(side: &str, path: &str) -> String {
    if !path.contains(|c: char| c.is_control() || matches!(c, '"' | '\\')) {
        let end = if path.contains(' ') { "\t" } else { "" };
        return format!("{side}/{path}{end}");
    }
    let mut name = format!("\"{side}/");
    for c in path.chars() {
        match c {
            '"' | '\\' => name.extend(['\\', c]),
            '\n' => name.push_str("\\n"),
            '\t' => name.push_str("\\t"),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                let bytes = c.encode_utf8(&mut bytes).bytes();
                name.extend(bytes.map(|byte| format!("\\{byte:03o}")));
            }
            c => name.push(c),
        }
    }
    name + "\""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lines of few kinds, so that many are equal.
    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec("[abc\n]{0,2}\n|x", 0..20).prop_map(|lines| lines.concat())
    }

    /// Applies a diff to the old text.
    fn patched(old: &str, diff: &str) -> String {
        let mut old = old.split_inclusive('\n');
        let (mut new, mut at) = (String::new(), 1);
        let mut lines = diff.split_inclusive('\n').skip(2).peekable();
        while let Some(line) = lines.next() {
            let is_last = lines.next_if(|next| next.starts_with('\\')).is_some();
            let content = line.get(1..line.len() - usize::from(is_last)).unwrap();
            match line.as_bytes()[0] {
                b'@' => {
                    let range = line.split(['-', ' ']).nth(2).unwrap();
                    let (start, len) = range.split_once(',').unwrap_or((range, "1"));
                    let before = start.parse::<usize>().unwrap() + usize::from(len == "0");
                    new.extend(old.by_ref().take(before - at));
                    at = before;
                }
                b'+' => new.push_str(content),
                kind => {
                    assert_eq!(old.next(), Some(content));
                    new.push_str(if kind == b' ' { content } else { "" });
                    at += 1;
                }
            }
        }
        new.extend(old);
        new
    }

    proptest! {
        #[test]
        fn the_diff_changes_the_old_text_to_the_new_one(old in text(), new in text()) {
            let diff = String::from_utf8(diff("a", old.as_bytes(), new.as_bytes())).unwrap();
            prop_assert_eq!(patched(&old, &diff), new);
        }
    }

    #[test]
    fn diffs_are_unified_and_exact() {
        let shown = |old: &[u8], new: &[u8]| {
            String::from_utf8_lossy(&diff("src/a.vitte", old, new)).into_owned()
        };
        assert_eq!(
            shown(b"a\r\nb\nc", b"a\r\nx\nc"),
            "--- a/src/a.vitte\n+++ b/src/a.vitte\n@@ -1,3 +1,3 @@\n a\r\n-b\n+x\n c\n\\ No newline at end of file\n"
        );
        assert_eq!(shown(b"same", b"same"), "");
        assert_eq!(header_name("a", "x y"), "a/x y\t");
        assert_eq!(header_name("b", "x\n\"\u{1b}é"), "\"b/x\\n\\\"\\033é\"");
        assert!(diff("a", b"\xff\n", b"\xfe\n").windows(2).any(|two| two == b"-\xff"));
    }
}
