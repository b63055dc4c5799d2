//! The code of a diagnostic: a short, stable name of one kind of problem.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The code of a diagnostic: the name of one kind of problem, such as `E0001`, `unused_variables`,
/// `clippy::needless_return` or `-Wshadow`.
///
/// A code has 1 to 64 bytes of printable ASCII, without blanks, brackets `()[]{}<>` and quotes.
///
/// A code is a pointer to its text and is `Copy`. [`code!`](crate::code!) checks a literal when the compiler
/// is compiled. [`Code::new`] accepts any string at run time, and keeps each distinct text until the process
/// ends. Comparison, order and hash use the text.
///
/// Every function that takes a code accepts a `Code`, an `Option<Code>` and `None`.
///
/// ```
/// use vitte_diag::{Code, Diagnostic, Severity, code};
///
/// const UNUSED: Code = code!("unused_variables");
/// assert_eq!(UNUSED.as_str(), "unused_variables");
/// assert!(Code::new("two words").is_err());
///
/// let warning = Diagnostic::without_location(Severity::Warning, UNUSED, "unused variable: `x`");
/// assert_eq!(warning.code(), Some(UNUSED));
/// let error = Diagnostic::without_location(Severity::Error, None, "no input files");
/// assert_eq!(error.code(), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static &'static str);

/// The codes that were made at run time, by their texts.
static CODES: LazyLock<Mutex<HashMap<&'static str, Code>>> = LazyLock::new(Mutex::default);

impl Code {
    /// The maximum length of a code in bytes.
    pub const MAX_LEN: usize = 64;

    /// Creates a code from a text that is only known at run time.
    ///
    /// # Errors
    ///
    /// A [`CodeError`] with `text` if it is not a code.
    pub fn new(text: &str) -> Result<Self, CodeError> {
        if !is_code(text) {
            return Err(CodeError { text: text.to_owned() });
        }
        let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = codes.get(text).copied();
        Ok(known.unwrap_or_else(|| {
            let text: &'static str = Box::leak(text.into());
            let code = Self(Box::leak(Box::new(text)));
            codes.insert(text, code);
            code
        }))
    }

    /// Creates a code from a constant text, or returns `None` if the text is not a code. Used by
    /// [`code!`](crate::code!).
    #[must_use]
    pub const fn from_static(text: &'static &'static str) -> Option<Self> {
        if is_code(text) { Some(Self(text)) } else { None }
    }

    /// Returns the text, for example `E0001`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}

/// Returns true if `text` is the text of a code.
const fn is_code(text: &str) -> bool {
    let mut rest = text.as_bytes();
    if rest.is_empty() || rest.len() > Code::MAX_LEN {
        return false;
    }
    while let [byte, after @ ..] = rest {
        let is_bracket = matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>');
        if !byte.is_ascii_graphic() || is_bracket || matches!(byte, b'"' | b'\'' | b'`') {
            return false;
        }
        rest = after;
    }
    true
}

/// Creates a [`Code`] from a literal. A string that is not a code is a compile error.
///
/// ```
/// const E0042: vitte_diag::Code = vitte_diag::code!("E0042");
/// const UNUSED: vitte_diag::Code = vitte_diag::code!("unused_variables");
/// ```
///
/// ```compile_fail
/// const NO_CODE: vitte_diag::Code = vitte_diag::code!("no code");
/// ```
#[macro_export]
macro_rules! code {
    ($text:expr) => {
        const {
            match $crate::Code::from_static(&$text) {
                ::core::option::Option::Some(code) => code,
                ::core::option::Option::None => ::core::panic!(
                    "not a code: expected 1 to 64 printable ASCII characters without blanks, brackets and quotes"
                ),
            }
        }
    };
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
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Code {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let max_length = Self::MAX_LEN;
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": max_length,
            "pattern": r#"^[!#$%&*+,\-./0-9:;=?@A-Z\\^_a-z|~]+$"#,
        })
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
            "`{text}` is not a code: expected 1 to {} printable ASCII characters without blanks, brackets and quotes",
            Code::MAX_LEN
        )
    }
}

impl std::error::Error for CodeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_printable_ascii_without_blanks_brackets_and_quotes() {
        let longest = "x".repeat(64);
        for good in [
            "E0001",
            "W0100",
            "1",
            "unused_variables",
            "clippy::needless_return",
            "-Wshadow",
            "-Wformat=",
            "lint/style/useConst",
            "@typescript-eslint/no-unused-vars",
            r"Psr\Log",
            &longest,
        ] {
            assert_eq!(Code::new(good).map(|code| code.as_str()), Ok(good));
        }
        let too_long = "x".repeat(65);
        for bad in [
            "", " ", "a b", "E0001 ", "a\tb", "a\n", "É1", "E１", "a[b", "a]", "(a", "a)", "{a",
            "a}", "<a", "a>", "'a", "a\"", "`a`", "a\u{7f}", "a\0", &too_long,
        ] {
            assert!(Code::new(bad).is_err(), "{bad:?}");
            assert_eq!(Code::new(bad).map_err(|error| error.text).unwrap_err(), bad);
        }
    }

    #[test]
    fn order_and_equality_compare_the_text() {
        assert!(code!("E0001") < code!("E0002"));
        assert!(code!("E1") < code!("E10"));
        assert_ne!(code!("E1"), code!("E10"));
        let made = Code::new(&String::from("E1")).unwrap();
        assert_eq!(made, code!("E1"));
        assert_eq!(std::collections::HashSet::from([made, code!("E1")]).len(), 1);
    }

    #[test]
    fn equal_texts_are_stored_once() {
        let (one, two) = (Code::new("stored-once").unwrap(), Code::new("stored-once").unwrap());
        assert!(std::ptr::eq(one.as_str(), two.as_str()));
    }

    #[test]
    fn a_code_is_a_pointer() {
        assert_eq!(size_of::<Option<Code>>(), size_of::<usize>());
    }
}
