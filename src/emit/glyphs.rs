//! The characters that human output is drawn with: ASCII or Unicode box characters.

/// A set of characters for drawing lines.
#[derive(Debug)]
pub(super) struct Glyphs {
    /// Precedes the location: `-->` or ` ┌─`.
    pub(super) arrow: &'static str,
    /// The border between line numbers and text, and the vertical part of a multi-line label.
    pub(super) bar: &'static str,
    /// Replaces the border where lines are omitted.
    pub(super) gap: &'static str,
    /// The horizontal part of a multi-line label.
    pub(super) dash: &'static str,
    /// The corner at the start of a multi-line label.
    pub(super) top: &'static str,
    /// The corner at the end of a multi-line label.
    pub(super) bottom: &'static str,
}

const ASCII: Glyphs =
    Glyphs { arrow: "-->", bar: "|", gap: ".", dash: "-", top: "/", bottom: "\\" };

const UNICODE: Glyphs =
    Glyphs { arrow: " ┌─", bar: "│", gap: "·", dash: "─", top: "╭", bottom: "╰" };

impl Glyphs {
    pub(super) const fn new(unicode: bool) -> &'static Self {
        if unicode { &UNICODE } else { &ASCII }
    }
}
