//! The diagnostics of a compilation, and the one order in which they are shown.

mod policy;
mod summary;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

pub use policy::{Level, Policy, PolicyError};
use summary::Counts;
pub use summary::Summary;

use crate::check::{Checked, SpanIssue};
use crate::model::{Code, Diagnostic, Severity, Span};
use crate::source::SourceMap;

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
///
/// What enters a bag goes through its [`Policy`]: levels may raise, lower or drop it, and past the
/// limit of errors it is counted, not kept. A diagnostic that says what another one here says
/// already (the same code, severity, message and primary span) is counted, not kept, too.
#[derive(Clone, Debug, Default)]
pub struct DiagnosticBag {
    diagnostics: Vec<Diagnostic>,
    policy: Option<Box<Policy>>,
    /// Where the diagnostic with this hash is.
    seen: HashMap<u64, usize>,
    errors_kept: u64,
    /// What came past the limit, and what was here already.
    suppressed: Counts,
    repeated: Counts,
    /// What a push lends of a diagnostic that is not kept.
    dropped: Option<Box<Diagnostic>>,
}

/// Whether both hold the same diagnostics, in the same order, and the same counts.
impl PartialEq for DiagnosticBag {
    fn eq(&self, other: &Self) -> bool {
        (&self.diagnostics, self.suppressed, self.repeated)
            == (&other.diagnostics, other.suppressed, other.repeated)
    }
}

impl Eq for DiagnosticBag {}

/// A diagnostic of a bag with its number there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry<'a> {
    /// The place in production order, 0-based.
    pub seq: u64,
    /// The diagnostic.
    pub diagnostic: &'a Diagnostic,
}

impl Entry<'_> {
    /// The bits of a rank that are the `seq`: no bag will ever have as many diagnostics.
    const SEQ: u128 = (1 << 62) - 1;

    /// Its place in the order of output as one number: file, first byte, severity, `seq`.
    fn rank(&self) -> u128 {
        let span = self.diagnostic.primary().span();
        let place = u128::from(span.file().index()) << 32 | u128::from(span.lo());
        let severity = Severity::Fatal as u128 - self.diagnostic.severity() as u128;
        place << 64 | severity << 62 | u128::from(self.seq)
    }
}

impl DiagnosticBag {
    /// An empty bag.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty bag; all that enters it goes through `policy`.
    #[must_use]
    pub fn with_policy(policy: Policy) -> Self {
        Self { policy: Some(Box::new(policy)), ..Self::default() }
    }

    /// Adds a diagnostic and lends it back, to add to it. Where it is not kept, what is lent goes
    /// nowhere.
    pub fn push(&mut self, mut diagnostic: Diagnostic) -> &mut Diagnostic {
        if let Some(policy) = &self.policy {
            match policy.severity_of(&diagnostic) {
                Some(severity) => diagnostic.set_severity(severity),
                None => return self.dropped.insert(Box::new(diagnostic)),
            }
        }
        let severity = diagnostic.severity();
        let hash = hash(&diagnostic);
        let said = self.seen.get(&hash).and_then(|&index| self.diagnostics.get(index));
        if said.is_some_and(|said| key(said) == key(&diagnostic)) {
            self.repeated.add(severity);
            return self.dropped.insert(Box::new(diagnostic));
        }
        let max_errors = self.policy.as_ref().and_then(|policy| policy.max_errors());
        let is_error = severity >= Severity::Error;
        let is_past = max_errors
            .is_some_and(|max| self.suppressed.errors > 0 || (is_error && self.errors_kept >= max));
        if is_past && severity < Severity::Fatal {
            self.suppressed.add(severity);
            return self.dropped.insert(Box::new(diagnostic));
        }
        self.errors_kept += u64::from(is_error);
        self.seen.insert(hash, self.diagnostics.len());
        self.make_room();
        let code = diagnostic.code();
        self.diagnostics.push(diagnostic);
        match self.diagnostics.last_mut() {
            Some(kept) => kept,
            // Cannot happen after a push. `Vec::push_mut` (Rust 1.95) would need no such arm.
            None => {
                let nothing = Diagnostic::new(severity, code, Span::DUMMY, "");
                self.dropped.insert(Box::new(nothing))
            }
        }
    }

    /// Makes room for one more diagnostic. Where there is none it grows by a quarter: doubled, as a
    /// `Vec` does it, it would leave up to half of a large bag empty.
    fn make_room(&mut self) {
        let len = self.diagnostics.len();
        if len == self.diagnostics.capacity() {
            self.diagnostics.reserve_exact((len / 4).max(4));
        }
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

    /// Adds a note of its own and lends it back, to add to it.
    pub fn push_note(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Diagnostic {
        self.push(Diagnostic::note(code, span, message))
    }

    /// Adds all of `other` after what is here, through the policy of this bag; their numbers go on
    /// from there.
    pub fn merge(&mut self, other: Self) {
        self.extend(other.diagnostics);
        self.suppressed.merge(other.suppressed);
        self.repeated.merge(other.repeated);
    }

    /// The number of diagnostics that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Whether the compilation failed: an error or a fatal one is here.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.suppressed.errors > 0
            || self.diagnostics.iter().any(|diagnostic| diagnostic.severity() >= Severity::Error)
    }

    /// How many there were of each severity, and how many of them are not kept.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut kept = Counts::default();
        for diagnostic in &self.diagnostics {
            kept.add(diagnostic.severity());
        }
        Summary::new(kept, self.suppressed, self.repeated)
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
        // Keys are sorted, not what they are of: a comparison is that of two numbers.
        let mut keys: Vec<u128> = self.iter().map(|entry| entry.rank()).collect();
        keys.sort_unstable();
        let entry = |rank| {
            let seq = u64::try_from(rank & Entry::SEQ).ok()?;
            let diagnostic = self.diagnostics.get(usize::try_from(seq).ok()?)?;
            Some(Entry { seq, diagnostic })
        };
        keys.into_iter().filter_map(entry).collect()
    }

    /// Every issue of the contract, in production order: the number of the diagnostic and what is
    /// wrong with one of its labels or suggestions, at most one thing for each. For tests of a
    /// compiler: output says the same in notes.
    #[must_use]
    pub fn validate(&self, sources: &SourceMap) -> Vec<(u64, SpanIssue)> {
        self.iter()
            .flat_map(|entry| {
                let issues = Checked::new(sources, entry.diagnostic).issues;
                issues.into_iter().map(move |issue| (entry.seq, issue))
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

/// What of a diagnostic says what it is about.
fn key(diagnostic: &Diagnostic) -> (Code, Severity, Span, &str) {
    let span = diagnostic.primary().span();
    (diagnostic.code(), diagnostic.severity(), span, diagnostic.message())
}

/// Where two that differ have the same hash, the later one is kept and may be kept once more.
fn hash(diagnostic: &Diagnostic) -> u64 {
    let mut hasher = DefaultHasher::new();
    key(diagnostic).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
