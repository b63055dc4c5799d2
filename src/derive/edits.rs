//! Fields that become suggestions.

use super::Text;
use super::spans::{Spans, ToSpan};
use crate::model::{Applicability, Child, Diagnostic, Edit, Span, Suggestion};

/// A field with whole suggestions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a suggestion",
    label = "expected a `Suggestion`",
    note = "`#[suggestion]` without a text needs a `Suggestion`, or an `Option` or `Vec` of them",
    note = "for a span, write the text and the code: `#[suggestion(\"…\", code = \"…\")]`"
)]
pub trait Suggestions {
    /// Adds the suggestions to a diagnostic.
    fn add_to(self, diagnostic: &mut Diagnostic);
}

impl Suggestions for Suggestion {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        diagnostic.add_suggestion(self);
    }
}

impl<T: Suggestions> Suggestions for Box<T> {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        (*self).add_to(diagnostic);
    }
}

macro_rules! several_suggestions {
    ($($collection:ty $(where $count:ident)?;)*) => {
        $(impl<T: Suggestions $(, const $count: usize)?> Suggestions for $collection {
            fn add_to(self, diagnostic: &mut Diagnostic) {
                self.into_iter().for_each(|one| one.add_to(diagnostic));
            }
        })*
    };
}

several_suggestions! { Option<T>; Vec<T>; [T; N] where N; }

/// Adds whole suggestions.
pub fn add_suggestions<T: Suggestions>(diagnostic: &mut Diagnostic, field: T) {
    field.add_to(diagnostic);
}

/// A field with the edits of one suggestion.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no edits",
    label = "expected edits",
    note = "`#[suggestion(\"…\")]` without `code` needs an `Edit`, a `(Span, String)`, or an `Option` or `Vec` of them",
    note = "for a span, write the code: `#[suggestion(\"…\", code = \"…\")]`"
)]
pub trait Edits {
    /// Returns the edits.
    fn into_edits(self) -> Vec<Edit>;

    /// Returns the edits of several fields.
    fn all(fields: Vec<Self>) -> Vec<Edit>
    where
        Self: Sized,
    {
        fields.into_iter().flat_map(Self::into_edits).collect()
    }
}

impl Edits for Edit {
    fn into_edits(self) -> Vec<Edit> {
        vec![self]
    }

    /// Returns the list itself, so that nothing is copied.
    fn all(fields: Vec<Self>) -> Vec<Edit> {
        fields
    }
}

impl<S: ToSpan, M: Into<Text>> Edits for (S, M) {
    fn into_edits(self) -> Vec<Edit> {
        vec![Edit::replace(self.0.to_span(), self.1)]
    }

    fn all(fields: Vec<Self>) -> Vec<Edit> {
        fields.into_iter().map(|(span, text)| Edit::replace(span.to_span(), text)).collect()
    }
}

impl<T: Edits> Edits for Vec<T> {
    fn into_edits(self) -> Vec<Edit> {
        T::all(self)
    }
}

impl<T: Edits> Edits for Option<T> {
    fn into_edits(self) -> Vec<Edit> {
        self.map(T::into_edits).unwrap_or_default()
    }
}

impl<T: Edits, const N: usize> Edits for [T; N] {
    fn into_edits(self) -> Vec<Edit> {
        T::all(Vec::from(self))
    }
}

/// Adds a suggestion with the edits of a field. Without edits there is none.
pub fn add_edits<T: Edits, M: Into<Text>>(
    diagnostic: &mut Diagnostic,
    field: T,
    text: impl FnOnce() -> M,
    applicability: Applicability,
) {
    let edits = field.into_edits();
    if !edits.is_empty() {
        add_checked(diagnostic, text().into(), edits, applicability);
    }
}

/// Adds a suggestion that replaces each span with a code. Without spans there is none.
pub fn add_suggestion<T: Spans + ?Sized, M: Into<Text>, C: Into<Text>>(
    diagnostic: &mut Diagnostic,
    field: &T,
    text: impl FnOnce() -> M,
    code: impl FnOnce() -> C,
    applicability: Applicability,
) {
    let (first, count) = first_and_count(field);
    let Some(first) = first else { return };
    let (text, code) = (text().into(), code().into());
    if count == 1 {
        add_replacement(diagnostic, first, text, code, applicability);
    } else {
        add_replacements(diagnostic, field, count, text, code, applicability);
    }
}

// What follows does not depend on the closures, so it is compiled once, and not for each attribute of a program.

fn first_and_count<T: Spans + ?Sized>(field: &T) -> (Option<Span>, usize) {
    let (mut first, mut count) = (None, 0_usize);
    field.each(&mut |span| {
        first.get_or_insert_with(|| span.to_span());
        count += 1;
    });
    (first, count)
}

fn add_replacement(
    diagnostic: &mut Diagnostic,
    span: Span,
    text: Text,
    code: Text,
    applicability: Applicability,
) {
    let edit = Edit::replace(span, code);
    diagnostic.add_suggestion(Suggestion::single(text, edit, applicability));
}

fn add_replacements<T: Spans + ?Sized>(
    diagnostic: &mut Diagnostic,
    field: &T,
    count: usize,
    text: Text,
    code: Text,
    applicability: Applicability,
) {
    let mut edits = Vec::with_capacity(count);
    let mut code = Some(code);
    field.each(&mut |span| {
        // The last edit takes the code, so that it is copied once less.
        let is_last = edits.len() + 1 == count;
        let code = if is_last { code.take() } else { code.clone() };
        edits.push(Edit::replace(span.to_span(), code.unwrap_or_default()));
    });
    add_checked(diagnostic, text, edits, applicability);
}

/// Adds a suggestion. If its edits overlap, they become a child with a label for each edit, so that nothing is lost.
fn add_checked(
    diagnostic: &mut Diagnostic,
    text: Text,
    mut edits: Vec<Edit>,
    applicability: Applicability,
) {
    edits.sort_by_key(Edit::span);
    let overlaps = edits.iter().zip(edits.iter().skip(1)).any(|(a, b)| a.overlaps(b));
    if overlaps {
        diagnostic.add_child(overlapping(&text, &edits));
        return;
    }
    match Suggestion::new(text, edits, applicability) {
        Ok(suggestion) => _ = diagnostic.add_suggestion(suggestion),
        Err(error) => _ = diagnostic.add_note(format!("a suggestion is not shown: {error}")),
    }
}

/// Returns a child that shows edits which overlap.
fn overlapping(text: &str, edits: &[Edit]) -> Child {
    let mut child = Child::help(format!("{text} (not applicable, because the edits overlap)"));
    for edit in edits {
        let label = match (edit.span().is_empty(), edit.text()) {
            (_, "") => String::from("remove this"),
            (true, text) => format!("insert `{text}`"),
            (false, text) => format!("replace this by `{text}`"),
        };
        child.add_secondary(edit.span(), label);
    }
    child
}
