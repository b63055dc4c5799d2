//! What a copy of the process leaves: records one behind the other, in memory that others read.
//!
//! ```text
//! index │ length of key, value, error │ key │ value, as JSON │ error
//! ```
//!
//! Who writes them may be a broken process: who reads them believes nothing.

use vitte_capsule::ContextVariable;
use vitte_diag::text::floor_char_boundary;

/// Bytes before the key: four numbers of four.
pub(crate) const HEAD: usize = 16;
/// Longer keys are cut.
const LONGEST_KEY: usize = 128;
/// The index of what is no variable: why there are not more of them.
pub(crate) const NOTE: u32 = u32::MAX;

/// Begins a record, with no value yet; where its value will be.
pub(crate) fn begin(buffer: &mut [u8], index: u32, key: &str) -> Option<usize> {
    let key = key.get(..floor_char_boundary(key, LONGEST_KEY))?.as_bytes();
    let len = u32::try_from(key.len()).ok()?;
    set(buffer, [index, len, 0, 0])?;
    buffer.get_mut(HEAD..HEAD + key.len())?.copy_from_slice(key);
    Some(HEAD + key.len())
}

/// Ends one whose value is there; the length of all of it.
pub(crate) fn end(buffer: &mut [u8], value: usize, error: &str) -> Option<usize> {
    let [index, key, ..] = head(buffer)?;
    let at = HEAD + usize::try_from(key).ok()? + value;
    buffer.get_mut(at..at + error.len())?.copy_from_slice(error.as_bytes());
    set(buffer, [index, key, u32::try_from(value).ok()?, u32::try_from(error.len()).ok()?])?;
    Some(at + error.len())
}

/// Says why there are not more variables; the length of it.
pub(crate) fn note(buffer: &mut [u8], why: &str) -> Option<usize> {
    begin(buffer, NOTE, "")?;
    end(buffer, 0, why)
}

fn set(buffer: &mut [u8], numbers: [u32; 4]) -> Option<()> {
    let head = buffer.get_mut(..HEAD)?;
    let bytes = numbers.iter().flat_map(|number| number.to_ne_bytes());
    head.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    Some(())
}

fn head(buffer: &[u8]) -> Option<[u32; 4]> {
    let number = |at| Some(u32::from_ne_bytes(*buffer.get(at..HEAD)?.first_chunk()?));
    Some([number(0)?, number(4)?, number(8)?, number(12)?])
}

/// What is left of the variables of a crash.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Captured {
    /// Each with the index of its context.
    pub(crate) variables: Vec<(u32, ContextVariable)>,
    /// Why there are not more of them.
    pub(crate) notes: Vec<String>,
}

/// Reads all records.
pub(crate) fn read(mut bytes: &[u8]) -> Captured {
    let mut captured = Captured::default();
    while let Some((index, variable, rest)) = read_one(bytes) {
        match variable {
            ContextVariable { error: Some(error), .. } if index == NOTE => {
                captured.notes.push(format!("left out: variables: {error}"));
            }
            variable => captured.variables.push((index, variable)),
        }
        bytes = rest;
    }
    captured
}

fn read_one(bytes: &[u8]) -> Option<(u32, ContextVariable, &[u8])> {
    let [index, lengths @ ..] = head(bytes)?;
    let mut rest = bytes.get(HEAD..)?;
    let mut next = |len: u32| {
        let (part, behind) = rest.split_at_checked(usize::try_from(len).ok()?)?;
        rest = behind;
        Some(part)
    };
    let [key, value, error] = lengths.map(&mut next);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (key, value, error) = (text(key?), value?, text(error?));
    let mut error = Some(error).filter(|error| !error.is_empty());
    let value = match serde_json::from_slice(value) {
        Ok(value) => value,
        Err(wrong) => {
            error.get_or_insert_with(|| format!("it is no JSON: {wrong}"));
            serde_json::Value::Null
        }
    };
    let mut variable = ContextVariable::new(key, value);
    variable.error = error;
    Some((index, variable, rest))
}
