//! Decides whether output has colours, from a flag, the environment and the stream.

use std::ffi::{OsStr, OsString};

/// When human output has colours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum ColorChoice {
    /// According to the environment, else if the stream is a terminal. The first of these variables that is set
    /// and not empty decides:
    ///
    /// | variable | effect | source |
    /// |---|---|---|
    /// | `FORCE_COLOR` | colours | <https://force-color.org> |
    /// | `NO_COLOR` | no colours | <https://no-color.org> |
    /// | `CLICOLOR_FORCE`, not `0` | colours | <https://bixense.com/clicolors> |
    /// | `CLICOLOR=0` | no colours | an older version of the same page |
    /// | `TERM=dumb` | no colours | terminfo |
    #[default]
    Auto,
    /// Always, even if the output is a file or a pipe.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Returns true if output has colours. `variable` reads an environment variable, and `is_terminal` tests the
    /// output stream.
    pub(crate) fn decide(
        self,
        variable: impl Fn(&str) -> Option<OsString>,
        is_terminal: impl FnOnce() -> bool,
    ) -> bool {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let set_and_not_zero = |name| set(name).filter(|value| value != OsStr::new("0"));
        let is = |name, text: &str| set(name).is_some_and(|value| value == OsStr::new(text));
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("FORCE_COLOR").is_some() => true,
            Self::Auto if set("NO_COLOR").is_some() => false,
            Self::Auto if set_and_not_zero("CLICOLOR_FORCE").is_some() => true,
            Self::Auto => !is("CLICOLOR", "0") && !is("TERM", "dumb") && is_terminal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(variables: &[(&str, &str)], is_terminal: bool) -> bool {
        let get = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(value))
        };
        ColorChoice::Auto.decide(get, || is_terminal)
    }

    #[test]
    fn auto_follows_the_specification_of_each_variable() {
        for (variables, on_terminal, in_pipe) in [
            (&[][..], true, false),
            (&[("NO_COLOR", "")], true, false),
            (&[("NO_COLOR", "1")], false, false),
            (&[("NO_COLOR", "0")], false, false),
            (&[("FORCE_COLOR", "1")], true, true),
            (&[("FORCE_COLOR", "")], true, false),
            (&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], true, true),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false, false),
            (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], true, true),
            (&[("CLICOLOR", "1")], true, false),
            (&[("CLICOLOR", "0")], false, false),
            (&[("TERM", "dumb")], false, false),
            (&[("TERM", "xterm-256color")], true, false),
            (&[("TERM", "dumb"), ("FORCE_COLOR", "1")], true, true),
            (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true, true),
        ] {
            assert_eq!(auto(variables, true), on_terminal, "{variables:?}");
            assert_eq!(auto(variables, false), in_pipe, "{variables:?}");
        }
    }

    #[test]
    fn always_and_never_ignore_the_environment() {
        assert!(ColorChoice::Always.decide(|_| Some("1".into()), || false));
        assert!(!ColorChoice::Never.decide(|_| Some("1".into()), || true));
    }
}
