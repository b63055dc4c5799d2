//! The syntax errors of items and blocks: E0010 and E0011.

use vitte_diag::{Applicability, Diagnostic, SourceFile, Span, Suggestion, codes};

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
                ".end" => Located::StrayEnd(span(at)).into(),
                found => Located::NotItem { found, span: span(at) }.into(),
            },
            Self::UnclosedBlock {
                at,
                opener: Opener { name, closer, .. },
                expected_before,
                guessed,
            } => {
                let closer = match closer {
                    Closer::End => ".end",
                    Closer::Brace => "}",
                };
                let last = tokens.before(expected_before.unwrap_or(tokens.0.len()));
                let next = expected_before.and_then(|next| tokens.get(next));
                let closing = tokens.get(at).zip(last).map(|(opener, last)| {
                    let is_uncertain = guessed || next.is_some_and(|next| replaces(next, closer));
                    let applicability = if is_uncertain {
                        Applicability::MaybeIncorrect
                    } else {
                        Applicability::MachineApplicable
                    };
                    fixes::close_block(file, opener, last, next, closer, applicability)
                });
                let (before, file_end) = match expected_before {
                    Some(before) => (Some(span(before)), None),
                    None => (None, Some(end)),
                };
                let line = span(at);
                Located::UnclosedBlock { name, closer, line, before, file_end, closing }.into()
            }
        }
    }
}

/// A syntax error with its spans.
#[derive(Diagnostic)]
#[diagnostic(error)]
enum Located<'s> {
    #[diagnostic(
        code = codes::E0010,
        message = "this `.end` closes nothing",
        help = "remove it, or write the line that opens its block"
    )]
    StrayEnd(#[primary("no block is open here")] Span),
    #[diagnostic(
        code = codes::E0010,
        message = "expected an item, found `{found}`",
        help = "an item begins with a keyword such as `fn`, `struct`, `enum`, `type`, `const` or `use`"
    )]
    NotItem {
        found: &'s str,
        #[primary("not the beginning of an item")]
        span: Span,
    },
    #[diagnostic(
        code = codes::E0011,
        message = "this `{name}` has no `{closer}`",
        note = "expected {closer}",
        help = "add `{closer}` where the block ends"
    )]
    UnclosedBlock {
        name: &'s str,
        closer: &'static str,
        #[primary("this line opens a block")]
        line: Span,
        #[label("`{closer}` was expected before this")]
        before: Option<Span>,
        #[label("the file ends without `{closer}`")]
        file_end: Option<Span>,
        #[suggestion]
        closing: Option<Suggestion>,
    },
}

/// Returns true if a token is probably meant as the closer that is missing. Then an inserted one would be one too many.
fn replaces(token: &Token<'_>, closer: &str) -> bool {
    token.first_on_line && (token.is("end") || token.kind == TokenKind::End && closer == "}")
}
