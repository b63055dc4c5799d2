//! Policies: the levels of codes and the limit of errors, as a user sets them.

mod levels;

use std::fmt;

use levels::{KnownCodes, Levels, Selector};

use crate::model::{Code, Diagnostic, Severity};
use crate::registry::{self, UnknownCode};
use crate::text;

/// How a warning or a note is reported.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Not at all.
    Allow,
    /// As a warning.
    Warn,
    /// As an error.
    Deny,
}

/// The levels of codes, and the limit of errors.
///
/// A level is set for one code (`W0100`, `unused_variables`), for all codes with a prefix (`W01`, `clippy::`,
/// `-W`), or for `warnings`. A diagnostic without a code belongs to `warnings` only. If several levels match a diagnostic, the most specific one applies, independent of the order in which they
/// were set: for example, all `warnings` can be denied except `W0100`. Errors cannot be lowered.
///
/// A [`DiagnosticBag`](crate::DiagnosticBag) applies its policy to each diagnostic that is pushed.
///
/// ```
/// use vitte_diag::{DiagnosticBag, FileId, Level, Policy, Span, codes};
///
/// let policy = Policy::default().with_level("warnings", Level::Deny)?;
/// let mut bag = DiagnosticBag::with_policy(policy);
/// bag.push_warning(codes::W0100, Span::empty(FileId::new(0), 0), "`clock` is never used");
/// assert!(bag.has_errors());
///
/// let error = Policy::default().with_level("W0101", Level::Allow).unwrap_err();
/// assert_eq!(error.to_string(), "unknown code `W0101`; did you mean `W0100`?");
/// # Ok::<(), vitte_diag::PolicyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    codes: KnownCodes,
    /// Whether a level can be set for other codes, too.
    accepts_any: bool,
    levels: Levels,
    max_errors: Option<u64>,
}

/// The policy for the codes of the Vitte compiler, without levels and without a limit.
impl Default for Policy {
    fn default() -> Self {
        Self::new(registry::pages().map(|page| (page.code, page.severity)))
    }
}

impl Policy {
    /// Creates a policy for the codes of a compiler, each with its default severity, without levels and
    /// without a limit.
    pub fn new(codes: impl IntoIterator<Item = (Code, Severity)>) -> Self {
        Self {
            codes: KnownCodes::new(codes),
            accepts_any: false,
            levels: Levels::default(),
            max_errors: None,
        }
    }

    /// Accepts levels of codes that are not known, for a compiler whose codes are not. A text that is not a known code
    /// selects all codes that begin with it.
    ///
    /// ```
    /// use vitte_diag::{Level, Policy, code};
    ///
    /// let policy = Policy::new([]).with_any_code().with_level("clippy::", Level::Allow)?;
    /// assert_eq!(policy.level(code!("clippy::len_zero")), Some(Level::Allow));
    /// # Ok::<(), vitte_diag::PolicyError>(())
    /// ```
    #[must_use]
    pub const fn with_any_code(mut self) -> Self {
        self.accepts_any = true;
        self
    }

    /// Sets the level of a code, of all codes with a prefix, or of `warnings`. Replaces an earlier level of
    /// the same selector.
    ///
    /// # Errors
    ///
    /// [`PolicyError::UnknownCode`] if `selector` matches no known code, [`PolicyError::DenyOnly`] if it
    /// matches only errors and `level` would lower them.
    pub fn with_level(mut self, selector: &str, level: Level) -> Result<Self, PolicyError> {
        self.set_level(selector, level)?;
        Ok(self)
    }

    /// Sets a level like [`with_level`](Self::with_level). Without a change if there is an error.
    ///
    /// # Errors
    ///
    /// The errors of [`with_level`](Self::with_level).
    pub fn set_level(&mut self, selector: &str, level: Level) -> Result<(), PolicyError> {
        let selector = self.selector(selector, level)?;
        self.levels.set(selector, level);
        Ok(())
    }

    /// Sets the maximum number of errors that a bag stores. 0 means no limit. Default: no limit.
    ///
    /// Once an error exceeds the limit, it and all later diagnostics, including warnings and notes, are counted
    /// as suppressed. Only fatal ones are still stored. This bounds the memory that diagnostics take.
    #[must_use]
    pub const fn with_max_errors(mut self, errors: u64) -> Self {
        self.max_errors = if errors == 0 { None } else { Some(errors) };
        self
    }

    pub(crate) const fn max_errors(&self) -> Option<u64> {
        self.max_errors
    }

    fn selector<'a>(&self, text: &'a str, level: Level) -> Result<Selector<'a>, PolicyError> {
        if text == "warnings" {
            return Ok(Selector::Warnings);
        }
        let (selector, are_errors) = match self.codes.find(text) {
            Some(code) => (Selector::Code(code), self.codes.equal_to(text)),
            None => (Selector::Prefix(text), self.codes.with_prefix(text)),
        };
        match are_errors.filter(|_| !text.is_empty()) {
            None if !self.accepts_any || text.is_empty() => {
                let known = self.codes.iter().map(|code| code.to_string());
                let known = known.chain(["warnings".to_owned()]);
                Err(PolicyError::UnknownCode(UnknownCode::new(text, known)))
            }
            Some(true) if level < Level::Deny => {
                Err(PolicyError::DenyOnly { given: text.to_owned() })
            }
            _ => Ok(selector),
        }
    }

    /// Returns the level that was set for warnings with `code`, or `None` if none was. A compiler can skip the work of a
    /// lint whose level is [`Level::Allow`], and turn on one that is off by default.
    ///
    /// ```
    /// use vitte_diag::{Level, Policy, Severity, code};
    ///
    /// let slow = code!("perf::copies");
    /// let policy = Policy::new([(slow, Severity::Warning)]).with_level("perf::", Level::Allow)?;
    /// assert_eq!(policy.level(slow), Some(Level::Allow));
    /// assert_eq!(Policy::new([(slow, Severity::Warning)]).level(slow), None);
    /// # Ok::<(), vitte_diag::PolicyError>(())
    /// ```
    #[must_use]
    pub fn level(&self, code: impl Into<Option<Code>>) -> Option<Level> {
        self.levels.of(code.into(), Severity::Warning)
    }

    /// Returns the severity of `diagnostic` under this policy, or `None` if it is allowed.
    pub(crate) fn severity_of(&self, diagnostic: &Diagnostic) -> Option<Severity> {
        let (code, severity) = (diagnostic.code(), diagnostic.severity());
        if severity >= Severity::Error {
            return Some(severity);
        }
        match self.levels.of(code, severity) {
            None => Some(severity),
            Some(Level::Allow) => None,
            Some(Level::Warn) => Some(Severity::Warning),
            Some(Level::Deny) => Some(Severity::Error),
        }
    }
}

/// Why a level could not be set.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PolicyError {
    /// The selector matches no known code.
    UnknownCode(UnknownCode),
    /// The selector matches only errors. Errors cannot be allowed or reported as warnings.
    DenyOnly {
        /// The selector as it was passed.
        given: String,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCode(error) => error.fmt(f),
            Self::DenyOnly { given } => {
                let given = text::one_line(given);
                write!(f, "cannot lower the level of `{given}`: errors are always errors")
            }
        }
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code;
    use crate::model::Span;

    fn policy(levels: &[(&str, Level)]) -> Policy {
        levels.iter().fold(Policy::default(), |policy, &(selector, level)| {
            policy.with_level(selector, level).unwrap()
        })
    }

    fn severity(levels: &[(&str, Level)], code: Code, severity: Severity) -> Option<Severity> {
        let diagnostic = Diagnostic::new(severity, code, Span::DUMMY, "m");
        policy(levels).severity_of(&diagnostic)
    }

    const UNUSED: Code = code!("W0100");

    /// A policy for codes of several naming schemes.
    fn named() -> Policy {
        let warnings =
            ["unused_variables", "clippy::needless_return", "clippy::len_zero", "-Wshadow"];
        let warnings = warnings.map(|name| (Code::new(name).unwrap(), Severity::Warning));
        Policy::new(warnings.into_iter().chain([(code!("E0308"), Severity::Error)]))
    }

    #[test]
    fn names_and_their_families_are_selected() {
        use Level::{Allow, Deny};
        let policy = named().with_level("clippy::", Deny).unwrap();
        let policy = policy.with_level("clippy::len_zero", Allow).unwrap();
        let policy = policy.with_level("-W", Deny).unwrap();
        let severity = |code: &str| {
            let warning = Diagnostic::warning(Code::new(code).ok(), Span::DUMMY, "m");
            policy.severity_of(&warning)
        };
        assert_eq!(severity("clippy::needless_return"), Some(Severity::Error));
        assert_eq!(severity("clippy::len_zero"), None);
        assert_eq!(severity("-Wshadow"), Some(Severity::Error));
        assert_eq!(severity("unused_variables"), Some(Severity::Warning));
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        for (given, nearest) in [
            ("unused_variable_s", "unused_variables"),
            ("clippy::needles_return", "clippy::needless_return"),
            ("Clippy::len_zero", "clippy::len_zero"),
            ("-Wshadows", "-Wshadow"),
            ("E0309", "E0308"),
        ] {
            let error = named().with_level(given, Level::Deny).unwrap_err().to_string();
            assert_eq!(error, format!("unknown code `{given}`; did you mean `{nearest}`?"));
        }
    }

    #[test]
    fn a_diagnostic_without_a_code_is_one_of_the_warnings() {
        let warning = Diagnostic::warning(None, Span::DUMMY, "m");
        let policy = named().with_level("warnings", Level::Deny).unwrap();
        assert_eq!(policy.severity_of(&warning), Some(Severity::Error));
        let policy = named().with_level("-W", Level::Deny).unwrap();
        assert_eq!(policy.severity_of(&warning), Some(Severity::Warning));
    }

    #[test]
    fn the_default_severity_is_declared_and_not_that_of_the_letter() {
        let policy = Policy::new([(code!("E0001"), Severity::Warning)]);
        assert!(policy.with_level("E0001", Level::Allow).is_ok());
    }

    #[test]
    fn codes_prefixes_and_warnings_are_selected() {
        use Level::{Allow, Deny, Warn};
        for selector in ["W0100", "W010", "W01", "W", "warnings"] {
            let with = |level| severity(&[(selector, level)], UNUSED, Severity::Warning);
            assert_eq!(with(Allow), None, "{selector}");
            assert_eq!(with(Warn), Some(Severity::Warning), "{selector}");
            assert_eq!(with(Deny), Some(Severity::Error), "{selector}");
        }
        let other = severity(&[("W0100", Allow)], code!("W0200"), Severity::Warning);
        assert_eq!(other, Some(Severity::Warning));
        assert_eq!(severity(&[("warnings", Allow)], UNUSED, Severity::Note), Some(Severity::Note));
        assert_eq!(severity(&[("W", Warn)], UNUSED, Severity::Note), Some(Severity::Warning));
    }

    #[test]
    fn the_most_specific_level_applies_and_a_later_one_replaces_an_earlier_one() {
        use Level::{Allow, Deny, Warn};
        let at = |levels: &[_]| severity(levels, UNUSED, Severity::Warning);
        for levels in [
            [("W01", Allow), ("W0100", Deny)],
            [("W0100", Deny), ("W01", Allow)],
            [("W", Allow), ("W01", Deny)],
            [("W0100", Warn), ("W0100", Deny)],
        ] {
            assert_eq!(at(&levels), Some(Severity::Error), "{levels:?}");
        }
        assert_eq!(at(&[("warnings", Deny), ("W0100", Warn)]), Some(Severity::Warning));
    }

    #[test]
    fn errors_stay_errors() {
        let allow_all = [("warnings", Level::Allow), ("W", Level::Allow)];
        for severe in [Severity::Error, Severity::Fatal] {
            assert_eq!(severity(&allow_all, UNUSED, severe), Some(severe));
        }
        for (selector, level) in
            [("E0001", Level::Allow), ("E00", Level::Warn), ("E", Level::Allow)]
        {
            let error = Policy::default().with_level(selector, level).unwrap_err();
            assert_eq!(error, PolicyError::DenyOnly { given: selector.into() });
            assert_eq!(
                error.to_string(),
                format!("cannot lower the level of `{selector}`: errors are always errors")
            );
        }
        assert!(Policy::default().with_level("E0001", Level::Deny).is_ok());
    }

    #[test]
    fn an_unknown_code_suggests_the_nearest() {
        let error =
            |text: &str| Policy::default().with_level(text, Level::Deny).unwrap_err().to_string();
        assert_eq!(error("W0101"), "unknown code `W0101`; did you mean `W0100`?");
        assert_eq!(error("w0100"), "unknown code `w0100`; did you mean `W0100`?");
        assert_eq!(error("warning"), "unknown code `warning`; did you mean `warnings`?");
        assert_eq!(error("W0100x"), "unknown code `W0100x`; did you mean `W0100`?");
        assert_eq!(error("W9999"), "unknown code `W9999`");
        assert_eq!(error("#\u{1b}["), "unknown code `#␛[`");
        assert_eq!(error("foo"), "unknown code `foo`");
        assert_eq!(error(""), "the code is empty");
    }

    #[test]
    fn a_compiler_may_have_its_own_codes() {
        let own = Policy::new([(code!("LINT0007"), Severity::Warning)]);
        assert!(own.clone().with_level("LINT0007", Level::Deny).is_ok());
        assert!(own.clone().with_level("LINT", Level::Deny).is_ok());
        assert!(own.with_level("W0100", Level::Deny).is_err());
        assert!(Policy::new([]).with_level("warnings", Level::Deny).is_ok());
    }
}
