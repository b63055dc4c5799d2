//! Builds a diagnostic from a message of rustc.

use super::expansions::Expansions;
use super::format::{CodeText, Expansion, JsonSpan, Message};
use super::spans::Locator;
use super::suggestions;
use crate::model::{Child, ChildLevel, Code, Diagnostic, Severity, Span, Suggestion};
use crate::read::locate;
use crate::read::losses::Lost;

const CODE_OF_CHILD: &str = "the code of a child";
const HELP: &str = "the level `help`";
const LEVEL: &str = "an unknown level";
const NESTING: &str = "the nesting of children";
const PRIMARY: &str = "the primary mark of further labels";

/// Builds one diagnostic.
pub(super) struct Builder<'b, 'f> {
    locator: Locator<'b, 'f>,
    expansions: Expansions,
    /// Texts that have no other place in the diagnostic.
    notes: Vec<String>,
}

/// A label with a location.
struct Located {
    span: Span,
    is_primary: bool,
    text: String,
    expansion: Option<Box<Expansion>>,
}

/// What a child becomes.
enum Part {
    Child(Child),
    /// Help that only has replacements.
    Suggestion(Suggestion),
}

impl<'b, 'f> Builder<'b, 'f> {
    pub(super) fn new(locator: Locator<'b, 'f>) -> Self {
        Self { locator, expansions: Expansions::default(), notes: Vec::new() }
    }

    /// Converts a message. Returns also what of it could not be kept.
    pub(super) fn diagnostic(mut self, message: Message) -> (Diagnostic, Lost) {
        let Message { message, level, code, spans, children } = message;
        let severity = self.severity(&level);
        let mut diagnostic = Diagnostic::without_location(severity, None, message.clone());
        if let Some(CodeText { code }) = code {
            match Code::new(&code) {
                Ok(code) => diagnostic = diagnostic.with_code(code),
                Err(_) => locate::note_code(&mut diagnostic, &code, &mut self.locator.lost),
            }
        }
        let (edits, labels) = split(spans);
        let mut labels = self.labels(labels);
        if let Some(first) = labels.iter().position(|label| label.is_primary) {
            let primary = labels.remove(first);
            self.expansions_of(&primary, true);
            diagnostic.set_primary(primary.span).set_label(primary.text);
        }
        for label in labels {
            self.expansions_of(&label, false);
            diagnostic.add_secondary(label.span, label.text);
        }
        if let Some(suggestion) = self.suggestion(message, edits) {
            diagnostic.add_suggestion(suggestion);
        }
        let mut parts = Vec::new();
        self.parts(children, &mut parts);
        add_parts(&mut diagnostic, parts);
        for step in self.expansions.steps(&self.locator.files.sources) {
            diagnostic.add_step(step);
        }
        self.notes.into_iter().for_each(|note| _ = diagnostic.add_note(note));
        (diagnostic, self.locator.lost)
    }

    fn severity(&mut self, level: &str) -> Severity {
        match level {
            "error: internal compiler error" => Severity::Fatal,
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "note" | "failure-note" => Severity::Note,
            "help" => {
                self.locator.lost.add(HELP);
                Severity::Note
            }
            _ => {
                self.locator.lost.add(LEVEL);
                self.notes.push(format!("the level is `{level}`"));
                Severity::Note
            }
        }
    }

    /// Returns the labels with a location. The texts of others become notes.
    fn labels(&mut self, spans: Vec<JsonSpan>) -> Vec<Located> {
        let mut labels: Vec<Located> = Vec::with_capacity(spans.len());
        for mut span in spans {
            let text = span.label.take().unwrap_or_default();
            let (is_primary, expansion) = (span.is_primary, span.expansion.take());
            match self.locator.span(&span) {
                Some(span) => labels.push(Located { span, is_primary, text, expansion }),
                None if text.is_empty() => {}
                None => self.notes.push(text),
            }
        }
        // rustc marks spans as primary, not labels: one span may have several labels.
        let mut primary = labels.iter().filter(|label| label.is_primary).map(|label| label.span);
        let first = primary.next();
        self.locator.lost.add_if(primary.any(|span| Some(span) != first), PRIMARY);
        labels
    }

    /// Returns the suggestion of spans with replacements, or `None` if there are none.
    fn suggestion(&mut self, message: String, edits: Vec<JsonSpan>) -> Option<Suggestion> {
        if edits.is_empty() {
            return None;
        }
        suggestions::suggestion(message, edits, &mut self.expansions, &mut self.locator)
    }

    fn expansions_of(&mut self, label: &Located, is_primary: bool) {
        let expansion = label.expansion.as_deref();
        self.expansions.add(label.span, expansion, is_primary, &mut self.locator);
    }

    /// Converts children to parts.
    fn parts(&mut self, children: Vec<Message>, parts: &mut Vec<Part>) {
        for child in children {
            let Message { message, level, code, spans, children } = child;
            self.locator.lost.add_if(code.is_some(), CODE_OF_CHILD);
            self.locator.lost.add_if(!children.is_empty(), NESTING);
            let level = self.child_level(&level);
            let (edits, labels) = split(spans);
            let is_suggestion = level == ChildLevel::Help && labels.is_empty();
            parts.push(match self.suggestion(message.clone(), edits) {
                Some(suggestion) if is_suggestion => Part::Suggestion(suggestion),
                suggestion => Part::Child(self.child(level, message, labels, suggestion)),
            });
            self.parts(children, parts);
        }
    }

    fn child(
        &mut self,
        level: ChildLevel,
        message: String,
        labels: Vec<JsonSpan>,
        suggestion: Option<Suggestion>,
    ) -> Child {
        let mut child = Child::new(level, message);
        let mut has_primary = false;
        for label in self.labels(labels) {
            self.expansions_of(&label, false);
            if label.is_primary && !has_primary {
                has_primary = true;
                child.add_label(label.span, label.text);
            } else {
                child.add_secondary(label.span, label.text);
            }
        }
        if let Some(suggestion) = suggestion {
            child.add_suggestion(suggestion);
        }
        child
    }

    fn child_level(&mut self, level: &str) -> ChildLevel {
        match level {
            "note" => ChildLevel::Note,
            "help" => ChildLevel::Help,
            "warning" => ChildLevel::Warning,
            "error" => ChildLevel::Error,
            _ => {
                self.locator.lost.add(LEVEL);
                self.notes.push(format!("the level of a child is `{level}`"));
                ChildLevel::Note
            }
        }
    }
}

/// Splits spans into those with a replacement and the others.
fn split(spans: Vec<JsonSpan>) -> (Vec<JsonSpan>, Vec<JsonSpan>) {
    spans.into_iter().partition(|span| span.suggested_replacement.is_some())
}

/// Adds the children and suggestions. Output shows suggestions after children, so one that comes before a child is added
/// as a child.
fn add_parts(diagnostic: &mut Diagnostic, parts: Vec<Part>) {
    let is_child = |part: &Part| matches!(part, Part::Child(_));
    let mut rest = parts.iter().filter(|part| is_child(part)).count();
    for part in parts {
        match part {
            Part::Child(child) => {
                rest -= 1;
                diagnostic.add_child(child);
            }
            Part::Suggestion(suggestion) if rest > 0 => {
                let child = Child::help(suggestion.message().to_owned());
                diagnostic.add_child(child.with_suggestion(suggestion));
            }
            Part::Suggestion(suggestion) => _ = diagnostic.add_suggestion(suggestion),
        }
    }
}
