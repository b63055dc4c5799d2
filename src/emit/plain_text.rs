//! The text of a diagnostic, for formats that have a single text field for most of its parts.

mod related;

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

pub(super) use self::related::Related;
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
    pub(super) const fn checked(&self) -> &'a CheckedDiagnostic<'a> {
        self.checked
    }

    pub(super) const fn new(checked: &'a CheckedDiagnostic<'a>, parts: TextParts<'a>) -> Self {
        Self { checked, parts }
    }
}

impl fmt::Display for PlainText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { checked, parts } = self;
        f.write_str(checked.diagnostic.message())?;
        if let Some(message) = checked.primary().and_then(|primary| primary.label.message()) {
            write!(f, "\n{message}")?;
        }
        if parts.related {
            list(f, "label", checked.related(), write_label)?;
        }
        if let Some(help) = checked.diagnostic.help() {
            write!(f, "\nhelp: {help}")?;
        }
        for note in checked.notes() {
            write!(f, "\nnote: {note}")?;
        }
        // Most diagnostics have neither.
        if !checked.children.is_empty() || !checked.trace.is_empty() {
            self.children(f)?;
            self.trace(f)?;
        }
        parts
            .suggestions
            .iter()
            .try_for_each(|suggestion| write_suggestion(f, checked.sources, suggestion))?;
        let backtrace = checked.diagnostic.backtrace().filter(|_| parts.backtrace);
        backtrace.map_or(Ok(()), |backtrace| write!(f, "\nbacktrace:\n{backtrace}"))
    }
}

impl PlainText<'_> {
    /// Writes the children. Without [`TextParts::related`] those with labels are in the related locations.
    fn children(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let children = self.checked.children.iter();
        let children = children.filter(|child| self.parts.related || child.labels.is_empty());
        list(f, "message", children, |f, checked| {
            write!(f, "\n{}", headline(checked.child))?;
            list(f, "label", checked.labels.iter(), write_label)
        })
    }

    fn trace(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.checked.trace.iter().filter(|step| self.parts.steps.contains(step));
        list(f, "step", steps, |f, checked| match checked.at {
            Some(at) => write_located(f, at, step_message(checked.step)),
            None => write!(f, "\n{}", step_message(checked.step)),
        })
    }
}

/// Writes the first [`MAX_ITEMS`] items, and how many more there are.
fn list<T>(
    f: &mut fmt::Formatter<'_>,
    noun: &str,
    mut items: impl Iterator<Item = T>,
    write: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for item in items.by_ref().take(MAX_ITEMS) {
        write(f, item)?;
    }
    match items.count() {
        0 => Ok(()),
        more => write!(f, "\nand {}", text::more(noun, more)),
    }
}

fn write_label(f: &mut fmt::Formatter<'_>, label: &ResolvedLabel<'_>) -> fmt::Result {
    write_located(f, label.at, label.label.message().unwrap_or("here"))
}

fn write_located(f: &mut fmt::Formatter<'_>, at: ResolvedSpan<'_>, message: &str) -> fmt::Result {
    write!(f, "\n{}", at.file.path())?;
    if let Some((line, col)) = at.partial_location(ColumnUnit::Char).position {
        write!(f, ":{line}:{col}")?;
    }
    write!(f, ": {message}")
}

fn write_suggestion(
    f: &mut fmt::Formatter<'_>,
    sources: &SourceMap,
    suggestion: &Suggestion,
) -> fmt::Result {
    write!(f, "\nhelp: {}", suggestion.message())?;
    if !suggestion.has_alternatives() {
        return Ok(());
    }
    let choices = check::choices(sources, suggestion);
    list(f, "alternative", choices.iter(), |f, choice| write!(f, "\n- {choice}"))
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

impl Serialize for PlainText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
