//! Fields with spans.

use std::rc::Rc;
use std::sync::Arc;

use super::Text;
use crate::model::{Child, ChildLevel, Diagnostic, Span};

/// Converts the span type of a compiler to a [`Span`]. Fields of a type that implements it may be labels of a derived
/// diagnostic.
///
/// ```
/// use vitte_diag::{Diagnostic, FileId, IntoDiagnostic, Span, ToSpan};
///
/// /// Where a node of the syntax tree is.
/// struct Place {
///     file: FileId,
///     bytes: std::ops::Range<usize>,
/// }
///
/// impl ToSpan for Place {
///     fn to_span(&self) -> Span {
///         Span::between(self.file, self.bytes.start, self.bytes.end)
///     }
/// }
///
/// #[derive(Diagnostic)]
/// #[diagnostic(error, message = "the name is defined twice")]
/// struct DefinedTwice {
///     #[primary("defined again here")]
///     second: Place,
///     #[label("first defined here")]
///     first: Place,
/// }
///
/// let place = |bytes| Place { file: FileId::new(0), bytes };
/// let error = DefinedTwice { second: place(20..23), first: place(3..6) }.into_diagnostic();
/// assert_eq!(error.labels().count(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a span",
    label = "this type is not a span",
    note = "a span is a `Span`, a type that implements `ToSpan`, or a reference, `Box`, `Rc` or `Arc` of one",
    note = "an `Option` of a span is allowed too, and a `Vec` or an array except for `#[primary]`"
)]
pub trait ToSpan {
    /// Returns the span.
    fn to_span(&self) -> Span;
}

impl ToSpan for Span {
    #[inline]
    fn to_span(&self) -> Span {
        *self
    }
}

macro_rules! pointers_to_one {
    ($($pointer:ty)*) => {
        $(impl<T: ToSpan> ToSpan for $pointer {
            fn to_span(&self) -> Span {
                T::to_span(self)
            }
        })*
    };
}

pointers_to_one! { &T Box<T> Rc<T> Arc<T> }

/// A field with any number of spans.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no spans",
    label = "this type has no spans",
    note = "this attribute needs a `Span`, a type that implements `ToSpan`, or an `Option`, `Vec`, array or slice of them"
)]
pub trait Spans {
    /// The type of each span.
    type Item: ToSpan;

    /// Calls a function with each span.
    fn each(&self, each: &mut dyn FnMut(&Self::Item));
}

impl<T: ToSpan> Spans for T {
    type Item = T;

    fn each(&self, each: &mut dyn FnMut(&T)) {
        each(self);
    }
}

macro_rules! several {
    ($($collection:ty $(where $count:ident)?;)*) => {
        $(impl<T: Spans $(, const $count: usize)?> Spans for $collection {
            type Item = T::Item;

            fn each(&self, each: &mut dyn FnMut(&T::Item)) {
                self.iter().for_each(|one| one.each(each));
            }
        })*
    };
}

several! {
    Option<T>; &Option<T>; Vec<T>; &Vec<T>; [T]; &[T]; Box<[T]>; Rc<[T]>; Arc<[T]>;
    [T; N] where N; &[T; N] where N;
}

/// The field of the primary label.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the primary label",
    label = "expected a `Span` or an `Option<Span>`",
    note = "a diagnostic has exactly one primary label, so its field is a `Span`, a type that implements `ToSpan`, or an `Option` of one",
    note = "use `#[label]` for a `Vec` of spans"
)]
pub trait PrimarySpan {
    /// Returns the span, or [`Span::DUMMY`] if there is none.
    fn primary(&self) -> Span;

    /// Returns true if there is a label, whose span may be a dummy.
    fn is_there(&self) -> bool;
}

impl<T: ToSpan> PrimarySpan for T {
    fn primary(&self) -> Span {
        self.to_span()
    }

    #[inline]
    fn is_there(&self) -> bool {
        true
    }
}

impl<T: PrimarySpan> PrimarySpan for Option<T> {
    fn primary(&self) -> Span {
        self.as_ref().map_or(Span::DUMMY, T::primary)
    }

    fn is_there(&self) -> bool {
        self.as_ref().is_some_and(T::is_there)
    }
}

impl<T: PrimarySpan> PrimarySpan for &Option<T> {
    fn primary(&self) -> Span {
        (*self).primary()
    }

    fn is_there(&self) -> bool {
        (*self).is_there()
    }
}

/// Returns the span of the primary label.
pub fn primary<T: PrimarySpan + ?Sized>(field: &T) -> Span {
    field.primary()
}

/// Returns true if there is a primary label.
#[inline]
pub fn has_primary<T: PrimarySpan + ?Sized>(field: &T) -> bool {
    field.is_there()
}

/// Adds a secondary label at each span.
pub fn add_labels<T: Spans + ?Sized, M: Into<Text>>(
    diagnostic: &mut Diagnostic,
    field: &T,
    mut text: impl FnMut(&T::Item) -> M,
) {
    field.each(&mut |span| _ = diagnostic.add_secondary(span.to_span(), text(span)));
}

/// Adds a child at each span, whose label has a text of its own.
pub fn add_children<T: Spans + ?Sized, M: Into<Text>, L: Into<Text>>(
    diagnostic: &mut Diagnostic,
    level: ChildLevel,
    field: &T,
    mut text: impl FnMut(&T::Item) -> M,
    mut label: impl FnMut(&T::Item) -> L,
) {
    field.each(&mut |span| {
        let child = Child::new(level, text(span)).with_label(span.to_span(), label(span));
        diagnostic.add_child(child);
    });
}
