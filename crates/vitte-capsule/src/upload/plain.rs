//! Makes text of a report safe to share: without control characters and the user's name, and of bounded length.

use vitte_diag::text;

use crate::report::{ContextLocation, CrashReport};

/// Returns `text` on one line, with escaped control characters and `~` for home directories. Longer text is
/// truncated to `max_chars` characters (at least one), the last of which is `…`.
pub(super) fn line(text: &str, max_chars: usize) -> String {
    truncate(&text::one_line(&without_home_dirs(relevant_prefix(text, max_chars))), max_chars)
}

/// Returns the lines of `text` as [`line()`] does, with at most `max_chars` characters in total. A last line
/// says how much is omitted.
pub(super) fn lines(text: &str, max_chars: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut remaining = max_chars;
    let mut consumed = 0;
    for source in text.split_inclusive('\n') {
        if remaining == 0 {
            break;
        }
        let safe = line(source.trim_end_matches(['\r', '\n']), remaining);
        // Line ends count too, which bounds the number of empty lines.
        remaining = remaining.saturating_sub(safe.chars().count() + 1);
        consumed += source.len();
        out.push(safe);
    }
    if consumed < text.len() {
        let omitted = text.len() - consumed;
        out.push(format!("[... omitted {omitted} {} ...]", text::plural("byte", omitted)));
    }
    out
}

/// Maximum length of all contexts together, in characters.
const MAX_CONTEXTS_CHARS: usize = 4_000;
/// Maximum length of each name, key and value, in characters.
const MAX_PART_CHARS: usize = 100;
/// The maximum number of fields of one context.
const MAX_FIELDS: usize = 8;

/// Returns the contexts, innermost first, one line each, such as `typeck fn=main at src/main.vitte:12:7`.
pub(super) fn contexts(report: &CrashReport) -> Vec<String> {
    let part = |text: &str| line(text, MAX_PART_CHARS);
    let mut remaining = MAX_CONTEXTS_CHARS;
    let mut out = Vec::new();
    for (index, entry) in report.contexts.iter().enumerate() {
        if remaining == 0 {
            let omitted = report.contexts.len() - index;
            out.push(format!("[... omitted {omitted} {} ...]", text::plural("context", omitted)));
            break;
        }
        let mut text = part(&entry.name);
        for field in entry.fields.iter().take(MAX_FIELDS) {
            text.push_str(&format!(" {}={}", part(&field.key), part(&field.value)));
        }
        let location = entry.location.as_ref();
        if let Some((location, file)) = location.and_then(|at| Some((at, at.file.as_ref()?))) {
            let file = Some(part(file));
            text.push_str(&format!(" at {}", ContextLocation { file, ..location.clone() }));
        }
        let text = truncate(&text, remaining);
        remaining = remaining.saturating_sub(text.chars().count() + 1);
        out.push(text);
    }
    out
}

/// Truncates `text` to `max_chars` characters, the last of which is `…`.
pub(super) fn truncate(text: &str, max_chars: usize) -> String {
    if text.chars().nth(max_chars).is_none() {
        return text.to_owned();
    }
    text.chars().take(max_chars.saturating_sub(1)).chain(['…']).collect()
}

/// Returns the part of `text` that can affect its first `max_chars` characters. It is longer than that, because
/// home directories are shortened, but bounded, because the text may be large.
fn relevant_prefix(text: &str, max_chars: usize) -> &str {
    let max_bytes = max_chars.saturating_mul(4).saturating_add(1024);
    text::truncate(text, max_bytes)
}

/// The parents of home directories, and the characters that end the user's name.
const HOME_PARENTS: [(&str, &[char]); 3] = [
    ("/home/", &['/', '\\', ' ', '\n', '\t', '"', '\'', '`', ':', ',', ';', ')', ']', '>']),
    ("/Users/", &['/', '\\', ' ', '\n', '\t', '"', '\'', '`', ':', ',', ';', ')', ']', '>']),
    // User names on Windows may contain spaces.
    ("\\Users\\", &['/', '\\', '\n', '"', '\'', '`']),
];

/// Replaces home directories by `~`: `/home/ada/vitte/a.rs` becomes `~/vitte/a.rs`.
fn without_home_dirs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // `src/home/page.rs` has no home directory.
        let is_root = !out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let after_home = HOME_PARENTS.iter().filter(|_| is_root).find_map(|(parent, ends)| {
            let name = rest.strip_prefix(parent)?;
            let end = name.find(*ends).unwrap_or(name.len());
            // Without a name it is the parent of all home directories.
            name.get(end..).filter(|_| end > 0)
        });
        if let Some(after_home) = after_home {
            out.push('~');
            rest = after_home;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_directories_are_replaced() {
        for (text, expected) in [
            ("/home/ada/vitte/a.rs:3", "~/vitte/a.rs:3"),
            ("cannot read \"/home/ada\"", "cannot read \"~\""),
            ("file:///Users/ada/x and /Users/bob/y", "file://~/x and ~/y"),
            (r"C:\Users\Ada Byron\x.rs", r"C:~\x.rs"),
            ("src/home/page.rs", "src/home/page.rs"),
            ("in /home/", "in /home/"),
            ("/home//x", "/home//x"),
        ] {
            assert_eq!(without_home_dirs(text), expected);
        }
    }

    #[test]
    fn long_text_is_truncated_visibly() {
        assert_eq!(line("日本語", 3), "日本語");
        assert_eq!(line("日本語で", 3), "日本…");
        assert_eq!(line("a\u{1b}[2J\u{202e}", 99), "a␛[2J<U+202E>");
        assert_eq!(lines("a\r\nb\n\nc", 99), ["a", "b", "", "c"]);
        assert_eq!(lines("ab\ncd\nef", 4), ["ab", "…", "[... omitted 2 bytes ...]"]);
        assert_eq!(lines("", 4), Vec::<String>::new());
        let large = lines(&"\n".repeat(1 << 20), 10);
        assert_eq!((large.len(), &*large[10]), (11, "[... omitted 1048566 bytes ...]"));
    }
}
