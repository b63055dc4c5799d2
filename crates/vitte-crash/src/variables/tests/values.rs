//! Values of all kinds.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::*;

#[test]
fn every_kind_of_value_is_written_as_serde_json_does() {
    let values: [&dyn Variable; 20] = [
        &(1_u8, -2_i8, 3_u16, -4_i16, 5_u32, -6_i32, u64::MAX, i64::MIN),
        &(1.5_f32, -0.1_f64, 1e300, 5e-324, 1.0, 12_345_678.0_f32),
        &(true, 'é', "a\"b\\c\n\r\t\u{1}\u{7f}\u{2028}é", ""),
        &"plain",
        &String::from("owned"),
        &(),
        &Unit,
        &Newtype(1),
        &Pair(1, '"'),
        &Struct { a: Some(1), b: None },
        &[Enum::Unit, Enum::Newtype(Newtype(7)), Enum::Tuple(1, 2), Enum::Struct { a: 1 }],
        &[0_u8; 0],
        &BTreeMap::<u8, u8>::new(),
        &BTreeMap::from([("a", vec![1]), ("b", vec![])]),
        &BTreeMap::from([(1, 2), (-3, 4)]),
        &BTreeMap::from([(true, 'x')]),
        &BTreeMap::from([('k', 'x')]),
        &RefCell::new(Some(Box::new(1))),
        &(7_u128, -7_i128),
        &std::net::Ipv4Addr::LOCALHOST,
    ];
    for value in values {
        let json = json_of(value, limits());
        let value: Value = serde_json::from_str(&json).unwrap();
        assert!(!value.to_string().contains("..."), "{json}");
    }
    let is_same = |value: &str, expected: Value| {
        assert_eq!(serde_json::from_str::<Value>(value).unwrap(), expected, "{value}");
    };
    let variants =
        [Enum::Unit, Enum::Newtype(Newtype(7)), Enum::Tuple(1, 2), Enum::Struct { a: 1 }];
    is_same(&json_of(&variants, limits()), json!(variants));
    let extremes = ("a\"b\\c\n\r\t\u{1}\u{7f}\u{2028}é", 'é', 1.5_f32, 5e-324, u64::MAX, i64::MIN);
    is_same(&json_of(&extremes, limits()), json!(extremes));
    let fields = Struct { a: Some(1), b: None };
    assert_eq!(json_of(&fields, limits()), serde_json::to_string(&fields).unwrap());
}

#[test]
fn numbers_that_json_cannot_represent_are_strings() {
    let odd = (f64::NAN, f32::INFINITY, f64::NEG_INFINITY, u128::MAX, i128::MIN);
    let expected = json!(["NaN", "inf", "-inf", u128::MAX.to_string(), i128::MIN.to_string()]);
    assert_eq!(json_of(&odd, limits()), expected.to_string());
}

struct Bytes(usize);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&vec![0xa5; self.0])
    }
}

#[test]
fn byte_strings_are_written_as_their_length_and_first_bytes() {
    assert_eq!(json_of(&Bytes(0), limits()), r#""0 bytes""#);
    assert_eq!(json_of(&Bytes(1), limits()), r#""1 byte: a5""#);
    let many = format!("\"1000 bytes:{} ...\"", " a5".repeat(16));
    assert_eq!(json_of(&Bytes(1000), limits()), many);
}

#[test]
fn keys_of_all_types_are_strings() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Key {
        Unit,
        Newtype(u8),
        Nested(BTreeMap<(u8, u8), u8>),
    }
    let nested = BTreeMap::from([((1, 2), 3)]);
    let map = BTreeMap::from([(Key::Unit, 1), (Key::Newtype(2), 2), (Key::Nested(nested), 3)]);
    let map = json_of(&map, limits());
    let map: BTreeMap<String, u8> = serde_json::from_str(&map).unwrap();
    let keys: Vec<&str> = map.keys().map(String::as_str).collect();
    assert_eq!(keys, ["Unit", r#"{"Nested":{"[1,2]":3}}"#, r#"{"Newtype":2}"#]);
    let options = BTreeMap::from([(None, 0), (Some((1, "a\"\\")), 1)]);
    let options = json_of(&options, limits());
    let options: BTreeMap<String, u8> = serde_json::from_str(&options).unwrap();
    let keys: Vec<&str> = options.keys().map(String::as_str).collect();
    assert_eq!(keys, [r#"[1,"a\"\\"]"#, "null"]);
}
