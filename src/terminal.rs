//! The capabilities of the output stream. This is the only module that reads the environment and queries the
//! terminal.

mod color;
pub(crate) mod log_commands;
mod log_writer;
mod palette;

use std::ffi::OsString;
use std::{env, io};

pub use color::ColorChoice;
use is_terminal::IsTerminal;
pub use log_writer::LogWriter;
pub use palette::Background;

/// Which frames of a backtrace people see.
///
/// ```text
/// RUST_BACKTRACE   not set   Short   vittec::driver::check        src/driver.rs:99:23
///                                    ... 15 frames of rayon, std
///                  1         All     the same, and each frame of the libraries
///                  full      Full    vittec::driver::check::{closure#1} at /home/ada/vittec/src/driver.rs:99:23
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum BacktraceStyle {
    /// The frames of the project with short names, and one line for each run of frames of libraries, as
    /// [`FoldedFrames`](crate::FoldedFrames) has them. If there are many, the innermost ones.
    #[default]
    Short,
    /// All frames, with short names.
    All,
    /// All frames as they were captured, with all that is known of each.
    Full,
}

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
    /// Which frames of backtraces are shown.
    pub backtraces: BacktraceStyle,
    /// Whether the output is the log of a CI server, which obeys commands such as `##[add-mask]text` in any line. Human,
    /// short, narrated and GCC output then contains none: the bracket of such a command is another character.
    pub is_ci_log: bool,
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

    /// The capabilities of a file: no colours, no hyperlinks, 140 cells per line, short backtraces.
    pub const PLAIN: Self = Self {
        color: false,
        background: Background::Unknown,
        true_color: false,
        width: Self::DEFAULT_WIDTH,
        hyperlinks: false,
        backtraces: BacktraceStyle::Short,
        is_ci_log: false,
    };

    /// Returns the capabilities of standard error, with colours according to `choice`.
    ///
    /// The width and the support for hyperlinks are queried only with the feature `terminal`; without it they
    /// are those of the default. The background is that of the environment variable `COLORFGBG`, which many terminals
    /// do not set; 24-bit colours are supported if `COLORTERM` says so. As in Rust's own backtraces,
    /// all frames are shown if the environment variable `RUST_BACKTRACE` is `1`, in full if it is `full`. The output is
    /// [the log of a CI server](Self::is_ci_log) if `GITHUB_ACTIONS`, `TF_BUILD` (Azure Pipelines) or `TEAMCITY_VERSION`
    /// is set.
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
            backtraces: backtrace_style(|name| env::var_os(name)),
            is_ci_log: is_ci_log(|name| env::var_os(name)),
        }
    }

    /// Sets the background.
    #[must_use]
    pub const fn with_background(mut self, background: Background) -> Self {
        self.background = background;
        self
    }

    /// Sets which frames of backtraces are shown.
    #[must_use]
    pub const fn with_backtraces(mut self, style: BacktraceStyle) -> Self {
        self.backtraces = style;
        self
    }

    /// Sets whether the output is [the log of a CI server](Self::is_ci_log).
    #[must_use]
    pub const fn with_ci_log(mut self, is_ci_log: bool) -> Self {
        self.is_ci_log = is_ci_log;
        self
    }

    /// Sets the width in cells.
    #[must_use]
    pub const fn with_width(mut self, cells: u16) -> Self {
        self.width = cells;
        self
    }
}

/// Returns the backtraces that the user asks for. `variable` reads an environment variable.
fn backtrace_style(variable: impl FnOnce(&str) -> Option<OsString>) -> BacktraceStyle {
    match variable("RUST_BACKTRACE") {
        Some(value) if value == "full" => BacktraceStyle::Full,
        // The values that Rust itself takes for "off".
        Some(value) if value != "0" && !value.is_empty() => BacktraceStyle::All,
        _ => BacktraceStyle::Short,
    }
}

/// Returns true if a CI server reads the output for commands. `variable` reads an environment variable.
fn is_ci_log(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"]
        .into_iter()
        .any(|name| variable(name).is_some_and(|value| !value.is_empty()))
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
    fn rust_backtrace_has_three_levels() {
        use BacktraceStyle::{All, Full, Short};
        let values = [
            (None, Short),
            (Some(""), Short),
            (Some("0"), Short),
            (Some("1"), All),
            (Some("full"), Full),
        ];
        for (value, expected) in values {
            let variable = |name: &str| {
                assert_eq!(name, "RUST_BACKTRACE");
                value.map(OsString::from)
            };
            assert_eq!(backtrace_style(variable), expected, "{value:?}");
        }
        assert_eq!(Terminal::default().backtraces, Short);
        assert_eq!(Terminal::default().with_backtraces(All).backtraces, All);
    }

    #[test]
    fn servers_that_obey_commands_are_known_by_their_variables() {
        let is_log = |name: &str, value: &str| {
            is_ci_log(|variable| (variable == name).then(|| OsString::from(value)))
        };
        for name in ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"] {
            assert!(is_log(name, "true") && !is_log(name, ""), "{name}");
        }
        assert!(!is_log("CI", "true"));
    }
}
