//! What a user wants of a compiler's diagnostics: levels for codes, and limits.

use std::fmt;

use crate::model::{Code, Diagnostic, Severity};
use crate::registry::{self, UnknownCode};
use crate::text;

/// What is to be done with a warning or a note.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Say nothing.
    Allow,
    /// Make it a warning.
    Warn,
    /// Make it an error.
    Deny,
}

/// Levels for codes, and how many errors are kept.
///
/// A level is for one code (`W0100`), for a family, which is what codes begin with (`W01`, `W`), or
/// for `warnings`. Of two that are for the same diagnostic the more specific one holds, whatever
/// their order: so `warnings` can be denied but for `W0100`. An error stays an error.
///
/// A policy is applied as diagnostics enter a [`DiagnosticBag`](crate::DiagnosticBag).
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
/// assert_eq!(error.to_string(), "there is no code `W0101`: did you mean `W0100`?");
/// # Ok::<(), vitte_diag::PolicyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    /// The codes that a level may be for, and the severity of each.
    known: Vec<(Code, Severity)>,
    levels: Vec<(Selector, Level)>,
    max_errors: Option<u64>,
}

/// What a level is for. The order is from the most general to the most specific.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Selector {
    /// Every warning.
    Warnings,
    /// Every code that begins so: one letter or more, fewer digits than the code has.
    Family(String),
    Code(Code),
}

impl Selector {
    fn selects(&self, code: Code, severity: Severity) -> bool {
        match self {
            Self::Warnings => severity == Severity::Warning,
            Self::Family(prefix) => code.as_str().starts_with(prefix),
            Self::Code(own) => *own == code,
        }
    }

    /// Longer is more specific.
    fn weight(&self) -> usize {
        match self {
            Self::Warnings => 0,
            Self::Family(prefix) => prefix.len(),
            Self::Code(_) => usize::MAX,
        }
    }
}

/// A policy for the codes of the Vitte compiler, without levels and limits.
impl Default for Policy {
    fn default() -> Self {
        Self::new(registry::pages().map(|page| (page.code, page.severity)))
    }
}

impl Policy {
    /// A policy for these codes, each with the severity that it has unless a level changes it; without
    /// levels and limits.
    pub fn new(codes: impl IntoIterator<Item = (Code, Severity)>) -> Self {
        Self { known: codes.into_iter().collect(), levels: Vec::new(), max_errors: None }
    }

    /// Sets the level of a code, a family or `warnings`; what was set for the same before is
    /// forgotten.
    ///
    /// # Errors
    ///
    /// [`PolicyError::UnknownCode`] when no known code is meant, [`PolicyError::Error`] when errors
    /// alone are meant and `level` is below theirs.
    pub fn with_level(mut self, selector: &str, level: Level) -> Result<Self, PolicyError> {
        let selector = self.selector(selector, level)?;
        self.levels.retain(|(other, _)| *other != selector);
        self.levels.push((selector, level));
        Ok(self)
    }

    /// After how many errors is nothing more kept? By default never, and 0 means never.
    ///
    /// The bag counts on and keeps only what is fatal, so that a storm of errors takes no memory.
    #[must_use]
    pub const fn with_max_errors(mut self, errors: u64) -> Self {
        self.max_errors = if errors == 0 { None } else { Some(errors) };
        self
    }

    pub(crate) const fn max_errors(&self) -> Option<u64> {
        self.max_errors
    }

    fn selector(&self, text: &str, level: Level) -> Result<Selector, PolicyError> {
        let selector = match Code::parse(text) {
            _ if text == "warnings" => Selector::Warnings,
            Some(code) if self.known.iter().any(|&(known, _)| known == code) => {
                Selector::Code(code)
            }
            _ => Selector::Family(text.to_owned()),
        };
        let mut selected = self.known.iter().filter(|&&(code, of)| selector.selects(code, of));
        let Some((_, first)) = selected.next().filter(|_| !text.is_empty()) else {
            if selector == Selector::Warnings {
                return Ok(selector);
            }
            let known = self.known.iter().map(|(code, _)| code.to_string());
            let known = known.chain(["warnings".to_owned()]);
            return Err(PolicyError::UnknownCode(UnknownCode::new(text, known)));
        };
        let is_error = |severity: Severity| severity >= Severity::Error;
        let errors_alone = is_error(*first) && selected.all(|&(_, severity)| is_error(severity));
        if errors_alone && level < Level::Deny {
            return Err(PolicyError::Error { given: text.to_owned() });
        }
        Ok(selector)
    }

    /// The severity that `diagnostic` gets, or nothing where it is allowed.
    pub(crate) fn severity_of(&self, diagnostic: &Diagnostic) -> Option<Severity> {
        let (code, severity) = (diagnostic.code(), diagnostic.severity());
        if severity >= Severity::Error {
            return Some(severity);
        }
        let levels = self.levels.iter().filter(|(selector, _)| selector.selects(code, severity));
        match levels.max_by_key(|(selector, _)| selector.weight()).map(|&(_, level)| level) {
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
    /// No known code is meant.
    UnknownCode(UnknownCode),
    /// Errors alone are meant: they cannot be allowed, nor made warnings.
    Error {
        /// What was given.
        given: String,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCode(error) => error.fmt(f),
            Self::Error { given } => {
                write!(f, "`{}` is an error: it can only be denied", text::one_line(given))
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

    #[test]
    fn codes_families_and_warnings_are_selected() {
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
    fn the_more_specific_level_holds_and_of_the_same_the_later() {
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
            assert_eq!(error, PolicyError::Error { given: selector.into() });
        }
        assert!(Policy::default().with_level("E0001", Level::Deny).is_ok());
    }

    #[test]
    fn an_unknown_code_names_the_nearest() {
        let error =
            |text: &str| Policy::default().with_level(text, Level::Deny).unwrap_err().to_string();
        assert_eq!(error("W0101"), "there is no code `W0101`: did you mean `W0100`?");
        assert_eq!(error("w0100"), "there is no code `w0100`: did you mean `W0100`?");
        assert_eq!(error("warning"), "there is no code `warning`: did you mean `warnings`?");
        assert_eq!(error("W0100x"), "there is no code `W0100x`: did you mean `W0100`?");
        assert_eq!(error("W9999"), "there is no code `W9999`: did you mean `W0100`?");
        assert_eq!(error("#\u{1b}["), "there is no code `#␛[`");
        assert_eq!(error(""), "there is no code ``");
    }

    #[test]
    fn another_compiler_has_its_own_codes() {
        let own = Policy::new([(code!("LINT0007"), Severity::Warning)]);
        assert!(own.clone().with_level("LINT0007", Level::Deny).is_ok());
        assert!(own.clone().with_level("LINT", Level::Deny).is_ok());
        assert!(own.with_level("W0100", Level::Deny).is_err());
        assert!(Policy::new([]).with_level("warnings", Level::Deny).is_ok());
    }
}
