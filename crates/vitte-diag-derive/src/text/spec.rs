//! How the value of a placeholder is formatted: what follows its colon.

/// The format of a value, as in `{found:>width$?}`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Spec {
    pieces: Vec<Piece>,
    trait_name: Option<&'static str>,
}

/// A piece of a format.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// Characters.
    Plain(String),
    /// The index of the field whose value is the width or the precision.
    Argument(usize),
}

/// The types of formats, and the traits that they use.
const TYPES: [(&str, &str); 11] = [
    ("", "Display"),
    ("?", "Debug"),
    ("x?", "Debug"),
    ("X?", "Debug"),
    ("o", "Octal"),
    ("x", "LowerHex"),
    ("X", "UpperHex"),
    ("p", "Pointer"),
    ("b", "Binary"),
    ("e", "LowerExp"),
    ("E", "UpperExp"),
];

impl Spec {
    /// Reads a format. `find` returns the index of a field.
    pub fn read(
        text: &str,
        find: &mut impl FnMut(&str) -> Result<usize, String>,
    ) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let (flags, rest) = flags(text);
        let (width, rest) = count(rest, find)?;
        let (precision, rest) = match rest.strip_prefix('.') {
            Some(rest) if rest.starts_with('*') => {
                return Err("`.*` is not supported; write the precision, as in `.2`".to_owned());
            }
            Some(rest) => count(rest, find)?,
            None => (None, rest),
        };
        let dot = precision.is_some().then(|| Piece::Plain(".".to_owned()));
        pieces.push(Piece::Plain(flags.to_owned()));
        pieces.extend(width.into_iter().chain(dot).chain(precision));
        let Some((_, trait_name)) = TYPES.iter().find(|(name, _)| *name == rest) else {
            return Err(format!(
                "unknown format `{rest}`; expected a format of `std::fmt`, such as `?`"
            ));
        };
        pieces.push(Piece::Plain(rest.to_owned()));
        pieces.retain(|piece| !matches!(piece, Piece::Plain(text) if text.is_empty()));
        Ok(Self { pieces, trait_name: Some(trait_name) })
    }

    /// Returns the pieces in their order. There are none for `{name}`.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Returns the fields whose values are the width or the precision.
    pub fn arguments(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Argument(field) => Some(*field),
            Piece::Plain(_) => None,
        })
    }

    /// Returns the name of the trait in `core::fmt` that formats the value.
    pub fn trait_name(&self) -> &'static str {
        self.trait_name.unwrap_or("Display")
    }
}

/// Splits a text after fill, alignment, sign, `#` and `0`.
fn flags(text: &str) -> (&str, &str) {
    let is_align = |c: Option<char>| matches!(c, Some('<' | '^' | '>'));
    let mut rest = text;
    let mut characters = text.chars();
    let (first, second) = (characters.next(), characters.next());
    if is_align(second) {
        rest = text.trim_start_matches_once(first).trim_start_matches_once(second);
    } else if is_align(first) {
        rest = text.trim_start_matches_once(first);
    }
    for flag in ["+", "-", "#"] {
        rest = rest.strip_prefix(flag).unwrap_or(rest);
    }
    // `0$` is a width.
    rest = rest.strip_prefix('0').filter(|rest| !rest.starts_with('$')).unwrap_or(rest);
    text.split_at(text.len() - rest.len())
}

trait TrimOnce {
    /// Removes a first character.
    fn trim_start_matches_once(&self, first: Option<char>) -> &str;
}

impl TrimOnce for str {
    fn trim_start_matches_once(&self, first: Option<char>) -> &str {
        first.and_then(|first| self.strip_prefix(first)).unwrap_or(self)
    }
}

/// Reads a width or precision: a number, or a field and `$`.
fn count<'a>(
    text: &'a str,
    find: &mut impl FnMut(&str) -> Result<usize, String>,
) -> Result<(Option<Piece>, &'a str), String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if let Some(rest) = rest.strip_prefix('$') {
        return Ok((Some(Piece::Argument(find(name)?)), rest));
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Ok((Some(number).filter(|n| !n.is_empty()).map(|n| Piece::Plain(n.to_owned())), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Spec, String> {
        Spec::read(text, &mut |name| match name {
            "width" => Ok(7),
            _ => Err(format!("no {name}")),
        })
    }

    #[test]
    fn formats_are_those_of_std() {
        for (text, trait_name) in [
            ("", "Display"),
            ("?", "Debug"),
            ("#?", "Debug"),
            ("#010x", "LowerHex"),
            (">8.3", "Display"),
            ("$^+5e", "LowerExp"),
            ("é<3", "Display"),
            ("02", "Display"),
            (".3?", "Debug"),
        ] {
            let spec = read(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
            let pieces = spec.pieces().iter().map(|piece| match piece {
                Piece::Plain(text) => text.as_str(),
                Piece::Argument(_) => "$",
            });
            assert_eq!(pieces.collect::<String>(), text);
            assert_eq!(spec.trait_name(), trait_name, "{text}");
        }
        for wrong in ["y", "5 5", ".*", "??", "other$"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn widths_and_precisions_are_fields() {
        let spec = read(">width$.width$?").unwrap();
        assert_eq!(spec.arguments().collect::<Vec<_>>(), [7, 7]);
        assert_eq!(spec.trait_name(), "Debug");
    }
}
