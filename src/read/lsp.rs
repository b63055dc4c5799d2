//! Reads the output of lsp.

use super::{Import, InputFormat, ReadError};

pub(super) fn read(_input: &[u8], _import: &mut Import<'_>) -> Result<(), ReadError> {
    Err(ReadError { format: InputFormat::Lsp, reason: "not implemented".to_owned() })
}
