//! JSON as tools write it: among other text, and not always as its format demands.

mod parts;
mod pieces;
mod text;
mod values;

pub(super) use self::parts::{Lines, Parts, offset, property};
pub(super) use self::pieces::{Piece, Pieces};
pub(super) use self::text::{to_text, without_lone_surrogates};
pub(super) use self::values::{Int, Text};
