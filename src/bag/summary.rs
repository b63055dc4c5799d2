//! Counts of diagnostics.

use std::fmt;

use crate::model::Severity;

/// The number of diagnostics of each severity, stored or not.
///
/// The counts by severity include the suppressed diagnostics and the duplicates. `Display` writes the last
/// line of a compiler's output: `2 errors, 1 warning (1 not shown)`, or `no errors`.
///
/// ```
/// use vitte_diag::{DiagnosticBag, FileId, Policy, Span, codes};
///
/// let mut bag = DiagnosticBag::with_policy(Policy::default().with_max_errors(1));
/// for at in [0, 0, 7] {
///     bag.push_error(codes::E0001, Span::empty(FileId::new(0), at), "illegal character `@`");
/// }
/// let summary = bag.summary();
/// assert_eq!((summary.errors, summary.suppressed, summary.duplicates), (3, 1, 1));
/// assert_eq!(summary.to_string(), "3 errors (1 not shown, 1 repeated)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Errors that end the compilation, and crashes of the compiler.
    pub fatal: u64,
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Diagnostics with the severity `note`. Notes below other diagnostics are not counted.
    pub notes: u64,
    /// How many of these were not stored because of the limit of errors,
    /// see [`Policy::with_max_errors`](crate::Policy::with_max_errors).
    pub suppressed: u64,
    /// How many of these were not stored because the bag already had a diagnostic with the same code,
    /// severity, message, primary span and trace.
    pub duplicates: u64,
}

impl Summary {
    /// Creates the summary of a bag from the counts of its stored, suppressed and duplicate diagnostics.
    pub(crate) const fn new(stored: Self, suppressed: Self, duplicates: Self) -> Self {
        let mut all = stored;
        all.merge(suppressed);
        all.merge(duplicates);
        all.suppressed = suppressed.total();
        all.duplicates = duplicates.total();
        all
    }

    /// Adds the counts of `other`.
    pub(crate) const fn merge(&mut self, other: Self) {
        self.fatal += other.fatal;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.suppressed += other.suppressed;
        self.duplicates += other.duplicates;
    }

    /// Counts one more diagnostic.
    pub const fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Fatal => &mut self.fatal,
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        } += 1;
    }

    /// Returns the number of all diagnostics.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.fatal + self.errors + self.warnings + self.notes
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: u64, noun: &str| match count {
            0 => None,
            1 => Some(format!("1 {noun}")),
            _ => Some(format!("{count} {noun}s")),
        };
        let counts = [
            counted(self.fatal, "fatal error"),
            counted(self.errors, "error"),
            counted(self.warnings, "warning"),
            counted(self.notes, "note"),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        if counts.is_empty() {
            return f.write_str("no errors");
        }
        f.write_str(&counts.join(", "))?;
        let rest = [(self.suppressed, "not shown"), (self.duplicates, "repeated")];
        let rest: Vec<String> = rest
            .into_iter()
            .filter(|&(count, _)| count > 0)
            .map(|(count, label)| format!("{count} {label}"))
            .collect();
        if rest.is_empty() { Ok(()) } else { write!(f, " ({})", rest.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_read_as_english() {
        let text = |fatal, errors, warnings, notes, suppressed, duplicates| {
            Summary { fatal, errors, warnings, notes, suppressed, duplicates }.to_string()
        };
        assert_eq!(text(0, 0, 0, 0, 0, 0), "no errors");
        assert_eq!(text(0, 2, 1, 0, 0, 0), "2 errors, 1 warning");
        assert_eq!(text(1, 0, 0, 3, 0, 0), "1 fatal error, 3 notes");
        assert_eq!(text(0, 9, 0, 0, 8, 0), "9 errors (8 not shown)");
        assert_eq!(text(0, 9, 0, 1, 4, 2), "9 errors, 1 note (4 not shown, 2 repeated)");
    }
}
