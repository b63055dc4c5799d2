//! The unit of removal.

use std::ops::Range;

/// Byte ranges of a source that are removed together.
pub(super) type Piece = Vec<Range<usize>>;
