//! How many diagnostics there were.

use std::fmt;

use crate::model::Severity;

/// Numbers by severity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) fatal: u64,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
    pub(crate) notes: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Fatal => &mut self.fatal,
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        } += 1;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.fatal += other.fatal;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
    }

    pub(crate) const fn total(self) -> u64 {
        self.fatal + self.errors + self.warnings + self.notes
    }
}

/// How many diagnostics of each severity were reported, shown or not.
///
/// Its text is what a compiler says last: `2 errors, 1 warning (1 not shown)`, or `no errors`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Crashes of the compiler.
    pub fatal: u64,
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Notes that are diagnostics of their own.
    pub notes: u64,
    /// How many of all these came past the limit of errors.
    pub suppressed: u64,
    /// How many of all these were there already, and are shown once.
    pub duplicates: u64,
}

impl Summary {
    pub(crate) const fn new(kept: Counts, suppressed: Counts, duplicates: Counts) -> Self {
        Self {
            fatal: kept.fatal + suppressed.fatal + duplicates.fatal,
            errors: kept.errors + suppressed.errors + duplicates.errors,
            warnings: kept.warnings + suppressed.warnings + duplicates.warnings,
            notes: kept.notes + suppressed.notes + duplicates.notes,
            suppressed: suppressed.total(),
            duplicates: duplicates.total(),
        }
    }

    /// Counts one more diagnostic, which is shown.
    pub const fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Fatal => &mut self.fatal,
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        } += 1;
    }

    /// All of them.
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
            .map(|(count, what)| format!("{count} {what}"))
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
