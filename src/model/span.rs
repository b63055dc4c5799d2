//! Spans: a file and a range of bytes in it.

use std::fmt;
use std::ops::Range;

/// The id of a file in one [`SourceMap`](crate::SourceMap): its 0-based index. It never changes, and is never used for
/// another file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(u32);

impl FileId {
    /// Creates the id of the file with a 0-based index. Whether the file exists is checked when the id is
    /// looked up in a map.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// The id of no file, for diagnostics without a location, such as some crashes.
    pub const DUMMY: Self = Self(u32::MAX);

    /// Returns true if this is [`FileId::DUMMY`].
    pub(crate) const fn is_dummy(self) -> bool {
        self.0 == Self::DUMMY.0
    }

    /// Returns the 0-based index of the file in its map.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.0
    }
}

/// A range of bytes in one file. `Copy`, 12 bytes.
///
/// `lo` is inclusive and `hi` is exclusive. Both are byte offsets from the start of the file, not
/// characters, and `lo <= hi` always holds. An empty span is valid and points between two bytes.
///
/// Two constructors can fail, because their offsets are often computed: [`Span::new`] rejects reversed
/// ranges and offsets that do not fit in 32 bits, and [`SourceMap::span`](crate::SourceMap::span) also
/// checks that the range lies in the file and does not split a character. Prefer the latter: it finds a
/// wrong offset where it is made, not when the diagnostic is shown.
///
/// ```
/// use vitte_diag::{FileId, Span};
///
/// let file = FileId::new(0);
/// let span = Span::new(file, 12, 13)?;
/// assert_eq!((span.lo(), span.hi(), span.len()), (12, 13, 1));
/// assert!(Span::new(file, 13, 12).is_err());
/// # Ok::<(), vitte_diag::SpanError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    file: FileId,
    lo: u32,
    hi: u32,
}

impl Span {
    /// Creates the span of the bytes `lo..hi` of `file`. Offsets may be of any integer type.
    ///
    /// The offsets are not compared with the file: [`SourceMap::span`](crate::SourceMap::span) does that.
    ///
    /// # Errors
    ///
    /// [`SpanError::Reversed`] if `lo > hi`, [`SpanError::Offset`] if an offset is negative or does not
    /// fit in 32 bits.
    pub fn new(file: FileId, lo: impl ByteOffset, hi: impl ByteOffset) -> Result<Self, SpanError> {
        let (lo, hi) = (offset(lo)?, offset(hi)?);
        if lo > hi {
            return Err(SpanError::Reversed { lo, hi });
        }
        Ok(Self { file, lo, hi })
    }

    /// Creates the empty span before byte `at` of `file`.
    #[must_use]
    pub const fn empty(file: FileId, at: u32) -> Self {
        Self { file, lo: at, hi: at }
    }

    /// A placeholder for a diagnostic without a location: an empty span in [`FileId::DUMMY`].
    pub const DUMMY: Self = Self::empty(FileId::DUMMY, 0);

    /// Creates the span between two byte offsets of `file`, in any order. Never fails: an offset that does not fit
    /// in 32 bits becomes [`u32::MAX`], which output reports as out of bounds.
    ///
    /// ```
    /// use vitte_diag::{FileId, Span};
    ///
    /// let file = FileId::new(0);
    /// assert_eq!(Span::new(file, 3, 7), Ok(Span::between(file, 7, 3)));
    /// ```
    #[must_use]
    #[inline]
    pub fn between(file: FileId, a: usize, b: usize) -> Self {
        let (lo, hi) = (saturated(a.min(b)), saturated(a.max(b)));
        Self { file, lo, hi }
    }

    /// Creates the span of a range of bytes of `file`, such as a parser has it. Like [`between`](Self::between) it never
    /// fails, and takes the offsets in any order.
    ///
    /// `range` is a `Range<usize>` (logos, winnow, lalrpop) or converts to one, as `chumsky::span::SimpleSpan` and
    /// `rowan::TextRange` do. Ranges of other integers: [`Span::new`].
    ///
    /// ```
    /// use vitte_diag::{FileId, Span};
    ///
    /// let file = FileId::new(0);
    /// assert_eq!(Span::from_range(file, 3..7), Span::between(file, 3, 7));
    /// ```
    #[must_use]
    pub fn from_range(file: FileId, range: impl Into<Range<usize>>) -> Self {
        let range = range.into();
        Self::between(file, range.start, range.end)
    }

    /// Returns the empty span at the first byte.
    #[must_use]
    pub const fn start(self) -> Self {
        Self::empty(self.file, self.lo)
    }

    /// Returns the empty span after the last byte.
    #[must_use]
    pub const fn end(self) -> Self {
        Self::empty(self.file, self.hi)
    }

    /// Returns the file that contains the bytes.
    #[must_use]
    pub const fn file(self) -> FileId {
        self.file
    }

    /// Returns the offset of the first byte (inclusive).
    #[must_use]
    pub const fn lo(self) -> u32 {
        self.lo
    }

    /// Returns the offset of the byte after the last one (exclusive).
    #[must_use]
    pub const fn hi(self) -> u32 {
        self.hi
    }

    /// Returns the number of bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.hi - self.lo
    }

    /// Returns true if the span has no bytes and only marks a position.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.lo == self.hi
    }

    /// Returns the range of bytes, for slicing the text of the file.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.lo as usize..self.hi as usize
    }

    /// Returns the smallest span that covers both spans.
    ///
    /// # Errors
    ///
    /// [`SpanError::TwoFiles`] if the spans are in different files.
    pub fn cover(self, other: Self) -> Result<Self, SpanError> {
        if self.file != other.file {
            return Err(SpanError::TwoFiles { first: self.file, second: other.file });
        }
        Ok(Self { file: self.file, lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) })
    }
}

/// Returns an offset in 32 bits, at most [`u32::MAX`].
fn saturated(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A byte offset. Implemented by all primitive integer types, and sealed.
pub trait ByteOffset: Copy + TryInto<u32> + fmt::Display + sealed::Sealed {}

mod sealed {
    /// Excludes `char` and `bool`, which convert to `u32` too.
    pub trait Sealed {}
}

macro_rules! byte_offsets {
    ($($integer:ty)*) => {
        $(impl sealed::Sealed for $integer {}
        impl ByteOffset for $integer {})*
    };
}

byte_offsets! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

fn offset<T: ByteOffset>(value: T) -> Result<u32, SpanError> {
    value.try_into().map_err(|_| SpanError::Offset { value: value.to_string() })
}

/// Why a [`Span`] could not be created.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpanError {
    /// The span would end before it begins.
    Reversed {
        /// The start of the range.
        lo: u32,
        /// The end of the range, less than `lo`.
        hi: u32,
    },
    /// A byte offset is negative or greater than [`u32::MAX`].
    Offset {
        /// The offset in decimal.
        value: String,
    },
    /// The span would cover bytes of two files.
    TwoFiles {
        /// The file of the first span.
        first: FileId,
        /// The file of the second span.
        second: FileId,
    },
}

impl fmt::Display for SpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reversed { lo, hi } => write!(f, "the span {lo}..{hi} ends before it begins"),
            Self::Offset { value } => {
                write!(f, "the byte offset {value} is not in 0..={}", u32::MAX)
            }
            Self::TwoFiles { first, second } => {
                let (first, second) = (first.index(), second.index());
                write!(f, "a span cannot cover bytes of two files ({first} and {second})")
            }
        }
    }
}

impl std::error::Error for SpanError {}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = FileId::new(3);

    #[test]
    fn a_span_is_twelve_bytes() {
        assert_eq!(size_of::<Span>(), 12);
    }

    #[test]
    fn any_integer_type_is_an_offset() {
        let expected = Span::new(FILE, 1_u32, 2_u32).unwrap();
        assert_eq!(Span::new(FILE, 1, 2), Ok(expected));
        assert_eq!(Span::new(FILE, 1_usize, 2_u64), Ok(expected));
    }

    #[test]
    fn wrong_offsets_are_errors_that_name_the_offset() {
        assert_eq!(Span::new(FILE, 2, 1), Err(SpanError::Reversed { lo: 2, hi: 1 }));
        assert_eq!(
            Span::new(FILE, -1, 1).unwrap_err().to_string(),
            "the byte offset -1 is not in 0..=4294967295"
        );
        assert_eq!(
            Span::new(FILE, 0, 1_u64 << 32).unwrap_err(),
            SpanError::Offset { value: "4294967296".into() }
        );
        assert!(Span::new(FILE, u32::MAX, u32::MAX).is_ok_and(Span::is_empty));
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "a parser may have one")]
    fn a_range_of_a_parser_is_a_span() {
        // As `SimpleSpan` and `TextRange`.
        struct Theirs(u32, u32);
        impl From<Theirs> for Range<usize> {
            fn from(theirs: Theirs) -> Self {
                theirs.0 as usize..theirs.1 as usize
            }
        }
        let expected = Span::new(FILE, 3, 7).unwrap();
        assert_eq!(Span::from_range(FILE, 3..7), expected);
        assert_eq!(Span::from_range(FILE, 7..3), expected);
        assert_eq!(Span::from_range(FILE, Theirs(3, 7)), expected);
        assert_eq!(Span::from_range(FILE, expected.range()), expected);
        assert_eq!(Span::from_range(FILE, 0..usize::MAX).hi(), u32::MAX);
    }

    #[test]
    fn cover_spans_both_and_requires_one_file() {
        let (a, b) = (Span::new(FILE, 4, 6).unwrap(), Span::empty(FILE, 9));
        assert_eq!(a.cover(b), Span::new(FILE, 4, 9));
        assert_eq!(b.cover(a), a.cover(b));
        assert!(a.cover(Span::empty(FileId::new(0), 1)).is_err());
    }
}
