//! What a struct or a variant becomes: its parts in the order in which they are added.

use proc_macro2::{Span, TokenStream};
use syn::{Member, Type};

use crate::field::Form;
use crate::head::CodeValue;
use crate::text::{Placeholder, Text};

/// A struct or a variant.
pub struct Plan {
    /// `Self` or `Self::Variant`.
    pub path: TokenStream,
    /// The fields in their order.
    pub fields: Vec<FieldPlan>,
    /// What it becomes.
    pub kind: PlanKind,
}

/// A field.
pub struct FieldPlan {
    /// Its name or index.
    pub member: Member,
    /// Its type.
    pub ty: Type,
}

/// What a struct or a variant becomes.
pub enum PlanKind {
    /// The diagnostic of its field.
    Transparent(usize),
    /// A diagnostic of its own.
    Own(Box<Own>),
}

/// A diagnostic.
pub struct Own {
    /// The variant of `Severity`.
    pub severity: &'static str,
    /// The code.
    pub code: Option<CodeValue>,
    /// The message, or `None` for that of `Display`.
    pub message: Option<Text>,
    /// Where an error about the message belongs.
    pub span: Span,
    /// The variants of `Tag`.
    pub tags: Vec<&'static str>,
    /// The field of the primary label, and its message.
    pub primary: Option<(usize, Option<Text>)>,
    /// The field with the file.
    pub file: Option<usize>,
    /// What is added to it.
    pub steps: Vec<Step>,
}

/// What is added to a diagnostic.
pub enum Step {
    /// A text of the type.
    Plain { form: Form, text: Text },
    /// Secondary labels with a text.
    Labels { field: usize, text: Text },
    /// Secondary labels with their own texts.
    OwnLabels { field: usize },
    /// A text for each value of a field.
    Texts { field: usize, form: Form, text: Text },
    /// The values of a field as texts.
    OwnTexts { field: usize, form: Form },
    /// A child at each span of a field, whose label has a text.
    Children { field: usize, level: &'static str, text: Text, label: Text },
    /// Nested diagnostics.
    Nested { field: usize, level: Option<&'static str> },
    /// A suggestion that replaces each span of a field.
    Replace { field: usize, text: Text, code: Text, applicability: &'static str },
    /// A suggestion with the edits of a field.
    Edits { field: usize, text: Text, applicability: &'static str },
    /// Whole suggestions.
    Suggestions { field: usize },
    /// Steps of the trace.
    Trace { field: usize },
    /// The cause, or only its sources.
    Source { field: usize, chain: &'static str },
}

impl Step {
    /// Returns the field of the step.
    pub const fn field(&self) -> Option<usize> {
        match self {
            Self::Plain { .. } => None,
            Self::Labels { field, .. }
            | Self::OwnLabels { field }
            | Self::Texts { field, .. }
            | Self::OwnTexts { field, .. }
            | Self::Children { field, .. }
            | Self::Nested { field, .. }
            | Self::Replace { field, .. }
            | Self::Edits { field, .. }
            | Self::Suggestions { field }
            | Self::Trace { field }
            | Self::Source { field, .. } => Some(*field),
        }
    }

    /// Returns the field whose value the step takes.
    pub const fn takes(&self) -> Option<usize> {
        match self {
            Self::OwnLabels { field }
            | Self::OwnTexts { field, .. }
            | Self::Nested { field, .. }
            | Self::Edits { field, .. }
            | Self::Suggestions { field }
            | Self::Trace { field } => Some(*field),
            _ => None,
        }
    }

    /// Returns true if the texts are made for each value of the field, so that a placeholder of it is that value.
    pub const fn is_for_each(&self) -> bool {
        matches!(self, Self::Labels { .. } | Self::Texts { .. } | Self::Children { .. })
    }

    /// Returns the texts of the step.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let (first, second) = match self {
            Self::Plain { text, .. }
            | Self::Labels { text, .. }
            | Self::Texts { text, .. }
            | Self::Edits { text, .. } => (Some(text), None),
            Self::Children { text, label: other, .. } | Self::Replace { text, code: other, .. } => {
                (Some(text), Some(other))
            }
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Returns the placeholders that are the values of whole fields.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        let own = self.field().filter(|_| self.is_for_each());
        self.texts().flat_map(Text::placeholders).filter(move |one| Some(one.field) != own)
    }
}

impl Own {
    /// Returns true if a step takes the value of a field.
    pub fn takes(&self, field: usize) -> bool {
        self.steps.iter().any(|step| step.takes() == Some(field))
    }

    /// Returns the texts that are made before the steps.
    pub fn first_texts(&self) -> impl Iterator<Item = &Text> {
        let label = self.primary.iter().filter_map(|(_, text)| text.as_ref());
        self.message.iter().chain(label)
    }
}
