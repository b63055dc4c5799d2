//! What the style of rustc draws in another way.
//!
//! - The names of lints are not in the header. A note without a location has no header, and a crash is an error.
//! - A short suggestion, the only one, is the message of a label: `^^^^ help: remove this bound`.
//! - Of the trace of a macro only the outermost invocation is shown, as a label: `in this macro invocation`. A label in
//!   a file that is not here, such as one of the standard library, moves to the invocation.
//!
//! The rules are those of rustc:
//! <https://github.com/rust-lang/rust/blob/master/compiler/rustc_errors/src/emitter.rs>.

use std::borrow::Cow;

use crate::check::{CheckedChild, CheckedDiagnostic, CheckedStep, ResolvedSpan};
use crate::emit::excerpt::DrawnLabel;
use crate::model::{Code, Diagnostic, Edit, LabelStyle, Severity, Suggestion, TraceKind};
use crate::source::ColumnUnit;

/// The words that begin a header.
pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal => "error: internal compiler error",
        _ => severity.as_str(),
    }
}

/// Returns true if a diagnostic is a summary, of which rustc writes only the message.
pub(super) fn is_summary(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity() == Severity::Note
        && diagnostic.primary().is_none()
        && diagnostic.file().is_none()
        && diagnostic.children().is_empty()
        && diagnostic.help().is_none()
        && diagnostic.notes().next().is_none()
        && diagnostic.suggestions().is_empty()
        && diagnostic.secondary().is_empty()
        && diagnostic.trace().is_empty()
        && diagnostic.backtrace().is_none()
}

/// Returns true if a code is the name of a lint, which has small letters.
pub(super) fn is_lint(code: Code) -> bool {
    code.as_str().bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Returns true if a step of the trace is not drawn as a note: it is a label, part of the note about macros, or the
/// desugaring of an expression, which rustc does not show.
fn is_expansion(CheckedStep { step, .. }: &CheckedStep<'_>) -> bool {
    let message = step.message();
    let is_known = Macro::new(message).is_some()
        || message.ends_with("is defined here")
        || message.contains(" this desugaring of ");
    step.kind() == TraceKind::Macro && is_known
}

/// What is drawn in labels instead of below them. Nothing in other styles.
#[derive(Debug, Default)]
pub(super) struct RustcParts<'a> {
    inline: Option<Inline<'a>>,
    macros: Option<Macros<'a>>,
}

impl<'a> RustcParts<'a> {
    /// Takes the parts out of a diagnostic.
    pub(super) fn take(checked: &mut CheckedDiagnostic<'a>) -> Self {
        let macros = Some(Macros::new(checked));
        checked.trace.retain(|step| !is_expansion(step));
        let inline = Inline::new(checked);
        if inline.is_some() {
            checked.suggestions.clear();
            // A child that says more than its suggestion stays.
            checked.children.retain(|CheckedChild { child, labels, suggestions, .. }| {
                let says_the_same = |it: &Cow<'_, Suggestion>| it.message() == child.message();
                !labels.is_empty() || !suggestions.iter().any(says_the_same)
            });
            checked.children.iter_mut().for_each(|child| child.suggestions.clear());
        }
        Self { inline, macros }
    }

    /// Adds the parts to the labels of the diagnostic.
    pub(super) fn add_to<'m>(&'m self, labels: &mut Vec<DrawnLabel<'m>>)
    where
        'a: 'm,
    {
        if let Some(macros) = &self.macros {
            macros.add_to(labels, true);
        }
        if let Some(inline) = &self.inline {
            inline.add_to(labels);
        }
    }

    /// Adds the parts to the labels of a child.
    pub(super) fn add_to_child<'m>(&self, labels: &mut Vec<DrawnLabel<'m>>)
    where
        'a: 'm,
    {
        if let Some(macros) = &self.macros {
            macros.add_to(labels, false);
        }
    }

    /// Returns the note about the macros that produced the code.
    pub(super) fn note(&self) -> Option<String> {
        self.macros.as_ref()?.note()
    }
}

/// A suggestion that is the message of a label.
#[derive(Debug)]
struct Inline<'a> {
    message: String,
    at: ResolvedSpan<'a>,
}

impl<'a> Inline<'a> {
    /// Returns the only suggestion of a diagnostic if it is short, and changes what the primary label marks, which has
    /// no message itself.
    fn new(checked: &CheckedDiagnostic<'a>) -> Option<Self> {
        /// The number of words that are too many.
        const MAX_WORDS: usize = 10;

        let primary = checked.primary().filter(|primary| primary.label.message().is_none())?;
        let suggestion = only_suggestion(checked)?;
        let edit = only_edit(suggestion)?;
        let (span, text) = (edit.span(), edit.text());
        let is_inside = primary.contains(span);
        let words = suggestion.message().split_whitespace().count();
        let is_lint = checked.diagnostic.code().is_some_and(is_lint);
        let is_insertion = span.is_empty() && span == primary.span;
        if !is_inside || words >= MAX_WORDS || text.contains('\n') || !(is_lint || is_insertion) {
            return None;
        }
        let message = match text.trim() {
            "" => format!("help: {}", suggestion.message()),
            code => format!("help: {}: `{code}`", suggestion.message()),
        };
        Some(Self { message, at: ResolvedSpan { file: primary.file, span } })
    }

    /// Adds the message to the labels.
    fn add_to<'m>(&'m self, labels: &mut Vec<DrawnLabel<'m>>)
    where
        'a: 'm,
    {
        let message = Some(self.message.as_str());
        match labels.iter_mut().find(|label| label.at.span == self.at.span) {
            Some(label) if label.message.is_none() => label.message = message,
            _ => labels.push(DrawnLabel { style: LabelStyle::Secondary, message, at: self.at }),
        }
    }
}

/// Returns the suggestion of a diagnostic without children that have another one.
fn only_suggestion<'c>(checked: &'c CheckedDiagnostic<'_>) -> Option<&'c Suggestion> {
    let of_children = checked.children.iter().flat_map(|child| &child.suggestions);
    let mut all = checked.suggestions.iter().chain(of_children);
    let first = all.next()?;
    all.next().is_none().then_some(&**first)
}

fn only_edit(suggestion: &Suggestion) -> Option<&Edit> {
    match suggestion.edits() {
        [edit] if !suggestion.has_alternatives() => Some(edit),
        _ => None,
    }
}

/// The macros that produced the code of one label or of several.
#[derive(Debug)]
struct Expansions<'a> {
    /// The text that names the code, or `None` for that of the primary label.
    code: Option<&'a str>,
    /// The invocations, the innermost first. Desugarings are none.
    invocations: Vec<(Macro<'a>, Option<ResolvedSpan<'a>>)>,
    /// Whether the definition of the outermost macro is here.
    is_defined_here: bool,
}

/// The kind and the name of a macro.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Macro<'a> {
    kind: MacroKind,
    name: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum MacroKind {
    Bang,
    Attribute,
    Derive,
}

impl<'a> Macro<'a> {
    /// Reads the message of a step, such as "in this expansion of `sum!`". Returns `None` for another message.
    fn new(message: &'a str) -> Option<Self> {
        let (_, rest) = message
            .split_once(" this expansion of `")
            .or_else(|| message.split_once("in the same expansion of `"))?;
        let name = rest.strip_suffix('`')?;
        Some(if let Some(name) = name.strip_suffix('!') {
            Self { kind: MacroKind::Bang, name }
        } else if let Some(name) = name.strip_prefix("#[derive(") {
            Self { kind: MacroKind::Derive, name: name.trim_end_matches(")]") }
        } else {
            let name = name.trim_start_matches("#[").trim_end_matches(']');
            Self { kind: MacroKind::Attribute, name }
        })
    }

    const fn label(self) -> &'static str {
        match self.kind {
            MacroKind::Bang => "in this macro invocation",
            MacroKind::Attribute => "in this attribute macro expansion",
            MacroKind::Derive => "in this derive macro expansion",
        }
    }

    const fn kind(self) -> &'static str {
        match self.kind {
            MacroKind::Bang => "macro",
            MacroKind::Attribute => "attribute macro",
            MacroKind::Derive => "derive macro",
        }
    }
}

/// The macros of a diagnostic.
#[derive(Debug)]
struct Macros<'a> {
    all: Vec<Expansions<'a>>,
    severity: Severity,
}

impl<'a> Macros<'a> {
    fn new(checked: &CheckedDiagnostic<'a>) -> Self {
        let mut all: Vec<Expansions<'_>> = Vec::new();
        for CheckedStep { step, at } in &checked.trace {
            if step.kind() != TraceKind::Macro {
                continue;
            }
            let message = step.message();
            let code = message.strip_prefix("the code at ").and_then(|rest| {
                rest.split_once(" is in this ").or_else(|| rest.split_once(" is in the same "))
            });
            if all.is_empty() || code.is_some() {
                let code = code.map(|(code, _)| code);
                all.push(Expansions { code, invocations: Vec::new(), is_defined_here: false });
            }
            let Some(last) = all.last_mut() else { continue };
            if let Some(name) = Macro::new(message) {
                last.invocations.push((name, *at));
            } else if message.ends_with("is defined here") {
                last.is_defined_here = at.is_some_and(|at| !at.file.is_unavailable());
            }
        }
        Self { all, severity: checked.diagnostic.severity() }
    }

    /// Moves labels to the invocations that they belong to, and adds labels at invocations.
    fn add_to<'m>(&self, labels: &mut Vec<DrawnLabel<'m>>, is_diagnostic: bool)
    where
        'a: 'm,
    {
        let mut added: Vec<DrawnLabel<'m>> = Vec::new();
        for (index, label) in labels.iter_mut().enumerate() {
            let is_primary = is_diagnostic && index == 0 && label.style == LabelStyle::Primary;
            let Some((name, at)) = self.outermost(label, is_primary) else { continue };
            if label.at.file.is_unavailable() {
                label.at = at;
                continue;
            }
            let is_added = added.iter().any(|other| other.at.span == at.span);
            if !at.contains(label.at.span) && !is_added {
                let (style, message) = (LabelStyle::Secondary, Some(name.label()));
                added.push(DrawnLabel { style, message, at });
            }
        }
        labels.extend(added);
    }

    /// Returns the outermost invocation that is here of the code that a label marks.
    fn outermost(
        &self,
        label: &DrawnLabel<'_>,
        is_primary: bool,
    ) -> Option<(Macro<'a>, ResolvedSpan<'a>)> {
        let is_of_label = |code: &str| {
            let at = label.at.partial_location(ColumnUnit::Char).to_string();
            code.split(", ").any(|code| code == at)
        };
        let mut all = self.all.iter();
        let expansions = all.find(|expansions| expansions.code.map_or(is_primary, is_of_label))?;
        let mut here = expansions.invocations.iter().rev();
        here.find_map(|(name, at)| Some((*name, at.filter(|at| !at.file.is_unavailable())?)))
    }

    /// Returns the note that names the macros of the primary label, if they are not those of a library.
    fn note(&self) -> Option<String> {
        let primary = self.all.iter().find(|expansions| expansions.code.is_none())?;
        let (first, last) = (primary.invocations.first()?.0, primary.invocations.last()?.0);
        if !primary.is_defined_here {
            return None;
        }
        let outer = if first == last {
            String::new()
        } else {
            let kind = last.kind();
            format!(" which comes from the expansion of the {kind} `{}`", last.name)
        };
        Some(format!(
            "this {} originates in the {} `{}`{outer} (in Nightly builds, run with -Z macro-backtrace for more info)",
            self.severity,
            first.kind(),
            first.name,
        ))
    }
}
