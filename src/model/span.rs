//! Where something stands: a file and a range of bytes in it.

use std::fmt;
use std::ops::Range;

/// A file of one [`SourceMap`](crate::SourceMap): its index there, stable for one compilation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(u32);

impl FileId {
    /// The file with this 0-based index. A map may have no such file: looking it up says so.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// No file: what has no place, as a crash may have none, is in it.
    pub const DUMMY: Self = Self(u32::MAX);

    /// The 0-based index of the file in its map.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.0
    }
}

/// A range of bytes in one file: 12 bytes, `Copy`, and never reversed.
///
/// `lo` is inclusive and `hi` exclusive, both are byte offsets from the file's first byte, and
/// `lo <= hi`. An empty span is legal and points between two bytes.
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
    /// The bytes `lo..hi` of `file`; any integer type will do.
    ///
    /// Only the order is checked here: [`SourceMap::span`](crate::SourceMap::span) also checks
    /// against the file.
    ///
    /// # Errors
    ///
    /// [`SpanError::Reversed`] when `lo > hi`, [`SpanError::Offset`] when one of them is negative
    /// or does not fit in 32 bits.
    pub fn new(file: FileId, lo: impl ByteOffset, hi: impl ByteOffset) -> Result<Self, SpanError> {
        let (lo, hi) = (offset(lo)?, offset(hi)?);
        if lo > hi {
            return Err(SpanError::Reversed { lo, hi });
        }
        Ok(Self { file, lo, hi })
    }

    /// The empty span before byte `at` of `file`.
    #[must_use]
    pub const fn empty(file: FileId, at: u32) -> Self {
        Self { file, lo: at, hi: at }
    }

    /// A placeholder for a diagnostic without a location: an empty span in [`FileId::DUMMY`].
    pub const DUMMY: Self = Self::empty(FileId::DUMMY, 0);

    /// The bytes between two offsets, whichever is the smaller one.
    pub(crate) fn clamped(file: FileId, lo: u32, hi: u32) -> Self {
        Self { file, lo: lo.min(hi), hi: lo.max(hi) }
    }

    /// The file that the bytes are in.
    #[must_use]
    pub const fn file(self) -> FileId {
        self.file
    }

    /// Offset of the first byte.
    #[must_use]
    pub const fn lo(self) -> u32 {
        self.lo
    }

    /// Offset of the byte after the last one.
    #[must_use]
    pub const fn hi(self) -> u32 {
        self.hi
    }

    /// The number of bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.hi - self.lo
    }

    /// Whether the span points between two bytes.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.lo == self.hi
    }

    /// The bytes as a range, to slice the file's text with.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.lo as usize..self.hi as usize
    }

    /// The smallest span that covers both.
    ///
    /// # Errors
    ///
    /// [`SpanError::TwoFiles`] when they are not in the same file.
    pub fn cover(self, other: Self) -> Result<Self, SpanError> {
        if self.file != other.file {
            return Err(SpanError::TwoFiles { first: self.file, second: other.file });
        }
        Ok(Self { file: self.file, lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) })
    }
}

/// An integer that counts bytes: every integer type is one, and nothing else.
pub trait ByteOffset: Copy + TryInto<u32> + fmt::Display + sealed::Sealed {}

mod sealed {
    /// Keeps other types out: `char` and `bool` convert to `u32` too.
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

/// Why two offsets are no [`Span`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpanError {
    /// The span would end before it begins.
    Reversed {
        /// The first byte asked for.
        lo: u32,
        /// The end asked for, which is smaller.
        hi: u32,
    },
    /// A byte offset that is negative or over [`u32::MAX`].
    Offset {
        /// The offset as it was given.
        value: String,
    },
    /// A span over two files.
    TwoFiles {
        /// The file of one span.
        first: FileId,
        /// The file of the other.
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
                write!(f, "one span cannot cover bytes of two files ({first} and {second})")
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
    fn wrong_offsets_are_values_that_say_what_was_wrong() {
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
    fn cover_is_the_hull_and_stays_in_one_file() {
        let (a, b) = (Span::new(FILE, 4, 6).unwrap(), Span::empty(FILE, 9));
        assert_eq!(a.cover(b), Span::new(FILE, 4, 9));
        assert_eq!(b.cover(a), a.cover(b));
        assert!(a.cover(Span::empty(FileId::new(0), 1)).is_err());
    }
}
