//! Whether to colour: the one module that asks the environment and the terminal.

use std::env;
use std::ffi::OsStr;

use is_terminal::IsTerminal;

/// When human output has colours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColorChoice {
    /// Where the stream is a terminal, unless the environment variable `NO_COLOR` is set and not
    /// empty (<https://no-color.org>).
    #[default]
    Auto,
    /// Always, also into a file or a pipe.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether output to `stream` is to be coloured: asks the environment and the terminal.
    #[must_use]
    pub fn enabled_on(self, stream: &impl IsTerminal) -> bool {
        self.decide(env::var_os("NO_COLOR").as_deref(), || stream.is_terminal())
    }

    fn decide(self, no_color: Option<&OsStr>, is_terminal: impl FnOnce() -> bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => no_color.is_none_or(OsStr::is_empty) && is_terminal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_needs_a_terminal_and_no_word_against_it() {
        let auto = |no_color: Option<&str>, terminal| {
            ColorChoice::Auto.decide(no_color.map(OsStr::new), || terminal)
        };
        assert!(auto(None, true));
        assert!(auto(Some(""), true));
        assert!(!auto(Some("1"), true));
        assert!(!auto(Some("0"), true));
        assert!(!auto(None, false));
    }

    #[test]
    fn always_and_never_ask_nobody() {
        assert!(ColorChoice::Always.decide(Some(OsStr::new("1")), || false));
        assert!(!ColorChoice::Never.decide(None, || true));
    }
}
