//! The styles of a theme, made from its colours.

use super::Styles;
use crate::emit::role::Role;
use crate::emit::text_style::{Color, TextStyle};
use crate::model::ChildLevel;

/// The colours of a theme; `None` is the colour of the terminal.
pub(super) struct Colors {
    pub(super) error: Option<Color>,
    pub(super) warning: Option<Color>,
    pub(super) note: Option<Color>,
    pub(super) help: Option<Color>,
    pub(super) secondary: Option<Color>,
    pub(super) gutter: Option<Color>,
    pub(super) added: Option<Color>,
    pub(super) removed: Option<Color>,
    pub(super) syntax: Syntax,
}

/// The colours of source text.
pub(super) struct Syntax {
    /// Keywords.
    pub(super) keyword: Option<Color>,
    /// The names of types.
    pub(super) kind: Option<Color>,
    pub(super) function: Option<Color>,
    /// Strings.
    pub(super) string: Option<Color>,
    /// Numbers and constants.
    pub(super) number: Option<Color>,
    /// Macros and attributes.
    pub(super) meta: Option<Color>,
    pub(super) comment: Option<Color>,
}

impl Colors {
    /// Returns the styles: labels, headers, messages and bullets are bold.
    pub(super) const fn styles(&self) -> Styles {
        let mut styles = [TextStyle::new(); Role::COUNT];
        set_levels(&mut styles, [self.note, self.help, self.warning, self.error]);
        set(&mut styles, Role::Message, bold(None));
        set(&mut styles, Role::Secondary, bold(self.secondary));
        set(&mut styles, Role::Gutter, plain(self.gutter));
        set(&mut styles, Role::Bullet, bold(self.secondary));
        set(&mut styles, Role::Added, bold(self.added));
        set(&mut styles, Role::Removed, bold(self.removed));
        self.syntax.set(&mut styles);
        styles
    }
}

impl Syntax {
    const fn set(&self, styles: &mut Styles) {
        use crate::emit::role::SyntaxRole::{
            Attribute, Comment, Constant, Function, Keyword, Macro, Number, String, Type,
        };
        let colors = [
            (Keyword, self.keyword),
            (Type, self.kind),
            (Function, self.function),
            (String, self.string),
            (Number, self.number),
            (Constant, self.number),
            (Macro, self.meta),
            (Attribute, self.meta),
            (Comment, self.comment),
        ];
        // Constant functions have neither `for` nor iterators.
        let mut rest = colors.as_slice();
        while let [(role, color), others @ ..] = rest {
            set(styles, Role::Syntax(*role), plain(*color));
            rest = others;
        }
    }
}

pub(super) const fn plain(color: Option<Color>) -> TextStyle {
    let mut style = TextStyle::new();
    style.color = color;
    style
}

pub(super) const fn bold(color: Option<Color>) -> TextStyle {
    plain(color).bold()
}

/// Sets the styles of headers and primary labels, given the colours of notes, help, warnings and errors.
pub(super) const fn set_levels(
    styles: &mut Styles,
    [note, help, warning, error]: [Option<Color>; 4],
) {
    let colors = [
        (ChildLevel::Note, note),
        (ChildLevel::Help, help),
        (ChildLevel::Warning, warning),
        (ChildLevel::Error, error),
    ];
    let mut rest = colors.as_slice();
    while let [(level, color), others @ ..] = rest {
        set(styles, Role::Header(*level), bold(*color));
        set(styles, Role::Primary(*level), bold(*color));
        rest = others;
    }
}

pub(super) const fn set(styles: &mut Styles, role: Role, style: TextStyle) {
    let mut rest: &mut [TextStyle] = styles;
    let mut index = role.index();
    while let Some((first, others)) = rest.split_first_mut() {
        if index == 0 {
            *first = style;
            return;
        }
        index -= 1;
        rest = others;
    }
}
