//! The collection of a compilation's diagnostics, and the total order in which they are emitted.

mod policy;
mod summary;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

pub use policy::{Level, Policy, PolicyError};
pub use summary::Summary;

use crate::check::{CheckedDiagnostic, SpanIssue};
use crate::model::{Code, Diagnostic, Severity, Span};
use crate::source::{SourceFile, SourceMap};

/// A collection of diagnostics in the order in which they were pushed.
///
/// **Order.** Each stored diagnostic has a number, its `seq`, which is its 0-based position in the bag.
/// Output is [ordered](Self::ordered) by file, first byte of the primary span, severity and `seq`. This is
/// a total order, so the same diagnostics always give the same bytes.
///
/// **Threads.** Use one bag for each unit of work, then [`merge`](Self::merge) the bags in a fixed order,
/// for example that of the files. The output does not depend on the number of threads.
///
/// **Policy.** Every diagnostic that is pushed goes through the [`Policy`] of the bag:
///
/// - The level of its code may raise or lower its severity, or drop it. A dropped diagnostic is not counted.
/// - Once an error exceeds the limit of errors, it and all later diagnostics are counted as suppressed and not
///   stored, except fatal ones.
/// - A duplicate, which has the code, severity, message, primary span and trace of a stored diagnostic, is counted
///   and not stored.
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
#[derive(Clone, Debug, Default)]
pub struct DiagnosticBag {
    diagnostics: Vec<Diagnostic>,
    policy: Option<Box<Policy>>,
    /// The index of the stored diagnostic with each hash, to find duplicates.
    seen: HashMap<u64, usize>,
    stored_errors: u64,
    /// The stored diagnostics but the last one, which can still be changed through the reference that `push` returned.
    settled: Summary,
    /// Diagnostics that were not stored because of the limit of errors.
    suppressed: Summary,
    duplicates: Summary,
    /// Diagnostics that were removed because a baseline has them.
    known: Summary,
    /// The last diagnostic that was not stored, because `push` returns a reference to it.
    discarded: Option<Box<Diagnostic>>,
}

/// Compares the stored diagnostics, their order and the counts, but not the policies.
impl PartialEq for DiagnosticBag {
    fn eq(&self, other: &Self) -> bool {
        (&self.diagnostics, self.suppressed, self.duplicates, self.known)
            == (&other.diagnostics, other.suppressed, other.duplicates, other.known)
    }
}

impl Eq for DiagnosticBag {}

/// A stored diagnostic and its number in the bag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry<'a> {
    /// The 0-based position in the order in which diagnostics were pushed.
    pub seq: u64,
    /// The diagnostic.
    pub diagnostic: &'a Diagnostic,
}

impl Entry<'_> {
    /// The bits of a sort key that contain the `seq`. No bag can have 2^62 diagnostics.
    const SEQ_MASK: u128 = (1 << 62) - 1;

    /// Packs the order of output into one number: file, first byte, severity (2 bits), `seq` (62 bits).
    fn sort_key(&self, span: Span) -> u128 {
        let start = u128::from(span.file().index()) << 32 | u128::from(span.lo());
        let severity = Severity::Fatal as u128 - self.diagnostic.severity() as u128;
        start << 64 | severity << 62 | u128::from(self.seq)
    }
}

impl DiagnosticBag {
    /// Creates an empty bag without a policy.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an empty bag. Every diagnostic that is pushed goes through `policy`.
    #[must_use]
    pub fn with_policy(policy: Policy) -> Self {
        Self { policy: Some(Box::new(policy)), ..Self::default() }
    }

    /// Adds a diagnostic and returns a reference, with which labels, notes or help can be added.
    ///
    /// If the diagnostic is not stored because of the policy or as a duplicate, changes made through the
    /// reference have no effect.
    pub fn push(&mut self, mut diagnostic: Diagnostic) -> &mut Diagnostic {
        if let Some(policy) = &self.policy {
            match policy.severity_of(&diagnostic) {
                Some(severity) => diagnostic.set_severity(severity),
                None => return self.discarded.insert(Box::new(diagnostic)),
            }
        }
        let severity = diagnostic.severity();
        let hash = hash(&diagnostic);
        let stored = self.seen.get(&hash).and_then(|&index| self.diagnostics.get(index));
        if stored.is_some_and(|stored| key(stored) == key(&diagnostic)) {
            self.duplicates.add(severity);
            return self.discarded.insert(Box::new(diagnostic));
        }
        let max_errors = self.policy.as_ref().and_then(|policy| policy.max_errors());
        let is_error = severity >= Severity::Error;
        let is_over_limit = max_errors.is_some_and(|max| {
            self.suppressed.errors > 0 || (is_error && self.stored_errors >= max)
        });
        if is_over_limit && severity < Severity::Fatal {
            self.suppressed.add(severity);
            return self.discarded.insert(Box::new(diagnostic));
        }
        self.stored_errors += u64::from(is_error);
        self.seen.insert(hash, self.diagnostics.len());
        self.settled = self.stored();
        self.reserve_one();
        let code = diagnostic.code();
        self.diagnostics.push(diagnostic);
        // `last_mut` cannot be `None` after a push. `Vec::push_mut` (Rust 1.95) needs no fallback.
        let fallback = || Box::new(Diagnostic::new(severity, code, Span::DUMMY, ""));
        self.diagnostics.last_mut().unwrap_or_else(|| self.discarded.insert(fallback()))
    }

    /// Reserves room for one more diagnostic. A full bag grows by a quarter: `Vec` would double it and
    /// leave up to half of a large bag unused.
    fn reserve_one(&mut self) {
        let len = self.diagnostics.len();
        if len == self.diagnostics.capacity() {
            self.diagnostics.reserve_exact((len / 4).max(4));
        }
    }

    /// Adds an error and returns a reference to it, see [`push`](Self::push).
    pub fn push_error(
        &mut self,
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Diagnostic {
        self.push(Diagnostic::error(code, span, message))
    }

    /// Adds a warning and returns a reference to it, see [`push`](Self::push).
    pub fn push_warning(
        &mut self,
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Diagnostic {
        self.push(Diagnostic::warning(code, span, message))
    }

    /// Adds a diagnostic with the severity `note` and returns a reference to it, see [`push`](Self::push).
    pub fn push_note(
        &mut self,
        code: impl Into<Option<Code>>,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> &mut Diagnostic {
        self.push(Diagnostic::note(code, span, message))
    }

    /// Pushes the diagnostics of `other` to this bag, through the policy of this bag, and adds the counts
    /// of `other`. The diagnostics get new numbers after those of this bag.
    pub fn merge(&mut self, other: Self) {
        self.extend(other.diagnostics);
        self.suppressed.merge(other.suppressed);
        self.duplicates.merge(other.duplicates);
        self.known.merge(other.known);
    }

    /// Applies a limit of errors to the stored diagnostics in the order in which they were pushed, and to those that are
    /// pushed later, see [`Policy::with_max_errors`].
    pub fn set_max_errors(&mut self, max: u64) {
        let policy = self.policy.take().map_or_else(Policy::default, |policy| *policy);
        self.policy = Some(Box::new(policy.with_max_errors(max)));
        self.rebuild(|_| true);
    }

    /// Removes the stored diagnostics, by their `seq`, that a baseline has, and counts them. Duplicates are no longer counted,
    /// because some are duplicates of these.
    pub(crate) fn remove_known(&mut self, is_known: impl Fn(usize) -> bool) {
        self.duplicates = Summary::default();
        self.rebuild(|index| !is_known(index));
    }

    /// Pushes the stored diagnostics again, and counts those that are not kept as known.
    fn rebuild(&mut self, is_kept: impl Fn(usize) -> bool) {
        let old = std::mem::take(self);
        *self = Self {
            policy: old.policy,
            suppressed: old.suppressed,
            duplicates: old.duplicates,
            known: old.known,
            ..Self::default()
        };
        for (index, diagnostic) in old.diagnostics.into_iter().enumerate() {
            if is_kept(index) {
                self.push(diagnostic);
            } else {
                self.known.add(diagnostic.severity());
            }
        }
    }

    /// Returns the number of stored diagnostics.
    #[must_use]
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Returns true if no diagnostic is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Returns true if the compilation failed: there was an error or a fatal diagnostic, even if it was
    /// suppressed.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        let stored = self.stored();
        self.suppressed.errors > 0 || stored.errors > 0 || stored.fatal > 0
    }

    /// Returns the number of diagnostics of each severity, and how many of them are not stored.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let all = Summary::new(self.stored(), self.suppressed, self.duplicates);
        Summary { known: self.known.total(), ..all }
    }

    /// Returns the numbers of stored diagnostics.
    fn stored(&self) -> Summary {
        let mut stored = self.settled;
        if let Some(last) = self.diagnostics.last() {
            stored.add(last.severity());
        }
        stored
    }

    /// Returns the stored diagnostics in the order in which they were pushed.
    pub fn iter(&self) -> Iter<'_> {
        fn entry((index, diagnostic): (usize, &Diagnostic)) -> Entry<'_> {
            Entry { seq: index as u64, diagnostic }
        }
        self.diagnostics.iter().enumerate().map(entry)
    }

    /// Returns the stored diagnostics in the order of output: by file, first byte of the primary span,
    /// severity (the most severe first), and `seq`. This is a total order. A diagnostic about a whole file counts as
    /// one at its first byte, and those without a location come last.
    #[must_use]
    pub fn ordered(&self) -> Vec<Entry<'_>> {
        self.ordered_by(|span| span)
    }

    /// Returns the stored diagnostics in the [order of output](Self::ordered). A diagnostic in an
    /// [embedded file](SourceMap::embed) is at its place in the outer file.
    #[must_use]
    pub fn ordered_in(&self, sources: &SourceMap) -> Vec<Entry<'_>> {
        if !sources.files().any(SourceFile::is_embedded) {
            return self.ordered();
        }
        self.ordered_by(|span| sources.outer_span(span).unwrap_or(span))
    }

    /// Returns the stored diagnostics in the order of output; `place` returns the span that counts.
    fn ordered_by(&self, place: impl Fn(Span) -> Span) -> Vec<Entry<'_>> {
        // Sorting the packed keys is faster than sorting entries by four fields.
        let key = |entry: Entry<'_>| entry.sort_key(place(entry.diagnostic.sort_span()));
        let mut keys: Vec<u128> = self.iter().map(key).collect();
        keys.sort_unstable();
        let entry = |key| {
            let seq = u64::try_from(key & Entry::SEQ_MASK).ok()?;
            let diagnostic = self.diagnostics.get(usize::try_from(seq).ok()?)?;
            Some(Entry { seq, diagnostic })
        };
        keys.into_iter().filter_map(entry).collect()
    }

    /// Compares all spans with the sources and returns every [`SpanIssue`] with the `seq` of its diagnostic,
    /// in the order of `seq`. A label or suggestion has at most one issue.
    ///
    /// This is meant for the tests of a compiler. Emitters add the same issues as notes.
    #[must_use]
    pub fn validate(&self, sources: &SourceMap) -> Vec<(u64, SpanIssue)> {
        self.iter()
            .flat_map(|entry| {
                let issues = CheckedDiagnostic::new(sources, entry.diagnostic).issues;
                issues.into_iter().map(move |issue| (entry.seq, issue))
            })
            .collect()
    }
}

/// An iterator over the stored diagnostics of a bag in the order in which they were pushed.
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

/// Returns the parts of a diagnostic that duplicates have in common.
fn key(diagnostic: &Diagnostic) -> impl PartialEq + '_ {
    let (span, is_located) = (diagnostic.sort_span(), diagnostic.primary().is_some());
    let (kind, message) = ((diagnostic.code(), diagnostic.severity()), diagnostic.message());
    // Two expansions of one macro are not duplicates.
    (kind, span, is_located, message, diagnostic.trace())
}

/// Returns the hash of the [`key`], in few steps. If two different keys collide, `seen` refers to the later diagnostic,
/// so a duplicate of the earlier one is stored.
fn hash(diagnostic: &Diagnostic) -> u64 {
    let mut hasher = DefaultHasher::new();
    let (span, trace) = (diagnostic.sort_span(), diagnostic.trace());
    let severity = u64::from(diagnostic.severity() as u8);
    hasher.write_u64(u64::from(span.file().index()) << 32 | u64::from(span.lo()));
    hasher.write_u64(u64::from(span.hi()) << 32 | severity);
    diagnostic.code().map_or("", |code| code.as_str()).hash(&mut hasher);
    diagnostic.message().hash(&mut hasher);
    if !trace.is_empty() {
        trace.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
