//! The messages of a compilation, each with the lines at which an annotation may announce it.

use std::borrow::Cow;
use std::fmt;

use vitte_diag::{
    Child, Code, ColumnUnit, Diagnostic, FileId, Label, LabelStyle, SourceMap, Span, Suggestion,
    TraceKind, TraceStep,
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
    /// The diagnostic, if the message is not only a part of one. Each line of its text is a message.
    pub(crate) diagnostic: Option<&'d Diagnostic>,
}

/// Writes the message as an annotation announces it: `error[E0001]: illegal character`.
impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(code) = self.code {
            write!(f, "[{code}]")?;
        }
        write!(f, ": {}", self.text)
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
        let has_part = |text: &str| {
            text.contains(part)
                || self.code.is_some_and(|code| format!("{text} [{code}]").contains(part))
        };
        part.is_empty() || has_part(&self.text) || has_part(&normalize(&self.text))
    }
}

/// Returns the messages of diagnostics, in their order: each diagnostic is followed by its parts.
pub(crate) fn messages<'d>(
    diagnostics: &'d [Diagnostic],
    sources: &SourceMap,
    case: FileId,
) -> Vec<Message<'d>> {
    let mut collector = Collector { sources, case, messages: Vec::new(), uses: Vec::new() };
    diagnostics.iter().for_each(|diagnostic| collector.diagnostic(diagnostic));
    collector.messages
}

/// Finds the lines of spans, and collects messages.
struct Collector<'d, 's> {
    sources: &'s SourceMap,
    case: FileId,
    messages: Vec<Message<'d>>,
    /// The lines of the case in the trace of the current diagnostic.
    uses: Vec<u32>,
}

impl<'d> Collector<'d, '_> {
    /// Returns the line of a span, or `None` if it is in another file. The end of a file is on its last line, as in the tests of
    /// rustc, because the empty line after the last line feed cannot have an annotation.
    fn line_of(&self, span: Span) -> Option<u32> {
        let span = self.sources.outer_span(span).unwrap_or(span);
        let file = self.sources.file(self.case).ok().filter(|_| span.file() == self.case)?;
        let line = file.location(span.lo(), ColumnUnit::Byte).line;
        let is_end = span.lo() == file.len() && file.text().ends_with('\n');
        Some(if is_end { line.saturating_sub(1).max(1) } else { line })
    }

    fn diagnostic(&mut self, diagnostic: &'d Diagnostic) {
        let primary = diagnostic.primary().map(Label::span);
        // Code in a macro of another file is announced where the case uses it.
        let steps = diagnostic.trace().iter().filter_map(TraceStep::span);
        self.uses = steps.filter_map(|span| self.line_of(span)).collect();
        let own = primary.and_then(|span| self.line_of(span)).or(self.uses.first().copied());
        let kind = Kind::from(diagnostic.severity());
        let lines: Vec<u32> = own.into_iter().collect();
        for text in text_lines(diagnostic.message()) {
            let (code, text, lines) = (diagnostic.code(), text.into(), lines.clone());
            self.messages.push(Message { kind, code, text, lines, diagnostic: Some(diagnostic) });
        }
        self.labels(diagnostic.labels());
        for step in diagnostic.trace() {
            let line: Vec<u32> =
                step.span().and_then(|span| self.line_of(span)).into_iter().collect();
            if step.kind() == TraceKind::Macro {
                // The tests of rustc have the name of a macro without quotes, and other words for a desugaring.
                let text =
                    step.message().replace("in this desugaring", "in this expansion of desugaring");
                let text = if text == step.message() { text.replace('`', "") } else { text };
                let (kind, text) = (Kind::Note, text.into());
                self.messages.push(Message {
                    kind,
                    code: None,
                    text,
                    lines: line.clone(),
                    diagnostic: None,
                });
            }
            self.part(Kind::Note, step.message(), &line);
        }
        if let Some(help) = diagnostic.help() {
            self.part(Kind::Help, help, &lines);
        }
        diagnostic.notes().for_each(|note| self.part(Kind::Note, note, &lines));
        diagnostic.children().iter().for_each(|child| self.child(child, &lines));
        for suggestion in diagnostic.all_suggestions() {
            self.suggestion(suggestion, own);
        }
    }

    /// Adds each line of a part of a diagnostic.
    fn part(&mut self, kind: Kind, text: &'d str, lines: &[u32]) {
        for text in text_lines(text) {
            let (text, lines) = (text.into(), lines.to_vec());
            self.messages.push(Message { kind, code: None, text, lines, diagnostic: None });
        }
    }

    /// Returns the lines of a label: its own, or those at which the case uses the code of another file.
    fn lines_of(&self, span: Span) -> Vec<u32> {
        self.line_of(span).map_or_else(|| self.uses.clone(), |line| vec![line])
    }

    fn labels(&mut self, labels: impl Iterator<Item = &'d Label>) {
        for label in labels {
            if let Some(text) = label.message() {
                self.part(Kind::Note, text, &self.lines_of(label.span()));
            }
        }
    }

    /// Adds a child. Without a label it is on the line of its diagnostic.
    fn child(&mut self, child: &'d Child, lines: &[u32]) {
        let is_primary = |label: &&Label| label.style() == LabelStyle::Primary;
        let label = child.labels().iter().find(is_primary).or(child.labels().first());
        let own = label.map(|label| self.lines_of(label.span())).filter(|lines| !lines.is_empty());
        self.part(child.level().into(), child.message(), own.as_deref().unwrap_or(lines));
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
                let line = first.map(|first| first.saturating_add(index));
                self.part(Kind::Suggestion, text, line.as_slice());
            }
        }
    }
}

/// Returns the lines of a text, at least one.
fn text_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().chain(text.is_empty().then_some(""))
}

#[cfg(test)]
mod tests;
