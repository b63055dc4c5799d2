//! Arbitrary values, and records.

use proptest::prelude::*;
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use vitte_capsule::ContextVariable;

use super::*;

/// An arbitrary value of the data model of `serde`.
#[derive(Clone, Debug)]
enum Any {
    Null,
    Bool(bool),
    Number(f64),
    Large(u128),
    Text(String),
    Bytes(Vec<u8>),
    Some(Box<Any>),
    List(Vec<Any>),
    Map(Vec<(Any, Any)>),
    Variant(Box<Any>),
    Tuple(Box<Any>, Box<Any>),
    Fails,
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_none(),
            Self::Bool(value) => s.serialize_bool(*value),
            Self::Number(value) => s.serialize_f64(*value),
            Self::Large(value) => s.serialize_u128(*value),
            Self::Text(value) => s.serialize_str(value),
            Self::Bytes(value) => s.serialize_bytes(value),
            Self::Some(value) => s.serialize_some(value),
            Self::List(values) => s.collect_seq(values),
            Self::Map(values) => {
                let mut map = s.serialize_map(Some(values.len()))?;
                for (key, value) in values {
                    map.serialize_key(key)?;
                    map.serialize_value(value)?;
                }
                map.end()
            }
            Self::Variant(value) => s.serialize_newtype_variant("Any", 0, "Variant\"", value),
            Self::Tuple(a, b) => {
                use serde::ser::SerializeTupleVariant as _;
                let mut tuple = s.serialize_tuple_variant("Any", 0, "Tuple", 2)?;
                tuple.serialize_field(a)?;
                tuple.serialize_field(b)?;
                tuple.end()
            }
            Self::Fails => Err(S::Error::custom("\"")),
        }
    }
}

fn any_value() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        Just(Any::Null),
        any::<bool>().prop_map(Any::Bool),
        any::<f64>().prop_map(Any::Number),
        any::<u128>().prop_map(Any::Large),
        "[\"\\\\\u{0}-\u{20}a-cé]{0,12}".prop_map(Any::Text),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Any::Bytes),
        Just(Any::Fails),
    ];
    leaf.prop_recursive(7, 60, 6, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed().prop_map(Any::Some),
            boxed().prop_map(Any::Variant),
            (boxed(), boxed()).prop_map(|(a, b)| Any::Tuple(a, b)),
            prop::collection::vec(inner.clone(), 0..6).prop_map(Any::List),
            prop::collection::vec((inner.clone(), inner.clone()), 0..5).prop_map(Any::Map),
        ]
    })
}

/// Returns the depth of a value, and the largest number of items of a container and of characters of a string in it.
fn size(value: &Value) -> (usize, usize, usize) {
    let max = |sizes: &mut dyn Iterator<Item = (usize, usize, usize)>| {
        sizes.fold((0, 0, 0), |a, b| (a.0.max(b.0), a.1.max(b.1), a.2.max(b.2)))
    };
    match value {
        Value::Array(items) => {
            let (depth, max_items, max_chars) = max(&mut items.iter().map(size));
            (depth + 1, max_items.max(items.len()), max_chars)
        }
        Value::Object(items) => {
            let (depth, max_items, max_chars) = max(&mut items.values().map(size));
            (depth + 1, max_items.max(items.len()), max_chars)
        }
        Value::String(text) => (0, 0, text.chars().count()),
        _ => (0, 0, 0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn all_output_is_json_within_the_limits(
        value in any_value(),
        depth in 0_usize..6,
        items in 0_usize..6,
        string in 0_usize..8,
        total in 0_usize..40,
        buffer_len in prop_oneof![0_usize..200, 16_000_usize..80_000],
    ) {
        let limits = limits().with_max_depth(depth).with_max_items(items);
        let limits = limits.with_max_string_len(string).with_max_total_items(total);
        let mut buffer = vec![0; buffer_len];
        let written = write(&value, &mut buffer, limits, 0);
        prop_assert!(written.items <= total);
        if written.len == 0 {
            prop_assert!(written.error.is_some());
            return Ok(());
        }
        let read: Value = serde_json::from_slice(&buffer[..written.len])
            .unwrap_or_else(|error| panic!("{error}: {:?}", std::str::from_utf8(&buffer[..written.len])));
        let (read_depth, read_items, _) = size(&read);
        // An enum's variant and an error have a map of their own around them.
        prop_assert!(read_depth <= 2 * depth + 1, "{}", read);
        prop_assert!(read_items <= items.max(1) + 1, "{}", read);
    }

    #[test]
    fn values_within_the_limits_are_written_as_serde_json_does(
        value in prop::collection::vec(prop::collection::btree_map("[a-zé\"]{0,4}", any::<Option<i64>>(), 0..5), 0..9),
    ) {
        let (read, error) = written(&value, limits());
        prop_assert_eq!(error, None);
        prop_assert_eq!(read, serde_json::to_string(&value).unwrap());
    }

    /// A damaged process may leave arbitrary bytes.
    #[test]
    fn arbitrary_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        _ = records::read(&bytes);
    }
}

#[test]
fn records_are_read_back() {
    let mut buffer = [0; 256];
    let at = records::begin(&mut buffer, 7, "key").unwrap();
    buffer[at..at + 3].copy_from_slice(b"[1]");
    let mut len = records::end(&mut buffer, 3, "partly").unwrap();
    len += records::begin(&mut buffer[len..], 3, "none").map(|_| 0).unwrap();
    len += records::end(&mut buffer[len..], 0, "timed out").unwrap();
    len += records::note(&mut buffer[len..], "why").unwrap();
    let captured = records::read(&buffer[..len]);
    let variable = |key: &str, value, error: &str| {
        let mut variable = ContextVariable::new(key, value);
        variable.error = Some(error.into());
        variable
    };
    let expected = [
        (7, variable("key", json!([1]), "partly")),
        (3, variable("none", Value::Null, "timed out")),
    ];
    assert_eq!(captured.variables, expected);
    assert_eq!(captured.notes, ["omitted variables: why"]);
    // An incomplete record is ignored.
    assert_eq!(records::read(&buffer[..len - 1]).notes, [""; 0]);
    assert_eq!(records::begin(&mut [0; 18], 7, "key"), None);
}
