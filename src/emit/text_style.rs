//! How a piece of text looks on a terminal.

use termcolor::ColorSpec;

/// A colour of a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Color {
    /// One of the 16 colours that users can change in their terminals.
    Ansi(AnsiColor),
    /// A colour of the 256-colour palette. From 16 on they are the same on every terminal: 16 to 231 is a cube of
    /// six levels of red, green and blue, 232 to 255 are shades of grey.
    Indexed(u8),
    /// Red, green and blue in sRGB. Not every terminal supports 24-bit colours, see
    /// [`Terminal::true_color`](crate::Terminal::true_color).
    Rgb(u8, u8, u8),
}

/// The 16 colours that every terminal with colours has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum AnsiColor {
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
    BrightBlack,
    BrightRed,
    BrightGreen,
    BrightYellow,
    BrightBlue,
    BrightMagenta,
    BrightCyan,
    BrightWhite,
}

impl AnsiColor {
    /// Returns the index of the colour in the 256-colour palette, less than 16.
    #[must_use]
    pub const fn index(self) -> u8 {
        self as u8
    }

    /// Returns the colour for termcolor, and whether it is a bright one.
    const fn parts(self) -> (termcolor::Color, bool) {
        use termcolor::Color::{Black, Blue, Cyan, Green, Magenta, Red, White, Yellow};
        match self {
            Self::Black => (Black, false),
            Self::Red => (Red, false),
            Self::Green => (Green, false),
            Self::Yellow => (Yellow, false),
            Self::Blue => (Blue, false),
            Self::Magenta => (Magenta, false),
            Self::Cyan => (Cyan, false),
            Self::White => (White, false),
            Self::BrightBlack => (Black, true),
            Self::BrightRed => (Red, true),
            Self::BrightGreen => (Green, true),
            Self::BrightYellow => (Yellow, true),
            Self::BrightBlue => (Blue, true),
            Self::BrightMagenta => (Magenta, true),
            Self::BrightCyan => (Cyan, true),
            Self::BrightWhite => (White, true),
        }
    }
}

/// How a piece of text looks. The default is plain text in the terminal's own colour.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub struct TextStyle {
    /// The colour of the text, or `None` for that of the terminal.
    pub color: Option<Color>,
    /// Whether the text is bold.
    pub bold: bool,
    /// Whether the text is italic.
    pub italic: bool,
    /// Whether the text is underlined.
    pub underline: bool,
    /// Whether the text is dimmed.
    pub dimmed: bool,
}

impl TextStyle {
    /// Returns the style of plain text.
    #[must_use]
    pub const fn new() -> Self {
        Self { color: None, bold: false, italic: false, underline: false, dimmed: false }
    }

    /// Sets the colour.
    #[must_use]
    pub const fn with_color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }

    /// Makes the text bold.
    #[must_use]
    pub const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    /// Makes the text italic.
    #[must_use]
    pub const fn italic(mut self) -> Self {
        self.italic = true;
        self
    }

    /// Underlines the text.
    #[must_use]
    pub const fn underline(mut self) -> Self {
        self.underline = true;
        self
    }

    /// Dims the text. Few terminals do this in a way that can be read.
    #[must_use]
    pub const fn dimmed(mut self) -> Self {
        self.dimmed = true;
        self
    }

    /// Returns true if `self` has all attributes of `other`, whatever the colours.
    pub(super) const fn has_attributes_of(self, other: Self) -> bool {
        (self.bold || !other.bold)
            && (self.italic || !other.italic)
            && (self.underline || !other.underline)
            && (self.dimmed || !other.dimmed)
    }

    /// Returns the style for termcolor.
    pub(super) fn spec(self) -> ColorSpec {
        let (color, is_bright) = match self.color {
            None => (None, false),
            Some(Color::Ansi(color)) => {
                let (color, is_bright) = color.parts();
                (Some(color), is_bright)
            }
            Some(Color::Indexed(index)) => (Some(termcolor::Color::Ansi256(index)), false),
            Some(Color::Rgb(red, green, blue)) => {
                (Some(termcolor::Color::Rgb(red, green, blue)), false)
            }
        };
        let mut spec = ColorSpec::new();
        spec.set_fg(color).set_intense(is_bright).set_bold(self.bold).set_italic(self.italic);
        spec.set_underline(self.underline).set_dimmed(self.dimmed);
        spec
    }
}
