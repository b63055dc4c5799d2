//! Draws lines for a terminal, with marks below what changed.
//!
//! ```text
//! let x = item;\u{a0}        text
//!         ^^^^ ^^^^^^        marks
//! ```

use std::fmt::Write as _;

use vitte_diag::text::{ceil_char_boundary, cells, floor_char_boundary};

use super::words::{Kind, Part};

/// The distance of tab stops in cells.
const TAB_WIDTH: usize = 4;
/// The maximum length in bytes of a line that is shown as a whole.
const MAX_BYTES: usize = 240;
/// The maximum length in bytes of an equal part of a longer line.
const MAX_EQUAL: usize = 80;
/// The maximum length in bytes of a changed part of a longer line.
const MAX_CHANGED: usize = 160;
/// The maximum number of parts of a longer line.
const MAX_PARTS: usize = 9;

/// A line as it is shown, and the marks below it.
#[derive(Default, Debug)]
pub(super) struct Drawn {
    pub(super) text: String,
    /// `^` below what changed, or an empty text.
    pub(super) marks: String,
    /// The width of `text` in cells.
    end: usize,
}

/// Draws a line without marks.
pub(super) fn line(text: &str) -> String {
    parts(&[Part { text, kind: Kind::Equal }]).text
}

/// Draws the parts of a line. The middle of a long part is replaced by its length: `[... 49999000 bytes ...]`.
pub(super) fn parts(parts: &[Part<'_>]) -> Drawn {
    let mut drawn = Drawn::default();
    let is_long = parts.iter().map(|part| part.text.len()).sum::<usize>() > MAX_BYTES;
    let shown = if is_long { MAX_PARTS } else { parts.len() };
    for (index, part) in parts.iter().take(shown).enumerate() {
        let is_first = index == 0 && parts.len() > 1;
        let is_last = index + 1 == parts.len() && index > 0;
        if is_long {
            drawn.push_long(*part, is_first, is_last);
        } else {
            drawn.push(*part);
        }
    }
    drawn.push_omitted(parts.iter().skip(shown).map(|part| part.text.len()).sum());
    drawn.explain(parts);
    drawn
}

impl Drawn {
    fn push(&mut self, part: Part<'_>) {
        let start = self.end;
        match part.kind {
            Kind::Alike => self.push_spelled(part.text),
            Kind::Equal => self.push_text(part.text, false),
            Kind::Changed => self.push_text(part.text, true),
        }
        if part.kind != Kind::Equal {
            self.marks.extend(std::iter::repeat_n(' ', start.saturating_sub(self.marks.len())));
            self.marks.extend(std::iter::repeat_n('^', self.end - start));
        }
    }

    /// Draws the start and the end of a part, or only the one that is next to a change.
    fn push_long(&mut self, part: Part<'_>, is_first: bool, is_last: bool) {
        let max = if part.kind == Kind::Equal { MAX_EQUAL } else { MAX_CHANGED };
        if part.text.len() <= max {
            return self.push(part);
        }
        let is_equal = part.kind == Kind::Equal;
        let head = if is_first && is_equal { 0 } else { max / 2 };
        let tail = if is_last && is_equal { 0 } else { max / 2 };
        let head = floor_char_boundary(part.text, head);
        let tail = ceil_char_boundary(part.text, part.text.len() - tail);
        let piece = |text: Option<&'_ str>| text.unwrap_or_default().to_owned();
        let (start, end) = (piece(part.text.get(..head)), piece(part.text.get(tail..)));
        self.push(Part { text: &start, ..part });
        self.push_omitted(tail - head);
        self.push(Part { text: &end, ..part });
    }

    fn push_omitted(&mut self, bytes: usize) {
        if bytes > 0 {
            let noun = vitte_diag::text::plural("byte", bytes);
            self.push_ascii(&format!("[... {bytes} {noun} ...]"));
        }
    }

    fn push_ascii(&mut self, text: &str) {
        self.text.push_str(text);
        self.end += text.len();
    }

    /// Draws text with escapes. A tab that changed is `\t`, others are spaces.
    ///
    /// What looks like an escape is escaped itself, so `␛` is always the control character.
    fn push_text(&mut self, text: &str, is_changed: bool) {
        let mut rest = text;
        for cluster in cells(text, 1) {
            match cluster.text {
                "\t" if is_changed => self.push_ascii("\\t"),
                "\t" => {
                    let width = TAB_WIDTH - self.end % TAB_WIDTH;
                    self.push_ascii(&" ".repeat(width));
                }
                "\r" => self.push_ascii("\\r"),
                "<" if rest.starts_with("<U+") => self.push_spelled("<"),
                picture if picture.starts_with(|c| matches!(c, '\u{2400}'..='\u{2426}')) => {
                    self.push_spelled(picture);
                }
                _ => {
                    cluster.push_to(&mut self.text);
                    self.end += cluster.cells();
                }
            }
            rest = rest.get(cluster.text.len()..).unwrap_or_default();
        }
    }

    /// Draws every character that is not an ASCII letter or digit as its code point: `\u{e9}`.
    fn push_spelled(&mut self, text: &str) {
        for c in text.chars() {
            let mut spelled = String::new();
            if c.is_ascii_alphanumeric() {
                spelled.push(c);
            } else {
                // Writing to a string cannot fail.
                _ = write!(spelled, "\\u{{{:x}}}", u32::from(c));
            }
            self.push_ascii(&spelled);
        }
    }

    /// Says that blanks at the end of the line changed, which are not visible.
    fn explain(&mut self, parts: &[Part<'_>]) {
        let Some(last) = parts.last().filter(|last| last.kind == Kind::Changed) else { return };
        let blanks = last.text.len() - last.text.trim_end_matches([' ', '\t']).len();
        if blanks > 0 {
            // Writing to a string cannot fail.
            _ = write!(self.marks, " trailing {}", vitte_diag::text::plural("blank", blanks));
        }
    }
}
