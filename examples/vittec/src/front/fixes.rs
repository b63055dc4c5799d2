//! How what is wrong may be mended: the edits of E0011 and W0100.

use vitte_diag::{Applicability, Edit, SourceFile, Span, Suggestion};

use super::lexer::Token;

const BOM: &str = "\u{feff}";

/// Closes the block of the line that begins with `opener`: after the line of `last`, its last token,
/// and after the comments below that are as deep as the block.
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
    // In a comment over lines a closer would be none, so it stands before all comments.
    let at = if opens_comment(gap) || !gap.contains('\n') && next.is_some() {
        end
    } else {
        end + body_end(gap, indent)
    };
    let behind = text.get(at..).unwrap_or_default();
    let crlf = match behind.find('\n') {
        Some(line_end) => behind.get(..line_end).is_some_and(|line| line.ends_with('\r')),
        None => text.contains("\r\n"),
    };
    let line_end = if crlf { "\r\n" } else { "\n" };
    // The text after a byte offset of a file fits 32 bits, as the file does.
    let at = u32::try_from(at).unwrap_or(file.len());
    let edit = Edit::insert(file.id(), at, format!("{line_end}{indent}{closer}"));
    Suggestion::single(format!("add `{closer}`"), edit, applicability)
}

/// Whether a block comment begins in `gap`, which holds white space and comments alone.
fn opens_comment(gap: &str) -> bool {
    gap.lines().any(|line| {
        let rest_of_line = line.find("//").into_iter().chain(line.find('#')).min();
        line.find("/*").is_some_and(|at| rest_of_line.is_none_or(|comment| at < comment))
    })
}

/// Where in `gap`, the text from a block's last token to the next one, the block ends: at the end of
/// that token's line, or of the last comment below that is deeper than `indent`.
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

/// What stands before `span` on its line: blanks, and perhaps a comment or what begins no token.
fn before_on_line(text: &str, span: Span) -> &str {
    let before = text.get(..span.lo() as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.strip_prefix(BOM).unwrap_or(line)
}

/// The blanks that a line begins with.
fn indent_of(line: &str) -> &str {
    let content = line.trim_start_matches([' ', '\t']);
    line.strip_suffix(content).unwrap_or_default()
}

/// Removes the lines of an import; or no more than itself, where something else is on them.
pub(crate) fn remove_import(file: &SourceFile, import: Span) -> Suggestion {
    let text = file.text();
    let before = before_on_line(text, import);
    let behind = text.get(import.hi() as usize..).unwrap_or_default();
    let rest = behind.split_inclusive('\n').next().unwrap_or_default();
    let comment = rest.trim_start();
    let alone = comment.is_empty() || comment.starts_with('#') || comment.starts_with("//");
    let lines = if alone && before.trim().is_empty() {
        let lo = import.lo() as usize - before.len();
        file.span(lo..import.hi() as usize + rest.len()).unwrap_or(import)
    } else {
        import
    };
    let edit = Edit::remove(lines);
    Suggestion::single("remove the import", edit, Applicability::MaybeIncorrect)
}
