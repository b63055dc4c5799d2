//! Colours of source text, which a compiler supplies.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::role::SyntaxRole;
use super::style::Style;
use crate::source::SourceFile;
use crate::text;

/// Marks the syntax of source text, so that human output and HTML can colour it.
///
/// ```
/// use std::ops::Range;
/// use vitte_diag::{Highlighter, SourceFile, SyntaxRole};
///
/// /// Marks comments, which begin with `#`.
/// struct Comments;
///
/// impl Highlighter for Comments {
///     fn highlight(
///         &self,
///         file: &SourceFile,
///         line: Range<usize>,
///         mark: &mut dyn FnMut(Range<usize>, SyntaxRole),
///     ) {
///         let text = file.text().get(line.clone()).unwrap_or_default();
///         if let Some(comment) = text.find('#') {
///             mark(line.start + comment..line.end, SyntaxRole::Comment);
///         }
///     }
/// }
/// ```
pub trait Highlighter: Send + Sync {
    /// Calls `mark` for each piece of a line that has a role. It is called only for lines that are shown with
    /// colours, and once per output of a line. It should be fast: if the meaning of a line depends on those before it,
    /// store the tokens of the file.
    ///
    /// `line` is a range of bytes in the [text](SourceFile::text) of `file`, without the line end; so are the ranges
    /// for `mark`. Parts of a range outside of the line are ignored. A range that begins inside another one ends the
    /// other one.
    fn highlight(
        &self,
        file: &SourceFile,
        line: Range<usize>,
        mark: &mut dyn FnMut(Range<usize>, SyntaxRole),
    );
}

impl<H: Highlighter + ?Sized> Highlighter for Arc<H> {
    fn highlight(
        &self,
        file: &SourceFile,
        line: Range<usize>,
        mark: &mut dyn FnMut(Range<usize>, SyntaxRole),
    ) {
        (**self).highlight(file, line, mark);
    }
}

/// A highlighter that emitters share. Two are equal if they are the same one.
#[derive(Clone)]
pub(super) struct SharedHighlighter(Arc<dyn Highlighter>);

impl SharedHighlighter {
    pub(super) fn new(highlighter: impl Highlighter + 'static) -> Self {
        Self(Arc::new(highlighter))
    }

    /// Returns the marked pieces of a 1-based line, in bytes from its start, in their order and disjoint.
    pub(super) fn spans(&self, file: &SourceFile, line: u32) -> Vec<SyntaxSpan> {
        let Some(range) = file.line_range(line) else { return Vec::new() };
        let line = file.text().get(range.clone()).unwrap_or_default();
        let mut spans = Vec::new();
        self.0.highlight(file, range.clone(), &mut |span, role| {
            if spans.len() < MAX_SPANS {
                spans.extend(SyntaxSpan::new(line, range.start, span, role));
            }
        });
        make_disjoint(&mut spans);
        spans
    }
}

impl PartialEq for SharedHighlighter {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SharedHighlighter {}

impl fmt::Debug for SharedHighlighter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedHighlighter")
    }
}

/// The maximum number of pieces of a line.
const MAX_SPANS: usize = 4096;

/// A piece of text with a role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SyntaxSpan {
    /// The bytes, which are not empty and do not split a character.
    pub(super) range: Range<usize>,
    pub(super) role: SyntaxRole,
}

impl SyntaxSpan {
    /// Returns the part of `span` that is in `line`, which begins at byte `start` of its file. Returns `None` if
    /// they have no byte in common.
    fn new(line: &str, start: usize, span: Range<usize>, role: SyntaxRole) -> Option<Self> {
        let in_line = |offset: usize| offset.saturating_sub(start).min(line.len());
        let lo = text::ceil_char_boundary(line, in_line(span.start));
        let hi = text::floor_char_boundary(line, in_line(span.end));
        (lo < hi).then_some(Self { range: lo..hi, role })
    }
}

/// Sorts `spans`, and ends each one where the next one begins.
fn make_disjoint(spans: &mut Vec<SyntaxSpan>) {
    spans.sort_by_key(|span| span.range.start);
    let mut next = usize::MAX;
    for span in spans.iter_mut().rev() {
        span.range.end = span.range.end.min(next);
        next = span.range.start;
    }
    spans.retain(|span| !span.range.is_empty());
}

/// Splits a part of a row into pieces with styles. The part begins at byte `start` of the row. `spans` are in bytes of
/// the row, sorted and disjoint; other ones have a part of their effect, but no text is lost.
pub(super) fn pieces<'t>(
    spans: &[SyntaxSpan],
    start: usize,
    text: &'t str,
) -> impl Iterator<Item = (Style, &'t str)> {
    let plain_and_marked = |SyntaxSpan { range, role }: &SyntaxSpan| {
        [(Style::Plain, range.start), (Style::from(*role), range.end.max(range.start))]
    };
    let ends = spans.iter().flat_map(plain_and_marked).chain([(Style::Plain, usize::MAX)]);
    let (mut rest, mut at) = (text, start);
    ends.filter_map(move |(style, end)| {
        let len = text::floor_char_boundary(rest, end.saturating_sub(at));
        let (piece, after) = rest.split_at_checked(len)?;
        (rest, at) = (after, at + len);
        (!piece.is_empty()).then_some((style, piece))
    })
}

#[cfg(test)]
mod tests;
