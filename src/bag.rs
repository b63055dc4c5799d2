//! The diagnostics of a compilation, and the one order in which they are shown.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt;

use crate::code::Code;
use crate::contract::{self, Breach};
use crate::diagnostic::Diagnostic;
use crate::severity::Severity;
use crate::source::SourceMap;
use crate::span::Span;

/// Diagnostics in the order in which they were produced.
///
/// Each has a number, its `seq`, that grows with every push. Output is [ordered](Self::ordered) by
/// file, place, severity and `seq`, which leaves nothing to chance: the same diagnostics give the
/// same bytes.
///
/// Compile in parallel with one bag for each unit of work, then [`merge`](Self::merge) the bags in
/// an order of your own, such as that of the files: what is emitted does not depend on the number
/// of threads.
///
/// ```
/// use vitte_diag::{Diagnostic, DiagnosticBag, FileId, Span, codes};
///
/// let mut bag = DiagnosticBag::new();
/// let span = Span::new(FileId::new(0), 4, 5)?;
/// bag.push(Diagnostic::error(codes::E0001, span, "unexpected character `@`"));
/// bag.push_warning(codes::W0100, span, "`clock` is never used").add_note("imported here");
/// assert!(bag.has_errors());
/// assert_eq!(bag.summary().to_string(), "1 error, 1 warning");
/// # Ok::<(), vitte_diag::SpanError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DiagnosticBag {
    diagnostics: Vec<Diagnostic>,
}

/// A diagnostic of a bag with its number there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry<'a> {
    /// The place in production order, 0-based.
    pub seq: u64,
    /// The diagnostic.
    pub diagnostic: &'a Diagnostic,
}

impl DiagnosticBag {
    /// An empty bag.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic and lends it back, to add to it.
    pub fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.diagnostics.push_mut(diagnostic)
    }

    /// Adds an error and lends it back, to add to it.
    pub fn push_error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Diagnostic {
        self.push(Diagnostic::error(code, span, message))
    }

    /// Adds a warning and lends it back, to add to it.
    pub fn push_warning(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Diagnostic {
        self.push(Diagnostic::warning(code, span, message))
    }

    /// Adds all of `other` after what is here; their numbers go on from there.
    pub fn merge(&mut self, other: Self) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// The number of diagnostics.
    #[must_use]
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether nothing was reported.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Whether the compilation failed: an error or a fatal one is here.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity() >= Severity::Error)
    }

    /// How many there are of each severity.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for diagnostic in &self.diagnostics {
            summary.count(diagnostic.severity());
        }
        summary
    }

    /// The diagnostics in the order in which they were produced.
    pub fn iter(&self) -> Iter<'_> {
        fn entry((index, diagnostic): (usize, &Diagnostic)) -> Entry<'_> {
            Entry { seq: index as u64, diagnostic }
        }
        self.diagnostics.iter().enumerate().map(entry)
    }

    /// The diagnostics in the order of output: by file, first byte of the primary span, severity
    /// with the most severe first, and `seq`. This is a total order.
    #[must_use]
    pub fn ordered(&self) -> Vec<Entry<'_>> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|entry| {
            let span = entry.diagnostic.primary().span();
            (span.file(), span.lo(), Reverse(entry.diagnostic.severity()), entry.seq)
        });
        entries
    }

    /// Every breach of the contract, in production order: the number of the diagnostic and what is
    /// wrong with one of its labels, at most one thing for each. For tests of a compiler: output says the same in notes.
    #[must_use]
    pub fn validate(&self, sources: &SourceMap) -> Vec<(u64, Breach)> {
        self.iter()
            .flat_map(|entry| {
                let (_, breaches) = contract::resolve(sources, entry.diagnostic);
                breaches.into_iter().map(move |breach| (entry.seq, breach))
            })
            .collect()
    }
}

/// The diagnostics of a bag in production order.
pub type Iter<'a> = std::iter::Map<
    std::iter::Enumerate<std::slice::Iter<'a, Diagnostic>>,
    fn((usize, &'a Diagnostic)) -> Entry<'a>,
>;

impl<'a> IntoIterator for &'a DiagnosticBag {
    type Item = Entry<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Extend<Diagnostic> for DiagnosticBag {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl FromIterator<Diagnostic> for DiagnosticBag {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut bag = Self::new();
        bag.extend(diagnostics);
        bag
    }
}

/// Merges bags in the order given.
impl FromIterator<Self> for DiagnosticBag {
    fn from_iter<I: IntoIterator<Item = Self>>(bags: I) -> Self {
        let mut all = Self::new();
        for bag in bags {
            all.merge(bag);
        }
        all
    }
}

/// How many diagnostics there are of each severity.
///
/// Its text is what a compiler says last: `2 errors, 1 warning`, or `no errors`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Summary {
    /// Crashes of the compiler.
    pub fatal: u64,
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Notes that are diagnostics of their own.
    pub notes: u64,
}

impl Summary {
    fn count(&mut self, severity: Severity) {
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
        let counts = [
            (self.fatal, "fatal error"),
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ];
        let mut separator = "";
        for (count, noun) in counts.into_iter().filter(|&(count, _)| count > 0) {
            let plural = if count == 1 { "" } else { "s" };
            write!(f, "{separator}{count} {noun}{plural}")?;
            separator = ", ";
        }
        if separator.is_empty() { f.write_str("no errors") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, code};

    fn at(file: u32, lo: u32, severity: Severity) -> Diagnostic {
        Diagnostic::new(severity, code!("E1"), Span::empty(FileId::new(file), lo), "m")
    }

    fn order(bag: &DiagnosticBag) -> Vec<u64> {
        bag.ordered().iter().map(|entry| entry.seq).collect()
    }

    #[test]
    fn output_is_by_file_place_severity_and_number() {
        let bag: DiagnosticBag = [
            at(1, 0, Severity::Error),
            at(0, 9, Severity::Note),
            at(0, 2, Severity::Warning),
            at(0, 2, Severity::Fatal),
            at(0, 2, Severity::Warning),
        ]
        .into_iter()
        .collect();
        assert_eq!(order(&bag), [3, 2, 4, 1, 0]);
        let produced: Vec<_> = bag.iter().map(|entry| entry.seq).collect();
        assert_eq!(produced, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn merged_numbers_go_on() {
        let first: DiagnosticBag = [at(0, 5, Severity::Error)].into_iter().collect();
        let second: DiagnosticBag =
            [at(0, 5, Severity::Error), at(0, 1, Severity::Note)].into_iter().collect();
        let merged: DiagnosticBag = [first, second].into_iter().collect();
        assert_eq!(order(&merged), [2, 0, 1]);
        assert_eq!(merged.summary(), Summary { errors: 2, notes: 1, ..Summary::default() });
    }

    #[test]
    fn what_a_push_lends_is_what_is_kept() {
        let mut bag = DiagnosticBag::new();
        bag.push_error(code!("E1"), Span::empty(FileId::new(0), 0), "m")
            .add_note("n")
            .add_help("h");
        let kept = bag.iter().next().unwrap().diagnostic;
        assert_eq!(kept.notes().collect::<Vec<_>>(), ["n"]);
        assert_eq!(kept.help(), Some("h"));
    }

    #[test]
    fn counts_follow_what_was_pushed_even_when_it_is_replaced() {
        let mut bag = DiagnosticBag::new();
        *bag.push(at(0, 0, Severity::Error)) = at(0, 0, Severity::Note);
        assert!(!bag.has_errors());
        assert_eq!(bag.summary(), Summary { notes: 1, ..Summary::default() });
        assert_eq!((&bag).into_iter().count(), 1);
    }

    #[test]
    fn summaries_read_as_english() {
        let text =
            |fatal, errors, warnings, notes| Summary { fatal, errors, warnings, notes }.to_string();
        assert_eq!(text(0, 0, 0, 0), "no errors");
        assert_eq!(text(0, 2, 1, 0), "2 errors, 1 warning");
        assert_eq!(text(1, 0, 0, 3), "1 fatal error, 3 notes");
    }

    #[test]
    fn only_errors_and_worse_are_errors() {
        for (severity, expected) in [
            (Severity::Note, false),
            (Severity::Warning, false),
            (Severity::Error, true),
            (Severity::Fatal, true),
        ] {
            let bag: DiagnosticBag = [at(0, 0, severity)].into_iter().collect();
            assert_eq!(bag.has_errors(), expected, "{severity}");
        }
    }

    #[test]
    fn validate_names_the_diagnostic_and_the_breach() {
        let mut sources = SourceMap::new();
        let file = sources.add("a", "x").unwrap();
        let mut bag = DiagnosticBag::new();
        bag.push(at(0, 1, Severity::Error)).add_secondary(Span::empty(file, 2), "");
        bag.push(at(7, 0, Severity::Error));
        let found: Vec<_> = bag
            .validate(&sources)
            .into_iter()
            .map(|(seq, breach)| (seq, breach.span().lo()))
            .collect();
        assert_eq!(found, [(0, 2), (1, 0)]);
    }
}
