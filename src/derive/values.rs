//! Fields with texts: once for a field, or once for each value of a collection.
//!
//! The macro calls a method on `&&&Probe(&field)`. Each trait is implemented for another number of references, and the
//! compiler takes the first one whose bounds hold: spans, then collections, then anything.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use super::Text;
use super::spans::{Spans, ToSpan};
use crate::model::{Child, ChildLevel, Diagnostic};

/// A field, whose type decides which of several traits applies.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// What a text becomes if its field has no span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A note without labels.
    Note,
    /// The help text.
    Help,
    /// A child without labels.
    Child(ChildLevel),
}

impl Form {
    const fn level(self) -> ChildLevel {
        match self {
            Self::Note => ChildLevel::Note,
            Self::Help => ChildLevel::Help,
            Self::Child(level) => level,
        }
    }

    /// Adds a text to a diagnostic.
    pub fn add(self, diagnostic: &mut Diagnostic, text: impl Into<Text>) {
        match self {
            Self::Note => diagnostic.add_note(text),
            Self::Help => diagnostic.add_help(text),
            Self::Child(level) => diagnostic.add_child(Child::new(level, text)),
        };
    }
}

/// Adds a child at each span, or a text if a condition is true.
pub trait TextOfSpans {
    /// The type that the text is made of.
    type Item;

    /// Adds the text.
    fn vitte_add_text<M: Into<Text>>(
        &self,
        diagnostic: &mut Diagnostic,
        form: Form,
        text: impl FnMut(&Self::Item) -> M,
    );
}

impl<T: Spans + ?Sized> TextOfSpans for &&Probe<'_, T> {
    type Item = T::Item;

    fn vitte_add_text<M: Into<Text>>(
        &self,
        diagnostic: &mut Diagnostic,
        form: Form,
        mut text: impl FnMut(&T::Item) -> M,
    ) {
        self.0.each(&mut |span| {
            let child = Child::new(form.level(), text(span)).with_label(span.to_span(), "");
            diagnostic.add_child(child);
        });
    }
}

macro_rules! conditions {
    ($($ty:ty)*) => {
        $(impl TextOfSpans for &&Probe<'_, $ty> {
            type Item = bool;

            fn vitte_add_text<M: Into<Text>>(
                &self,
                diagnostic: &mut Diagnostic,
                form: Form,
                mut text: impl FnMut(&bool) -> M,
            ) {
                let condition: &bool = self.0;
                if *condition {
                    form.add(diagnostic, text(condition));
                }
            }
        })*
    };
}

conditions! { bool &bool Box<bool> }

/// Adds a text for each value of a collection.
pub trait TextOfValues {
    /// The type of a value.
    type Item;

    /// Adds the texts.
    fn vitte_add_text<M: Into<Text>>(
        &self,
        diagnostic: &mut Diagnostic,
        form: Form,
        text: impl FnMut(&Self::Item) -> M,
    );
}

impl<T: Values + ?Sized> TextOfValues for &Probe<'_, T> {
    type Item = T::Item;

    fn vitte_add_text<M: Into<Text>>(
        &self,
        diagnostic: &mut Diagnostic,
        form: Form,
        mut text: impl FnMut(&T::Item) -> M,
    ) {
        self.0.each(&mut |value| form.add(diagnostic, text(value)));
    }
}

/// Adds a text once.
pub trait TextOfAny {
    /// The type of the field.
    type Item: ?Sized;

    /// Adds the text.
    fn vitte_add_text<M: Into<Text>>(
        &self,
        diagnostic: &mut Diagnostic,
        form: Form,
        text: impl FnMut(&Self::Item) -> M,
    );
}

impl<T: ?Sized> TextOfAny for Probe<'_, T> {
    type Item = T;

    fn vitte_add_text<M: Into<Text>>(
        &self,
        diagnostic: &mut Diagnostic,
        form: Form,
        mut text: impl FnMut(&T) -> M,
    ) {
        form.add(diagnostic, text(self.0));
    }
}

/// A field with any number of values.
pub trait Values {
    /// The type of a value.
    type Item;

    /// Calls a function with each value.
    fn each(&self, each: &mut dyn FnMut(&Self::Item));
}

macro_rules! collections {
    ($($collection:ty $(where $count:ident)?;)*) => {
        $(impl<T $(, const $count: usize)?> Values for $collection {
            type Item = T;

            fn each(&self, each: &mut dyn FnMut(&T)) {
                self.iter().for_each(each);
            }
        })*
    };
}

collections! { Option<T>; Vec<T>; [T]; VecDeque<T>; BTreeSet<T>; [T; N] where N; }

macro_rules! pointers_to_values {
    ($($pointer:ty)*) => {
        $(impl<T: Values + ?Sized> Values for $pointer {
            type Item = T::Item;

            fn each(&self, each: &mut dyn FnMut(&T::Item)) {
                T::each(self, each);
            }
        })*
    };
}

pointers_to_values! { &T Box<T> Rc<T> Arc<T> }

/// Calls a function with each value of a collection.
pub trait EachValue {
    /// The type of a value.
    type Item;

    /// Calls a function with each value.
    fn vitte_each_value(&self, each: impl FnMut(&Self::Item));
}

impl<T: Values + ?Sized> EachValue for &Probe<'_, T> {
    type Item = T::Item;

    fn vitte_each_value(&self, mut each: impl FnMut(&T::Item)) {
        self.0.each(&mut each);
    }
}

/// Calls a function with a field.
pub trait EachAny {
    /// The type of the field.
    type Item: ?Sized;

    /// Calls a function with the field.
    fn vitte_each_value(&self, each: impl FnMut(&Self::Item));
}

impl<T: ?Sized> EachAny for Probe<'_, T> {
    type Item = T;

    fn vitte_each_value(&self, mut each: impl FnMut(&T)) {
        each(self.0);
    }
}
