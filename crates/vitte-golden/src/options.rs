//! What the directives of a case set.

use std::time::Duration;

use crate::annotation::Kind;
use crate::normalize::Rule;

/// The options of one case, which its [directives](crate#directives) set.
///
/// A function that [`Suite::directive`](crate::Suite::directive) adds changes them too.
#[derive(Clone, Debug, Default)]
pub struct CaseOptions {
    pub(crate) revision: Option<String>,
    pub(crate) outcome: Option<Expected>,
    pub(crate) flags: Vec<String>,
    pub(crate) ignored: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) fixes: Option<bool>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) unannounced: Vec<Kind>,
    pub(crate) values: Vec<(String, String)>,
    pub(crate) known_bug: Option<String>,
}

/// Whether the compilation of a case succeeds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Expected {
    Pass,
    Fail,
}

impl CaseOptions {
    /// Returns the revision of the case that the options are for, if it has revisions.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// Adds a flag: an argument of the compiler for this case.
    pub fn flag(&mut self, flag: impl Into<String>) -> &mut Self {
        self.flags.push(flag.into());
        self
    }

    /// Does not run the case. The reason is shown.
    pub fn ignore(&mut self, reason: impl Into<String>) -> &mut Self {
        self.ignored = Some(reason.into());
        self
    }

    /// Expects a compilation without errors.
    pub fn expect_pass(&mut self) -> &mut Self {
        self.outcome = Some(Expected::Pass);
        self
    }

    /// Expects at least one error.
    pub fn expect_fail(&mut self) -> &mut Self {
        self.outcome = Some(Expected::Fail);
        self
    }

    /// Expects that the compiler's command exits with `code`. Default: 0 without errors, and not 0 with errors.
    pub fn expect_exit_code(&mut self, code: i32) -> &mut Self {
        self.exit_code = Some(code);
        self
    }

    /// Sets whether the machine-applicable suggestions are applied and the fixed file is checked, instead of
    /// [`Suite::fixes`](crate::Suite::fixes).
    pub fn check_fixes(&mut self, check: bool) -> &mut Self {
        self.fixes = Some(check);
        self
    }

    /// Expects that the case fails, because of a known bug of the compiler. A case that passes is then a failure.
    pub fn known_bug(&mut self, reason: impl Into<String>) -> &mut Self {
        self.known_bug = Some(reason.into());
        self
    }
}
