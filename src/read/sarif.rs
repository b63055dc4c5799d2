//! Reads the output of sarif.

use super::{Import, InputFormat, ReadError};

pub(super) fn read(_input: &[u8], _import: &mut Import<'_>) -> Result<(), ReadError> {
    Err(ReadError { format: InputFormat::Sarif, reason: "not implemented".to_owned() })
}
