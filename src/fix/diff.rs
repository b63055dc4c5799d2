//! Unified diffs of fixed files.

use similar::{ChangeTag, TextDiff};

/// Returns the difference between two versions of the file at `path` as a unified diff with three lines of
/// context, which `patch -p1` and `git apply` accept. The diff is empty if they are equal.
///
/// The diff contains the bytes of the files unchanged. Before it is shown on a terminal, pass each line
/// through [`one_line`](crate::text::one_line).
#[must_use]
pub fn diff(path: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    // Lines end only at line feeds, not at lone carriage returns.
    let lines = |bytes| <[u8]>::split_inclusive(bytes, |&byte| byte == b'\n').collect::<Vec<_>>();
    let diff = TextDiff::from_slices(&lines(old), &lines(new));
    let mut out = Vec::new();
    // Paths in headers are relative, as in the output of git.
    let path = path.trim_start_matches('/');
    for hunk in diff.unified_diff().iter_hunks() {
        if out.is_empty() {
            let (before, after) = (header_name("a", path), header_name("b", path));
            out.extend_from_slice(format!("--- {before}\n+++ {after}\n").as_bytes());
        }
        out.extend_from_slice(format!("{}\n", hunk.header()).as_bytes());
        for change in hunk.iter_changes() {
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
    use super::*;

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
