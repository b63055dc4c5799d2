//! The messages of a compilation, each with the lines at which an annotation may announce it.

use std::borrow::Cow;
use std::fmt;

use vitte_diag::{
    Child, Code, Diagnostic, FileId, Label, LabelStyle, SourceMap, Span, Suggestion, TraceKind,
    TraceStep,
};

use crate::annotation::{Annotation, Kind};

/// A message that an annotation may announce: a diagnostic, or a part of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Message<'d> {
    pub(crate) kind: Kind,
    pub(crate) code: Option<Code>,
    pub(crate) text: Cow<'d, str>,
    /// The 1-based lines of the case at which it is announced, usually one. Empty if it has no location in the case.
    pub(crate) lines: Vec<u32>,
    /// The diagnostic, if the message is not only a part of one.
    pub(crate) diagnostic: Option<&'d Diagnostic>,
}

/// Writes the message as an annotation announces it: `error[E0001]: illegal character`.
impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(code) = self.code {
            write!(f, "[{code}]")?;
        }
        write!(f, ": {}", self.text.lines().next().unwrap_or_default())
    }
}

impl Message<'_> {
    /// Returns true if `annotation` announces this message.
    pub(crate) fn is_announced_by(
        &self,
        annotation: &Annotation,
        normalize: &dyn Fn(&str) -> String,
    ) -> bool {
        self.kind == annotation.kind
            && self.is_on(annotation.line)
            && annotation
                .code
                .as_deref()
                .is_none_or(|code| self.code.is_some_and(|own| own.as_str() == code))
            && self.contains(&annotation.message, normalize)
    }

    /// Returns true if the message is on a line, or has none and `line` is `None`.
    pub(crate) fn is_on(&self, line: Option<u32>) -> bool {
        line.map_or(self.lines.is_empty(), |line| self.lines.contains(&line))
    }

    /// Returns true if the text contains `part`, before or after normalization. The tests of rustc write the code behind
    /// the message, so it is a part of the text too: `mismatched types [E0308]`.
    pub(crate) fn contains(&self, part: &str, normalize: &dyn Fn(&str) -> String) -> bool {
        if part.is_empty() || self.text.contains(part) {
            return true;
        }
        let in_lines = |text: &str| {
            text.contains(part)
                || self.code.is_some_and(|code| {
                    text.lines().any(|line| format!("{line} [{code}]").contains(part))
                })
        };
        in_lines(&self.text) || in_lines(&normalize(&self.text))
    }
}

/// Returns the messages of diagnostics, in their order: each diagnostic is followed by its parts.
pub(crate) fn messages<'d>(
    diagnostics: &'d [Diagnostic],
    sources: &SourceMap,
    case: FileId,
) -> Vec<Message<'d>> {
    let mut collector = Collector { sources, case, messages: Vec::new() };
    diagnostics.iter().for_each(|diagnostic| collector.diagnostic(diagnostic));
    collector.messages
}

/// Finds the lines of spans, and collects messages.
struct Collector<'d, 's> {
    sources: &'s SourceMap,
    case: FileId,
    messages: Vec<Message<'d>>,
}

impl<'d> Collector<'d, '_> {
    /// Returns the line of a span, or `None` if it is in another file.
    fn line_of(&self, span: Span) -> Option<u32> {
        let span = self.sources.outer_span(span).unwrap_or(span);
        let file = self.sources.file(self.case).ok()?;
        (span.file() == self.case).then(|| file.line_of(span.lo()))
    }

    fn diagnostic(&mut self, diagnostic: &'d Diagnostic) {
        let primary = diagnostic.primary().map(Label::span);
        // Code in a macro of another file is announced where the case uses it.
        let steps = diagnostic.trace().iter().filter_map(TraceStep::span);
        let own = primary.into_iter().chain(steps).find_map(|span| self.line_of(span));
        self.messages.push(Message {
            kind: diagnostic.severity().into(),
            code: diagnostic.code(),
            text: diagnostic.message().into(),
            lines: own.into_iter().collect(),
            diagnostic: Some(diagnostic),
        });
        self.labels(diagnostic.labels());
        for step in diagnostic.trace() {
            let line = step.span().and_then(|span| self.line_of(span));
            self.part(Kind::Note, step.message(), line);
            if step.kind() == TraceKind::Macro {
                // The tests of rustc write the name of a macro without quotes.
                self.part(Kind::Note, step.message().replace('`', ""), line);
            }
        }
        if let Some(help) = diagnostic.help() {
            self.part(Kind::Help, help, own);
        }
        diagnostic.notes().for_each(|note| self.part(Kind::Note, note, own));
        diagnostic.children().iter().for_each(|child| self.child(child, own));
        for suggestion in diagnostic.all_suggestions() {
            self.suggestion(suggestion, own);
        }
    }

    /// Adds a part of a diagnostic.
    fn part(&mut self, kind: Kind, text: impl Into<Cow<'d, str>>, line: Option<u32>) {
        let lines = line.into_iter().collect();
        self.messages.push(Message {
            kind,
            code: None,
            text: text.into(),
            lines,
            diagnostic: None,
        });
    }

    fn labels(&mut self, labels: impl Iterator<Item = &'d Label>) {
        for label in labels {
            if let Some(text) = label.message() {
                self.part(Kind::Note, text, self.line_of(label.span()));
            }
        }
    }

    /// Adds a child. Without a label it is on the line of its diagnostic.
    fn child(&mut self, child: &'d Child, line: Option<u32>) {
        let is_primary = |label: &&Label| label.style() == LabelStyle::Primary;
        let label = child.labels().iter().find(is_primary).or(child.labels().first());
        let own = label.and_then(|label| self.line_of(label.span()));
        self.part(child.level().into(), child.message(), own.or(line));
        self.labels(child.labels().iter());
    }

    fn suggestion(&mut self, suggestion: &'d Suggestion, line: Option<u32>) {
        let edits = || suggestion.alternatives().flatten();
        let mut lines: Vec<u32> = edits().filter_map(|edit| self.line_of(edit.span())).collect();
        lines.extend(line);
        lines.sort_unstable();
        lines.dedup();
        let (kind, text) = (Kind::Help, suggestion.message().into());
        self.messages.push(Message { kind, code: None, text, lines, diagnostic: None });
        for edit in edits() {
            let first = self.line_of(edit.span());
            for (text, index) in edit.text().lines().zip(0_u32..) {
                self.part(Kind::Suggestion, text, first.map(|first| first.saturating_add(index)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
