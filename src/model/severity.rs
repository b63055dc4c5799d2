//! How bad a diagnostic is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad it is, from `Note` to `Fatal`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Something to know.
    Note,
    /// Something to look at; the compilation goes on.
    Warning,
    /// The program is wrong.
    Error,
    /// The compiler itself failed. For crashes alone.
    Fatal,
}

impl Severity {
    /// All, from `Note` to `Fatal`.
    pub(crate) const ALL: [Self; 4] = [Self::Note, Self::Warning, Self::Error, Self::Fatal];

    /// The word that output has for it, in lower case.
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
    fn severities_are_ordered_and_spelled() {
        use Severity::{Error, Fatal, Note, Warning};
        assert!(Note < Warning && Warning < Error && Error < Fatal);
        assert_eq!(Severity::ALL, [Note, Warning, Error, Fatal]);
        assert_eq!(Severity::ALL.map(Severity::as_str), ["note", "warning", "error", "fatal"]);
    }
}
