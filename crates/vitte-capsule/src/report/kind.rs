//! What kind of crash a code stands for.

use super::CrashReport;

impl CrashReport {
    /// What kind of crash it was, as a word: `panic` (F0001), `signal` (F0002), `stack-overflow` (F0003),
    /// `out-of-memory` (F0004), `abort` (F0005), `error` (F0006), and `other` for any other code.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.code.as_str() {
            "F0001" => "panic",
            "F0002" => "signal",
            "F0003" => "stack-overflow",
            "F0004" => "out-of-memory",
            "F0005" => "abort",
            "F0006" => "error",
            _ => "other",
        }
    }
}
