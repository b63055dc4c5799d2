//! Resolves the spans of a diagnostic against the sources, and reports invalid ones.
//!
//! A span may be invalid: from another map, in a removed file, past the end of its file, or inside a character. The
//! diagnostic is shown nevertheless. An invalid label is extended to the nearest valid offsets. An invalid suggestion
//! is omitted, because it could change the wrong text. Each of these is a [`SpanIssue`], which emitters show as a note
//! and [`DiagnosticBag::validate`](crate::DiagnosticBag::validate) returns.
//!
//! Spans and edits in an embedded file become those of the file that contains it. So emitters need no knowledge of
//! embedded files.

mod fix;
mod issue;
mod labels;
mod suggestion;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

pub(crate) use fix::{Fix, choices};
pub use issue::{SpanIssue, SpanIssueKind, SpanOwner};
pub(crate) use labels::LabelList;
pub(crate) use suggestion::resolved_edits;

use crate::model::{Child, Diagnostic, FileId, Label, LabelStyle, Span, Suggestion, TraceStep};
use crate::source::{
    ColumnUnit, Location, PartialLocation, SourceError, SourceFile, SourceLine, SourceMap,
};

/// A valid span: inside its file, which is not embedded, at character boundaries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResolvedSpan<'a> {
    pub(crate) file: &'a SourceFile,
    /// The valid span. It differs from the original span if that is invalid or in an embedded file.
    pub(crate) span: Span,
}

impl<'a> ResolvedSpan<'a> {
    /// Returns true if `other` is in this span, or is the same one.
    pub(crate) fn contains(&self, other: Span) -> bool {
        self.span.file() == other.file()
            && self.span.lo() <= other.lo()
            && other.hi() <= self.span.hi()
    }

    /// Returns the location of the start, or the nearest known one. For formats that require a line.
    #[inline]
    pub(crate) fn location(&self, unit: ColumnUnit) -> Location<'a> {
        self.file.location(self.span.lo(), unit)
    }

    /// Returns the location of the start, without a line and a column if they are unknown.
    #[inline]
    pub(crate) fn partial_location(&self, unit: ColumnUnit) -> PartialLocation<'a> {
        self.file.partial_location(self.span.lo(), unit)
    }

    /// Returns true if the line and the column of the start are known.
    #[inline]
    pub(crate) fn is_known(&self) -> bool {
        self.file.is_known(self.span.lo())
    }

    /// Returns the line of the start, or `None` if a reader cannot open the file.
    pub(crate) fn start_line(&self) -> Option<SourceLine> {
        self.file.is_openable().then(|| self.file.line_at(self.span.lo()))
    }

    /// Returns the [location](Self::location) of the start and the location of the [end](Self::end).
    pub(crate) fn ends(&self, unit: ColumnUnit) -> (Location<'a>, Option<Location<'a>>) {
        self.ends_from(self.start_line().as_ref(), unit)
    }

    /// Returns the [`ends`](Self::ends) of a span with this [`start_line`](Self::start_line).
    pub(crate) fn ends_from(
        &self,
        line: Option<&SourceLine>,
        unit: ColumnUnit,
    ) -> (Location<'a>, Option<Location<'a>>) {
        let Some(line) = line else { return (self.location(unit), None) };
        let (start, end) = self.file.ends_from(line, self.span, unit);
        (start, Some(end))
    }

    /// Returns the location of the end, see [`SourceFile::end_of`].
    pub(crate) fn end(&self, unit: ColumnUnit) -> Option<Location<'a>> {
        self.file.end_of(self.span, unit)
    }

    /// Returns the 1-based lines of the start and of the [last byte](Self::last_line).
    pub(crate) fn lines(&self) -> (u32, u32) {
        self.lines_from(self.start_line().as_ref())
    }

    /// Returns the [`lines`](Self::lines) of a span with this [`start_line`](Self::start_line).
    pub(crate) fn lines_from(&self, line: Option<&SourceLine>) -> (u32, u32) {
        match line {
            Some(line) if self.span.hi() as usize <= line.next => (line.number, line.number),
            _ => (self.location(ColumnUnit::Byte).line, self.last_line()),
        }
    }

    /// Returns the 1-based line of the last byte, or of the start if the span is empty. A line end belongs
    /// to the line that it ends. In a file that a reader cannot open this is the first line of the span.
    pub(crate) fn last_line(&self) -> u32 {
        if self.file.is_openable() {
            return self.file.line_of(self.span.hi().saturating_sub(1).max(self.span.lo()));
        }
        self.file.location(self.span.lo(), ColumnUnit::Byte).line
    }
}

/// A label with a valid span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResolvedLabel<'a> {
    pub(crate) label: &'a Label,
    pub(crate) at: ResolvedSpan<'a>,
}

impl<'a> std::ops::Deref for ResolvedLabel<'a> {
    type Target = ResolvedSpan<'a>;

    fn deref(&self) -> &Self::Target {
        &self.at
    }
}

/// A child with its valid labels and suggestions.
#[derive(Debug)]
pub(crate) struct CheckedChild<'a> {
    pub(crate) child: &'a Child,
    /// The labels that can be shown.
    pub(crate) labels: Vec<ResolvedLabel<'a>>,
    pub(crate) suggestions: Vec<Cow<'a, Suggestion>>,
    /// The range of its issues in [`CheckedDiagnostic::issues`].
    pub(crate) issues: Range<usize>,
}

/// A step of the trace, and its location if it can be shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedStep<'a> {
    pub(crate) step: &'a TraceStep,
    pub(crate) at: Option<ResolvedSpan<'a>>,
}

/// A diagnostic with its valid labels and suggestions, and the issues of the others.
#[derive(Debug)]
pub(crate) struct CheckedDiagnostic<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) diagnostic: &'a Diagnostic,
    /// The file that the diagnostic is about as a whole.
    pub(crate) whole_file: Option<&'a SourceFile>,
    /// The labels that can be shown. The primary label is the first one if it can be shown.
    pub(crate) labels: LabelList<'a>,
    pub(crate) children: Vec<CheckedChild<'a>>,
    pub(crate) trace: Vec<CheckedStep<'a>>,
    /// The suggestions of the diagnostic itself.
    pub(crate) suggestions: Vec<Cow<'a, Suggestion>>,
    /// The issues in the order of the parts above.
    pub(crate) issues: Vec<SpanIssue>,
    /// See [`primary_line`](Self::primary_line).
    primary_line: OnceCell<Option<SourceLine>>,
}

impl<'a> CheckedDiagnostic<'a> {
    pub(crate) fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Self {
        let mut checker = Checker { sources, issues: Vec::new(), unavailable: Vec::new() };
        if let Some(label) = diagnostic.unlocated_label() {
            let (owner, message) = (SpanOwner::PrimaryLabel, label.message().map(str::to_owned));
            checker.report(Span::DUMMY, SpanIssueKind::UnknownFile { owner, message });
        }
        let whole_file = diagnostic.file().filter(|_| diagnostic.primary().is_none());
        let whole_file = whole_file.and_then(|file| checker.file(file));
        let mut labels = LabelList::new();
        for label in diagnostic.labels() {
            if let Some(label) = checker.label(label, label.style().into()) {
                labels.push(label);
            }
        }
        let children = map_all(diagnostic.children(), |child| checker.child(child));
        let trace = map_all(diagnostic.trace(), |step| checker.step(step));
        let suggestions = checker.suggestions(diagnostic.suggestions());
        let (issues, primary_line) = (checker.issues, OnceCell::new());
        Self {
            sources,
            diagnostic,
            whole_file,
            labels,
            children,
            trace,
            suggestions,
            issues,
            primary_line,
        }
    }

    /// Returns only the span of the [primary](Self::primary) label and the file that the diagnostic is about as a whole.
    pub(crate) fn place(
        sources: &'a SourceMap,
        diagnostic: &'a Diagnostic,
    ) -> (Option<ResolvedSpan<'a>>, Option<&'a SourceFile>) {
        let mut checker = Checker { sources, issues: Vec::new(), unavailable: Vec::new() };
        match diagnostic.primary() {
            Some(label) => {
                (checker.label(label, SpanOwner::PrimaryLabel).map(|label| label.at), None)
            }
            None => (None, diagnostic.file().and_then(|file| checker.file(file))),
        }
    }

    /// Returns the primary label, or `None` if it cannot be shown.
    #[inline]
    pub(crate) fn primary(&self) -> Option<&ResolvedLabel<'a>> {
        self.labels.first().filter(|first| first.label.style() == LabelStyle::Primary)
    }

    /// Returns the [line](ResolvedSpan::start_line) of the primary label. It is looked up once, because some formats need it
    /// for the location and for the fingerprint.
    pub(crate) fn primary_line(&self) -> Option<&SourceLine> {
        let line = || self.primary().and_then(|primary| primary.start_line());
        self.primary_line.get_or_init(line).as_ref()
    }

    /// Returns the secondary labels.
    pub(crate) fn related(&self) -> impl Iterator<Item = &ResolvedLabel<'a>> {
        self.labels.iter().skip(usize::from(self.primary().is_some()))
    }

    /// Returns the file of the primary label, or the file that the diagnostic is about.
    #[inline]
    pub(crate) fn file(&self) -> Option<&'a SourceFile> {
        self.primary().map(|primary| primary.file).or(self.whole_file)
    }

    /// Returns the first file that another program can open, for formats that require a location of every diagnostic.
    pub(crate) fn first_openable_file(&self) -> Option<&'a SourceFile> {
        self.sources.first_openable_file()
    }

    /// Returns the notes of the diagnostic, then one note for each issue.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let issues = self.issues.iter().map(|issue| Cow::Owned(issue.to_string()));
        self.diagnostic.notes().map(Cow::Borrowed).chain(issues)
    }
}

/// Converts every item. Most diagnostics have none, and then it costs nothing.
#[inline]
pub(crate) fn map_all<I, U>(items: I, convert: impl FnMut(I::Item) -> U) -> Vec<U>
where
    I: IntoIterator<IntoIter: ExactSizeIterator>,
{
    let items = items.into_iter();
    if items.len() == 0 { Vec::new() } else { items.map(convert).collect() }
}

/// Resolves the parts of one diagnostic and collects their issues.
struct Checker<'a> {
    sources: &'a SourceMap,
    issues: Vec<SpanIssue>,
    /// The files whose texts are reported as unavailable.
    unavailable: Vec<FileId>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, span: Span, kind: SpanIssueKind) {
        self.issues.push(SpanIssue::new(span, kind));
    }

    /// Reports that a file is not in the map.
    fn report_no_file(
        &mut self,
        span: Span,
        owner: SpanOwner,
        message: Option<&str>,
        error: SourceError,
    ) {
        let message = message.map(str::to_owned);
        let kind = match error {
            SourceError::Removed { path, .. } => {
                SpanIssueKind::RemovedFile { owner, path, message }
            }
            _ => SpanIssueKind::UnknownFile { owner, message },
        };
        self.report(span, kind);
    }

    /// Reports once why the text of a file is unavailable, unless the caller made it so.
    fn report_load_error(&mut self, span: Span, owner: SpanOwner, file: &SourceFile) {
        let Some(error) = file.load_error() else { return };
        if !self.unavailable.contains(&file.id()) {
            self.unavailable.push(file.id());
            let (path, reason) = (file.path().to_owned(), error.to_string());
            self.report(span, SpanIssueKind::Unavailable { owner, path, reason });
        }
    }

    /// Returns the file that a diagnostic is about.
    fn file(&mut self, file: FileId) -> Option<&'a SourceFile> {
        match self.sources.file(file) {
            Ok(file) => Some(file.outermost_file()),
            Err(error) => {
                self.report_no_file(Span::empty(file, 0), SpanOwner::Diagnostic, None, error);
                None
            }
        }
    }

    /// Returns the label with a valid span, or `None` if it cannot be shown.
    fn label(&mut self, label: &'a Label, owner: SpanOwner) -> Option<ResolvedLabel<'a>> {
        if label.span().file() == FileId::DUMMY && label.message().is_none() {
            return None;
        }
        let at = self.span(label.span(), owner, label.message())?;
        Some(ResolvedLabel { label, at })
    }

    fn child(&mut self, child: &'a Child) -> CheckedChild<'a> {
        let first_issue = self.issues.len();
        let labels = child.labels().iter();
        let labels = labels.filter_map(|label| self.label(label, SpanOwner::ChildLabel)).collect();
        let suggestions = self.suggestions(child.suggestions());
        CheckedChild { child, labels, suggestions, issues: first_issue..self.issues.len() }
    }

    fn step(&mut self, step: &'a TraceStep) -> CheckedStep<'a> {
        let span = step.span().filter(|span| span.file() != FileId::DUMMY);
        CheckedStep { step, at: span.and_then(|span| self.span(span, SpanOwner::Step, None)) }
    }

    /// Returns the valid span that is nearest to `span`, or `None` if its file is unknown. Always inlined, because most spans
    /// are valid.
    #[inline(always)]
    fn span(
        &mut self,
        span: Span,
        owner: SpanOwner,
        message: Option<&str>,
    ) -> Option<ResolvedSpan<'a>> {
        match self.sources.file_of(span.file()) {
            Some(file) if file.is_valid(span) => Some(ResolvedSpan { file, span }),
            _ => self.other_span(span, owner, message),
        }
    }

    /// Resolves a span that is invalid, or in an embedded or unavailable file.
    #[cold]
    fn other_span(
        &mut self,
        span: Span,
        owner: SpanOwner,
        message: Option<&str>,
    ) -> Option<ResolvedSpan<'a>> {
        let file = match self.sources.file(span.file()) {
            Ok(file) => file,
            Err(error) => {
                self.report_no_file(span, owner, message, error);
                return None;
            }
        };
        if file.is_unavailable() {
            self.report_load_error(span, owner, file);
            return Some(ResolvedSpan { file, span });
        }
        let clamped = file.nearest_span(span.range());
        let path = || file.path().to_owned();
        if span.hi() > file.len() {
            let (path, len) = (path(), file.len());
            self.report(span, SpanIssueKind::OutOfBounds { owner, path, len, clamped });
        } else if clamped != span {
            let path = path();
            self.report(span, SpanIssueKind::InsideCharacter { owner, path, clamped });
        }
        let (file, span) = file.outermost(clamped);
        Some(ResolvedSpan { file, span })
    }
}

#[cfg(test)]
mod tests;
