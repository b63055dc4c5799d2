//! What human output is drawn with, in ASCII or with Unicode box characters.

/// The characters that lines are drawn with.
#[derive(Debug)]
pub(super) struct Glyphs {
    /// What stands between the gutter and a path.
    pub(super) arrow: &'static str,
    pub(super) bar: &'static str,
    /// In the place of the border where lines are left out.
    pub(super) gap: &'static str,
    pub(super) dash: &'static str,
    /// Where a label over many lines begins and ends.
    pub(super) top: &'static str,
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
