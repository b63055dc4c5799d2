//! The unit of removal.

use std::ops::Range;

/// Byte ranges of a text that are removed together.
pub(super) type Piece = Vec<Range<usize>>;
