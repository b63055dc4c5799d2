//! Crash capture: the functions of `vitte-crash` with the feature `crash`, otherwise functions with the same
//! signatures that capture nothing.

#[cfg(feature = "crash")]
pub use vitte_crash::{Variable, catch_panic, context, run_main, set_sources};
#[cfg(not(feature = "crash"))]
pub use without_capture::{Variable, catch_panic, context, run_main, set_sources};

#[cfg(not(feature = "crash"))]
mod without_capture {
    use std::error::Error;
    use std::fmt::Display;
    use std::io::Write as _;
    use std::process::{ExitCode, Termination};

    use serde::Serialize;
    use vitte_diag::{Diagnostic, SourceMap, Span};

    /// A variable, which is not captured.
    pub trait Variable {}

    impl<T: Serialize + ?Sized> Variable for T {}

    /// A caught crash. Has no values, because panics are not caught.
    #[derive(Debug)]
    pub enum Crash {}

    impl Crash {
        /// Returns the crash as a diagnostic.
        pub fn to_diagnostic(&self) -> Diagnostic {
            match *self {}
        }
    }

    /// An active context, which is not recorded.
    #[derive(Debug)]
    #[must_use = "the context ends when the guard is dropped"]
    pub struct ContextGuard;

    impl ContextGuard {
        /// Ignores a field of the context.
        pub fn with(self, _key: &'static str, _value: impl Display) -> Self {
            self
        }

        /// Runs `work` without recording the variables.
        pub fn with_variables<T>(
            self,
            _variables: &[(&'static str, &dyn Variable)],
            work: impl FnOnce() -> T,
        ) -> T {
            work()
        }
    }

    /// Returns a guard of a context that is not recorded.
    pub fn context(_name: &'static str, _span: impl Into<Option<Span>>) -> ContextGuard {
        ContextGuard
    }

    /// Ignores the sources.
    pub fn set_sources(_sources: &SourceMap) {}

    /// Runs `work` without catching panics.
    ///
    /// # Errors
    ///
    /// Never returns an error.
    pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Crash> {
        Ok(work())
    }

    /// Runs the `main` of a program and writes its error to standard error.
    pub fn run_main<T: Termination, E: Into<Box<dyn Error>>>(
        main: impl FnOnce() -> Result<T, E>,
    ) -> ExitCode {
        let error = match main() {
            Ok(value) => return value.report(),
            Err(error) => error.into(),
        };
        _ = writeln!(std::io::stderr(), "Error: {error}");
        let sources = std::iter::successors(error.source(), |&error| error.source());
        sources
            .take(32)
            .for_each(|source| _ = writeln!(std::io::stderr(), "  caused by: {source}"));
        ExitCode::FAILURE
    }
}
