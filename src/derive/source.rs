//! Fields with the error that is the cause of a diagnostic.

use std::error::Error;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use super::values::Probe;
use crate::model::Diagnostic;

/// Which errors of a chain become children.
#[derive(Clone, Copy, Debug)]
pub enum Chain {
    /// The error and its sources.
    Whole,
    /// The sources, because the message of the error is that of the diagnostic.
    Sources,
}

impl Chain {
    fn add(self, diagnostic: &mut Diagnostic, error: &(dyn Error + 'static)) {
        match self {
            Self::Whole => _ = diagnostic.add_cause(error),
            Self::Sources => diagnostic.add_sources(error),
        }
    }

    fn add_borrowed(self, diagnostic: &mut Diagnostic, error: &dyn Error) {
        match self {
            Self::Whole => diagnostic.add_borrowed_cause(error),
            Self::Sources => diagnostic.add_borrowed_sources(error),
        }
    }
}

/// Adds a diagnostic and its labels as the cause.
pub trait ViaDiagnostic {
    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain);
}

macro_rules! diagnostics {
    ($($ty:ty)*) => {
        $(impl ViaDiagnostic for &&&Probe<'_, $ty> {
            fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain) {
                let cause: &Diagnostic = self.0;
                chain.add(diagnostic, cause);
            }
        })*
    };
}

diagnostics! { Diagnostic &Diagnostic Box<Diagnostic> Rc<Diagnostic> Arc<Diagnostic> }

/// Adds what a pointer such as `Box<dyn Error>` or `anyhow::Error` points to, which may be a diagnostic. Only for a type without
/// lifetimes.
pub trait ViaObject {
    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain);
}

impl<T: Deref<Target: AsObject>> ViaObject for &&&Probe<'_, T> {
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain) {
        chain.add(diagnostic, self.0.as_object());
    }
}

/// Adds an error and its sources.
pub trait ViaError {
    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain);
}

impl<T: Error> ViaError for &&Probe<'_, T> {
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain) {
        chain.add_borrowed(diagnostic, self.0);
    }
}

/// Adds what a pointer such as `Box<dyn Error + 'a>` points to.
pub trait ViaDeref {
    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain);
}

impl<T: Deref> ViaDeref for &Probe<'_, T>
where
    T::Target: AsError,
{
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain) {
        chain.add_borrowed(diagnostic, self.0.as_error());
    }
}

/// Reports that a field is not an error.
pub trait ViaAnySource {
    /// The type of the field.
    type Item: ?Sized;

    /// Adds the children.
    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain)
    where
        Self::Item: AsError;
}

impl<T: ?Sized> ViaAnySource for Probe<'_, T> {
    type Item = T;

    fn vitte_add_causes(&self, diagnostic: &mut Diagnostic, chain: Chain)
    where
        T: AsError,
    {
        chain.add_borrowed(diagnostic, self.0.as_error());
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

/// An error of a type that is not known, which does not borrow.
pub trait AsObject {
    /// Returns the error.
    fn as_object(&self) -> &(dyn Error + 'static);
}

macro_rules! objects {
    ($($($marker:ident)*;)*) => {
        $(impl AsError for dyn Error $(+ $marker)* + '_ {
            fn as_error(&self) -> &(dyn Error + '_) {
                self
            }
        }

        impl AsObject for dyn Error $(+ $marker)* {
            fn as_object(&self) -> &(dyn Error + 'static) {
                self
            }
        })*
    };
}

objects! { ; Send; Send Sync; }
