//! What the code that `#[derive(Diagnostic)]` generates calls. The traits decide which types a field may have, so aliases and
//! references work. Only [`ToSpan`] is for other crates; the rest may change in any version.

mod edits;
mod own;
mod parts;
mod source;
mod spans;
mod values;

use std::borrow::Cow;
use std::fmt;

pub use edits::{Edits, Suggestions, add_edits, add_suggestion, add_suggestions};
pub use own::{
    DisplayField, EachDisplay, OneDisplay, OwnOfAny, OwnOfStrings, OwnOfValues, StringField,
    Strings,
};
pub use parts::{
    FileField, Labels, Message, Nested, Steps, add_nested, add_steps, file, label, message,
};
pub use source::{
    AsError, AsObject, Chain, ViaAnySource, ViaDeref, ViaDiagnostic, ViaError, ViaObject,
};
pub use spans::{PrimarySpan, Spans, ToSpan, add_children, add_labels, has_primary, primary};
pub use values::{EachAny, EachValue, Form, Probe, TextOfAny, TextOfSpans, TextOfValues, Values};

/// Returns a text with its placeholders filled, as `format!` does. This one needs no prelude.
#[inline]
#[must_use]
pub fn format(arguments: fmt::Arguments<'_>) -> String {
    fmt::format(arguments)
}

/// Returns the text of a value. It needs less memory than [`format`].
pub fn to_string<T: fmt::Display + ?Sized>(value: &T) -> String {
    value.to_string()
}

/// Returns an empty text, which needs no memory.
#[must_use]
pub const fn no_text() -> String {
    String::new()
}

/// A text for a person.
type Text = Cow<'static, str>;
