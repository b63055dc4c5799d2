//! Converts offsets in an embedded text to offsets in the outer file.

use std::ops::Range;

use crate::model::Span;
use crate::source::MAX_FILE_BYTES;

/// The places of an embedded text in the outer file.
#[derive(Debug)]
pub(in crate::source) struct PieceMap {
    region: Span,
    /// Ascending and without overlaps, in the embedded text and in the outer file. Text between two pieces was added.
    pieces: Box<[Piece]>,
    /// The length of the embedded text in bytes.
    len: u32,
}

/// A piece of an embedded text. At least one of the ranges is not empty.
#[derive(Clone, Debug)]
struct Piece {
    inner: Range<u32>,
    outer: Range<u32>,
    /// Whether the bytes are the same, so the ranges have the same length.
    is_copied: bool,
}

impl Piece {
    /// Returns true if the text was omitted from the embedded text.
    fn is_omitted(&self) -> bool {
        self.inner.is_empty()
    }

    /// Returns the outer offset of an offset in the piece. In a piece that is not copied this is its start.
    fn outer_start(&self, inner: u32) -> u32 {
        if self.is_copied {
            self.outer.start + (inner - self.inner.start)
        } else {
            self.outer.start
        }
    }

    /// Returns the outer offset of the end of a range that ends in the piece.
    fn outer_end(&self, inner: u32) -> u32 {
        if self.is_copied { self.outer.start + (inner - self.inner.start) } else { self.outer.end }
    }
}

/// Adds the pieces of a map one by one.
pub(in crate::source) struct PieceMapBuilder {
    region: Span,
    pieces: Vec<Piece>,
    len: u32,
}

impl PieceMapBuilder {
    pub(in crate::source) const fn new(region: Span) -> Self {
        Self { region, pieces: Vec::new(), len: 0 }
    }

    /// Adds a piece with the text of `outer`. Returns why that is not possible.
    pub(in crate::source) fn copy(&mut self, outer: Span) -> Result<(), String> {
        self.add(outer, outer.len() as usize, true)
    }

    /// Adds a piece of `len` bytes that are written differently at `outer`, or not in the outer file.
    pub(in crate::source) fn replace(
        &mut self,
        outer: Option<Span>,
        len: usize,
    ) -> Result<(), String> {
        match outer {
            Some(outer) => self.add(outer, len, false),
            None => self.add_inner(len).map(|_| ()),
        }
    }

    fn add(&mut self, outer: Span, len: usize, is_copied: bool) -> Result<(), String> {
        let (before, end) =
            (self.pieces.last().map_or(self.region.lo(), |last| last.outer.end), self.region.hi());
        if outer.lo() < before || outer.hi() > end {
            let (lo, hi) = (outer.lo(), outer.hi());
            return Err(format!("bytes {lo}..{hi} are not in {before}..{end}"));
        }
        let inner = self.add_inner(len)?;
        let outer = outer.lo()..outer.hi();
        let last = self.pieces.last_mut().filter(|last| {
            let is_alike =
                last.is_copied == is_copied && (is_copied || (last.is_omitted() && len == 0));
            is_alike && last.outer.end == outer.start && last.inner.end == inner.start
        });
        match last {
            Some(last) => (last.inner.end, last.outer.end) = (inner.end, outer.end),
            // Text for an empty span was added.
            None if outer.is_empty() => {}
            None => self.pieces.push(Piece { inner, outer, is_copied }),
        }
        Ok(())
    }

    /// Returns the range of the next `len` bytes of the embedded text.
    fn add_inner(&mut self, len: usize) -> Result<Range<u32>, String> {
        let start = self.len;
        let end = u64::from(start).saturating_add(len as u64);
        let end = u32::try_from(end).ok().filter(|&end| u64::from(end) <= MAX_FILE_BYTES);
        self.len =
            end.ok_or_else(|| format!("the text is too large (limit: {MAX_FILE_BYTES} bytes)"))?;
        Ok(start..self.len)
    }

    pub(in crate::source) fn finish(self) -> PieceMap {
        PieceMap { region: self.region, pieces: self.pieces.into(), len: self.len }
    }
}

impl PieceMap {
    fn span(&self, lo: u32, hi: u32) -> Span {
        Span::between(self.region.file(), lo as usize, hi as usize)
    }

    /// Returns the index of the first piece that ends after `offset`. It contains the byte at `offset`, or is after it.
    fn at_or_after(&self, offset: u32) -> usize {
        self.pieces.partition_point(|piece| piece.inner.end <= offset)
    }

    /// Returns the index of the last piece with text that begins before `offset`.
    fn before(&self, offset: u32) -> Option<usize> {
        let after = self.pieces.partition_point(|piece| piece.inner.start < offset);
        let before = self.pieces.get(..after)?;
        before.iter().rposition(|piece| !piece.is_omitted())
    }

    /// Returns the span at which a range of the text is written. Text that was added at its ends is ignored.
    pub(in crate::source) fn outer_span(&self, inner: Span) -> Span {
        let (lo, hi) = (inner.lo(), inner.hi());
        let mut after =
            self.pieces.iter().skip(self.at_or_after(lo)).filter(|piece| !piece.is_omitted());
        let first = after.next().filter(|piece| piece.inner.start < hi);
        let last = self.before(hi).and_then(|index| self.pieces.get(index));
        match (first, last) {
            (Some(first), Some(last)) if lo < hi => {
                let lo = first.outer_start(lo.max(first.inner.start));
                self.span(lo, last.outer_end(hi.min(last.inner.end)))
            }
            _ => {
                let at = self.outer_offset(lo);
                self.span(at, at)
            }
        }
    }

    /// Returns the outer offset of a position in the text. Between two pieces it is the start of the second one, so
    /// that the start of a line comes after its indentation.
    fn outer_offset(&self, at: u32) -> u32 {
        match self.piece_at(at) {
            Some(piece) => piece.outer_start(at),
            None => self.end_of(self.before(at), at),
        }
    }

    /// Returns the piece that contains the byte at `at`.
    fn piece_at(&self, at: u32) -> Option<&Piece> {
        self.pieces.get(self.at_or_after(at)).filter(|piece| piece.inner.start <= at)
    }

    /// Returns the outer offset after a piece, or at the start of the region, and after what is omitted there.
    fn end_of(&self, piece: Option<usize>, at: u32) -> u32 {
        let end = piece.and_then(|index| self.pieces.get(index)).map(|piece| piece.outer.end);
        let end = end.unwrap_or(self.region.lo());
        let next = self.pieces.get(piece.map_or(0, |index| index + 1));
        let omitted = next
            .filter(|next| next.is_omitted() && next.inner.start == at && next.outer.start == end);
        omitted.map_or(end, |omitted| omitted.outer.end)
    }

    /// Returns the span of the outer file to replace instead of the range `inner`, or why there is none.
    pub(in crate::source) fn outer_edit(&self, inner: Span) -> Result<Span, &'static str> {
        if inner.is_empty() {
            let at = self.insertion(inner.lo())?;
            return Ok(self.span(at, at));
        }
        let (lo, hi) = (inner.lo(), inner.hi());
        let (first, last) = (self.at_or_after(lo), self.before(hi).ok_or(ADDED)?);
        let pieces = self.pieces.get(first..=last).unwrap_or_default();
        let (Some(start), Some(end)) = (pieces.first(), pieces.last()) else { return Err(ADDED) };
        if start.inner.start > lo || end.inner.end < hi {
            return Err(ADDED);
        }
        let splits_start = !start.is_copied && start.inner.start < lo;
        if splits_start || (!end.is_copied && end.inner.end > hi) {
            return Err(SPLIT);
        }
        for (one, next) in pieces.iter().zip(pieces.iter().skip(1)) {
            if one.inner.end < next.inner.start {
                return Err(ADDED);
            }
            if one.outer.end < next.outer.start {
                return Err(GAP);
            }
        }
        // What is omitted after the removed text goes with it, such as the indentation after a removed line end.
        let outer_hi =
            if hi < end.inner.end { end.outer_end(hi) } else { self.end_of(Some(last), hi) };
        Ok(self.span(start.outer_start(lo), outer_hi))
    }

    /// Returns the outer offset at which text that is inserted at `at` is written, or why there is none.
    fn insertion(&self, at: u32) -> Result<u32, &'static str> {
        if self.len == 0 {
            return Ok(self.outer_offset(0));
        }
        let before = self.before(at);
        let ends_here =
            |index: usize| self.pieces.get(index).is_some_and(|piece| piece.inner.end == at);
        match self.piece_at(at) {
            Some(piece) if piece.is_copied || piece.inner.start == at => Ok(piece.outer_start(at)),
            Some(_) => Err(SPLIT),
            None if before.is_some_and(ends_here) => Ok(self.end_of(before, at)),
            None => Err(ADDED),
        }
    }
}

const ADDED: &str = "it changes text that is not in that file";
const SPLIT: &str = "it changes a part of text that is written differently there";
const GAP: &str = "it would remove text of that file that is not part of the embedded text";
