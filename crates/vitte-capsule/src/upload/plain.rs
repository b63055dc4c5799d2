//! Makes text of a report safe to share: without control characters, and of bounded length.

use vitte_diag::text;

use crate::report::{ContextLocation, CrashReport};

/// Returns `text` on one line, with escaped control characters. Longer text is truncated to `max_chars` characters
/// (at least one), the last of which is `…`.
pub(super) fn line(text: &str, max_chars: usize) -> String {
    truncate(&text::one_line(relevant_prefix(text, max_chars)), max_chars)
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

/// Returns the part of `text` that has its first `max_chars` characters, because the text may be large.
fn relevant_prefix(text: &str, max_chars: usize) -> &str {
    let max_bytes = max_chars.saturating_add(1).saturating_mul(4);
    text::truncate(text, max_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

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
