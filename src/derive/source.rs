//! Fields with the error that is the cause of a diagnostic.

use std::error::Error;
use std::ops::Deref;

use super::values::Probe;
use crate::model::Diagnostic;

/// Adds a diagnostic and its labels as the cause.
pub trait ViaDiagnostic {
    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic);
}

impl ViaDiagnostic for &&&Probe<'_, Diagnostic> {
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic) {
        diagnostic.add_cause(self.0);
    }
}

/// Adds an error and its sources.
pub trait ViaError {
    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic);
}

impl<T: Error> ViaError for &&Probe<'_, T> {
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic) {
        diagnostic.add_borrowed_cause(self.0);
    }
}

/// Adds what a pointer such as `Box<dyn Error>` or `anyhow::Error` points to.
pub trait ViaDeref {
    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic);
}

impl<T: Deref> ViaDeref for &Probe<'_, T>
where
    T::Target: AsError,
{
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic) {
        diagnostic.add_borrowed_cause(self.0.as_error());
    }
}

/// Reports that a field is not an error.
pub trait ViaAnySource {
    /// The type of the field.
    type Item: ?Sized;

    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic)
    where
        Self::Item: AsError;
}

impl<T: ?Sized> ViaAnySource for Probe<'_, T> {
    type Item = T;

    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic)
    where
        T: AsError,
    {
        diagnostic.add_borrowed_cause(self.0.as_error());
    }
}

/// An error, with or without a known type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error, so it cannot be a `#[source]`",
    label = "this type does not implement `Error`",
    note = "a source is an error, a `Box<dyn Error>` or another pointer to an error, or an `Option` or `Vec` of them"
)]
pub trait AsError {
    /// Returns the error.
    fn as_error(&self) -> &(dyn Error + '_);
}

impl<T: Error> AsError for T {
    fn as_error(&self) -> &(dyn Error + '_) {
        self
    }
}

macro_rules! objects {
    ($($object:ty)*) => {
        $(impl AsError for $object {
            fn as_error(&self) -> &(dyn Error + '_) {
                self
            }
        })*
    };
}

objects! { dyn Error + '_ dyn Error + Send + '_ dyn Error + Send + Sync + '_ }
