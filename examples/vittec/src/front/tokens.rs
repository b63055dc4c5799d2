//! Access to the tokens of a file by index, with questions about neighbouring tokens.

use super::lexer::{Token, TokenKind};

/// Words that may precede the keyword of an item.
pub(crate) const MODIFIERS: &[&str] =
    &["export", "pub", "extern", "async", "unsafe", "static", "inline"];

/// The tokens of a file. Methods take the index of a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens<'t, 's>(pub(crate) &'t [Token<'s>]);

impl<'t, 's> Tokens<'t, 's> {
    pub(crate) fn get(self, index: usize) -> Option<&'t Token<'s>> {
        self.0.get(index)
    }

    pub(crate) fn is(self, index: usize, text: &str) -> bool {
        self.get(index).is_some_and(|token| token.is(text))
    }

    pub(crate) fn before(self, index: usize) -> Option<&'t Token<'s>> {
        self.get(index.checked_sub(1)?)
    }

    /// Returns true if the token before `index` is one of `texts`.
    pub(crate) fn follows(self, index: usize, texts: &[&str]) -> bool {
        self.before(index).is_some_and(|before| before.is_one_of(texts))
    }

    /// Returns true if the token before `index` is the first one of its line.
    pub(crate) fn follows_first_on_line(self, index: usize) -> bool {
        self.before(index).is_some_and(|before| before.first_on_line)
    }

    /// Returns the token after `index` if it is on the same line.
    pub(crate) fn next_on_line(self, index: usize) -> Option<&'t Token<'s>> {
        self.get(index + 1).filter(|next| !next.first_on_line)
    }

    /// Returns the index of the first token on the line of `index`.
    pub(crate) fn line_start(self, index: usize) -> usize {
        self.get(index).map_or(index, |token| token.line_start)
    }

    /// Returns the index of the first token on the line of `index` that is not a modifier.
    pub(crate) fn keyword(self, index: usize) -> usize {
        let start = self.line_start(index);
        let line = self.0.get(start..).unwrap_or_default();
        let modifiers = line.iter().take_while(|token| token.is_one_of(MODIFIERS)).count();
        start + modifiers
    }

    /// Returns true if the [`keyword`](Self::keyword) of the line of `index` is one of `texts`.
    pub(crate) fn keyword_is(self, index: usize, texts: &[&str]) -> bool {
        self.get(self.keyword(index)).is_some_and(|token| token.is_one_of(texts))
    }

    /// Returns true if the token at `end` begins a line that is indented more than the line of `index`, and does
    /// not close a block.
    pub(crate) fn is_indented_after(self, index: usize, end: usize) -> bool {
        match (self.get(index), self.get(end)) {
            (Some(token), Some(next)) => {
                next.first_on_line && next.kind != TokenKind::End && next.indent > token.indent
            }
            _ => false,
        }
    }
}
