//! The code of a diagnostic: a short, stable name of one kind of problem.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::severity::Severity;

const MAX_LETTERS: usize = 8;
const MAX_DIGITS: usize = 6;
const CAPACITY: usize = MAX_LETTERS + MAX_DIGITS;

/// The code of a diagnostic: 1 to 8 uppercase ASCII letters followed by 1 to 6 digits, such as `E0001`,
/// `W0100` or `TYP0042`.
///
/// The text is stored inline, so a code is `Copy` and needs no allocation. Comparison, order and hash use
/// the text.
///
/// ```
/// use vitte_diag::{Code, code};
///
/// const UNKNOWN_FIELD: Code = code!("TYP0042"); // checked when the compiler is compiled
/// assert_eq!(UNKNOWN_FIELD.as_str(), "TYP0042");
/// assert!(Code::new("typ42").is_err()); // checked when the compiler runs
/// ```
#[derive(Clone, Copy)]
pub struct Code {
    text: [u8; CAPACITY],
    len: u8,
}

impl Code {
    /// Parses a code.
    ///
    /// # Errors
    ///
    /// A [`CodeError`] with `text` if it is not a code.
    pub fn new(text: &str) -> Result<Self, CodeError> {
        Self::parse(text).ok_or_else(|| CodeError { text: text.to_owned() })
    }

    /// Parses a code in a constant. Used by [`code!`](crate::code!).
    #[doc(hidden)]
    #[must_use]
    pub const fn parse(text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        let mut code = Self { text: [0; CAPACITY], len: 0 };
        let (mut letters, mut digits) = (0, 0);
        let mut free: &mut [u8] = &mut code.text;
        while let [byte, after @ ..] = rest {
            match byte {
                b'A'..=b'Z' if digits == 0 && letters < MAX_LETTERS => letters += 1,
                b'0'..=b'9' if letters > 0 && digits < MAX_DIGITS => digits += 1,
                _ => return None,
            }
            let [slot, others @ ..] = free else { return None };
            *slot = *byte;
            free = others;
            rest = after;
            code.len += 1;
        }
        if digits == 0 {
            return None;
        }
        Some(code)
    }

    /// Returns the text, for example `E0001`.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.text.split_at(self.len as usize);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "", // unreachable: `parse` accepts only ASCII
        }
    }

    /// Returns the severity that the letter of a Vitte code stands for: `E` error, `W` warning, `N` note,
    /// `F` fatal. Returns `None` for codes with other or more letters.
    #[must_use]
    pub fn default_severity(&self) -> Option<Severity> {
        match self.as_str().as_bytes() {
            [b'E', b'0'..=b'9', ..] => Some(Severity::Error),
            [b'W', b'0'..=b'9', ..] => Some(Severity::Warning),
            [b'N', b'0'..=b'9', ..] => Some(Severity::Note),
            [b'F', b'0'..=b'9', ..] => Some(Severity::Fatal),
            _ => None,
        }
    }
}

/// Creates a [`Code`] from a literal. A string that is not a code is a compile error.
///
/// ```
/// const E0042: vitte_diag::Code = vitte_diag::code!("E0042");
/// ```
///
/// ```compile_fail
/// const NO_CODE: vitte_diag::Code = vitte_diag::code!("no code");
/// ```
#[macro_export]
macro_rules! code {
    ($text:expr) => {
        const {
            match $crate::Code::parse($text) {
                Some(code) => code,
                None => panic!("not a code: expected 1 to 8 uppercase letters and 1 to 6 digits"),
            }
        }
    };
}

// These impls compare the text, not the unused bytes after it.

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Code {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let pattern = format!("^[A-Z]{{1,{MAX_LETTERS}}}[0-9]{{1,{MAX_DIGITS}}}$");
        schemars::json_schema!({ "type": "string", "pattern": pattern })
    }
}

/// The error of a string that is not a [`Code`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CodeError {
    text: String,
}

impl CodeError {
    /// Returns the string that is not a code.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = crate::text::one_line(&self.text);
        write!(
            f,
            "`{text}` is not a code: expected 1 to {MAX_LETTERS} uppercase letters followed by 1 to {MAX_DIGITS} digits"
        )
    }
}

impl std::error::Error for CodeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_letters_then_digits_within_the_limits() {
        for good in ["E0001", "W0100", "TYP0042", "A1", "ABCDEFGH123456"] {
            assert_eq!(Code::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "E",
            "1",
            "e0001",
            "E0001x",
            "E00-1",
            "ABCDEFGHI1",
            "A1234567",
            "É1",
            "E１",
            "1E",
            "E1E1",
        ] {
            assert!(Code::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn order_and_equality_compare_the_text() {
        assert!(code!("E0001") < code!("E0002"));
        assert!(code!("E1") < code!("E10"));
        assert_ne!(code!("E1"), code!("E10"));
    }

    #[test]
    fn the_letter_determines_the_default_severity() {
        assert_eq!(code!("F0001").default_severity(), Some(Severity::Fatal));
        assert_eq!(code!("EX0001").default_severity(), None);
        assert_eq!(code!("X0001").default_severity(), None);
    }
}
