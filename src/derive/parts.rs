//! The message, whole files, nested diagnostics, and labels that have texts of their own.

use std::fmt::Display;
use std::rc::Rc;
use std::sync::Arc;

use super::Text;
use super::spans::ToSpan;
use crate::model::{Child, ChildLevel, Diagnostic, FileId, IntoDiagnostic, Label, TraceStep};

/// A type whose `Display` is the message of its diagnostic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has neither `message = \"…\"` nor an implementation of `Display`",
    label = "a message is missing here",
    note = "write `message = \"…\"`, or implement `Display`, for instance with `#[derive(thiserror::Error)]`"
)]
pub trait Message {
    /// Returns the message.
    fn message(&self) -> String;
}

impl<T: Display + ?Sized> Message for T {
    fn message(&self) -> String {
        self.to_string()
    }
}

/// Returns the message of a type.
pub fn message<T: Message + ?Sized>(error: &T) -> String {
    error.message()
}

/// A field with the file that a diagnostic is about.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of a file",
    label = "expected a `FileId` or an `Option<FileId>`"
)]
pub trait FileField {
    /// Returns the file, or [`FileId::DUMMY`] if there is none.
    fn file(&self) -> FileId;
}

impl FileField for FileId {
    fn file(&self) -> FileId {
        *self
    }
}

impl<T: FileField> FileField for Option<T> {
    fn file(&self) -> FileId {
        self.as_ref().map_or(FileId::DUMMY, T::file)
    }
}

impl<T: FileField + ?Sized> FileField for &T {
    fn file(&self) -> FileId {
        T::file(self)
    }
}

/// Returns the file of a field.
pub fn file<T: FileField + ?Sized>(field: &T) -> FileId {
    field.file()
}

/// A field that becomes children.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot become a child",
    label = "this type is not a diagnostic",
    note = "`#[child]` without a text needs a type that implements `IntoDiagnostic`, for instance with `#[derive(Diagnostic)]`, a `Child`, or an `Option`, `Vec` or `Box` of them",
    note = "for a span, write the level and the text: `#[child(note, \"…\")]`"
)]
pub trait Nested {
    /// Adds the children to a diagnostic.
    fn add_to(self, diagnostic: &mut Diagnostic, level: Option<ChildLevel>);
}

impl<T: IntoDiagnostic> Nested for T {
    fn add_to(self, diagnostic: &mut Diagnostic, level: Option<ChildLevel>) {
        diagnostic.add_nested(level, self.into_diagnostic());
    }
}

impl Nested for Child {
    fn add_to(self, diagnostic: &mut Diagnostic, level: Option<ChildLevel>) {
        diagnostic.add_child(match level {
            Some(level) => self.with_level(level),
            None => self,
        });
    }
}

macro_rules! several_nested {
    ($($collection:ty $(where $count:ident)?;)*) => {
        $(impl<T: Nested $(, const $count: usize)?> Nested for $collection {
            fn add_to(self, diagnostic: &mut Diagnostic, level: Option<ChildLevel>) {
                self.into_iter().for_each(|one| one.add_to(diagnostic, level));
            }
        })*
    };
}

several_nested! { Option<T>; Vec<T>; [T; N] where N; }

impl<T: IntoDiagnostic + Clone> Nested for Rc<T> {
    fn add_to(self, diagnostic: &mut Diagnostic, level: Option<ChildLevel>) {
        Self::unwrap_or_clone(self).add_to(diagnostic, level);
    }
}

impl<T: IntoDiagnostic + Clone> Nested for Arc<T> {
    fn add_to(self, diagnostic: &mut Diagnostic, level: Option<ChildLevel>) {
        Self::unwrap_or_clone(self).add_to(diagnostic, level);
    }
}

/// Adds nested diagnostics as children.
pub fn add_nested<T: Nested>(diagnostic: &mut Diagnostic, level: Option<ChildLevel>, field: T) {
    field.add_to(diagnostic, level);
}

/// A field of labels, with or without texts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot become labels",
    label = "this type has no spans",
    note = "`#[label]` needs a `Span`, a type that implements `ToSpan`, a `(Span, String)`, a `Label`, or an `Option`, `Vec` or array of them"
)]
pub trait Labels {
    /// Adds the labels to a diagnostic.
    fn add_to(self, diagnostic: &mut Diagnostic);
}

impl<T: ToSpan> Labels for T {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        diagnostic.add_secondary(self.to_span(), "");
    }
}

impl<S: ToSpan, M: Into<Text>> Labels for (S, M) {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        diagnostic.add_secondary(self.0.to_span(), self.1);
    }
}

impl Labels for Label {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        let text = self.message().map(str::to_owned).unwrap_or_default();
        diagnostic.add_secondary(self.span(), text);
    }
}

macro_rules! several_labels {
    ($($collection:ty $(where $count:ident)?;)*) => {
        $(impl<T: Labels $(, const $count: usize)?> Labels for $collection {
            fn add_to(self, diagnostic: &mut Diagnostic) {
                self.into_iter().for_each(|one| one.add_to(diagnostic));
            }
        })*
    };
}

several_labels! { Option<T>; Vec<T>; [T; N] where N; }

impl<T: Labels + Clone> Labels for &[T] {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        self.iter().for_each(|one| one.clone().add_to(diagnostic));
    }
}

impl<T: Labels + Clone> Labels for &Vec<T> {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        self.as_slice().add_to(diagnostic);
    }
}

impl<T: Labels + Clone> Labels for &Option<T> {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        self.clone().add_to(diagnostic);
    }
}

/// Adds secondary labels.
pub fn label<T: Labels>(diagnostic: &mut Diagnostic, field: T) {
    field.add_to(diagnostic);
}

/// A field with steps of the trace.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step of a trace",
    label = "expected a `TraceStep`",
    note = "`#[trace]` needs a `TraceStep`, or an `Option`, `Vec` or array of them"
)]
pub trait Steps {
    /// Adds the steps to a diagnostic.
    fn add_to(self, diagnostic: &mut Diagnostic);
}

impl Steps for TraceStep {
    fn add_to(self, diagnostic: &mut Diagnostic) {
        diagnostic.add_step(self);
    }
}

macro_rules! several_steps {
    ($($collection:ty $(where $count:ident)?;)*) => {
        $(impl<T: Steps $(, const $count: usize)?> Steps for $collection {
            fn add_to(self, diagnostic: &mut Diagnostic) {
                self.into_iter().for_each(|one| one.add_to(diagnostic));
            }
        })*
    };
}

several_steps! { Option<T>; Vec<T>; [T; N] where N; }

/// Adds steps of the trace.
pub fn add_steps<T: Steps>(diagnostic: &mut Diagnostic, field: T) {
    field.add_to(diagnostic);
}
