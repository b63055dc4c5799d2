//! The characters that human output is drawn with: ASCII or Unicode box characters.
//!
//! ```text
//!   --> shapes.vitte:8:3       ╭─▸ shapes.vitte:8:3
//!    |                         │
//!  8 |   if side < 0.0       8 │   if side < 0.0
//!    |   ^^ opens a block      │   ━━ opens a block
//! ...                          ┆
//! 10 |   ret side           10 │   ret side
//!    |   ---                   │   ───
//!    |                         │
//!    = help: add `.end`        ├ help: add `.end`
//!    = note: expected .end     ╰ note: expected .end
//! help: add it              help: add it
//!    |                         ╭
//! 10 +   .end               10 +   .end
//!    |                         ╰
//! ```

use crate::model::LabelStyle;
use crate::text::InlineText;

/// A glyph that precedes text, with the blanks between them. It is copied without a call of `memcpy`.
pub(super) type Prefix = InlineText<15>;

const fn prefix(text: &str) -> Prefix {
    Prefix::new(text.as_bytes())
}

/// A set of characters for drawing lines. All of them are one cell wide, except those that say otherwise.
#[derive(Debug)]
pub(super) struct Glyphs {
    /// Precedes the first location, with a blank between them.
    pub(super) arrow: Prefix,
    /// Precedes the location in each further file.
    pub(super) other_arrow: Prefix,
    /// Precedes the location of a change below other changes.
    pub(super) change_arrow: Prefix,
    /// The border between line numbers and text.
    pub(super) bar: &'static str,
    /// The border after a line number, with a blank between them.
    pub(super) number_bar: Prefix,
    /// The border above the first line of a block without an arrow.
    pub(super) first_bar: &'static str,
    /// Replaces the border of the last line of a block, if there are corners. It has as many bytes as `bar`, and as the
    /// character of `bullet`.
    pub(super) last_bar: &'static str,
    /// Whether a corner ends each block, so that no empty line has to separate it from what follows.
    pub(super) has_corners: bool,
    /// Where lines are omitted, replaces the border if there are corners, else the line number and the border.
    pub(super) gap: Prefix,
    /// Replaces omitted text: one or three cells.
    pub(super) dots: &'static str,
    /// One cell of the dots.
    pub(super) dot: &'static str,
    /// Precedes a note, with a blank between them.
    pub(super) bullet: &'static str,
    /// The end of a stem above a message that begins further left, the same if the stem goes on, the line to the start of
    /// the message, and the end of that line.
    pub(super) turn: [&'static str; 4],
    primary: LabelGlyphs,
    secondary: LabelGlyphs,
}

/// The characters of the labels of one style.
#[derive(Debug)]
pub(super) struct LabelGlyphs {
    /// Underlines the text.
    pub(super) underline: &'static str,
    /// The underline above a hanging message.
    pub(super) hook: &'static str,
    /// Connects the underline to a hanging message.
    pub(super) stem: &'static str,
    /// Precedes a hanging message: no cell or two cells.
    pub(super) lead: &'static str,
    /// Precedes a hanging message if the stem goes on to another one; as wide as `lead`.
    pub(super) branch: &'static str,
    /// The vertical bar of a multi-line label.
    pub(super) bar: &'static str,
    /// Connects the bar of a multi-line label to its underlines.
    pub(super) dash: &'static str,
    /// The bar beside the first line of a multi-line label that begins at the margin.
    pub(super) top: &'static str,
    /// The corner between the bar and the dashes to the start of a multi-line label.
    pub(super) start_corner: &'static str,
    /// The corner between the bar and the dashes to the end of a multi-line label.
    pub(super) end_corner: &'static str,
    /// The end of the dashes below the start or the end of a multi-line label.
    pub(super) dash_end: &'static str,
    /// The end of the dashes if a stem goes on below them.
    pub(super) dash_branch: &'static str,
    /// The underline at which the dashes end.
    pub(super) dash_underline: &'static str,
}

const ASCII: Glyphs = Glyphs {
    arrow: prefix("--> "),
    other_arrow: prefix("::: "),
    change_arrow: prefix("--> "),
    bar: "|",
    number_bar: prefix(" |"),
    first_bar: "|",
    last_bar: "|",
    has_corners: false,
    gap: prefix("..."),
    dots: "...",
    dot: ".",
    bullet: "= ",
    turn: ["|", "|", " ", " "],
    primary: LabelGlyphs { underline: "^", hook: "^", dash_underline: "^", ..ASCII_SECONDARY },
    secondary: ASCII_SECONDARY,
};

const ASCII_SECONDARY: LabelGlyphs = LabelGlyphs {
    underline: "-",
    hook: "-",
    stem: "|",
    lead: "",
    branch: "",
    bar: "|",
    dash: "_",
    top: "/",
    start_corner: " ",
    end_corner: "|",
    dash_end: "|",
    dash_branch: "|",
    dash_underline: "-",
};

const UNICODE: Glyphs = Glyphs {
    arrow: prefix(" ╭─▸ "),
    other_arrow: prefix(" ├─▸ "),
    change_arrow: prefix(" ├─▸ "),
    bar: "│",
    number_bar: prefix(" │"),
    first_bar: "╭",
    last_bar: "╰",
    has_corners: true,
    gap: prefix("┆"),
    dots: "…",
    dot: "…",
    bullet: "├ ",
    turn: ["╯", "┤", "─", "╭"],
    primary: LabelGlyphs {
        underline: "━",
        hook: "┯",
        stem: "│",
        lead: "╰ ",
        branch: "├ ",
        bar: "┃",
        dash: "━",
        top: "┏",
        start_corner: "┏",
        end_corner: "┗",
        dash_end: "┛",
        dash_branch: "┥",
        dash_underline: "┛",
    },
    secondary: LabelGlyphs {
        underline: "─",
        hook: "┬",
        stem: "│",
        lead: "╰ ",
        branch: "├ ",
        bar: "│",
        dash: "─",
        top: "╭",
        start_corner: "╭",
        end_corner: "╰",
        dash_end: "╯",
        dash_branch: "┤",
        dash_underline: "╯",
    },
};

impl Glyphs {
    pub(super) const fn new(unicode: bool) -> &'static Self {
        if unicode { &UNICODE } else { &ASCII }
    }

    /// Returns the characters of labels of a style.
    pub(super) const fn label(&self, style: LabelStyle) -> &LabelGlyphs {
        match style {
            LabelStyle::Primary => &self.primary,
            LabelStyle::Secondary => &self.secondary,
        }
    }
}
