//! Reads strings without copies, and numbers leniently.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A string, borrowed from the input if it has no escapes. A number is its digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Text<'i>(Cow<'i, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de: 'i, 'i> Deserialize<'de> for Text<'i> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(text.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(text.to_owned().into()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Text(text.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(number.to_string().into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(number.to_string().into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Text(number.to_string().into()))
    }
}

/// An integer, or none if it is null or does not fit. Some tools write integers as floating-point numbers or in
/// strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Int(i64);

impl Int {
    const NONE: Self = Self(i64::MIN);

    /// Returns the number.
    pub(crate) fn get(self) -> Option<i64> {
        Some(self.0).filter(|_| self != Self::NONE)
    }

    /// Returns the number if it fits in 32 bits without a sign.
    pub(crate) fn to_u32(self) -> Option<u32> {
        self.0.try_into().ok()
    }

    /// Returns the number if it is at least 1 and fits in 32 bits.
    pub(crate) fn positive(self) -> Option<u32> {
        self.to_u32().filter(|number| *number > 0)
    }

    /// Returns the index if it is not negative.
    pub(crate) fn index(self) -> Option<usize> {
        self.0.try_into().ok()
    }
}

impl Default for Int {
    fn default() -> Self {
        Self::NONE
    }
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntVisitor)
    }
}

struct IntVisitor;

impl Visitor<'_> for IntVisitor {
    type Value = Int;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_unit<E: Error>(self) -> Result<Int, E> {
        Ok(Int::NONE)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Int, E> {
        Ok(Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Int, E> {
        Ok(number.try_into().map_or(Int::NONE, Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Int, E> {
        // Digits without a fraction or an exponent, up to any length.
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Int, E> {
        Ok(text.trim().parse().map_or(Int::NONE, Int))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_leniently() {
        let read = |json: &str| serde_json::from_str::<Int>(json).ok().and_then(Int::get);
        for (json, expected) in [
            ("7", Some(7)),
            ("-1", Some(-1)),
            ("7.0", Some(7)),
            ("\" 7 \"", Some(7)),
            ("7.5", None),
            ("\"x\"", None),
            ("null", None),
            ("1e300", None),
            ("18446744073709551615", None),
        ] {
            assert_eq!(read(json), expected, "{json}");
        }
        assert!(serde_json::from_str::<Int>("[]").is_err());
        assert_eq!((Int(0).positive(), Int(0).to_u32(), Int(-1).index()), (None, Some(0), None));
        assert_eq!((Int(1 << 32).to_u32(), Int::default().get()), (None, None));
    }

    #[test]
    fn texts_are_borrowed_if_possible() {
        let read = |json| serde_json::from_str::<Text<'_>>(json).unwrap();
        assert!(matches!(read("\"a\"").0, Cow::Borrowed("a")));
        assert_eq!(&*read("\"a\\n\""), "a\n");
        assert_eq!(
            (&*read("-7"), &*read("7"), read("1.5").to_string()),
            ("-7", "7", "1.5".to_owned())
        );
        assert!(serde_json::from_str::<Text<'_>>("[]").is_err());
    }
}
