//! The syntax errors of items and blocks: E0010 and E0011.

use vitte_diag::{Applicability, Diagnostic, SourceFile, Span, codes};

use super::blocks::{Closer, Opener};
use super::fixes;
use super::lexer::{Token, TokenKind};
use super::tokens::Tokens;

/// A syntax error. `at` and `expected_before` are indices of tokens.
#[derive(Debug)]
pub(crate) enum SyntaxError<'s> {
    /// The text at the top level is not an item.
    NotItem { at: usize },
    /// A block is not closed. `at` is the first token of the line that opens it. `expected_before` is the token
    /// before which the closer was expected, `None` for the end of the file. `guessed` is true in files without
    /// indentation, where another block may be the unclosed one.
    UnclosedBlock { at: usize, opener: Opener<'s>, expected_before: Option<usize>, guessed: bool },
}

impl SyntaxError<'_> {
    /// Returns the error as a diagnostic.
    pub(crate) fn diagnostic(&self, tokens: Tokens<'_, '_>, file: &SourceFile) -> Diagnostic {
        let end = Span::empty(file.id(), file.len());
        let span = |at: usize| tokens.get(at).map_or(end, |token| token.span);
        match *self {
            Self::NotItem { at } => match tokens.get(at).map_or("", |token| token.text) {
                ".end" => Diagnostic::error(codes::E0010, span(at), "this `.end` closes nothing")
                    .with_label("no block is open here")
                    .with_help("remove it, or write the line that opens its block"),
                text => Diagnostic::error(codes::E0010, span(at), format!("expected an item, found `{text}`"))
                    .with_label("not the beginning of an item")
                    .with_help("an item begins with a keyword such as `fn`, `struct`, `enum`, `type`, `const` or `use`"),
            },
            Self::UnclosedBlock { at, opener: Opener { name, closer, .. }, expected_before, guessed } => {
                let closer = match closer {
                    Closer::End => ".end",
                    Closer::Brace => "}",
                };
                let expected = match expected_before {
                    Some(_) => format!("`{closer}` was expected before this"),
                    None => format!("the file ends without `{closer}`"),
                };
                let mut diagnostic = Diagnostic::error(
                    codes::E0011,
                    span(at),
                    format!("this `{name}` has no `{closer}`"),
                )
                .with_label("this line opens a block")
                .with_secondary(expected_before.map_or(end, span), expected)
                .with_note(format!("expected {closer}"))
                .with_help(format!("add `{closer}` where the block ends"));
                let last = tokens.before(expected_before.unwrap_or(tokens.0.len()));
                if let (Some(opener), Some(last)) = (tokens.get(at), last) {
                    let next = expected_before.and_then(|expected_before| tokens.get(expected_before));
                    let is_uncertain = guessed || next.is_some_and(|next| replaces(next, closer));
                    let applicability = if is_uncertain {
                        Applicability::MaybeIncorrect
                    } else {
                        Applicability::MachineApplicable
                    };
                    diagnostic.add_suggestion(fixes::close_block(
                        file,
                        opener,
                        last,
                        next,
                        closer,
                        applicability,
                    ));
                }
                diagnostic
            }
        }
    }
}

/// Returns true if a token is probably meant as the closer that is missing. Then an inserted one would be one too many.
fn replaces(token: &Token<'_>, closer: &str) -> bool {
    token.first_on_line && (token.is("end") || token.kind == TokenKind::End && closer == "}")
}
