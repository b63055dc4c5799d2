//! The suggestions of E0011 and W0100.

use vitte_diag::{Applicability, Edit, SourceFile, Span, Suggestion};

use super::lexer::Token;

const BOM: &str = "\u{feff}";

/// Suggests a `closer` for the block whose first line begins with `opener`. It goes after the line of `last`, the
/// last token of the block, and after any comments below that are indented like the block.
pub(crate) fn close_block(
    file: &SourceFile,
    opener: &Token<'_>,
    last: &Token<'_>,
    next: Option<&Token<'_>>,
    closer: &str,
    applicability: Applicability,
) -> Suggestion {
    let text = file.text();
    let indent = indent_of(before_on_line(text, opener.span));
    let end = last.span.hi() as usize;
    let gap_end = next.map_or(text.len(), |next| next.span.lo() as usize);
    let gap = text.get(end..gap_end).unwrap_or_default();
    // The closer must not be inside a block comment, so it goes before all comments.
    let at = if opens_comment(gap) || !gap.contains('\n') && next.is_some() {
        end
    } else {
        end + body_end(gap, indent)
    };
    let rest = text.get(at..).unwrap_or_default();
    let crlf = match rest.find('\n') {
        Some(line_end) => rest.get(..line_end).is_some_and(|line| line.ends_with('\r')),
        None => text.contains("\r\n"),
    };
    let line_end = if crlf { "\r\n" } else { "\n" };
    // Always fits: the length of a file has 32 bits.
    let at = u32::try_from(at).unwrap_or(file.len());
    let edit = Edit::insert(file.id(), at, format!("{line_end}{indent}{closer}"));
    Suggestion::single(format!("add `{closer}`"), edit, applicability)
}

/// Returns true if a block comment begins in `gap`, which consists of white space and comments.
fn opens_comment(gap: &str) -> bool {
    gap.lines().any(|line| {
        let line_comment = line.find("//").into_iter().chain(line.find('#')).min();
        line.find("/*").is_some_and(|at| line_comment.is_none_or(|comment| at < comment))
    })
}

/// Returns the offset at which a block ends in `gap`, the text between the last token of the block and the next
/// token: the end of the line of that last token, or of the last comment below that is deeper than `indent`.
fn body_end(gap: &str, indent: &str) -> usize {
    let (mut end, mut at) = (0, 0);
    for (index, line) in gap.split_inclusive('\n').enumerate() {
        let content = line.trim_end_matches(['\n', '\r']);
        let deeper = content.strip_prefix(indent).is_some_and(|rest| rest.starts_with([' ', '\t']));
        let is_comment = deeper && !content.trim().is_empty() && line.ends_with('\n');
        if index > 0 && !is_comment && !content.trim().is_empty() {
            break;
        }
        if index == 0 || is_comment {
            end = at + content.len();
        }
        at += line.len();
    }
    end
}

/// Returns the text before `span` on its line: white space, and possibly comments or illegal characters.
fn before_on_line(text: &str, span: Span) -> &str {
    let before = text.get(..span.lo() as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.strip_prefix(BOM).unwrap_or(line)
}

/// Returns the leading white space of a line.
fn indent_of(line: &str) -> &str {
    let content = line.trim_start_matches([' ', '\t']);
    line.strip_suffix(content).unwrap_or_default()
}

/// Removes the lines of an import, or only the import itself if its lines contain anything else.
pub(crate) fn remove_import(file: &SourceFile, import: Span) -> Edit {
    let text = file.text();
    let before = before_on_line(text, import);
    let after = text.get(import.hi() as usize..).unwrap_or_default();
    let rest = after.split_inclusive('\n').next().unwrap_or_default();
    let comment = rest.trim_start();
    let alone = comment.is_empty() || comment.starts_with('#') || comment.starts_with("//");
    let lines = if alone && before.trim().is_empty() {
        let lo = import.lo() as usize - before.len();
        file.span(lo..import.hi() as usize + rest.len()).unwrap_or(import)
    } else {
        import
    };
    Edit::remove(lines)
}
