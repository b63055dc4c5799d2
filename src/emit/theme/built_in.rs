//! The built-in themes.

use std::sync::OnceLock;

use super::colors::{bold, plain, set, set_levels};
use super::palettes::{
    ANSI, COLOR_BLIND_BOTH_TRUE_COLOR, COLOR_BLIND_DARK, COLOR_BLIND_LIGHT, DEFAULT_BOTH,
    DEFAULT_BOTH_TRUE_COLOR, DEFAULT_DARK, DEFAULT_LIGHT, HIGH_CONTRAST_DARK, HIGH_CONTRAST_LIGHT,
};
use super::{LevelSequences, Role, Styles, ThemeSequences, Variant, of_level};
use crate::emit::text_style::{Color, TextStyle};
use crate::model::ChildLevel;

/// A theme of this module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BuiltIn {
    Default,
    HighContrast,
    ColorBlind,
    Ansi,
}

impl BuiltIn {
    pub(super) const ALL: [Self; 4] =
        [Self::Default, Self::HighContrast, Self::ColorBlind, Self::Ansi];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::HighContrast => "high-contrast",
            Self::ColorBlind => "color-blind",
            Self::Ansi => "ansi",
        }
    }

    pub(super) const fn styles(self, variant: Variant) -> &'static Styles {
        use Variant::{Both, BothTrueColor, Dark, Light};
        match (self, variant) {
            (Self::Default, Dark) => const { &DEFAULT_DARK.styles() },
            (Self::Default, Light) => const { &DEFAULT_LIGHT.styles() },
            (Self::Default, Both) => const { &DEFAULT_BOTH.styles() },
            (Self::Default, BothTrueColor) => const { &DEFAULT_BOTH_TRUE_COLOR.styles() },
            (Self::HighContrast, Dark) => const { &HIGH_CONTRAST_DARK.styles() },
            (Self::HighContrast, Light) => const { &HIGH_CONTRAST_LIGHT.styles() },
            (Self::HighContrast, Both | BothTrueColor) => const { &high_contrast_without_colors() },
            (Self::ColorBlind, Dark) => const { &COLOR_BLIND_DARK.styles() },
            (Self::ColorBlind, Light) => const { &COLOR_BLIND_LIGHT.styles() },
            (Self::ColorBlind, Both) => const { &color_blind_both() },
            (Self::ColorBlind, BothTrueColor) => const { &COLOR_BLIND_BOTH_TRUE_COLOR.styles() },
            (Self::Ansi, _) => const { &ANSI.styles() },
        }
    }

    /// Returns the place for the sequences of a level.
    pub(super) fn sequences(
        self,
        variant: Variant,
        level: ChildLevel,
    ) -> &'static OnceLock<LevelSequences> {
        static ALL: [ThemeSequences<LevelSequences>; BuiltIn::ALL.len()] = [const {
            [const { [const { OnceLock::new() }; Role::LEVELS.len()] }; Variant::ALL.len()]
        };
            BuiltIn::ALL.len()];
        static OTHER: OnceLock<LevelSequences> = OnceLock::new();
        let of_theme = ALL.get(self as usize);
        of_theme.and_then(|all| of_level(all, variant, level)).unwrap_or(&OTHER)
    }
}

/// The 256-colour palette has too few shades for every background that people with deuteranopia or protanopia can tell
/// apart. Notes and secondary labels have the colour of the terminal; notes are also italic.
const fn color_blind_both() -> Styles {
    let mut styles = DEFAULT_BOTH.styles();
    set_levels(
        &mut styles,
        [None, Some(Color::Indexed(63)), Some(Color::Indexed(163)), Some(Color::Indexed(131))],
    );
    set(&mut styles, Role::Header(ChildLevel::Note), bold(None).italic());
    set(&mut styles, Role::Primary(ChildLevel::Note), bold(None).italic());
    set(&mut styles, Role::Secondary, bold(None));
    set(&mut styles, Role::Bullet, bold(None));
    set(&mut styles, Role::Added, plain(Some(Color::Indexed(63))));
    styles
}

/// No fixed colour has a contrast of more than 4.58:1 to both black and white. The colour of the terminal has the
/// contrast that its user has chosen.
const fn high_contrast_without_colors() -> Styles {
    let mut styles = [TextStyle::new(); Role::COUNT];
    set_levels(&mut styles, [None; 4]);
    let headers = [ChildLevel::Note, ChildLevel::Help, ChildLevel::Warning, ChildLevel::Error];
    let mut rest = headers.as_slice();
    while let [level, others @ ..] = rest {
        set(&mut styles, Role::Header(*level), bold(None).underline());
        rest = others;
    }
    set(&mut styles, Role::Message, bold(None));
    set(&mut styles, Role::Bullet, bold(None));
    set(&mut styles, Role::Added, bold(None).underline());
    set(&mut styles, Role::Removed, bold(None));
    styles
}
