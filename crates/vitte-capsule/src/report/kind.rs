//! The kind of a crash.

use std::fmt;

use serde::{Deserialize, Serialize};
use vitte_diag::Code;

use super::CrashReport;

/// The kind of a crash. Serialised as the string of [`as_str`](Self::as_str); unknown strings deserialise as
/// [`Other`](Self::Other).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CrashKind {
    /// F0001: a Rust panic.
    Panic,
    /// F0002: a fatal signal.
    Signal,
    /// F0003: a stack overflow.
    StackOverflow,
    /// F0004: an allocation failed.
    OutOfMemory,
    /// F0005: the program called `abort`.
    Abort,
    /// F0006: `main` ended with an error.
    Error,
    /// N0900: no crash; the state of a program that goes on.
    Dump,
    /// Any other code, such as one that a later version adds.
    #[serde(other)]
    Other,
}

impl CrashKind {
    /// Returns the kind in one word: `panic`, `signal`, `stack-overflow`, `out-of-memory`, `abort`, `error`,
    /// `dump` or `other`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::Signal => "signal",
            Self::StackOverflow => "stack-overflow",
            Self::OutOfMemory => "out-of-memory",
            Self::Abort => "abort",
            Self::Error => "error",
            Self::Dump => "dump",
            Self::Other => "other",
        }
    }
}

impl From<Code> for CrashKind {
    fn from(code: Code) -> Self {
        match code.as_str() {
            "F0001" => Self::Panic,
            "F0002" => Self::Signal,
            "F0003" => Self::StackOverflow,
            "F0004" => Self::OutOfMemory,
            "F0005" => Self::Abort,
            "F0006" => Self::Error,
            "N0900" => Self::Dump,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for CrashKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl CrashReport {
    /// Returns the kind of the crash, which its [code](Self::code) determines.
    #[must_use]
    pub fn kind(&self) -> CrashKind {
        self.code.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_serialised_as_its_string() {
        let codes = ["F0001", "F0002", "F0003", "F0004", "F0005", "F0006", "N0900", "F0007"];
        for kind in codes.map(|code| CrashKind::from(Code::new(code).unwrap())) {
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<CrashKind>(&json).unwrap(), kind);
        }
        assert_eq!(
            serde_json::from_str::<CrashKind>("\"of-a-later-version\"").unwrap(),
            CrashKind::Other
        );
    }
}
