//! The locations beside the primary one, for formats that have a list of them.

use std::borrow::Cow;

use super::{headline, step_message};
use crate::check::{CheckedDiagnostic, ResolvedSpan};
use crate::model::{Child, Label, TraceKind, TraceStep};

/// A location with a message: a secondary label, a label of a child, or a step of the trace.
#[derive(Clone, Copy, Debug)]
pub(in crate::emit) struct Related<'a> {
    pub(in crate::emit) at: ResolvedSpan<'a>,
    text: RelatedText<'a>,
}

#[derive(Clone, Copy, Debug)]
enum RelatedText<'a> {
    Label(&'a Label),
    /// The first label of a child. The message of the child precedes that of the label.
    Child(&'a Child, &'a Label),
    Step(&'a TraceStep),
}

impl<'a> Related<'a> {
    /// Returns an item for each secondary label, then for each label of the children.
    pub(in crate::emit) fn labels<T>(
        checked: &CheckedDiagnostic<'a>,
        mut item: impl FnMut(Self) -> T,
    ) -> Vec<T> {
        let labels = checked.related().map(|label| {
            let text = RelatedText::Label(label.label);
            item(Self { at: label.at, text })
        });
        // Not chained, because most diagnostics have no children.
        let mut items: Vec<T> = labels.collect();
        for checked in &checked.children {
            let child = std::iter::once(Some(checked.child)).chain(std::iter::repeat(None));
            items.extend(checked.labels.iter().zip(child).map(|(label, child)| {
                let text = match child {
                    Some(child) => RelatedText::Child(child, label.label),
                    None => RelatedText::Label(label.label),
                };
                item(Self { at: label.at, text })
            }));
        }
        items
    }

    /// Returns the steps of the trace that have a location and one of the kinds.
    pub(in crate::emit) fn steps(
        checked: &CheckedDiagnostic<'a>,
        has_kind: impl Fn(TraceKind) -> bool,
    ) -> impl Iterator<Item = Self> {
        let steps = checked.trace.iter().filter(move |step| has_kind(step.step.kind()));
        steps.filter_map(|step| Some(Self { at: step.at?, text: RelatedText::Step(step.step) }))
    }

    /// Returns the message, or `None` for a label without one.
    pub(in crate::emit) fn message(self) -> Option<Cow<'a, str>> {
        match self.text {
            RelatedText::Label(label) => label.message().map(Cow::Borrowed),
            RelatedText::Child(child, label) => {
                let (message, headline) = (label.message(), headline(child));
                // Compilers often repeat the message of the child on its label.
                let message = message.filter(|&message| message != child.message());
                Some(
                    message.map_or(headline.clone(), |message| {
                        format!("{headline}: {message}").into()
                    }),
                )
            }
            RelatedText::Step(step) => Some(step_message(step).into()),
        }
    }
}
