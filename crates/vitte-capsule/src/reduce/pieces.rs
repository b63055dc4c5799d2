//! What is removed at once.

use std::ops::Range;

/// Bytes of a text that are removed together.
pub(super) type Piece = Vec<Range<usize>>;
