//! Counts of diagnostics.

use std::fmt;

use crate::model::Severity;

/// The number of diagnostics of each severity, stored or not.
///
/// The counts by severity include the suppressed diagnostics and the duplicates. `Display` writes the last
/// line of a compiler's output, in which the first numbers are those of the stored diagnostics, which people see:
/// `2 errors, 1 warning (1 more error not shown)`, or `no errors`.
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
/// assert_eq!(summary.to_string(), "1 error (1 more error, 1 duplicate not shown)");
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
    /// The diagnostics that were removed because a [baseline](crate::baseline) has them. The counts by severity do not
    /// include them.
    pub known: u64,
    /// The suppressed diagnostics by severity.
    pub(super) suppressed_counts: [u64; 4],
    /// The duplicates by severity.
    pub(super) duplicate_counts: [u64; 4],
}

impl Summary {
    /// Creates the summary of a bag from the counts of its stored, suppressed and duplicate diagnostics.
    pub(crate) const fn new(stored: Self, suppressed: Self, duplicates: Self) -> Self {
        let mut all = stored;
        all.merge(suppressed);
        all.merge(duplicates);
        all.suppressed = suppressed.total();
        all.duplicates = duplicates.total();
        all.suppressed_counts = suppressed.counts();
        all.duplicate_counts = duplicates.counts();
        all
    }

    /// Returns the counts by severity, the most severe first.
    const fn counts(self) -> [u64; 4] {
        [self.fatal, self.errors, self.warnings, self.notes]
    }

    /// Adds the counts of `other`.
    pub(crate) const fn merge(&mut self, other: Self) {
        self.fatal += other.fatal;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.suppressed += other.suppressed;
        self.duplicates += other.duplicates;
        self.known += other.known;
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

    /// Returns the numbers of the suppressed diagnostics, such as `8 more errors, 1 more warning`, or `None` if there
    /// are none.
    pub(crate) fn suppressed_text(&self) -> Option<String> {
        let text = joined(self.suppressed_counts.into_iter().zip(MORE_NOUNS));
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns the counts as those of [`suppressed_text`](Self::suppressed_text).
    pub(crate) fn more_text(&self) -> Option<String> {
        let text = joined(self.counts().into_iter().zip(MORE_NOUNS));
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns the number of all diagnostics.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.fatal + self.errors + self.warnings + self.notes
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let omitted = self.suppressed_counts.into_iter().zip(self.duplicate_counts);
        let counts = self.counts().into_iter().zip(omitted);
        let stored = counts.map(|(count, (suppressed, duplicates))| {
            count.saturating_sub(suppressed).saturating_sub(duplicates)
        });
        let stored = joined(stored.zip(NOUNS));
        f.write_str(if stored.is_empty() { "no errors" } else { &stored })?;
        let suppressed = self.suppressed_counts.into_iter().zip(MORE_NOUNS);
        let omitted = joined(suppressed.chain([(self.duplicates, "duplicate")]));
        let known = match self.known {
            0 => String::new(),
            known => format!("{known} in the baseline"),
        };
        match (omitted.is_empty(), known.is_empty()) {
            (true, true) => Ok(()),
            (false, true) => write!(f, " ({omitted} not shown)"),
            (true, false) => write!(f, " ({known})"),
            (false, false) => write!(f, " ({omitted} not shown, {known})"),
        }
    }
}

/// The names of the severities, the most severe first.
const NOUNS: [&str; 4] = ["fatal error", "error", "warning", "note"];

const MORE_NOUNS: [&str; 4] = ["more fatal error", "more error", "more warning", "more note"];

/// Returns the counts that are not 0, such as `2 errors, 1 warning`.
fn joined<'a>(counts: impl Iterator<Item = (u64, &'a str)>) -> String {
    let counts = counts.filter(|&(count, _)| count > 0).map(|(count, noun)| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {noun}{plural}")
    });
    counts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_read_as_english() {
        let summary = |[fatal, errors, warnings, notes]: [u64; 4]| Summary {
            fatal,
            errors,
            warnings,
            notes,
            ..Summary::default()
        };
        let text = |stored, suppressed, duplicates| {
            Summary::new(summary(stored), summary(suppressed), summary(duplicates)).to_string()
        };
        assert_eq!(text([0; 4], [0; 4], [0; 4]), "no errors");
        assert_eq!(text([0, 2, 1, 0], [0; 4], [0; 4]), "2 errors, 1 warning");
        assert_eq!(text([1, 0, 0, 3], [0; 4], [0; 4]), "1 fatal error, 3 notes");
        assert_eq!(text([0, 4, 0, 0], [0; 4], [0, 2, 0, 0]), "4 errors (2 duplicates not shown)");
        assert_eq!(
            text([0, 1, 0, 0], [0, 8, 1, 0], [0; 4]),
            "1 error (8 more errors, 1 more warning not shown)"
        );
        assert_eq!(
            text([0, 3, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]),
            "3 errors, 1 note (1 more error, 1 duplicate not shown)"
        );
        assert_eq!(text([0; 4], [0; 4], [0, 1, 0, 0]), "no errors (1 duplicate not shown)");
    }
}
