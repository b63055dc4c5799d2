//! The roles of pieces of human output.

use crate::model::ChildLevel;

/// What a piece of human output is, which determines its style.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Role {
    /// The severity and code of a diagnostic, the level of a child, and the word `help` before a suggestion. Fatal
    /// diagnostics have the style of errors.
    Header(ChildLevel),
    /// The primary label, and the source text that it marks.
    Primary(ChildLevel),
    /// The message of a diagnostic, and the words `note` and `help` after a bullet.
    Message,
    /// Secondary labels.
    Secondary,
    /// Line numbers, borders, arrows, and the dots that replace omitted text.
    Gutter,
    /// The `=` before a note.
    Bullet,
    /// The path, line and column after an arrow.
    Path,
    /// Text that a suggestion adds.
    Added,
    /// Text that a suggestion removes.
    Removed,
    /// Source text that a [`Highlighter`](crate::Highlighter) marks.
    Syntax(SyntaxRole),
}

/// What a piece of source text is, for [`Role::Syntax`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum SyntaxRole {
    /// A word that the language reserves.
    Keyword,
    /// The name of a type.
    Type,
    /// The name of a function or method.
    Function,
    /// The name of a variable, parameter or field.
    Variable,
    /// The name of a constant, and literals such as `true`.
    Constant,
    /// The name of a macro.
    Macro,
    /// An attribute, annotation or decorator.
    Attribute,
    /// A string or character literal.
    String,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// An operator or a punctuation mark.
    Operator,
}

impl SyntaxRole {
    /// All roles, in the order of their declaration.
    pub const ALL: [Self; 11] = [
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
}

impl Role {
    /// The levels of headers and primary labels, in the order of their declaration.
    pub(super) const LEVELS: [ChildLevel; 4] =
        [ChildLevel::Note, ChildLevel::Help, ChildLevel::Warning, ChildLevel::Error];
    /// The roles without a level, before those of the syntax.
    const OTHERS: [Self; 7] = [
        Self::Message,
        Self::Secondary,
        Self::Gutter,
        Self::Bullet,
        Self::Path,
        Self::Added,
        Self::Removed,
    ];
    /// The number of roles.
    pub(super) const COUNT: usize =
        2 * Self::LEVELS.len() + Self::OTHERS.len() + SyntaxRole::ALL.len();

    /// Returns all roles.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_levels = Self::LEVELS.map(Self::Header).into_iter();
        let of_levels = of_levels.chain(Self::LEVELS.map(Self::Primary));
        of_levels.chain(Self::OTHERS).chain(SyntaxRole::ALL.map(Self::Syntax))
    }

    /// Returns the index of the role among [all](Self::all) roles.
    pub(super) const fn index(self) -> usize {
        let levels = Self::LEVELS.len();
        match self {
            Self::Header(level) => level as usize,
            Self::Primary(level) => levels + level as usize,
            Self::Message => 2 * levels,
            Self::Secondary => 2 * levels + 1,
            Self::Gutter => 2 * levels + 2,
            Self::Bullet => 2 * levels + 3,
            Self::Path => 2 * levels + 4,
            Self::Added => 2 * levels + 5,
            Self::Removed => 2 * levels + 6,
            Self::Syntax(role) => 2 * levels + Self::OTHERS.len() + role as usize,
        }
    }
}
