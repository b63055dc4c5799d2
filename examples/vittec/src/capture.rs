//! What is known of a crash of the compiler: with the feature `crash`, all that `vitte-crash` captures; without,
//! nothing, and the same calls do only their work.

#[cfg(not(feature = "crash"))]
pub use nothing::{Variable, catch_panic, context, run_main, set_sources};
#[cfg(feature = "crash")]
pub use vitte_crash::{Variable, catch_panic, context, run_main, set_sources};

#[cfg(not(feature = "crash"))]
mod nothing {
    use std::error::Error;
    use std::fmt::Display;
    use std::io::Write as _;
    use std::process::{ExitCode, Termination};

    use serde::Serialize;
    use vitte_diag::{Diagnostic, SourceMap, Span};

    /// A variable that nobody looks at.
    pub trait Variable {}

    impl<T: Serialize + ?Sized> Variable for T {}

    /// A crash that was caught: there is none, as a panic goes on to the end of the program.
    #[derive(Debug)]
    pub enum Crash {}

    impl Crash {
        /// It as a diagnostic.
        pub fn to_diagnostic(&self) -> Diagnostic {
            match *self {}
        }
    }

    /// What the compiler is doing, which nobody asks.
    #[derive(Debug)]
    #[must_use = "it is open until it is dropped"]
    pub struct ContextGuard;

    impl ContextGuard {
        /// What it is about.
        pub fn with(self, _key: &'static str, _value: impl Display) -> Self {
            self
        }

        /// Does `work`, which may look at these variables.
        pub fn with_variables<T>(
            self,
            _variables: &[(&'static str, &dyn Variable)],
            work: impl FnOnce() -> T,
        ) -> T {
            work()
        }
    }

    /// Says what the compiler is doing, until the result is dropped.
    pub fn context(_name: &'static str, _span: impl Into<Option<Span>>) -> ContextGuard {
        ContextGuard
    }

    /// Says which sources spans mean.
    pub fn set_sources(_sources: &SourceMap) {}

    /// Runs one unit of work.
    ///
    /// # Errors
    ///
    /// None: see [`Crash`].
    pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Crash> {
        Ok(work())
    }

    /// Runs all of a program.
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
