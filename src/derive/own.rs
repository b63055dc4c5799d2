//! Fields whose values are texts. Strings are moved, other values are written with `Display`.

use std::fmt::Display;

use super::values::{Form, Probe, Values};
use crate::model::Diagnostic;

/// Chooses [`Strings`].
pub trait OwnOfStrings {
    /// Returns what adds the field.
    fn vitte_own_text(&self) -> Strings;
}

impl<T: StringField> OwnOfStrings for &&Probe<'_, T> {
    fn vitte_own_text(&self) -> Strings {
        Strings
    }
}

/// Chooses [`EachDisplay`].
pub trait OwnOfValues {
    /// Returns what adds the field.
    fn vitte_own_text(&self) -> EachDisplay;
}

impl<T: Values> OwnOfValues for &Probe<'_, T> {
    fn vitte_own_text(&self) -> EachDisplay {
        EachDisplay
    }
}

/// Chooses [`OneDisplay`].
pub trait OwnOfAny {
    /// Returns what adds the field.
    fn vitte_own_text(&self) -> OneDisplay;
}

impl<T> OwnOfAny for Probe<'_, T> {
    fn vitte_own_text(&self) -> OneDisplay {
        OneDisplay
    }
}

/// Moves strings.
#[derive(Debug)]
pub struct Strings;

impl Strings {
    /// Adds each string.
    pub fn add<T: StringField>(self, diagnostic: &mut Diagnostic, form: Form, field: T) {
        field.add_to(diagnostic, form);
    }
}

/// Writes each value of a collection.
#[derive(Debug)]
pub struct EachDisplay;

impl EachDisplay {
    /// Adds the text of each value.
    pub fn add<T: Values<Item: DisplayField>>(
        self,
        diagnostic: &mut Diagnostic,
        form: Form,
        field: T,
    ) {
        field.each(&mut |value| form.add(diagnostic, value.text()));
    }
}

/// Writes one value.
#[derive(Debug)]
pub struct OneDisplay;

impl OneDisplay {
    /// Adds the text of a value.
    #[expect(clippy::needless_pass_by_value, reason = "called as `Strings::add` is")]
    pub fn add<T: DisplayField>(self, diagnostic: &mut Diagnostic, form: Form, field: T) {
        form.add(diagnostic, field.text());
    }
}

/// A field of strings.
pub trait StringField {
    /// Adds each string.
    fn add_to(self, diagnostic: &mut Diagnostic, form: Form);
}

impl StringField for String {
    fn add_to(self, diagnostic: &mut Diagnostic, form: Form) {
        form.add(diagnostic, self);
    }
}

impl<T: StringField> StringField for Option<T> {
    fn add_to(self, diagnostic: &mut Diagnostic, form: Form) {
        self.into_iter().for_each(|one| one.add_to(diagnostic, form));
    }
}

impl<T: StringField> StringField for Vec<T> {
    fn add_to(self, diagnostic: &mut Diagnostic, form: Form) {
        self.into_iter().for_each(|one| one.add_to(diagnostic, form));
    }
}

/// A value that is a text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text",
    label = "this type does not implement `Display`",
    note = "without a text, `#[note]`, `#[help]` and `#[child]` need a value that is the text; for a span, write the text: `#[note(\"…\")]`"
)]
pub trait DisplayField {
    /// Returns the text.
    fn text(&self) -> String;
}

impl<T: Display + ?Sized> DisplayField for T {
    fn text(&self) -> String {
        self.to_string()
    }
}
