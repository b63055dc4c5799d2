//! Converts diagnostics to JSON.

use std::borrow::Cow;

use super::{
    JsonChild, JsonDiagnostic, JsonEdit, JsonLabel, JsonLocation, JsonStep, JsonSuggestion,
};
use crate::check::{
    CheckedChild, CheckedDiagnostic, CheckedStep, ResolvedLabel, ResolvedSpan, map_all,
};
use crate::model::{Backtrace, Diagnostic, Edit, LabelStyle, Suggestion};
use crate::source::{ColumnUnit, SourceMap};

/// Converts the parts of one diagnostic. The sources outlive the output, the check does not.
#[derive(Clone, Copy)]
pub(super) struct Converter<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) unit: ColumnUnit,
}

impl<'a> JsonDiagnostic<'a> {
    /// Converts `diagnostic`; columns count `unit`.
    ///
    /// An invalid span is clamped to its file, and a note reports it. A label in a file that is not in
    /// `sources` is omitted, and a note contains its message.
    #[must_use]
    pub fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic, unit: ColumnUnit) -> Self {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        let notes = checked.notes().collect();
        let CheckedDiagnostic { whole_file, labels, children, trace, suggestions, .. } = checked;
        let converter = Converter { sources, unit };
        let labels = converter.labels(&labels);
        let primary = labels.first().filter(|first| first.style == LabelStyle::Primary);
        let frames = diagnostic.backtrace().into_iter().flat_map(Backtrace::frames);
        Self {
            severity: diagnostic.severity(),
            code: diagnostic.code(),
            message: diagnostic.message().into(),
            primary: primary.map(JsonLabel::location),
            labels,
            help: diagnostic.help().map(Cow::Borrowed),
            notes,
            children: map_all(children, |child| converter.child(child)),
            trace: map_all(trace, |step| converter.step(&step)),
            tags: diagnostic.tags().collect(),
            suggestions: converter.suggestions(suggestions),
            backtrace: frames.map(|frame| frame.text().into()).collect(),
            file: whole_file.map(|file| file.path().into()),
        }
    }
}

impl<'a> Converter<'a> {
    fn labels(self, labels: &[ResolvedLabel<'a>]) -> Vec<JsonLabel<'a>> {
        labels.iter().map(|label| self.label(label)).collect()
    }

    pub(super) fn label(self, resolved: &ResolvedLabel<'a>) -> JsonLabel<'a> {
        let JsonLocation { file, lo, hi, line, col } = self.location(&resolved.at);
        let message = resolved.label.message().map(Cow::Borrowed);
        JsonLabel { style: resolved.label.style(), file, lo, hi, line, col, message }
    }

    pub(super) fn location(self, at: &ResolvedSpan<'a>) -> JsonLocation<'a> {
        let start = at.location(self.unit);
        let (lo, hi) = (at.span.lo(), at.span.hi());
        JsonLocation { file: start.path.into(), lo, hi, line: start.line, col: start.col }
    }

    pub(super) fn child(self, checked: CheckedChild<'a>) -> JsonChild<'a> {
        JsonChild {
            level: checked.child.level(),
            message: checked.child.message().into(),
            labels: self.labels(&checked.labels),
            suggestions: self.suggestions(checked.suggestions),
        }
    }

    pub(super) fn step(self, checked: &CheckedStep<'a>) -> JsonStep<'a> {
        JsonStep {
            kind: checked.step.kind(),
            message: checked.step.message().into(),
            location: checked.at.map(|at| self.location(&at)),
        }
    }

    pub(super) fn suggestions(
        self,
        suggestions: Vec<Cow<'a, Suggestion>>,
    ) -> Vec<JsonSuggestion<'a>> {
        let convert = |suggestion: Cow<'a, Suggestion>| match suggestion {
            Cow::Borrowed(suggestion) => self.suggestion(suggestion),
            Cow::Owned(suggestion) => self.suggestion(&suggestion).into_owned(),
        };
        map_all(suggestions, convert)
    }

    fn suggestion<'s>(self, suggestion: &'s Suggestion) -> JsonSuggestion<'s>
    where
        'a: 's,
    {
        let mut alternatives = suggestion.alternatives().map(|edits| self.edits(edits));
        JsonSuggestion {
            message: suggestion.message().into(),
            applicability: suggestion.applicability(),
            edits: alternatives.next().unwrap_or_default(),
            alternatives: alternatives.collect(),
        }
    }

    fn edits<'s>(self, edits: &'s [Edit]) -> Vec<JsonEdit<'s>>
    where
        'a: 's,
    {
        let convert = |edit: &'s Edit| {
            let span = edit.span();
            let at = self.sources.location_in(span, self.unit).ok()?;
            Some(JsonEdit {
                file: at.path.into(),
                lo: span.lo(),
                hi: span.hi(),
                line: at.line,
                col: at.col,
                text: edit.text().into(),
            })
        };
        edits.iter().filter_map(convert).collect()
    }
}

impl<'a> JsonLabel<'a> {
    pub(super) fn location(&self) -> JsonLocation<'a> {
        let Self { lo, hi, line, col, .. } = *self;
        JsonLocation { file: self.file.clone(), lo, hi, line, col }
    }
}

impl JsonSuggestion<'_> {
    fn into_owned(self) -> JsonSuggestion<'static> {
        let own = |edits: Vec<JsonEdit<'_>>| edits.into_iter().map(JsonEdit::into_owned).collect();
        JsonSuggestion {
            message: self.message.into_owned().into(),
            applicability: self.applicability,
            edits: own(self.edits),
            alternatives: self.alternatives.into_iter().map(own).collect(),
        }
    }
}

impl JsonEdit<'_> {
    fn into_owned(self) -> JsonEdit<'static> {
        let Self { file, lo, hi, line, col, text } = self;
        let (file, text) = (file.into_owned().into(), text.into_owned().into());
        JsonEdit { file, lo, hi, line, col, text }
    }
}
