//! The severity of a diagnostic.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The severity of a diagnostic, ordered from `Note` to `Fatal`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Information that requires no action.
    Note,
    /// A possible problem. Compilation continues.
    Warning,
    /// The program is invalid.
    Error,
    /// The compiler cannot go on: an error that ends the compilation, or a crash of the compiler itself.
    Fatal,
}

impl Severity {
    /// All severities from `Note` to `Fatal`.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 4] = [Self::Note, Self::Warning, Self::Error, Self::Fatal];

    /// Returns the name in output, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_ordered_and_named() {
        use Severity::{Error, Fatal, Note, Warning};
        assert!(Note < Warning && Warning < Error && Error < Fatal);
        assert_eq!(Severity::ALL, [Note, Warning, Error, Fatal]);
        assert_eq!(Severity::ALL.map(Severity::as_str), ["note", "warning", "error", "fatal"]);
    }
}
