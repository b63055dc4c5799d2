//! What a label covers, in words.

use super::{shortened, text_start};
use crate::check::ResolvedSpan;
use crate::source::{ColumnUnit, SourceFile};

/// The maximum length of marked text that is quoted, in characters. The ends of longer text are reported.
const MAX_QUOTED_CHARS: usize = 60;
/// The maximum length of the text after an empty span, in characters.
const MAX_NEXT_CHARS: usize = 30;

/// Returns what a span covers, to follow its location: `, the text "x"`, `, to line 3, column 4`, `, before "x"`.
///
/// The location of an end is that of the last character. It is empty for a span in an unavailable file.
pub(super) fn extent(at: &ResolvedSpan<'_>) -> String {
    let file = at.file;
    if file.is_unavailable() {
        return String::new();
    }
    let start = at.location(ColumnUnit::Char);
    let text = file.text().get(at.span.range()).unwrap_or_default();
    // A line end belongs to the line that it ends, but not to an empty line.
    let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let content = line.filter(|line| !line.ends_with('\n')).unwrap_or(text);
    let Some(last) = content.chars().next_back() else {
        return position(file, at.span.range().start, start.line);
    };
    let end = at.span.range().start + content.len() - last.len_utf8();
    let end = file.location(u32::try_from(end).unwrap_or(u32::MAX), ColumnUnit::Char);
    let is_short = content.chars().nth(MAX_QUOTED_CHARS).is_none();
    if end.line > start.line {
        format!(", to line {}, column {}", end.line, end.col)
    } else if is_whole_line(file, start.line, at.span.range().start, content) {
        ", the whole line".to_owned()
    } else if is_short && !content.trim().is_empty() {
        format!(", the text \"{}\"", shortened(content))
    } else {
        format!(", to column {}", end.col)
    }
}

/// Returns true if there are only blanks beside `content`, which is at a byte of its line.
fn is_whole_line(file: &SourceFile, line: u32, start: usize, content: &str) -> bool {
    let range = file.line_range(line).unwrap_or_default();
    let end = (start + content.len()).clamp(range.start, range.end);
    file.visible_in(&(range.start..start.max(range.start))) >= start
        && file.visible_in(&(end..range.end)) == range.end
}

/// Returns where the byte `offset` is in its line.
fn position(file: &SourceFile, offset: usize, line: u32) -> String {
    let range = file.line_range(line).unwrap_or_default();
    let visible = file.visible_in(&(offset.min(range.end)..range.end));
    let rest = file.text().get(visible..range.end).unwrap_or_default();
    let mut next = text_start(rest).split_whitespace().next().unwrap_or_default();
    if let Some((end, _)) = next.char_indices().nth(MAX_NEXT_CHARS) {
        next = next.get(..end).unwrap_or_default();
    }
    let is_blank = || file.visible_in(&range) == range.end;
    match next {
        "" if offset >= file.text().len() && is_blank() => ", at the end of the file".to_owned(),
        "" if is_blank() => ", an empty line".to_owned(),
        "" => ", at the end of the line".to_owned(),
        _ => format!(", before \"{}\"", shortened(next)),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Child, Diagnostic, Span, TraceStep};
    use crate::{Emitter as _, NarratedEmitter, SourceMap};

    fn narrated(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
        let mut emitter = NarratedEmitter::new(Vec::new());
        emitter.emit(sources, diagnostic).unwrap();
        String::from_utf8(emitter.into_inner()).unwrap()
    }

    /// Returns the words after the column of a label from `⟦` to `⟧`.
    fn extent(marked: &str) -> String {
        let lo = marked.find('⟦').unwrap();
        let hi = marked.find('⟧').unwrap() - '⟦'.len_utf8();
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", marked.replace(['⟦', '⟧'], "")).unwrap();
        let diagnostic = Diagnostic::error(None, sources.span(file, lo..hi).unwrap(), "m");
        let out = narrated(&sources, &diagnostic);
        let (label, _) = out.lines().nth(1).unwrap().rsplit_once(':').unwrap();
        label.splitn(3, ", ").nth(2).unwrap().to_owned()
    }

    #[test]
    fn short_text_on_one_line_is_quoted() {
        assert_eq!(extent("if ⟦side < 0.0⟧ do\n"), "column 4, the text \"side < 0.0\"");
        assert_eq!(extent("a⟦\t\u{200b}b⟧"), "column 2, the text \"\\t<U+200B>b\"");
        assert_eq!(extent("x⟦\r⟧y"), "column 2, to column 2");
        assert_eq!(extent("x = ⟦1⟧\n"), "column 5, the text \"1\"");
        assert_eq!(extent("x = ⟦1\n⟧y"), "column 5, the text \"1\"", "with its line end");
        assert_eq!(extent("  ⟦import clock⟧\r\n"), "column 3, the whole line");
        assert_eq!(extent("⟦  import clock\n⟧"), "column 1, the whole line");
    }

    #[test]
    fn of_other_text_both_ends_are_reported() {
        assert_eq!(extent("f ⟦(\n  1\n)⟧\n"), "column 3, to line 3, column 1");
        assert_eq!(extent("f ⟦(\n1)\n⟧"), "column 3, to line 2, column 2");
        assert_eq!(extent("f ⟦(\n\n⟧"), "column 3, to line 2, column 1");
        assert_eq!(extent("a⟦   ⟧b"), "column 2, to column 4");
        assert_eq!(extent(&format!("a⟦{}⟧b", "é".repeat(61))), "column 2, to column 62");
        let quoted = format!("column 2, the text \"{}\"", "é".repeat(60));
        assert_eq!(extent(&format!("a⟦{}⟧b", "é".repeat(60))), quoted);
    }

    #[test]
    fn the_place_of_an_empty_span_is_reported() {
        assert_eq!(extent("let ⟦⟧x = 1\n"), "column 5, before \"x\"");
        assert_eq!(extent("let⟦⟧  x = 1\n"), "column 4, before \"x\"");
        assert_eq!(extent("let x =⟦⟧  \ny"), "column 8, at the end of the line");
        assert_eq!(extent("let x =⟦\r\n⟧y"), "column 8, at the end of the line");
        assert_eq!(extent("let x =⟦⟧"), "column 8, at the end of the line");
        assert_eq!(extent("x\n⟦⟧\ny"), "column 1, an empty line");
        assert_eq!(extent("x\n⟦⟧"), "column 1, at the end of the file");
        let long = "w".repeat(31);
        assert_eq!(
            extent(&format!("⟦⟧{long}")),
            format!("column 1, before \"{}\"", "w".repeat(30))
        );
    }

    #[test]
    fn children_and_steps_report_what_they_cover_too() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", "let x = y\n").unwrap();
        let span = |lo, hi| sources.span(file, lo..hi).unwrap();
        let diagnostic = Diagnostic::error(None, span(8, 9), "m")
            .with_child(Child::note("n").with_label(span(4, 5), "c"))
            .with_step(TraceStep::call("s").with_span(span(0, 3)));
        let out = narrated(&sources, &diagnostic);
        assert!(out.contains("In a.vitte, line 1, column 9, the text \"y\": here\n"), "{out}");
        assert!(out.contains("line 1, column 5, the text \"x\": c\n"), "{out}");
        assert!(out.contains("s, in line 1, column 1, the text \"let\"\n"), "{out}");
    }

    #[test]
    fn an_unavailable_file_has_nothing_to_quote() {
        let mut sources = SourceMap::new();
        let file = sources.add_unavailable("a.vitte", []).unwrap();
        let diagnostic = Diagnostic::error(None, Span::between(file, 3, 9), "m");
        let out = narrated(&sources, &diagnostic);
        assert!(out.contains("In a.vitte: here\n"), "{out}");
    }
}
