//! What the pieces of human output are, and so how they look.

use codespan_reporting::diagnostic::LabelStyle;
use termcolor::{Color, ColorSpec};

use crate::severity::Severity;

/// What a piece of output is, and so its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Source, and all that is nothing else.
    Plain,
    /// Severity and code.
    Header,
    Message,
    /// Line numbers, borders and bullets.
    Gutter,
    Label(LabelStyle),
    /// The word `help` before a suggestion.
    Help,
    /// What a suggestion adds and removes.
    Added,
    Removed,
}

impl Style {
    /// How it looks on a terminal, in a diagnostic of this severity.
    pub(super) fn color(self, severity: Severity) -> ColorSpec {
        let of_severity = match severity {
            Severity::Error | Severity::Fatal => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Note => Color::Blue,
        };
        let (color, bold) = match self {
            Self::Plain => (None, false),
            Self::Message => (None, true),
            Self::Header => (Some(of_severity), true),
            Self::Label(LabelStyle::Primary) => (Some(of_severity), false),
            Self::Label(LabelStyle::Secondary) | Self::Gutter => (Some(Color::Cyan), false),
            Self::Help => (Some(Color::Cyan), true),
            Self::Added => (Some(Color::Green), false),
            Self::Removed => (Some(Color::Red), false),
        };
        let mut spec = ColorSpec::new();
        spec.set_fg(color).set_bold(bold).set_intense(self == Self::Header);
        spec
    }

    /// Its class on a page, after `vd-`.
    pub(super) const fn class(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Message => Some("message"),
            Self::Header => Some("header"),
            Self::Label(LabelStyle::Primary) => Some("primary"),
            Self::Label(LabelStyle::Secondary) => Some("secondary"),
            Self::Gutter => Some("gutter"),
            Self::Help => Some("help"),
            Self::Added => Some("added"),
            Self::Removed => Some("removed"),
        }
    }
}
