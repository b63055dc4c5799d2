//! Panics of a check become fatal diagnostics.

use vitte_diag::{Diagnostic, SourceMap};

use crate::document::Document;

/// Runs a check.
///
/// # Errors
///
/// The panic of the check, as a fatal diagnostic at the code that the compiler was working on. Its report is stored if the program has
/// installed a crash handler.
#[cfg(feature = "crash")]
pub(crate) fn panics<T>(
    document: &Document,
    check: impl FnOnce() -> T,
) -> Result<T, Box<Diagnostic>> {
    use vitte_diag::Span;

    vitte_crash::catch_panic(|| {
        let _cx = vitte_crash::context("checking", Span::empty(document.file(), 0));
        check()
    })
    .map_err(|report| Box::new(report.to_diagnostic()))
}

/// Runs a check.
///
/// # Errors
///
/// The panic of the check, as a fatal diagnostic at the start of the document.
#[cfg(not(feature = "crash"))]
pub(crate) fn panics<T>(
    document: &Document,
    check: impl FnOnce() -> T,
) -> Result<T, Box<Diagnostic>> {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use vitte_diag::{Severity, codes};

    catch_unwind(AssertUnwindSafe(check)).map_err(|payload| {
        let message = payload.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| payload.downcast_ref::<&str>().copied());
        let message = format!("the compiler panicked: {}", message.unwrap_or("no message"));
        // Dropping the payload may panic, too.
        std::mem::forget(payload);
        Box::new(Diagnostic::for_file(Severity::Fatal, codes::F0001, document.file(), message))
    })
}

/// Makes the sources known to the crash handler.
pub(crate) fn set_sources(sources: &SourceMap) {
    #[cfg(feature = "crash")]
    vitte_crash::set_sources(sources);
    #[cfg(not(feature = "crash"))]
    let _ = sources;
}
