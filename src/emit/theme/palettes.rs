//! The colours of the built-in themes.
//!
//! Contrast is measured against black and white, and against the dark backgrounds of Windows (`#0c0c0c`) and VS Code
//! (`#1e1e1e`). With an unknown background, a colour has a contrast of 4.5:1 to both black and white if its relative
//! luminance is between 0.175 and 0.183. Of the 256-colour palette only six colours are in this range, none of them
//! yellow, so warnings are magenta there, as those of GCC and Clang are. Terminals with 24-bit colours have all hues.

use super::colors::{Colors, Syntax};
use crate::emit::text_style::AnsiColor::{
    self, Blue, BrightBlack, BrightBlue, BrightCyan, BrightGreen, BrightRed, BrightYellow, Cyan,
    Green, Magenta, Yellow,
};
use crate::emit::text_style::Color;

const fn ansi(color: AnsiColor) -> Option<Color> {
    Some(Color::Ansi(color))
}

const fn indexed(index: u8) -> Option<Color> {
    Some(Color::Indexed(index))
}

const fn rgb(red: u8, green: u8, blue: u8) -> Option<Color> {
    Some(Color::Rgb(red, green, blue))
}

/// rustc's colours.
pub(super) const ANSI: Colors = Colors {
    error: ansi(BrightRed),
    warning: ansi(BrightYellow),
    note: ansi(BrightGreen),
    help: ansi(BrightCyan),
    secondary: ansi(BrightBlue),
    gutter: ansi(BrightBlue),
    added: ansi(BrightGreen),
    removed: ansi(BrightRed),
    syntax: Syntax {
        keyword: ansi(Magenta),
        kind: ansi(Cyan),
        function: ansi(Blue),
        string: ansi(Green),
        number: ansi(Yellow),
        meta: ansi(Magenta),
        comment: ansi(BrightBlack),
    },
};

/// rustc's colours, except for blue, which has less contrast on xterm's black (4.43:1), and for the gutter, which is not as
/// bright as secondary labels.
pub(super) const DEFAULT_DARK: Colors = Colors {
    error: ansi(BrightRed),
    warning: ansi(BrightYellow),
    note: ansi(BrightGreen),
    help: ansi(BrightCyan),
    secondary: indexed(75),
    gutter: indexed(246),
    added: ansi(BrightGreen),
    removed: ansi(BrightRed),
    syntax: Syntax {
        keyword: indexed(177),
        kind: indexed(81),
        function: indexed(111),
        string: indexed(150),
        number: indexed(215),
        meta: indexed(141),
        comment: indexed(246),
    },
};

/// The same hues on white.
pub(super) const DEFAULT_LIGHT: Colors = Colors {
    error: indexed(160),
    warning: indexed(94),
    note: indexed(28),
    help: indexed(24),
    secondary: indexed(26),
    gutter: indexed(242),
    added: indexed(28),
    removed: indexed(160),
    syntax: Syntax {
        keyword: indexed(90),
        kind: indexed(24),
        function: indexed(25),
        string: indexed(22),
        number: indexed(94),
        meta: indexed(55),
        comment: indexed(242),
    },
};

/// The same hues, in shades for every background.
pub(super) const DEFAULT_BOTH_TRUE_COLOR: Colors = Colors {
    error: rgb(0xec, 0x00, 0x00),
    warning: rgb(0x9c, 0x6d, 0x00),
    note: rgb(0x00, 0x8a, 0x00),
    help: rgb(0x00, 0x80, 0xa0),
    secondary: rgb(0x3d, 0x6b, 0xf4),
    gutter: indexed(243),
    added: rgb(0x00, 0x8a, 0x00),
    removed: rgb(0xec, 0x00, 0x00),
    syntax: Syntax {
        keyword: rgb(0xb6, 0x38, 0xdf),
        kind: rgb(0x00, 0x80, 0xa0),
        function: rgb(0x00, 0x73, 0xe6),
        string: rgb(0x00, 0x86, 0x6f),
        number: rgb(0xc6, 0x52, 0x00),
        meta: rgb(0x8f, 0x58, 0xdc),
        comment: indexed(243),
    },
};

/// The colours of the 256-colour palette for every background.
pub(super) const DEFAULT_BOTH: Colors = Colors {
    error: indexed(131),
    warning: indexed(163),
    note: indexed(29),
    help: indexed(98),
    secondary: indexed(63),
    gutter: indexed(243),
    added: indexed(29),
    removed: indexed(131),
    syntax: Syntax {
        keyword: indexed(98),
        kind: indexed(63),
        function: None,
        string: indexed(29),
        number: None,
        meta: indexed(98),
        comment: indexed(243),
    },
};

/// At least 7:1, the enhanced contrast of WCAG 2.2, section 1.4.6.
pub(super) const HIGH_CONTRAST_DARK: Colors = Colors {
    error: indexed(210),
    warning: indexed(226),
    note: indexed(120),
    help: indexed(123),
    secondary: indexed(117),
    gutter: indexed(250),
    added: indexed(120),
    removed: indexed(210),
    syntax: Syntax {
        keyword: indexed(183),
        kind: indexed(117),
        function: indexed(117),
        string: indexed(157),
        number: indexed(222),
        meta: indexed(183),
        comment: indexed(250),
    },
};

/// At least 7:1 on white. No yellow reaches that.
pub(super) const HIGH_CONTRAST_LIGHT: Colors = Colors {
    error: indexed(88),
    warning: indexed(90),
    note: indexed(22),
    help: indexed(23),
    secondary: indexed(19),
    gutter: indexed(240),
    added: indexed(22),
    removed: indexed(88),
    syntax: Syntax {
        keyword: indexed(90),
        kind: indexed(23),
        function: indexed(19),
        string: indexed(22),
        number: indexed(88),
        meta: indexed(55),
        comment: indexed(240),
    },
};

/// Orange, yellow, turquoise, teal and blue, which differ in hue or lightness for everyone.
pub(super) const COLOR_BLIND_DARK: Colors = Colors {
    error: indexed(202),
    warning: indexed(226),
    note: indexed(50),
    help: indexed(37),
    secondary: indexed(33),
    gutter: indexed(246),
    added: indexed(50),
    removed: indexed(202),
    syntax: Syntax {
        keyword: indexed(33),
        kind: indexed(37),
        function: None,
        string: indexed(50),
        number: indexed(226),
        meta: indexed(33),
        comment: indexed(246),
    },
};

/// Dark red, orange, grey, blue and dark blue.
pub(super) const COLOR_BLIND_LIGHT: Colors = Colors {
    error: indexed(88),
    warning: indexed(130),
    note: indexed(60),
    help: indexed(27),
    secondary: indexed(19),
    gutter: indexed(242),
    added: indexed(27),
    removed: indexed(88),
    syntax: Syntax {
        keyword: indexed(19),
        kind: indexed(27),
        function: None,
        string: indexed(60),
        number: indexed(130),
        meta: indexed(60),
        comment: indexed(242),
    },
};

/// Red, magenta, green, azure and violet of one lightness.
pub(super) const COLOR_BLIND_BOTH_TRUE_COLOR: Colors = Colors {
    error: rgb(0xee, 0x00, 0x00),
    warning: rgb(0xe0, 0x00, 0x96),
    note: rgb(0x00, 0x88, 0x44),
    help: rgb(0x00, 0x7b, 0xb8),
    secondary: rgb(0x62, 0x62, 0xf6),
    gutter: indexed(243),
    added: rgb(0x00, 0x7b, 0xb8),
    removed: rgb(0xee, 0x00, 0x00),
    syntax: Syntax {
        keyword: rgb(0x62, 0x62, 0xf6),
        kind: rgb(0x00, 0x7b, 0xb8),
        function: None,
        string: rgb(0x00, 0x88, 0x44),
        number: rgb(0xe0, 0x00, 0x96),
        meta: rgb(0x62, 0x62, 0xf6),
        comment: indexed(243),
    },
};
