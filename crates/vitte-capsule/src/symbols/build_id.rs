//! Build ids: the names that linkers give to their output.

use std::fmt;
use std::str::FromStr;

/// The GNU build id of a program, a library or its debug information: a hash that the linker computes from the
/// content. Two files with the same build id have the same code.
///
/// ```
/// use vitte_capsule::symbols::BuildId;
///
/// let id: BuildId = "ab01cd".parse()?;
/// assert_eq!(id.to_string(), "ab01cd");
/// assert!("ab01c".parse::<BuildId>().is_err());
/// # Ok::<(), vitte_capsule::symbols::BuildIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildId(Vec<u8>);

/// The error of parsing a [`BuildId`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct BuildIdError {
    /// The first 80 characters of the text.
    pub text: String,
}

/// Longest build id, in bytes. Linkers write 8 to 32.
const MAX_BYTES: usize = 64;

impl BuildId {
    /// Creates a build id from its bytes. Returns `None` if there are none, or more than 64.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (!bytes.is_empty() && bytes.len() <= MAX_BYTES).then(|| Self(bytes.to_vec()))
    }

    /// Finds the build id in notes, as the segment `PT_NOTE` of a program has them (elf(5)).
    #[must_use]
    pub fn in_notes(notes: &[u8]) -> Option<Self> {
        const NT_GNU_BUILD_ID: u32 = 3;
        let mut rest = notes;
        loop {
            let number = |at: usize| {
                let bytes = rest.get(at..)?.first_chunk()?;
                Some(u32::from_ne_bytes(*bytes))
            };
            let aligned = |len: u32| usize::try_from(len).ok()?.checked_next_multiple_of(4);
            let (name_len, len, kind) = (number(0)?, number(4)?, number(8)?);
            let content = 12_usize.checked_add(aligned(name_len)?)?;
            let name = rest.get(12..)?.get(..usize::try_from(name_len).ok()?)?;
            let bytes = rest.get(content..)?.get(..usize::try_from(len).ok()?)?;
            if kind == NT_GNU_BUILD_ID && name == b"GNU\0" {
                return Self::new(bytes);
            }
            rest = rest.get(content.checked_add(aligned(len)?)?..)?;
        }
    }

    /// Returns the path of the debug information in a directory such as `/usr/lib/debug`:
    /// `.build-id/ab/01cd.debug`.
    #[must_use]
    pub fn debug_path(&self) -> String {
        let text = self.to_string();
        let (first, rest) = text.split_at_checked(2).unwrap_or((&text, ""));
        format!(".build-id/{first}/{rest}.debug")
    }
}

impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildId({self})")
    }
}

impl FromStr for BuildId {
    type Err = BuildIdError;

    /// Parses hexadecimal digits, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, BuildIdError> {
        let error = || BuildIdError { text: text.chars().take(80).collect() };
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || text.len() % 2 != 0 {
            return Err(error());
        }
        let byte = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
        bytes.and_then(|bytes| Self::new(&bytes)).ok_or_else(error)
    }
}

impl fmt::Display for BuildIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid build id `{}`: expected hexadecimal digits", self.text.escape_debug())
    }
}

impl std::error::Error for BuildIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(kind: u32, name: &[u8], bytes: &[u8]) -> Vec<u8> {
        let len = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_ne_bytes();
        let mut note = [len(name), len(bytes), kind.to_ne_bytes()].concat();
        for part in [name, bytes] {
            note.extend_from_slice(part);
            note.resize(note.len().next_multiple_of(4), 0);
        }
        note
    }

    #[test]
    fn the_build_id_is_found_among_other_notes() {
        let notes =
            [note(1, b"GNU\0", &[0; 16]), note(3, b"Go\0", b"abc"), note(3, b"GNU\0", &[1, 0xab])];
        let notes = notes.concat();
        assert_eq!(BuildId::in_notes(&notes).unwrap().to_string(), "01ab");
        for len in 0..notes.len() {
            assert_eq!(BuildId::in_notes(&notes[..len]).is_some(), len >= notes.len() - 2, "{len}");
        }
        assert_eq!(BuildId::in_notes(&note(3, b"GNU\0", &[])), None);
        assert_eq!(BuildId::in_notes(&[0xff; 64]), None);
    }

    #[test]
    fn text_is_parsed_and_names_a_file() {
        let id: BuildId = "AB01cd".parse().unwrap();
        assert_eq!(
            (id.to_string(), id.debug_path()),
            ("ab01cd".into(), ".build-id/ab/01cd.debug".into())
        );
        for text in ["", "a", "xy", "é1", "+1", &"00".repeat(65)] {
            assert!(text.parse::<BuildId>().is_err(), "{text}");
        }
    }
}
