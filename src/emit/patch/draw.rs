//! Draws the lines of a patch.

use std::borrow::Cow;
use std::ops::Range;

use super::blanks::{VisibleBlanks, with_visible_blanks};
use super::rows::{PatchRow, RowKind};
use super::unseen::UnseenEdit;
use crate::emit::canvas::Canvas;
use crate::emit::excerpt::{self, Line, LineLabels, Row, Width};
use crate::emit::margin::Margin;
use crate::emit::pen::Pen;
use crate::emit::row_text;
use crate::emit::style::Style;

/// The remark below a last line that gets or loses its line feed. It fits in the narrowest row.
const FINAL_NEWLINE: &str = "final newline";

/// Draws beside a margin.
#[derive(Clone, Copy)]
pub(super) struct PatchLayout {
    pub(super) margin: Margin,
    pub(super) width: Width,
}

/// A sign beside the text of a line, and the style of what changes in the line.
#[derive(Clone, Copy)]
struct Sign {
    glyph: &'static str,
    style: Style,
    changed: Style,
}

/// The text of a row with visible blanks, and the bytes of it that change, sorted.
type VisibleText<'r> = (Cow<'r, str>, Cow<'r, [Range<usize>]>);

/// A row that is cut to the width.
struct DrawnRow<'r> {
    kind: RowKind,
    row: Row<'r>,
    /// The line with visible blanks.
    text: &'r str,
    /// The bytes of the line that change, sorted.
    ranges: &'r [Range<usize>],
}

impl<'r> DrawnRow<'r> {
    /// Returns the text from the first change on.
    fn text_since_change(&self) -> &'r str {
        let start = self.ranges.first().map_or(0, |range| range.start);
        self.text.get(start..).unwrap_or_default()
    }
}

impl PatchLayout {
    /// Draws `...` for omitted lines.
    pub(super) fn gap(self, pen: &mut Pen<impl Canvas>) {
        self.margin.gap(pen);
        pen.end_line();
    }

    /// Draws `   = text`.
    pub(super) fn remark(self, text: &str, pen: &mut Pen<impl Canvas>) {
        let column = self.margin.number_width + " = ".len();
        self.margin.bullet(pen);
        self.margin.text(text, [column, column], pen);
        pen.end_line();
    }

    /// Draws the rows of one file.
    pub(super) fn rows(self, rows: &[PatchRow<'_>], pen: &mut Pen<impl Canvas>) {
        let visible: Vec<_> = rows.iter().map(|row| self.visible(row)).collect();
        let drawn = self.cut(rows, &visible);
        let mut rest = drawn.as_slice();
        while let [row, after @ ..] = rest {
            rest = match after {
                [new, after @ ..] if (row.kind, new.kind) == (RowKind::Removed, RowKind::Added) => {
                    self.pair(row, new, pen);
                    after
                }
                _ => {
                    self.row(row, pen);
                    after
                }
            };
        }
    }

    /// Cuts all rows to the width, in one window so that they stay aligned.
    fn cut<'r>(self, rows: &[PatchRow<'_>], visible: &'r [VisibleText<'r>]) -> Vec<DrawnRow<'r>> {
        let line = |(row, (text, ranges)): (&PatchRow<'_>, &'r VisibleText<'r>)| {
            let mut labels = LineLabels::default();
            ranges.iter().for_each(|range| labels.add(range.start, range.end));
            Line { number: row.number, text, labels }
        };
        let cut = excerpt::rows(rows.iter().zip(visible).map(line).collect(), self.width);
        let rows = rows.iter().zip(visible).zip(cut);
        rows.map(|((PatchRow { kind, .. }, (text, ranges)), row)| DrawnRow {
            kind: *kind,
            row,
            text,
            ranges,
        })
        .collect()
    }

    fn row(self, drawn: &DrawnRow<'_>, pen: &mut Pen<impl Canvas>) {
        let bar = self.margin.glyphs.bar;
        let sign = |glyph, changed| Sign { glyph, style: changed, changed };
        let sign = match drawn.kind {
            RowKind::Gap => return self.gap(pen),
            RowKind::FinalNewline { is_added } => return self.final_newline(drawn, is_added, pen),
            RowKind::Context => sign(bar, Style::Gutter),
            RowKind::Marked => Sign { changed: Style::Added, ..sign(bar, Style::Gutter) },
            RowKind::Added => sign("+", Style::Added),
            RowKind::Changed => sign("~", Style::Added),
            RowKind::Removed => sign("-", Style::Removed),
        };
        self.numbered(drawn, sign, pen);
        if drawn.kind == RowKind::Marked {
            self.marks(drawn, ("+", Style::Added), pen);
        }
    }

    /// Draws an old line and the new one. If they are cut so that they may look the same, there are marks under what
    /// changes, and a line without a mark is not drawn.
    fn pair(self, old: &DrawnRow<'_>, new: &DrawnRow<'_>, pen: &mut Pen<impl Canvas>) {
        let with_marks = self.look_alike(old, new);
        let is_changed = |drawn: &DrawnRow<'_>| drawn.ranges.iter().any(|range| !range.is_empty());
        let is_one_changed = is_changed(old) != is_changed(new);
        for (drawn, mark) in [(old, ("-", Style::Removed)), (new, ("+", Style::Added))] {
            if !with_marks {
                self.row(drawn, pen);
            } else if is_changed(drawn) || !is_one_changed {
                let glyph = if is_one_changed { self.margin.glyphs.bar } else { mark.0 };
                let style = if is_one_changed { Style::Gutter } else { mark.1 };
                self.numbered(drawn, Sign { glyph, style, changed: mark.1 }, pen);
                self.marks(drawn, mark, pen);
            }
        }
    }

    /// Returns true if two lines look the same, or are both cut and go on alike after their first change.
    fn look_alike(self, old: &DrawnRow<'_>, new: &DrawnRow<'_>) -> bool {
        let cells = self.width.cells();
        let is_cut = |drawn: &DrawnRow<'_>| !drawn.row.dots.is_empty();
        let equal = || {
            let pairs = old.text_since_change().chars().zip(new.text_since_change().chars());
            pairs.take(cells).take_while(|(old, new)| old == new).count()
        };
        // A change is about in the middle of the row.
        old.row.text == new.row.text || (is_cut(old) && is_cut(new) && equal() > cells / 3)
    }

    /// Returns the text of a row with visible blanks, and the bytes of it that change.
    fn visible<'r>(self, row: &'r PatchRow<'_>) -> VisibleText<'r> {
        if matches!(row.kind, RowKind::FinalNewline { .. }) {
            let end = row.text.len();
            return ((&*row.text).into(), std::iter::once(end..end).collect());
        }
        let PatchRow { text, ranges, spelled, visible, .. } = row;
        match with_visible_blanks(text, ranges, spelled, *visible, self.is_unicode()) {
            Some((text, ranges)) => (text.into(), ranges.into()),
            None => ((&*row.text).into(), row.ranges.as_slice().into()),
        }
    }

    /// Draws a line with its number.
    fn numbered(self, drawn: &DrawnRow<'_>, sign: Sign, pen: &mut Pen<impl Canvas>) {
        pen.number(Style::Gutter, drawn.row.number, self.margin.number_width);
        pen.blanks(1);
        code(&drawn.row, drawn.ranges, sign, pen);
    }

    /// Draws marks under the text that changes in a line.
    fn marks(
        self,
        DrawnRow { row, ranges, .. }: &DrawnRow<'_>,
        (mark, style): (&str, Style),
        pen: &mut Pen<impl Canvas>,
    ) {
        self.margin.border(pen);
        pen.blanks(1);
        let (mut at, cells) = (0, row.width());
        for range in *ranges {
            let start = row.start_of(range.start).max(at);
            if start >= cells && at > 0 {
                // The text is cut off here, and a mark under the dots already stands for the change.
                break;
            }
            let end = row.end_of(range.end).max(start + 1);
            pen.blanks(start - at);
            pen.repeat(style, mark, end - start);
            at = end;
        }
        pen.end_line();
    }

    /// Draws `   |      + final newline` under the end of the last line.
    fn final_newline(self, drawn: &DrawnRow<'_>, is_added: bool, pen: &mut Pen<impl Canvas>) {
        let (glyph, style) = if is_added { ("+", Style::Added) } else { ("-", Style::Removed) };
        let end = drawn.ranges.first().map_or(0, |range| drawn.row.start_of(range.start));
        let room = self.width.cells().saturating_sub("+ ".len() + FINAL_NEWLINE.len());
        self.margin.border(pen);
        pen.blanks(1 + end.min(room));
        pen.write(style, glyph);
        pen.blanks(1);
        pen.write(style, FINAL_NEWLINE);
        pen.end_line();
    }

    /// Draws an edit of a file whose text is unavailable: a sentence if text is removed, and the new lines. Returns
    /// the number of lines that are not drawn.
    pub(super) fn unseen_edit(
        self,
        edit: &UnseenEdit<'_>,
        lines_left: &mut usize,
        pen: &mut Pen<impl Canvas>,
    ) -> usize {
        let sentence = edit.sentence();
        if let Some(sentence) = &sentence {
            *lines_left = lines_left.saturating_sub(1);
            self.remark(sentence, pen);
            if !edit.removes {
                return 0;
            }
        }
        let mut lines = edit.new_lines();
        for line in lines.by_ref().take(*lines_left) {
            *lines_left -= 1;
            let whole = std::iter::once(0..line.len()).collect::<Vec<_>>();
            let unicode = self.is_unicode();
            let visible = with_visible_blanks(line, &whole, &[], VisibleBlanks::Trailing, unicode);
            let line = visible.as_ref().map_or(line, |(line, _)| line);
            let ranges = std::iter::once(0..line.len()).collect::<Vec<_>>();
            let row = self.fitted(0, line, &ranges);
            pen.blanks(self.margin.number_width + 1);
            code(
                &row,
                &ranges,
                Sign { glyph: "+", style: Style::Added, changed: Style::Added },
                pen,
            );
        }
        let omitted = lines.count();
        if omitted > 0 {
            self.gap(pen);
        }
        omitted
    }

    /// Cuts a line to the width, around the ranges.
    fn fitted<'t>(self, number: u32, text: &'t str, ranges: &[Range<usize>]) -> Row<'t> {
        let mut labels = LineLabels::default();
        ranges.iter().for_each(|range| labels.add(range.start, range.end));
        let line = Line { number, text, labels };
        Row::new(&line, self.width)
    }

    fn is_unicode(self) -> bool {
        !self.margin.glyphs.bar.is_ascii()
    }
}

/// Draws a sign and the text of a line, of which only what changes has the style of the change.
fn code(row: &Row<'_>, ranges: &[Range<usize>], sign: Sign, pen: &mut Pen<impl Canvas>) {
    pen.write(sign.style, sign.glyph);
    pen.blanks(1);
    let cells = ranges.iter().map(|range| row.start_of(range.start)..row.end_of(range.end));
    row_text::draw(row, &[], &cells.collect::<Vec<_>>(), sign.changed, pen);
    pen.end_line();
}
