//! What output goes to: the one module that asks the environment and the terminal.

mod color;

use std::ffi::OsString;
use std::{env, io};

pub use color::ColorChoice;
use is_terminal::IsTerminal;

/// What the stream can show that human output goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Terminal {
    /// Whether to colour.
    pub color: bool,
    /// The cells of a line.
    pub width: u16,
    /// Whether to make links (OSC 8).
    pub hyperlinks: bool,
    /// Whether the calls of the runtime are shown in a backtrace.
    pub full_backtraces: bool,
}

/// No terminal: no colour, no links, lines of 140 cells, and backtraces without the runtime.
impl Default for Terminal {
    fn default() -> Self {
        Self { color: false, width: Self::DEFAULT_WIDTH, hyperlinks: false, full_backtraces: false }
    }
}

impl Terminal {
    /// The cells of a line where nothing else is known.
    pub const DEFAULT_WIDTH: u16 = 140;

    /// What standard error can show, coloured as `choice` says. Width and links are known with the
    /// feature `terminal`; without it they are those of the default. Backtraces are full where the
    /// variable `RUST_BACKTRACE` is `full`, as for those of Rust itself.
    #[must_use]
    pub fn stderr(choice: ColorChoice) -> Self {
        let stream = io::stderr();
        let (width, hyperlinks) = known::stderr();
        Self::of(&stream, choice, width, hyperlinks)
    }

    /// What standard output can show, as [`stderr`](Self::stderr).
    #[must_use]
    pub fn stdout(choice: ColorChoice) -> Self {
        let stream = io::stdout();
        let (width, hyperlinks) = known::stdout();
        Self::of(&stream, choice, width, hyperlinks)
    }

    fn of(
        stream: &impl IsTerminal,
        choice: ColorChoice,
        width: Option<u16>,
        hyperlinks: bool,
    ) -> Self {
        Self {
            color: choice.decide(|name| env::var_os(name), || stream.is_terminal()),
            width: width.unwrap_or(Self::DEFAULT_WIDTH),
            // A dumb terminal would show the sequences, whatever else the environment says.
            hyperlinks: hyperlinks && env::var_os("TERM").is_none_or(|term| term != "dumb"),
            full_backtraces: wants_full_backtraces(|name| env::var_os(name)),
        }
    }

    /// The same with another width.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.width = cells;
        self
    }
}

/// Whether the user asks for the calls of the runtime: `variable` gives the environment's.
fn wants_full_backtraces(variable: impl FnOnce(&str) -> Option<OsString>) -> bool {
    variable("RUST_BACKTRACE").is_some_and(|value| value == "full")
}

#[cfg(feature = "terminal")]
mod known {
    use supports_hyperlinks::Stream;

    pub(super) fn stderr() -> (Option<u16>, bool) {
        (width(std::io::stderr()), supports_hyperlinks::on(Stream::Stderr))
    }

    pub(super) fn stdout() -> (Option<u16>, bool) {
        (width(std::io::stdout()), supports_hyperlinks::on(Stream::Stdout))
    }

    #[cfg(unix)]
    fn width(stream: impl std::os::fd::AsFd) -> Option<u16> {
        terminal_size::terminal_size_of(stream).map(|(width, _)| width.0)
    }

    #[cfg(windows)]
    fn width(stream: impl std::os::windows::io::AsHandle) -> Option<u16> {
        terminal_size::terminal_size_of(stream).map(|(width, _)| width.0)
    }

    #[cfg(not(any(unix, windows)))]
    fn width<T>(_stream: T) -> Option<u16> {
        None
    }
}

#[cfg(not(feature = "terminal"))]
mod known {
    pub(super) const fn stderr() -> (Option<u16>, bool) {
        (None, false)
    }

    pub(super) const fn stdout() -> (Option<u16>, bool) {
        (None, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backtraces_are_full_where_they_are_asked_to_be() {
        for (value, expected) in [(None, false), (Some("1"), false), (Some("full"), true)] {
            let variable = |name: &str| {
                assert_eq!(name, "RUST_BACKTRACE");
                value.map(OsString::from)
            };
            assert_eq!(wants_full_backtraces(variable), expected, "{value:?}");
        }
        assert!(!Terminal::default().full_backtraces);
    }
}
