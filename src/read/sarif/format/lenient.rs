//! Property bags, and values of which only the presence matters.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::read::json::Text;

/// Whether a value is given: it is not null, not an empty string, array or object, and not -1, which SARIF uses for
/// numbers that are not set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Given(pub(crate) bool);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Given, E> {
        Ok(Given(false))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Given, E> {
        Ok(Given(true))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Given, E> {
        Ok(Given(number != -1))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Given, E> {
        Ok(Given(true))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Given, E> {
        Ok(Given(number.to_string() != "-1"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Given, E> {
        Ok(Given(!text.is_empty()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Given, A::Error> {
        let is_given = items.next_element::<IgnoredAny>()?.is_some();
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Given(is_given))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Given, A::Error> {
        let is_given = fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some();
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Given(is_given))
    }
}

/// An array. Null is an empty one, and elements that are null are skipped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

/// An array whose elements are referred to by their indices. Those that are null have their defaults.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Table<T>(Vec<T>);

/// Implements what an array needs; `$null` returns what is added for an element that is null.
macro_rules! arrays {
    ($($array:ident, $null:expr, $($bound:ident),*;)*) => {
        $(impl<T> Default for $array<T> {
            fn default() -> Self {
                Self(Vec::new())
            }
        }

        impl<T> Deref for $array<T> {
            type Target = [T];

            fn deref(&self) -> &[T] {
                &self.0
            }
        }

        impl<'de, T: Deserialize<'de> $(+ $bound)*> Deserialize<'de> for $array<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = ArrayVisitor { null: $null, element: PhantomData };
                deserializer.deserialize_any(visitor).map(Self)
            }
        })*
    };
}

arrays! {
    List, || None, ;
    Table, || Some(T::default()), Default;
}

struct ArrayVisitor<T, F> {
    null: F,
    element: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: Fn() -> Option<T>> Visitor<'de> for ArrayVisitor<T, F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Option<T>>()? {
            list.extend(item.or_else(&self.null));
        }
        Ok(list)
    }
}

/// The names of partial fingerprints (section 3.27.17).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Fingerprints {
    /// The one of [`SarifEmitter`](crate::SarifEmitter).
    pub(crate) has_own: bool,
    pub(crate) has_others: bool,
}

/// The name of the fingerprint that [`SarifEmitter`](crate::SarifEmitter) writes.
const OWN_FINGERPRINT: &str = "vitteDiag/v1";

/// An object whose fields are visited one by one, or null.
pub(super) trait Fields<'de>: Default {
    fn visit<A: MapAccess<'de>>(&mut self, name: &str, fields: &mut A) -> Result<(), A::Error>;
}

impl<'de> Fields<'de> for Fingerprints {
    fn visit<A: MapAccess<'de>>(&mut self, name: &str, fields: &mut A) -> Result<(), A::Error> {
        let is_own = name == OWN_FINGERPRINT;
        self.has_own |= is_own;
        self.has_others |= !is_own;
        fields.next_value::<IgnoredAny>().map(drop)
    }
}

/// Reads an object whose fields are visited one by one, or null.
pub(super) fn fields<'de, T: Fields<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(FieldsVisitor(PhantomData))
}

struct FieldsVisitor<T>(PhantomData<T>);

impl<'de, T: Fields<'de>> Visitor<'de> for FieldsVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(name) = fields.next_key::<Text<'de>>()? {
            object.visit(&name, &mut fields)?;
        }
        Ok(object)
    }
}

impl<'de> Deserialize<'de> for Fingerprints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fields(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_and_minus_one_are_not_given() {
        let read = |json: &str| serde_json::from_str::<Given>(json).unwrap().0;
        for json in ["null", "\"\"", "[]", "{}", "-1", "-1.0"] {
            assert!(!read(json), "{json}");
        }
        for json in
            ["\"a\"", "[null, 1]", "{\"a\": null, \"b\": 1}", "0", "1", "-2", "0.5", "false"]
        {
            assert!(read(json), "{json}");
        }
    }

    #[test]
    fn arrays_may_contain_null() {
        let list = |json: &str| serde_json::from_str::<List<u8>>(json);
        assert!(list("null").unwrap().is_empty());
        assert_eq!(list("[null, 1, null, 2]").unwrap().0, [1, 2]);
        assert!(list("{}").is_err() && list("[\"a\"]").is_err());
        let table = serde_json::from_str::<Table<u8>>("[null, 1, null, 2]").unwrap();
        assert_eq!(table.0, [0, 1, 0, 2]);
    }

    #[test]
    fn fingerprints_have_names() {
        let read = |json| serde_json::from_str::<Fingerprints>(json).unwrap();
        let both = Fingerprints { has_own: true, has_others: true };
        assert_eq!(read(r#"{"vitteDiag/v1": "a", "x": "b"}"#), both);
        assert_eq!(read("{}"), Fingerprints::default());
    }
}
