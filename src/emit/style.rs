//! The styles of human output, and their colours.

use std::sync::LazyLock;

use termcolor::{Buffer, Color, ColorSpec, WriteColor as _};

use crate::model::{ChildLevel, LabelStyle, Severity};
use crate::text::InlineText;

/// The role of a piece of output, which determines its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Source text, and everything without another style.
    Plain,
    /// Severity and code, or the level of a child.
    Header,
    Message,
    /// Line numbers, borders and bullets.
    Gutter,
    /// The primary label, and the source text that it marks.
    Primary,
    /// Secondary labels.
    Secondary,
    /// The word `help` before a suggestion.
    Help,
    /// Text that a suggestion adds.
    Added,
    /// Text that a suggestion removes.
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

/// The ANSI sequences of all styles for one severity or level. Each sequence resets the terminal before it turns
/// its style on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequences(&'static [Sequence; Style::ALL.len()]);

/// The longest sequence, that of a header, has 17 bytes.
type Sequence = InlineText<24>;

impl Sequences {
    pub(super) fn new(severity: Severity) -> Self {
        // The sequences are cached, because termcolor needs more time for one than the styled word takes.
        static ALL: LazyLock<[[Sequence; Style::ALL.len()]; Severity::ALL.len()]> =
            LazyLock::new(|| {
                Severity::ALL
                    .map(|severity| Style::ALL.map(|style| style.sequence(&style.color(severity))))
            });
        let [note, warning, error, fatal] = &*ALL;
        Self(match severity {
            Severity::Note => note,
            Severity::Warning => warning,
            Severity::Error => error,
            Severity::Fatal => fatal,
        })
    }

    /// Returns the sequences for a child.
    pub(super) fn of_child(level: ChildLevel) -> Self {
        static HELP: LazyLock<[Sequence; Style::ALL.len()]> =
            LazyLock::new(|| Style::ALL.map(|style| style.sequence(&style.color_in_help())));
        match level {
            ChildLevel::Note => Self::new(Severity::Note),
            ChildLevel::Help => Self(&HELP),
            ChildLevel::Warning => Self::new(Severity::Warning),
            ChildLevel::Error => Self::new(Severity::Error),
        }
    }

    /// Appends the sequence of a style to `out`.
    #[inline]
    pub(super) fn push(self, style: Style, out: &mut Vec<u8>) {
        if let Some(sequence) = self.0.get(style as usize) {
            sequence.push_to(out);
        }
    }
}

impl LabelStyle {
    /// Returns the character that underlines the text of a label.
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

    fn sequence(self, color: &ColorSpec) -> Sequence {
        let mut buffer = Buffer::ansi();
        // Writing to memory cannot fail.
        _ = match self {
            Self::Plain => buffer.reset(),
            _ => buffer.set_color(color),
        };
        Sequence::new(buffer.as_slice())
    }

    /// Returns the colour on a terminal, in a diagnostic of this severity.
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

    /// Returns the colour on a terminal, in a child of the level `help`. The carets of a primary label are bold, because
    /// those of secondary ones have the same colour.
    fn color_in_help(self) -> ColorSpec {
        match self {
            Self::Header | Self::Primary => Self::Help.color(Severity::Note),
            _ => self.color(Severity::Note),
        }
    }

    /// Returns the HTML class without the prefix `vd-`, or `None` for plain text.
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

    fn sequence(sequences: Sequences, style: Style) -> Vec<u8> {
        let mut out = Vec::new();
        sequences.push(style, &mut out);
        out
    }

    /// Returns the bytes that termcolor writes.
    fn termcolor_sequence(style: Style, severity: Severity) -> Vec<u8> {
        let mut buffer = Buffer::ansi();
        match style {
            Style::Plain => buffer.reset().unwrap(),
            _ => buffer.set_color(&style.color(severity)).unwrap(),
        }
        buffer.into_inner()
    }

    #[test]
    fn each_style_has_the_sequence_of_termcolor() {
        for severity in Severity::ALL {
            for style in Style::ALL {
                let sequence = sequence(Sequences::new(severity), style);
                assert_eq!(sequence, termcolor_sequence(style, severity), "{style:?} {severity}");
            }
        }
        assert_eq!(
            termcolor_sequence(Style::Header, Severity::Error),
            b"\x1b[0m\x1b[1m\x1b[38;5;9m"
        );
        assert_eq!(termcolor_sequence(Style::Plain, Severity::Note), b"\x1b[0m");
    }

    #[test]
    fn a_child_has_the_colours_of_a_diagnostic_with_its_name() {
        for severity in Severity::ALL.into_iter().filter(|severity| *severity < Severity::Fatal) {
            let mut levels = ChildLevel::ALL.into_iter();
            let level = levels.find(|level| level.as_str() == severity.as_str()).unwrap();
            for style in Style::ALL {
                let child = sequence(Sequences::of_child(level), style);
                assert_eq!(child, sequence(Sequences::new(severity), style), "{style:?} {level}");
            }
        }
        let help = Sequences::of_child(ChildLevel::Help);
        let word_before_a_suggestion = termcolor_sequence(Style::Help, Severity::Error);
        assert_eq!(sequence(help, Style::Header), word_before_a_suggestion);
        assert_ne!(sequence(help, Style::Primary), sequence(help, Style::Secondary));
    }
}
