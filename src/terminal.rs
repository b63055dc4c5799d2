//! What output goes to: the one module that asks the environment and the terminal.

use std::{env, io};

use is_terminal::IsTerminal;

use crate::color::ColorChoice;

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
}

/// No terminal: no colour, no links, lines of 140 cells.
impl Default for Terminal {
    fn default() -> Self {
        Self { color: false, width: Self::DEFAULT_WIDTH, hyperlinks: false }
    }
}

impl Terminal {
    /// The cells of a line where nothing else is known.
    pub const DEFAULT_WIDTH: u16 = 140;

    /// What standard error can show, coloured as `choice` says. Width and links are known with the
    /// feature `terminal`; without it they are those of the default.
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
        }
    }

    /// The same with another width.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.width = cells;
        self
    }
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
