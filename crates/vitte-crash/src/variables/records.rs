//! The records in which a forked child passes serialised variables to another process, one after the other.
//!
//! ```text
//! depth of the context │ length of key, of value, of error │ key │ value as JSON │ error
//! 4 bytes              │ 3 × 4 bytes, native byte order    │ UTF-8 strings
//! ```
//!
//! The child may be damaged by the crash, so the reader validates everything.

use vitte_capsule::ContextVariable;
use vitte_diag::text::floor_char_boundary;

/// Size of the four numbers before the key, in bytes.
pub(crate) const HEADER_BYTES: usize = 16;
/// Maximum length of a key in bytes. A longer key is cut.
const MAX_KEY_BYTES: usize = 128;
/// In place of a depth: the record is not a variable, but its error states why variables are missing.
pub(crate) const NOTE_DEPTH: u32 = u32::MAX;

/// Begins a record without a value. Returns the offset at which its value begins, or `None` if the buffer is full.
pub(crate) fn begin(buffer: &mut [u8], depth: u32, key: &str) -> Option<usize> {
    let key = key.get(..floor_char_boundary(key, MAX_KEY_BYTES))?.as_bytes();
    let len = u32::try_from(key.len()).ok()?;
    set_header(buffer, [depth, len, 0, 0])?;
    buffer.get_mut(HEADER_BYTES..HEADER_BYTES + key.len())?.copy_from_slice(key);
    Some(HEADER_BYTES + key.len())
}

/// Ends a record after its value of `value_len` bytes was written. Returns the length of the record in bytes, or
/// `None` if the buffer is full.
pub(crate) fn end(buffer: &mut [u8], value_len: usize, error: &str) -> Option<usize> {
    let [depth, key_len, ..] = header(buffer)?;
    let at = HEADER_BYTES + usize::try_from(key_len).ok()? + value_len;
    buffer.get_mut(at..at + error.len())?.copy_from_slice(error.as_bytes());
    let error_len = u32::try_from(error.len()).ok()?;
    set_header(buffer, [depth, key_len, u32::try_from(value_len).ok()?, error_len])?;
    Some(at + error.len())
}

/// Writes a record that states why variables are missing. Returns its length in bytes, or `None` if the buffer is
/// full.
pub(crate) fn note(buffer: &mut [u8], reason: &str) -> Option<usize> {
    begin(buffer, NOTE_DEPTH, "")?;
    end(buffer, 0, reason)
}

fn set_header(buffer: &mut [u8], numbers: [u32; 4]) -> Option<()> {
    let header = buffer.get_mut(..HEADER_BYTES)?;
    let bytes = numbers.iter().flat_map(|number| number.to_ne_bytes());
    header.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    Some(())
}

fn header(buffer: &[u8]) -> Option<[u32; 4]> {
    let number = |at| Some(u32::from_ne_bytes(*buffer.get(at..HEADER_BYTES)?.first_chunk()?));
    Some([number(0)?, number(4)?, number(8)?, number(12)?])
}

/// The serialised variables of a crash.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct CapturedVariables {
    /// Each variable with the depth of its context.
    pub(crate) variables: Vec<(u32, ContextVariable)>,
    /// Notes on why variables are missing.
    pub(crate) notes: Vec<String>,
}

/// Reads records up to the first incomplete one.
pub(crate) fn read(mut bytes: &[u8]) -> CapturedVariables {
    let mut captured = CapturedVariables::default();
    while let Some((depth, variable, rest)) = read_one(bytes) {
        match variable {
            ContextVariable { error: Some(error), .. } if depth == NOTE_DEPTH => {
                captured.notes.push(format!("omitted variables: {error}"));
            }
            variable => captured.variables.push((depth, variable)),
        }
        bytes = rest;
    }
    captured
}

fn read_one(bytes: &[u8]) -> Option<(u32, ContextVariable, &[u8])> {
    let [depth, lengths @ ..] = header(bytes)?;
    let mut rest = bytes.get(HEADER_BYTES..)?;
    let mut next = |len: u32| {
        let (part, after) = rest.split_at_checked(usize::try_from(len).ok()?)?;
        rest = after;
        Some(part)
    };
    let [key, value, error] = lengths.map(&mut next);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (key, value, error) = (text(key?), value?, text(error?));
    let mut error = Some(error).filter(|error| !error.is_empty());
    let value = match serde_json::from_slice(value) {
        Ok(value) => value,
        Err(json_error) => {
            error.get_or_insert_with(|| format!("invalid JSON: {json_error}"));
            serde_json::Value::Null
        }
    };
    let mut variable = ContextVariable::new(key, value);
    variable.error = error;
    Some((depth, variable, rest))
}
