//! Writes styled text to a canvas, line by line.
//!
//! Lines have no trailing blanks. A style sequence is written only when the style changes, and never for
//! blanks.

use std::ops::Range;

use super::canvas::Canvas;
use super::glyphs::{Glyphs, Prefix};
use super::highlight::{self, SharedHighlighter, SyntaxSpan};
use super::style::Style;
use crate::model::ChildLevel;
use crate::source::SourceFile;
use crate::text::{self, CellOptions};

/// The number of cells that are little room for a message.
const MIN_MESSAGE_CELLS: usize = 20;
/// The first cell of a message that begins on the line after its header.
const HEADER_INDENT: usize = 2;

/// The last line of a block whose border ends in a corner.
#[derive(Clone, Copy, Debug)]
enum LastLine {
    /// Outside of a block, or the border has no corner.
    None,
    /// The corner replaces the border that begins at this byte.
    Border { at: usize, corner: &'static str },
    /// The line has a number. The corner is on a line of its own, in this cell.
    Numbered { cell: usize, corner: &'static str },
}

/// Writes to a canvas, see the [module](self).
#[derive(Debug)]
pub(super) struct Pen<C> {
    canvas: C,
    /// The width to which messages are wrapped, in cells.
    width: usize,
    /// How text is measured.
    options: CellOptions,
    /// The style that is turned on.
    current: Style,
    /// What a corner replaces or follows where the block ends.
    last_line: LastLine,
    /// The bytes of the borders beside the further lines of notes of the current block, with their styles.
    further_borders: Vec<Range<usize>>,
    /// Colours source text; `None` without styles.
    highlighter: Option<SharedHighlighter>,
}

impl<C: Canvas> Pen<C> {
    pub(super) fn new(canvas: C, width: usize, options: CellOptions) -> Self {
        Self {
            canvas,
            width,
            options,
            current: Style::Plain,
            last_line: LastLine::None,
            further_borders: Vec::new(),
            highlighter: None,
        }
    }

    /// Sets what colours source text, if the canvas supports styles.
    pub(super) fn set_highlighter(&mut self, highlighter: Option<&SharedHighlighter>) {
        self.highlighter = highlighter.filter(|_| C::IS_STYLED).cloned();
    }

    /// Returns the marked syntax of a 1-based line, in bytes of the row that shows it; none without a highlighter.
    /// `offset_in_row` converts an offset in bytes from the start of the line to one from the start of the row. Its
    /// results for increasing offsets must not decrease.
    #[inline]
    pub(super) fn syntax(
        &self,
        file: &SourceFile,
        line: u32,
        offset_in_row: impl Fn(usize) -> usize,
    ) -> Vec<SyntaxSpan> {
        let Some(highlighter) = &self.highlighter else { return Vec::new() };
        let mut spans = highlighter.spans(file, line);
        for SyntaxSpan { range, .. } in &mut spans {
            *range = offset_in_row(range.start)..offset_in_row(range.end);
        }
        spans
    }

    /// Writes a part of a row that is neither marked by the primary label nor dots. It begins at byte `start` of the
    /// row, and `syntax` is that of the row.
    #[inline(always)]
    pub(super) fn source(&mut self, syntax: &[SyntaxSpan], start: usize, text: &str) {
        if syntax.is_empty() {
            return self.write(Style::Plain, text);
        }
        for (style, piece) in highlight::pieces(syntax, start, text) {
            self.write(style, piece);
        }
    }

    /// Escapes `text`, wraps it, and writes it from the 0-based cell `column`; `begin_line` draws the start of
    /// each further line up to that cell.
    #[inline]
    pub(super) fn block(
        &mut self,
        style: Style,
        text: &str,
        column: usize,
        begin_line: impl Fn(&mut Self),
    ) {
        let width = self.width_after(column);
        for (index, line) in text::wrap(text, self.options, width).lines().enumerate() {
            if index > 0 {
                self.end_line();
                begin_line(self);
            }
            self.write(style, line);
        }
    }

    /// Like [`block`](Self::block) for lines that begin with blanks. If there is little room after `column`, text that
    /// does not fit on the line begins on the next one, in the cell `narrow`. `begin_line` draws the start of each further
    /// line up to a cell.
    #[inline(always)]
    pub(super) fn paragraph(
        &mut self,
        style: Style,
        text: &str,
        [column, narrow]: [usize; 2],
        begin_line: impl Fn(&mut Self, usize),
    ) {
        let room = self.width.saturating_sub(column);
        if text.len() <= room && text::is_plain(text) {
            return self.write(style, text);
        }
        self.wrapped_paragraph(style, text, [column, narrow], begin_line);
    }

    /// Writes a [paragraph](Self::paragraph) of any text.
    #[inline(never)]
    fn wrapped_paragraph(
        &mut self,
        style: Style,
        text: &str,
        [column, narrow]: [usize; 2],
        begin_line: impl Fn(&mut Self, usize),
    ) {
        let room = self.width.saturating_sub(column);
        let is_narrow = room < MIN_MESSAGE_CELLS && narrow < column && !self.fits(text, column);
        let column = if is_narrow { narrow } else { column };
        if is_narrow {
            self.end_line();
            begin_line(self, column);
        }
        self.block(style, text, column, |pen| begin_line(pen, column));
    }

    /// Returns true if `text` has no characters to escape and fits on one line from the 0-based cell `column`.
    pub(super) fn fits(&self, text: &str, column: usize) -> bool {
        text::is_safe(text) && self.options.width_of(text) <= self.width_after(column)
    }

    /// Returns false if all styles look the same.
    #[inline]
    pub(super) const fn is_styled(&self) -> bool {
        C::IS_STYLED
    }

    /// Returns the width of a line in cells.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Returns the width of a message from the 0-based cell `column`.
    const fn width_after(&self, column: usize) -> usize {
        match self.width.saturating_sub(column) {
            0 => 1,
            width => width,
        }
    }

    /// Writes a header such as `error[E0001]: message`, after the end of the block above it. `header` contains the parts
    /// before the colon, which are a link if `link` is its URL. Further lines of the message are aligned with its first
    /// line.
    #[inline(always)]
    pub(super) fn header(
        &mut self,
        [style, message_style]: [Style; 2],
        header: &[&str],
        link: Option<&str>,
        message: &str,
    ) {
        self.end_block();
        self.link(link, |pen| header.iter().for_each(|part| pen.put(style, part)));
        self.put(message_style, ": ");
        let indent = header.iter().map(|part| part.len()).sum::<usize>() + ": ".len();
        self.paragraph(message_style, message, [indent, HEADER_INDENT], Self::blanks);
        self.end_line_after(message);
    }

    /// Writes the header of a child or a suggestion, whose message is plain.
    pub(super) fn subheader(&mut self, style: Style, header: &str, message: &str) {
        self.header([style, Style::Plain], &[header], None, message);
    }

    /// Writes text that neither is empty nor begins with a blank, in a style. A blank at its end has this style. Always
    /// inlined: most pieces of a diagnostic are a few bytes, and a call takes longer than copying them.
    #[inline(always)]
    pub(super) fn put(&mut self, style: Style, text: &str) {
        self.paint(style);
        self.canvas.put(text);
    }

    /// Writes a prefix in a style, like [`put`](Self::put).
    #[inline(always)]
    pub(super) fn prefix(&mut self, style: Style, prefix: &Prefix) {
        self.paint(style);
        self.canvas.prefix(prefix);
    }

    /// Writes the border of a line, or a bullet in its place.
    #[inline(always)]
    pub(super) fn border(&mut self, glyph: &'static str, glyphs: &'static Glyphs) {
        self.put(Style::Gutter, glyph);
        if glyphs.has_corners {
            let at = self.canvas.out().len() - glyph.len();
            self.last_line = LastLine::Border { at, corner: glyphs.last_bar };
        }
    }

    /// Begins a block, or goes on with a line that has no border. The border is in a 0-based cell.
    #[inline(always)]
    pub(super) fn begin_block(&mut self, cell: usize, glyphs: &'static Glyphs) {
        if glyphs.has_corners {
            self.last_line = LastLine::Numbered { cell, corner: glyphs.last_bar };
        }
    }

    /// Writes the border of a further line of a note. It becomes a blank if no line with a border follows in the block.
    pub(super) fn further_border(&mut self, glyphs: &'static Glyphs) {
        let start = self.canvas.out().len();
        self.put(Style::Gutter, glyphs.bar);
        self.paint(Style::Plain);
        let end = self.canvas.out().len();
        self.further_borders.push(start..end);
    }

    /// Ends a block: the border of its last line becomes a corner.
    #[inline(always)]
    fn end_block(&mut self) {
        match std::mem::replace(&mut self.last_line, LastLine::None) {
            LastLine::None => {}
            LastLine::Border { at, corner } => {
                if let Some(border) = self.canvas.out().get_mut(at..at + corner.len()) {
                    border.copy_from_slice(corner.as_bytes());
                }
                self.remove_further_borders(at);
            }
            LastLine::Numbered { cell, corner } => {
                self.blanks(cell);
                self.put(Style::Gutter, corner);
                self.end_line();
            }
        }
        self.further_borders.clear();
    }

    /// Replaces the borders after the byte `at`, which is that of a corner, with blanks.
    fn remove_further_borders(&mut self, at: usize) {
        self.further_borders.retain(|border| border.start > at);
        let Some(first) = self.further_borders.first() else { return };
        let mut written = first.start;
        let tail = self.canvas.out().split_off(written);
        let mut rest = tail.as_slice();
        for border in self.further_borders.drain(..) {
            let (before, after) = rest.split_at_checked(border.start - written).unwrap_or_default();
            let (_, after) = after.split_at_checked(border.len()).unwrap_or_default();
            self.canvas.out().extend_from_slice(before);
            match after.first() {
                Some(b'\n') => self.canvas.trim(b' '),
                _ => self.canvas.blanks(1),
            }
            (rest, written) = (after, border.end);
        }
        self.canvas.out().extend_from_slice(rest);
    }

    /// Writes text in a style. The caller has escaped its control characters.
    #[inline(always)]
    pub(super) fn write(&mut self, style: Style, text: &str) {
        match text.as_bytes() {
            [] => {}
            [b' ', ..] if C::IS_STYLED => self.write_after_blanks(style, text),
            _ => self.put(style, text),
        }
    }

    #[inline(never)]
    fn write_after_blanks(&mut self, style: Style, text: &str) {
        let blanks = text.bytes().position(|byte| byte != b' ').unwrap_or(text.len());
        self.blanks(blanks);
        if let Some(rest) = text.get(blanks..).filter(|rest| !rest.is_empty()) {
            self.put(style, rest);
        }
    }

    /// Writes a character `count` times. It is not a blank and has no meaning in markup.
    #[inline(always)]
    pub(super) fn repeat(&mut self, style: Style, glyph: &str, count: usize) {
        if count > 0 {
            self.paint(style);
            self.canvas.repeat(glyph, count);
        }
    }

    /// Writes a number, right-aligned in `width` cells.
    #[inline(always)]
    pub(super) fn number(&mut self, style: Style, number: u32, width: usize) {
        let digits = text::digits(number);
        if let Some(blanks @ 1..) = width.checked_sub(digits.len()) {
            self.blanks(blanks);
        }
        self.paint(style);
        self.canvas.number(&digits);
    }

    #[inline(always)]
    pub(super) fn blanks(&mut self, count: usize) {
        if C::IS_STYLED && count > 0 && self.canvas.shows_blanks(self.current) {
            self.paint(Style::Plain);
        }
        self.canvas.blanks(count);
    }

    /// Changes the current style.
    #[inline(always)]
    fn paint(&mut self, style: Style) {
        if C::IS_STYLED && self.current != style {
            self.canvas.style(self.current, style);
            self.current = style;
        }
    }

    #[inline(always)]
    pub(super) fn end_line(&mut self) {
        self.canvas.trim(b' ');
        self.end_drawn_line();
    }

    /// Ends a line after `text`, the last thing on it. Faster than [`end_line`](Self::end_line), because a processor waits
    /// for bytes that it reads right after it wrote them.
    #[inline(always)]
    pub(super) fn end_line_after(&mut self, text: &str) {
        match text.as_bytes().last() {
            // Neither a blank nor a line feed, after which the line could be empty.
            Some(b'!'..) => self.end_drawn_line(),
            _ => self.end_line(),
        }
    }

    /// Ends a line that has no trailing blanks.
    #[inline(always)]
    pub(super) fn end_drawn_line(&mut self) {
        self.canvas.end_line(std::mem::replace(&mut self.current, Style::Plain));
    }

    /// Writes `content`, as a link if there is a URL.
    #[inline(always)]
    pub(super) fn link(&mut self, url: Option<&str>, content: impl FnOnce(&mut Self)) {
        if let Some(url) = url {
            self.paint(Style::Plain);
            self.canvas.begin_link(url);
        }
        content(self);
        if url.is_some() {
            self.paint(Style::Plain);
            self.canvas.end_link();
        }
    }

    /// Writes `content` in the colours of a child: whole lines, or a part of one.
    pub(super) fn child(&mut self, level: ChildLevel, content: impl FnOnce(&mut Self)) {
        self.paint(Style::Plain);
        let outer = self.canvas.begin_child(level);
        content(self);
        self.paint(Style::Plain);
        self.canvas.end_child(outer);
    }

    /// Removes empty lines at the end of the output, so that it ends in one line feed.
    pub(super) fn close_up(&mut self) {
        self.canvas.trim(b'\n');
        self.canvas.end_line(Style::Plain);
    }

    /// Returns the canvas with everything that was written.
    pub(super) fn finish(mut self) -> C {
        self.end_block();
        self.close_up();
        self.canvas
    }
}
