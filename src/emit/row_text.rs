//! Draws the text of a row in the styles of its pieces.

use std::ops::Range;

use super::canvas::Canvas;
use super::excerpt::{Piece, Row};
use super::highlight::SyntaxSpan;
use super::pen::Pen;
use super::style::Style;

/// Writes the text of a row. The text in the ranges of cells `marked` has the style `style`, the rest the colours of
/// `syntax`, in bytes of the row.
pub(super) fn draw(
    row: &Row<'_>,
    syntax: &[SyntaxSpan],
    marked: &[Range<usize>],
    style: Style,
    pen: &mut Pen<impl Canvas>,
) {
    let mut start = 0;
    for (piece, text) in row.pieces(marked) {
        match piece {
            Piece::Text => pen.source(syntax, start, text),
            Piece::Marked => pen.write(style, text),
            Piece::Dots => pen.write(Style::Gutter, text),
        }
        start += text.len();
    }
}
