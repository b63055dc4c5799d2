//! The tokens of a file, and what stands beside one of them.

use super::lexer::{Kind, Token};

/// Words that may stand before an item's own.
pub(crate) const MODIFIERS: &[&str] =
    &["export", "pub", "extern", "async", "unsafe", "static", "inline"];

/// The tokens of a file, to ask what stands beside one of them.
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

    pub(crate) fn is_behind(self, index: usize, texts: &[&str]) -> bool {
        self.before(index).is_some_and(|before| before.is_one_of(texts))
    }

    /// Whether the token before `index` is its line's first.
    pub(crate) fn is_behind_first(self, index: usize) -> bool {
        self.before(index).is_some_and(|before| before.first)
    }

    /// The token after `index` on the same line.
    pub(crate) fn next_on_line(self, index: usize) -> Option<&'t Token<'s>> {
        self.get(index + 1).filter(|next| !next.first)
    }

    /// The first token of the line that `index` is on.
    pub(crate) fn line_start(self, index: usize) -> usize {
        self.get(index).map_or(index, |token| token.line_start)
    }

    /// The first token of `index`'s line that is no modifier.
    pub(crate) fn keyword(self, index: usize) -> usize {
        let start = self.line_start(index);
        let line = self.0.get(start..).unwrap_or_default();
        let modifiers = line.iter().take_while(|token| token.is_one_of(MODIFIERS)).count();
        start + modifiers
    }

    pub(crate) fn keyword_is(self, index: usize, texts: &[&str]) -> bool {
        self.get(self.keyword(index)).is_some_and(|token| token.is_one_of(texts))
    }

    /// Whether a statement stands at `end`, on a line deeper than that of `index`.
    pub(crate) fn is_deeper_behind(self, index: usize, end: usize) -> bool {
        match (self.get(index), self.get(end)) {
            (Some(token), Some(next)) => {
                next.first && next.kind != Kind::End && next.indent > token.indent
            }
            _ => false,
        }
    }
}
