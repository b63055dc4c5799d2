//! The language, and what its parsers have in common.
//!
//! ```text
//! # a comment
//! let width = 3
//! let area  = width * (width + 1)
//! ```
//!
//! A file has at least one definition. A name is used after its definition.

use std::collections::HashSet;

use vitte_diag::{Code, Diagnostic, SourceFile, Span, code};

const SYNTAX: Code = code!("SYN0001");
const TOO_DEEP: Code = code!("SYN0002");
const TOO_LARGE: Code = code!("NUM0001");
const UNKNOWN_NAME: Code = code!("NAM0001");

/// The maximum depth of parentheses. Most parsers are recursive.
const MAX_DEPTH: usize = 100;

/// `let NAME = EXPRESSION`. The names and numbers of the expression are all that [`check`] needs of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Let {
    /// The name.
    pub name: Span,
    /// The names and numbers in the expression.
    pub operands: Vec<Span>,
}

/// The result of a parser.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Parsed {
    /// The definitions that were understood.
    pub lets: Vec<Let>,
    /// The syntax errors.
    pub errors: Vec<Diagnostic>,
}

/// Returns true for characters between tokens. A byte order mark may be the first one.
#[must_use]
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Returns true for the first character of a name.
#[must_use]
pub fn starts_name(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

/// Returns true for the other characters of a name.
#[must_use]
pub fn continues_name(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}

/// Returns the error for the token at `found`, of which some libraries know only the first character. `expected` are
/// token texts in backquotes and descriptions.
pub fn unexpected<T: Into<String>>(
    source: &SourceFile,
    found: Span,
    expected: impl IntoIterator<Item = T>,
) -> Diagnostic {
    let mut expected: Vec<String> = expected.into_iter().map(Into::into).collect();
    expected.sort();
    expected.dedup();
    let expected = match &*expected {
        [] => String::from("something else"),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    };
    let text = source.text();
    let rest = text.get(found.range().start..).unwrap_or_default();
    let (span, found) = match token(rest) {
        // A library may know the end of the file as the end of the last token.
        _ if without_blanks(rest).is_empty() => {
            let end = end_of_code(text);
            (Span::from_range(source.id(), end..end), String::from("the end of the file"))
        }
        token => {
            let start = found.range().start;
            let span = Span::from_range(source.id(), start..start + token.len());
            (span, format!("`{token}`"))
        }
    };
    Diagnostic::error(SYNTAX, span, format!("expected {expected}, found {found}"))
        .with_label(format!("expected {expected}"))
}

/// Returns the token at the start of a text: a name, a number, or one character.
fn token(text: &str) -> &str {
    let Some(first) = text.chars().next() else { return "" };
    let end = if first.is_ascii_digit() {
        text.find(|c: char| !c.is_ascii_digit())
    } else if starts_name(first) {
        text.find(|c| !continues_name(c))
    } else {
        Some(first.len_utf8())
    };
    &text[..end.unwrap_or(text.len())]
}

/// Returns a text without the blanks and comments at its start.
fn without_blanks(text: &str) -> &str {
    let mut rest = text.trim_start_matches(is_blank);
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start_matches(is_blank);
    }
    rest
}

/// Returns the offset after the last token. What is missing at the end of a file is missing there, not below the blank
/// lines and comments that follow.
fn end_of_code(text: &str) -> usize {
    let mut end = 0;
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default().trim_end_matches(is_blank);
        if !code.is_empty() {
            end = line_start + code.len();
        }
        line_start += line.len();
    }
    end
}

/// Returns an error if parentheses are nested too deeply for a recursive parser.
#[must_use]
pub fn too_deep(source: &SourceFile) -> Option<Diagnostic> {
    let mut depth: usize = 0;
    let mut is_comment = false;
    for (at, c) in source.text().char_indices() {
        is_comment = c == '#' || (is_comment && c != '\n');
        match c {
            '(' if !is_comment => depth += 1,
            ')' if !is_comment => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let span = Span::from_range(source.id(), at..at + 1);
            let message = format!("parentheses are nested more than {MAX_DEPTH} deep");
            return Some(Diagnostic::error(TOO_DEEP, span, message));
        }
    }
    None
}

/// Finds numbers that are too large and names that are not defined.
#[must_use]
pub fn check(source: &SourceFile, lets: &[Let]) -> Vec<Diagnostic> {
    let text = |span: Span| source.text().get(span.range()).unwrap_or_default();
    let mut names: HashSet<&str> = HashSet::new();
    let mut errors = Vec::new();
    for definition in lets {
        for &operand in &definition.operands {
            let word = text(operand);
            if word.starts_with(starts_name) {
                if !names.contains(word) {
                    let message = format!("the name `{word}` is not defined");
                    errors.push(
                        Diagnostic::error(UNKNOWN_NAME, operand, message)
                            .with_label("not defined before this line")
                            .with_secondary(definition.name, "in this definition"),
                    );
                }
            } else if word.parse::<u64>().is_err() {
                let message = format!("the number `{word}` is greater than {}", u64::MAX);
                errors.push(Diagnostic::error(TOO_LARGE, operand, message));
            }
        }
        names.insert(text(definition.name));
    }
    errors
}
