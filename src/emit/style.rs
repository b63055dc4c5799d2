//! The styles of human output: for each one its role in a theme, and its HTML class.

use super::role::{Role, SyntaxRole};
use crate::model::{ChildLevel, LabelStyle};

/// The role of a piece of output. Headers and primary labels have the colour of their diagnostic or child.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Source text, and everything without another style.
    Plain,
    /// Severity and code, or the level of a child.
    Header,
    Message,
    /// Line numbers, borders, arrows and dots.
    Gutter,
    /// The `=` before a note.
    Bullet,
    /// The location after an arrow.
    Path,
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
    Keyword,
    Type,
    Function,
    Variable,
    Constant,
    Macro,
    Attribute,
    String,
    Number,
    Comment,
    Operator,
}

impl From<LabelStyle> for Style {
    fn from(style: LabelStyle) -> Self {
        match style {
            LabelStyle::Primary => Self::Primary,
            LabelStyle::Secondary => Self::Secondary,
        }
    }
}

impl From<SyntaxRole> for Style {
    fn from(role: SyntaxRole) -> Self {
        match role {
            SyntaxRole::Keyword => Self::Keyword,
            SyntaxRole::Type => Self::Type,
            SyntaxRole::Function => Self::Function,
            SyntaxRole::Variable => Self::Variable,
            SyntaxRole::Constant => Self::Constant,
            SyntaxRole::Macro => Self::Macro,
            SyntaxRole::Attribute => Self::Attribute,
            SyntaxRole::String => Self::String,
            SyntaxRole::Number => Self::Number,
            SyntaxRole::Comment => Self::Comment,
            SyntaxRole::Operator => Self::Operator,
        }
    }
}

impl Style {
    /// The number of styles.
    pub(super) const COUNT: usize = 22;
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Plain,
        Self::Header,
        Self::Message,
        Self::Gutter,
        Self::Bullet,
        Self::Path,
        Self::Primary,
        Self::Secondary,
        Self::Help,
        Self::Added,
        Self::Removed,
        Self::Keyword,
        Self::Type,
        Self::Function,
        Self::Variable,
        Self::Constant,
        Self::Macro,
        Self::Attribute,
        Self::String,
        Self::Number,
        Self::Comment,
        Self::Operator,
    ];

    /// Returns the role of the style in a diagnostic or child of this level, or `None` for plain text.
    pub(super) const fn role(self, level: ChildLevel) -> Option<Role> {
        Some(match self {
            Self::Plain => return None,
            Self::Header => Role::Header(level),
            Self::Message => Role::Message,
            Self::Gutter => Role::Gutter,
            Self::Bullet => Role::Bullet,
            Self::Path => Role::Path,
            Self::Primary => Role::Primary(level),
            Self::Secondary => Role::Secondary,
            Self::Help => Role::Header(ChildLevel::Help),
            Self::Added => Role::Added,
            Self::Removed => Role::Removed,
            Self::Keyword => Role::Syntax(SyntaxRole::Keyword),
            Self::Type => Role::Syntax(SyntaxRole::Type),
            Self::Function => Role::Syntax(SyntaxRole::Function),
            Self::Variable => Role::Syntax(SyntaxRole::Variable),
            Self::Constant => Role::Syntax(SyntaxRole::Constant),
            Self::Macro => Role::Syntax(SyntaxRole::Macro),
            Self::Attribute => Role::Syntax(SyntaxRole::Attribute),
            Self::String => Role::Syntax(SyntaxRole::String),
            Self::Number => Role::Syntax(SyntaxRole::Number),
            Self::Comment => Role::Syntax(SyntaxRole::Comment),
            Self::Operator => Role::Syntax(SyntaxRole::Operator),
        })
    }

    /// Returns the HTML class without the prefix `vd-`, or `None` for plain text.
    pub(super) const fn class(self) -> Option<&'static str> {
        Some(match self {
            Self::Plain => return None,
            Self::Message => "message",
            Self::Header => "header",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Gutter => "gutter",
            Self::Bullet => "bullet",
            Self::Path => "path",
            Self::Help => "help",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Keyword => "syntax-keyword",
            Self::Type => "syntax-type",
            Self::Function => "syntax-function",
            Self::Variable => "syntax-variable",
            Self::Constant => "syntax-constant",
            Self::Macro => "syntax-macro",
            Self::Attribute => "syntax-attribute",
            Self::String => "syntax-string",
            Self::Number => "syntax-number",
            Self::Comment => "syntax-comment",
            Self::Operator => "syntax-operator",
        })
    }
}
