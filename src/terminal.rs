//! The capabilities of the output stream. This is the only module that reads the environment and queries the
//! terminal.

mod color;
mod palette;

use std::ffi::OsString;
use std::{env, io};

pub use color::ColorChoice;
use is_terminal::IsTerminal;
pub use palette::Background;

/// The capabilities of the stream that human output is written to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Terminal {
    /// Whether output has colours.
    pub color: bool,
    /// The background, on which colours have to be readable.
    pub background: Background,
    /// Whether the terminal has 24-bit colours.
    pub true_color: bool,
    /// The width of a line in cells.
    pub width: u16,
    /// Whether output has hyperlinks (OSC 8).
    pub hyperlinks: bool,
    /// Whether backtraces show runtime frames.
    pub full_backtraces: bool,
}

/// The capabilities of a file, see [`PLAIN`](Self::PLAIN).
impl Default for Terminal {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl Terminal {
    /// The width of a line in cells if the width of the terminal is not known.
    pub const DEFAULT_WIDTH: u16 = 140;

    /// The capabilities of a file: no colours, no hyperlinks, 140 cells per line, backtraces without runtime frames.
    pub const PLAIN: Self = Self {
        color: false,
        background: Background::Unknown,
        true_color: false,
        width: Self::DEFAULT_WIDTH,
        hyperlinks: false,
        full_backtraces: false,
    };

    /// Returns the capabilities of standard error, with colours according to `choice`.
    ///
    /// The width and the support for hyperlinks are queried only with the feature `terminal`; without it they
    /// are those of the default. The background is that of the environment variable `COLORFGBG`, which many terminals
    /// do not set; 24-bit colours are supported if `COLORTERM` says so. As in Rust's own backtraces, runtime frames are shown if the environment
    /// variable `RUST_BACKTRACE` is `full`.
    #[must_use]
    pub fn stderr(choice: ColorChoice) -> Self {
        let stream = io::stderr();
        let (width, hyperlinks) = query::stderr();
        Self::new(&stream, choice, width, hyperlinks)
    }

    /// Returns the capabilities of standard output, see [`stderr`](Self::stderr).
    #[must_use]
    pub fn stdout(choice: ColorChoice) -> Self {
        let stream = io::stdout();
        let (width, hyperlinks) = query::stdout();
        Self::new(&stream, choice, width, hyperlinks)
    }

    fn new(
        stream: &impl IsTerminal,
        choice: ColorChoice,
        width: Option<u16>,
        hyperlinks: bool,
    ) -> Self {
        Self {
            color: choice.decide(|name| env::var_os(name), || stream.is_terminal()),
            background: palette::background(|name| env::var_os(name)),
            true_color: palette::has_true_color(|name| env::var_os(name)),
            width: width.unwrap_or(Self::DEFAULT_WIDTH),
            // A dumb terminal would print the escape sequences, even if the user forces hyperlinks.
            hyperlinks: hyperlinks && env::var_os("TERM").is_none_or(|term| term != "dumb"),
            full_backtraces: wants_full_backtraces(|name| env::var_os(name)),
        }
    }

    /// Sets the background.
    #[must_use]
    pub const fn with_background(mut self, background: Background) -> Self {
        self.background = background;
        self
    }

    /// Sets the width in cells.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.width = cells;
        self
    }
}

/// Returns true if the user asks for runtime frames. `variable` reads an environment variable.
fn wants_full_backtraces(variable: impl FnOnce(&str) -> Option<OsString>) -> bool {
    variable("RUST_BACKTRACE").is_some_and(|value| value == "full")
}

/// Queries the width of the terminal and its support for hyperlinks.
#[cfg(feature = "terminal")]
mod query {
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
mod query {
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
    fn rust_backtrace_enables_full_backtraces() {
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
