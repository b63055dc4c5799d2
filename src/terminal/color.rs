//! Whether to colour, by what the user says in a flag, in the environment, or not at all.

use std::ffi::{OsStr, OsString};

/// When human output has colours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum ColorChoice {
    /// As the environment says, or else where the stream is a terminal. Of the variables, each in
    /// force when it is set and not empty, the first one that has something to say decides:
    ///
    /// | variable | says | by |
    /// |---|---|---|
    /// | `FORCE_COLOR` | colour, over `NO_COLOR` too | <https://force-color.org> |
    /// | `NO_COLOR` | no colour | <https://no-color.org> |
    /// | `CLICOLOR_FORCE`, not `0` | colour | <https://bixense.com/clicolors> |
    /// | `CLICOLOR=0` | no colour | an older text of the same |
    /// | `TERM=dumb` | no colour | terminfo |
    #[default]
    Auto,
    /// Always, also into a file or a pipe.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether output is to be coloured: `variable` gives the environment's, `is_terminal` says what
    /// the output goes to.
    pub(crate) fn decide(
        self,
        variable: impl Fn(&str) -> Option<OsString>,
        is_terminal: impl FnOnce() -> bool,
    ) -> bool {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let set_but_zero = |name| set(name).filter(|value| value != OsStr::new("0"));
        let is = |name, text: &str| set(name).is_some_and(|value| value == OsStr::new(text));
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("FORCE_COLOR").is_some() => true,
            Self::Auto if set("NO_COLOR").is_some() => false,
            Self::Auto if set_but_zero("CLICOLOR_FORCE").is_some() => true,
            Self::Auto => !is("CLICOLOR", "0") && !is("TERM", "dumb") && is_terminal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(variables: &[(&str, &str)], is_terminal: bool) -> bool {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        ColorChoice::Auto.decide(get, || is_terminal)
    }

    #[test]
    fn auto_obeys_each_variable_as_its_authors_say() {
        // On a terminal, and into a pipe.
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
    fn always_and_never_ask_nobody() {
        assert!(ColorChoice::Always.decide(|_| Some("1".into()), || false));
        assert!(!ColorChoice::Never.decide(|_| Some("1".into()), || true));
    }
}
