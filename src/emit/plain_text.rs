//! The text of a diagnostic, for formats that have a single text field for most of its parts.

mod related;

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

pub(super) use self::related::Related;
use super::json_writer;
use crate::check::{self, CheckedDiagnostic, CheckedStep, ResolvedLabel, ResolvedSpan};
use crate::model::{Child, Suggestion, TraceKind, TraceStep};
use crate::source::{ColumnUnit, SourceMap};
use crate::text;

/// The parts of a diagnostic that a format has no field for, and that its text contains instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextParts<'a> {
    /// Whether the text contains the secondary labels and the children with labels, with their locations.
    pub(super) related: bool,
    /// The steps of the trace that the text contains.
    pub(super) steps: StepsInText,
    /// The suggestions whose messages the text contains.
    pub(super) suggestions: &'a [&'a Suggestion],
    /// Whether the text contains the backtrace.
    pub(super) backtrace: bool,
}

impl<'a> TextParts<'a> {
    /// Returns all parts, for a format with one field for all of them. `suggestions` are those of
    /// [`CheckedDiagnostic::all_suggestions`].
    pub(super) const fn all(suggestions: &'a [&'a Suggestion]) -> Self {
        Self { related: true, steps: StepsInText::All, suggestions, backtrace: false }
    }
}

/// The steps of a trace that a text contains, because the format has no field for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StepsInText {
    All,
    /// Those without a location.
    WithoutLocation,
    /// Those of an analysis without a location.
    AnalysisWithoutLocation,
}

impl StepsInText {
    fn contains(self, checked: &CheckedStep<'_>) -> bool {
        match self {
            Self::All => true,
            Self::WithoutLocation => checked.at.is_none(),
            Self::AnalysisWithoutLocation => {
                checked.at.is_none() && checked.step.kind() == TraceKind::Analysis
            }
        }
    }
}

/// The maximum number of items of each list in a text: labels, children, steps, alternatives. The rest is counted.
const MAX_ITEMS: usize = 20;

/// The message of a diagnostic and its further parts, one per line:
///
/// ```text
/// this `if` has no `.end`
/// this line opens a block
/// shapes.vitte:10:3: `.end` was expected before this
/// help: add `.end` where the block ends
/// note: expected .end
/// note: required by this bound
/// shapes.vitte:2:9: the bound
/// shapes.vitte:4:1: in this expansion of `close!`
/// help: consider importing one of these
/// - `use std::fmt::Result;`
/// - `use std::io::Result;`
/// backtrace:
/// 0: vittec::close at src/blocks.rs:77:13
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainText<'a> {
    checked: &'a CheckedDiagnostic<'a>,
    parts: TextParts<'a>,
}

impl<'a> PlainText<'a> {
    pub(super) const fn new(checked: &'a CheckedDiagnostic<'a>, parts: TextParts<'a>) -> Self {
        Self { checked, parts }
    }

    /// Returns the text.
    pub(super) fn to_text(self) -> String {
        // Most texts have one or two more lines than the message.
        let mut text = String::with_capacity(2 * self.checked.diagnostic.message().len() + 64);
        self.write(&mut text);
        text
    }

    /// Writes the text.
    pub(super) fn write(&self, out: &mut impl TextSink) {
        let Self { checked, parts } = self;
        out.text(checked.diagnostic.message());
        if let Some(message) = checked.primary().and_then(|primary| primary.label.message()) {
            line(out, "", message);
        }
        if parts.related {
            list(out, "label", checked.related(), write_label);
        }
        if let Some(help) = checked.diagnostic.help() {
            line(out, "help: ", help);
        }
        for note in checked.notes() {
            line(out, "note: ", &note);
        }
        // Most diagnostics have neither.
        if !checked.children.is_empty() || !checked.trace.is_empty() {
            self.children(out);
            self.trace(out);
        }
        for suggestion in parts.suggestions {
            write_suggestion(out, checked.sources, suggestion);
        }
        if let Some(backtrace) = checked.diagnostic.backtrace().filter(|_| parts.backtrace) {
            line(out, "backtrace:", "");
            line(out, "", &backtrace.to_string());
        }
    }

    /// Writes the children. Without [`TextParts::related`] those with labels are in the related locations.
    fn children<S: TextSink>(&self, out: &mut S) {
        let children = self.checked.children.iter();
        let children = children.filter(|child| self.parts.related || child.labels.is_empty());
        list(out, "message", children, |out: &mut S, checked| {
            line(out, "", &headline(checked.child));
            list(out, "label", checked.labels.iter(), write_label);
        });
    }

    fn trace<S: TextSink>(&self, out: &mut S) {
        let steps = self.checked.trace.iter().filter(|step| self.parts.steps.contains(step));
        list(out, "step", steps, |out: &mut S, checked| match checked.at {
            Some(at) => write_located(out, at, step_message(checked.step)),
            None => line(out, "", step_message(checked.step)),
        });
    }
}

/// What a text is written to.
pub(super) trait TextSink {
    /// Appends text, which is escaped.
    fn text(&mut self, text: &str);

    /// Appends letters, digits, blanks and `-./_~:`, which no format escapes in a text.
    fn plain(&mut self, text: &str);

    /// Appends a line feed, as the format writes it.
    fn line_feed(&mut self);

    /// Appends a number.
    fn number(&mut self, number: u32);
}

impl TextSink for String {
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }

    #[inline]
    fn plain(&mut self, text: &str) {
        self.push_str(text);
    }

    #[inline]
    fn line_feed(&mut self) {
        self.push('\n');
    }

    #[inline]
    fn number(&mut self, number: u32) {
        self.push_str(text::digits(number).as_str());
    }
}

/// The content of a JSON string.
pub(super) struct JsonString<'o>(pub(super) &'o mut Vec<u8>);

impl TextSink for JsonString<'_> {
    fn text(&mut self, text: &str) {
        json_writer::push_escaped(self.0, text);
    }

    #[inline]
    fn plain(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn line_feed(&mut self) {
        self.0.extend_from_slice(b"\\n");
    }

    #[inline]
    fn number(&mut self, number: u32) {
        text::digits(number).push_to(self.0);
    }
}

/// Writes the first [`MAX_ITEMS`] items, and how many more there are.
fn list<T, S: TextSink>(
    out: &mut S,
    noun: &str,
    mut items: impl Iterator<Item = T>,
    write: impl Fn(&mut S, T),
) {
    for item in items.by_ref().take(MAX_ITEMS) {
        write(out, item);
    }
    match items.count() {
        0 => {}
        more => line(out, "and ", &text::more(noun, more)),
    }
}

fn write_label(out: &mut impl TextSink, label: &ResolvedLabel<'_>) {
    write_located(out, label.at, label.label.message().unwrap_or("here"));
}

fn write_located(out: &mut impl TextSink, at: ResolvedSpan<'_>, message: &str) {
    out.line_feed();
    if at.file.has_plain_path() {
        out.plain(at.file.path());
    } else {
        out.text(at.file.path());
    }
    if let Some((line, col)) = at.partial_location(ColumnUnit::Char).position {
        for number in [line, col] {
            out.plain(":");
            out.number(number);
        }
    }
    out.plain(": ");
    out.text(message);
}

/// Writes a line feed, and a line that may contain further ones.
fn line(out: &mut impl TextSink, start: &'static str, text: &str) {
    out.line_feed();
    out.plain(start);
    out.text(text);
}

fn write_suggestion(out: &mut impl TextSink, sources: &SourceMap, suggestion: &Suggestion) {
    line(out, "help: ", suggestion.message());
    if suggestion.has_alternatives() {
        let choices = check::choices(sources, suggestion);
        list(out, "alternative", choices.iter(), |out, choice| line(out, "- ", choice));
    }
}

/// Returns the level and the message of a child, or the level alone if the message is empty.
fn headline(child: &Child) -> Cow<'static, str> {
    match child.message() {
        "" => child.level().as_str().into(),
        message => format!("{}: {message}", child.level()).into(),
    }
}

/// Returns the message of a step, or its kind if the message is empty.
pub(super) fn step_message(step: &TraceStep) -> &str {
    match step.message() {
        "" => step.kind().as_str(),
        message => message,
    }
}

impl fmt::Display for PlainText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl Serialize for PlainText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}
