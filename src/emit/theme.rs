//! The colours of human output: a theme has a style for each role.

mod built_in;
mod colors;
mod palettes;

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use built_in::BuiltIn;

use super::role::Role;
use super::sgr::SequenceTable;
use super::style::Style;
use super::text_style::TextStyle;
use crate::model::ChildLevel;
use crate::terminal::{Background, Terminal};
use crate::text;

/// The styles of all roles on one kind of terminal.
type Styles = [TextStyle; Role::COUNT];

/// The kinds of terminals for which a theme has different styles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Variant {
    Dark,
    Light,
    /// The background is not known.
    Both,
    /// The background is not known, and the terminal has 24-bit colours.
    BothTrueColor,
}

impl Variant {
    const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::Both, Self::BothTrueColor];

    const fn new(terminal: Terminal) -> Self {
        match (terminal.background, terminal.true_color) {
            (Background::Dark, _) => Self::Dark,
            (Background::Light, _) => Self::Light,
            (Background::Unknown, false) => Self::Both,
            (Background::Unknown, true) => Self::BothTrueColor,
        }
    }
}

/// The styles of human output on a terminal, one for each [`Role`]. A clone is cheap.
///
/// A theme has different colours for dark and for light terminals. Where [`Terminal::background`] is unknown it has
/// colours that can be read on both. Text that carries meaning has a contrast of at least 4.5:1 against the
/// background, the minimum of [WCAG 2.2, section 1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum).
///
/// ```
/// use vitte_diag::{Color, HumanEmitter, Role, SyntaxRole, TextStyle, Theme};
///
/// let comment = TextStyle::new().with_color(Color::Indexed(243)).italic();
/// let theme = "color-blind".parse::<Theme>()?.with_style(Role::Syntax(SyntaxRole::Comment), comment);
/// let emitter = HumanEmitter::new(Vec::new()).with_color(true).with_theme(&theme);
/// # Ok::<(), vitte_diag::ThemeError>(())
/// ```
#[derive(Clone)]
pub struct Theme {
    base: BuiltIn,
    /// The background that was chosen with the name of the theme.
    background: Option<Background>,
    /// The styles if they are not those of `base`.
    custom: Option<Arc<CustomStyles>>,
}

/// Styles that differ from those of the built-in theme.
struct CustomStyles {
    /// By variant.
    styles: [Styles; Variant::ALL.len()],
    sequences: ThemeSequences<Arc<LevelSequences>>,
}

/// The sequences between the [`Style`]s of a diagnostic or child of one level.
pub(super) type LevelSequences = SequenceTable<{ Style::COUNT }>;

/// The sequences of a theme, by variant and level. They are made on first use.
type ThemeSequences<T> = [[OnceLock<T>; Role::LEVELS.len()]; Variant::ALL.len()];

impl Theme {
    const fn built_in(base: BuiltIn) -> Self {
        Self { base, background: None, custom: None }
    }

    /// Returns the default theme: red errors, yellow warnings, green notes, cyan help and blue secondary labels, in
    /// shades that can be read.
    #[must_use]
    pub const fn new() -> Self {
        Self::built_in(BuiltIn::Default)
    }

    /// Returns a theme for people who need more contrast: at least 7:1 if the background is known, otherwise no
    /// colours, but bold and underlined text in the colour that the user chose for the terminal.
    #[must_use]
    pub const fn high_contrast() -> Self {
        Self::built_in(BuiltIn::HighContrast)
    }

    /// Returns a theme whose colours differ in hues that people with deuteranopia or protanopia see.
    #[must_use]
    pub const fn color_blind() -> Self {
        Self::built_in(BuiltIn::ColorBlind)
    }

    /// Returns a theme of the terminal's own 16 colours, as rustc has it, for users who have chosen these colours. Its
    /// contrast depends on them.
    #[must_use]
    pub const fn ansi() -> Self {
        Self::built_in(BuiltIn::Ansi)
    }

    /// Returns the names of the built-in themes. Each may be followed by `-dark` or `-light`, the background for which
    /// its colours are meant.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BuiltIn::ALL.into_iter().map(BuiltIn::name)
    }

    /// Returns the name of the theme, or of the built-in one that it was made from.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.base.name()
    }

    /// Sets the background for which the colours are meant, instead of that of the terminal.
    #[must_use]
    pub const fn on(mut self, background: Background) -> Self {
        self.background = Some(background);
        self
    }

    /// Sets the style of a role, for every background.
    #[must_use]
    pub fn with_style(self, role: Role, style: TextStyle) -> Self {
        self.with(role, style, |_| true)
    }

    /// Sets the style of a role for terminals of one background.
    #[must_use]
    pub fn with_style_on(self, background: Background, role: Role, style: TextStyle) -> Self {
        self.with(role, style, |variant| match background {
            Background::Dark => variant == Variant::Dark,
            Background::Light => variant == Variant::Light,
            Background::Unknown => matches!(variant, Variant::Both | Variant::BothTrueColor),
        })
    }

    fn with(mut self, role: Role, style: TextStyle, is_meant: impl Fn(Variant) -> bool) -> Self {
        let mut styles = Variant::ALL.map(|variant| *self.styles(variant));
        for (styles, variant) in styles.iter_mut().zip(Variant::ALL) {
            if let Some(slot) = styles.get_mut(role.index()).filter(|_| is_meant(variant)) {
                *slot = style;
            }
        }
        let sequences = Default::default();
        self.custom = Some(Arc::new(CustomStyles { styles, sequences }));
        self
    }

    /// Returns the style of a role on a terminal: its background and its colours matter, except if the theme is meant
    /// for [one background](Self::on).
    #[must_use]
    pub fn style(&self, role: Role, terminal: Terminal) -> TextStyle {
        self.styles(self.variant(terminal)).get(role.index()).copied().unwrap_or_default()
    }

    const fn variant(&self, mut terminal: Terminal) -> Variant {
        if let Some(background) = self.background {
            terminal.background = background;
        }
        Variant::new(terminal)
    }

    fn styles(&self, variant: Variant) -> &Styles {
        let own = self.custom.as_ref().and_then(|custom| custom.styles.get(variant as usize));
        own.unwrap_or_else(|| self.base.styles(variant))
    }

    /// Returns the sequences for a diagnostic or child of a level on a terminal.
    pub(super) fn sequences(&self, level: ChildLevel, terminal: Terminal) -> SequencesRef {
        let variant = self.variant(terminal);
        let new = || {
            let styles = self.styles(variant);
            let look = |role: Role| styles.get(role.index()).copied().unwrap_or_default();
            LevelSequences::new(Style::ALL.map(|it| it.role(level).map(look).unwrap_or_default()))
        };
        match &self.custom {
            Some(custom) => {
                let slot = of_level(&custom.sequences, variant, level);
                let shared = |slot: &OnceLock<_>| Arc::clone(slot.get_or_init(|| Arc::new(new())));
                SequencesRef::Shared(slot.map_or_else(|| Arc::new(new()), shared))
            }
            None => SequencesRef::BuiltIn(self.base.sequences(variant, level).get_or_init(new)),
        }
    }
}

fn of_level<T>(
    sequences: &ThemeSequences<T>,
    variant: Variant,
    level: ChildLevel,
) -> Option<&OnceLock<T>> {
    sequences.get(variant as usize)?.get(level as usize)
}

/// The sequences of a level. Those of a built-in theme have no counter that threads would contend for.
#[derive(Clone, Debug)]
pub(super) enum SequencesRef {
    BuiltIn(&'static LevelSequences),
    Shared(Arc<LevelSequences>),
}

impl std::ops::Deref for SequencesRef {
    type Target = LevelSequences;

    #[inline]
    fn deref(&self) -> &LevelSequences {
        match self {
            Self::BuiltIn(sequences) => sequences,
            Self::Shared(sequences) => sequences,
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Theme {
    fn eq(&self, other: &Self) -> bool {
        self.base == other.base
            && self.background == other.background
            && Variant::ALL.iter().all(|&variant| self.styles(variant) == other.styles(variant))
    }
}

impl Eq for Theme {}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_custom = self.custom.is_some();
        let mut debug = f.debug_struct("Theme");
        debug.field("name", &self.name()).field("background", &self.background);
        debug.field("is_custom", &is_custom).finish()
    }
}

/// Writes the name that [`FromStr`] accepts.
impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match self.background {
            Some(Background::Dark) => DARK,
            Some(Background::Light) => LIGHT,
            _ => "",
        };
        f.pad(&[self.name(), suffix].concat())
    }
}

const DARK: &str = "-dark";
const LIGHT: &str = "-light";

impl FromStr for Theme {
    type Err = ThemeError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let (base, background) = if let Some(base) = name.strip_suffix(DARK) {
            (base, Some(Background::Dark))
        } else if let Some(base) = name.strip_suffix(LIGHT) {
            (base, Some(Background::Light))
        } else {
            (name, None)
        };
        let found = BuiltIn::ALL.into_iter().find(|theme| theme.name() == base);
        let base = found.ok_or_else(|| ThemeError { name: name.to_owned() })?;
        Ok(Self { background, ..Self::built_in(base) })
    }
}

/// The error for a name that is not the name of a [`Theme`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThemeError {
    name: String,
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, names) = (text::one_line(&self.name), Theme::names().collect::<Vec<_>>());
        write!(f, "unknown theme `{name}`; expected one of {}, ", names.join(", "))?;
        write!(f, "optionally followed by {DARK} or {LIGHT}")
    }
}

impl std::error::Error for ThemeError {}

#[cfg(test)]
mod tests;
