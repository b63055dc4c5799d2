//! What the pieces of human output are, and so how they look.

use std::sync::LazyLock;

use termcolor::{Buffer, Color, ColorSpec, WriteColor as _};

use crate::model::{LabelStyle, Severity};
use crate::text::Short;

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
    /// Labels, and what the primary one marks.
    Primary,
    Secondary,
    /// The word `help` before a suggestion.
    Help,
    /// What a suggestion adds and removes.
    Added,
    Removed,
}

impl From<LabelStyle> for Style {
    fn from(style: LabelStyle) -> Self {
        match style {
            LabelStyle::Primary => Self::Primary,
            LabelStyle::Secondary => Self::Secondary,
        }
    }
}

/// The ANSI sequences of all styles, in a diagnostic of one severity: each turns a style on, and all
/// else off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequences(&'static [Sequence; Style::ALL.len()]);

/// The longest is that of a header, of 17 bytes.
type Sequence = Short<24>;

impl Sequences {
    pub(super) fn new(severity: Severity) -> Self {
        // Each is made once: what termcolor writes for a style takes longer than the styled word.
        static ALL: LazyLock<[[Sequence; Style::ALL.len()]; Severity::ALL.len()]> =
            LazyLock::new(|| {
                Severity::ALL.map(|severity| Style::ALL.map(|style| style.sequence(severity)))
            });
        let [note, warning, error, fatal] = &*ALL;
        Self(match severity {
            Severity::Note => note,
            Severity::Warning => warning,
            Severity::Error => error,
            Severity::Fatal => fatal,
        })
    }

    /// Adds the sequence of one style.
    #[inline]
    pub(super) fn push(self, style: Style, out: &mut Vec<u8>) {
        if let Some(sequence) = self.0.get(style as usize) {
            sequence.push_to(out);
        }
    }
}

impl LabelStyle {
    /// What stands under what a label marks.
    pub(super) const fn caret(self) -> &'static str {
        match self {
            Self::Primary => "^",
            Self::Secondary => "-",
        }
    }
}

impl Style {
    const ALL: [Self; 9] = [
        Self::Plain,
        Self::Header,
        Self::Message,
        Self::Gutter,
        Self::Primary,
        Self::Secondary,
        Self::Help,
        Self::Added,
        Self::Removed,
    ];

    fn sequence(self, severity: Severity) -> Sequence {
        let mut buffer = Buffer::ansi();
        // Writing to memory cannot fail.
        _ = match self {
            Self::Plain => buffer.reset(),
            _ => buffer.set_color(&self.color(severity)),
        };
        Sequence::new(buffer.as_slice())
    }

    /// How it looks on a terminal, in a diagnostic of this severity.
    fn color(self, severity: Severity) -> ColorSpec {
        let of_severity = match severity {
            Severity::Error | Severity::Fatal => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Note => Color::Blue,
        };
        let (color, bold) = match self {
            Self::Plain => (None, false),
            Self::Message => (None, true),
            Self::Header => (Some(of_severity), true),
            Self::Primary => (Some(of_severity), false),
            Self::Secondary | Self::Gutter => (Some(Color::Cyan), false),
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
            Self::Primary => Some("primary"),
            Self::Secondary => Some("secondary"),
            Self::Gutter => Some("gutter"),
            Self::Help => Some("help"),
            Self::Added => Some("added"),
            Self::Removed => Some("removed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What termcolor itself writes.
    fn written(style: Style, severity: Severity) -> Vec<u8> {
        let mut buffer = Buffer::ansi();
        match style {
            Style::Plain => buffer.reset().unwrap(),
            _ => buffer.set_color(&style.color(severity)).unwrap(),
        }
        buffer.into_inner()
    }

    #[test]
    fn each_sequence_is_that_of_its_style() {
        for severity in Severity::ALL {
            for style in Style::ALL {
                let mut out = Vec::new();
                Sequences::new(severity).push(style, &mut out);
                assert_eq!(out, written(style, severity), "{style:?} {severity}");
            }
        }
        assert_eq!(written(Style::Header, Severity::Error), b"\x1b[0m\x1b[1m\x1b[38;5;9m");
        assert_eq!(written(Style::Plain, Severity::Note), b"\x1b[0m");
    }
}
