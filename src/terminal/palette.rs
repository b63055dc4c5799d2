//! Finds out the background of the terminal, and whether it has 24-bit colours.

use std::ffi::OsString;

/// The background of a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Background {
    /// Not known. Colours are used that can be read on both.
    #[default]
    Unknown,
    /// Black, or another dark colour.
    Dark,
    /// White, or another light colour.
    Light,
}

/// Returns the background that the variable `COLORFGBG` of Konsole, iTerm2, rxvt and others names: the last of its
/// numbers is a colour of the 16-colour palette. `variable` reads an environment variable.
pub(super) fn background(variable: impl Fn(&str) -> Option<OsString>) -> Background {
    // The session of a multiplexer may have begun in another terminal.
    if ["TMUX", "STY"].into_iter().any(|name| variable(name).is_some()) {
        return Background::Unknown;
    }
    let colors = variable("COLORFGBG").and_then(|value| value.into_string().ok());
    let background = colors.as_deref().and_then(|colors| colors.rsplit(';').next());
    match background.and_then(|color| color.parse::<u8>().ok()) {
        Some(0..=6 | 8) => Background::Dark,
        Some(7 | 9..=15) => Background::Light,
        _ => Background::Unknown,
    }
}

/// Returns true if the terminal declares that it has 24-bit colours. `variable` reads an environment variable.
///
/// `COLORTERM` is described at <https://github.com/termstandard/colors>. Windows Terminal sets `WT_SESSION` instead. GNU
/// Screen passes on the variables of the terminal that it began in, but not every version passes on the colours.
pub(super) fn has_true_color(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let declares =
        variable("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
    (declares || variable("WT_SESSION").is_some()) && variable("STY").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get<'a>(
        variables: &'a [(&'a str, &'a str)],
    ) -> impl Fn(&str) -> Option<OsString> + Copy + use<'a> {
        |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| OsString::from(value))
        }
    }

    #[test]
    fn the_background_is_the_last_color_of_colorfgbg() {
        use Background::{Dark, Light, Unknown};
        for (value, expected) in [
            ("15;0", Dark),
            ("15;default;0", Dark),
            ("7;8", Dark),
            ("0;15", Light),
            ("0;7", Light),
            ("0;default", Unknown),
            ("0;16", Unknown),
            ("", Unknown),
            (";", Unknown),
        ] {
            assert_eq!(background(get(&[("COLORFGBG", value)])), expected, "{value}");
            let in_tmux = [("COLORFGBG", value), ("TMUX", "/tmp/tmux-0/default,1,0")];
            assert_eq!(background(get(&in_tmux)), Unknown, "{value}");
        }
        assert_eq!(background(get(&[])), Unknown);
    }

    #[test]
    fn terminals_declare_true_color() {
        for (variables, expected) in [
            (&[("COLORTERM", "truecolor")][..], true),
            (&[("COLORTERM", "24bit")], true),
            (&[("COLORTERM", "yes")], false),
            (&[("WT_SESSION", "5c1")], true),
            (&[("COLORTERM", "truecolor"), ("STY", "1.pts-0")], false),
            (&[], false),
        ] {
            assert_eq!(has_true_color(get(variables)), expected, "{variables:?}");
        }
    }
}
