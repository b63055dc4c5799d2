//! The locations beside the primary one, for formats that have a list of them.

use std::borrow::Cow;

use super::{headline, step_message};
use crate::check::{CheckedChild, CheckedDiagnostic, ResolvedSpan};
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
    /// Returns the secondary labels, then the labels of the children.
    pub(in crate::emit) fn labels<'c>(
        checked: &'c CheckedDiagnostic<'a>,
    ) -> impl Iterator<Item = Self> + use<'c, 'a> {
        let of_child = |checked: &'c CheckedChild<'a>| {
            let child = checked.child;
            let text = move |index, label| match index {
                0 => RelatedText::Child(child, label),
                _ => RelatedText::Label(label),
            };
            let labels = checked.labels.iter().enumerate();
            labels.map(move |(index, label)| Self { at: label.at, text: text(index, label.label) })
        };
        let own = checked.related();
        let own = own.map(|label| Self { at: label.at, text: RelatedText::Label(label.label) });
        own.chain(checked.children.iter().flat_map(of_child))
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
