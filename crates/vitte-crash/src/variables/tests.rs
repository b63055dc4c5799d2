//! Tests of the serializer and of the variables that contexts borrow.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::ser::{Error as _, SerializeMap as _, SerializeSeq as _, SerializeStruct as _};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use vitte_capsule::ContextVariable;

use super::*;
use crate::context;
use crate::sys::slots;

fn limits() -> VariableLimits {
    VariableLimits::default()
}

/// Returns the JSON of a value, and its error.
fn written(variable: &dyn Variable, limits: VariableLimits) -> (String, Option<String>) {
    let mut buffer = vec![0; 1 << 20];
    let written = write(variable, &mut buffer, limits, 0);
    let json = String::from_utf8(buffer[..written.len].to_vec()).unwrap();
    (json, written.error.map(|error| error.text().to_owned()))
}

/// Returns the JSON of a value that must have no error.
fn json_of(variable: &dyn Variable, limits: VariableLimits) -> String {
    let (json, error) = written(variable, limits);
    assert_eq!(error, None, "{json}");
    json
}

#[derive(Serialize)]
struct Unit;
#[derive(Serialize)]
struct Newtype(u8);
#[derive(Serialize)]
struct Pair(u8, char);
#[derive(Serialize)]
struct Struct {
    a: Option<u8>,
    b: Option<Unit>,
}
#[derive(Serialize)]
enum Enum {
    Unit,
    Newtype(Newtype),
    Tuple(u8, u8),
    Struct { a: u8 },
}

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

#[test]
fn the_number_of_omitted_items_and_characters_is_written() {
    let short = limits().with_max_items(2).with_max_string_len(3);
    assert_eq!(json_of(&[1, 2, 3, 4], short), r#"[1,2,"... 2 more items"]"#);
    assert_eq!(json_of(&[1, 2, 3], short), r#"[1,2,"... 1 more item"]"#);
    assert_eq!(json_of(&[1, 2], short), "[1,2]");
    let map = BTreeMap::from([(1, 1), (2, 2), (3, 3)]);
    assert_eq!(json_of(&map, short), r#"{"1":1,"2":2,"...":"1 more item"}"#);
    assert_eq!(json_of(&(1, 2, 3, 4), short), r#"[1,2,"... 2 more items"]"#);
    assert_eq!(json_of(&"éab", short), r#""éab""#);
    assert_eq!(json_of(&"éabc", short), r#""éab... 1 more character""#);
    assert_eq!(json_of(&"éabcd", short), r#""éab... 2 more characters""#);
    assert_eq!(json_of(&format_args!("{}{}", "éa", "bcd"), short), r#""éab... 2 more characters""#);
    assert_eq!(json_of(&[0; 2], limits().with_max_items(0)), r#"["... 2 more items"]"#);
    assert_eq!(json_of(&"ab", limits().with_max_string_len(0)), r#""... 2 more characters""#);
}

#[test]
fn the_number_of_items_of_a_container_that_is_too_deep_is_written() {
    let flat = limits().with_max_depth(1);
    assert_eq!(json_of(&[[1, 2], [3, 4]], flat), r#"["... (2 items)","... (2 items)"]"#);
    assert_eq!(json_of(&[Pair(1, 'a')], flat), r#"["... (2 items)"]"#);
    assert_eq!(json_of(&[Enum::Struct { a: 1 }, Enum::Unit], flat), r#"["... (1 item)","Unit"]"#);
    assert_eq!(json_of(&[BTreeMap::from([(1, 2)])], flat), r#"["... (1 item)"]"#);
    assert_eq!(json_of(&[1], limits().with_max_depth(0)), r#""... (1 item)""#);
    assert_eq!(json_of(&BTreeMap::from([((1, 2), 3)]), flat), r#"{"\"... (2 items)\"":3}"#);
}

#[test]
fn the_total_number_of_items_is_limited() {
    let four = limits().with_max_total_items(4);
    assert_eq!(json_of(&[[1, 2], [3, 4]], four), r#"[[1,2],["... 2 more items"]]"#);
    let mut buffer = vec![0; 1 << 20];
    let first = write(&[1, 2, 3], &mut buffer, four, 0);
    assert_eq!(first.items, 3);
    let second = write(&[1, 2, 3], &mut buffer, four, first.items);
    assert_eq!((&buffer[..second.len], second.items), (&br#"[1,"... 2 more items"]"#[..], 4));
}

#[test]
fn values_larger_than_the_buffer_are_cut_and_closed() {
    let wide = limits().with_max_items(usize::MAX).with_max_string_len(usize::MAX);
    let wide = wide.with_max_total_items(usize::MAX);
    let long = "\u{1}".repeat(1 << 20);
    let value = vec![(long.as_str(), vec![7_u8; 1 << 18]); 8];
    for size in [1 << 15, 1 << 16, 1 << 17, 1 << 20] {
        let mut buffer = vec![0; size];
        let written = write(&value, &mut buffer, wide, 0);
        let value: Value = serde_json::from_slice(&buffer[..written.len]).unwrap();
        assert!(value.to_string().contains("more items"));
        assert!(written.error.is_none(), "{size}");
    }
    // A buffer that is too small even for closing the value gets nothing.
    let written = write(&value, &mut [0; 8], wide, 0);
    let error = written.error.unwrap();
    assert_eq!((written.len, error.text()), (0, "the value is too large for the buffer"));
}

/// A value that never ends, in the way that its name states.
struct Endless(&'static str);

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            f.write_str("again")?;
        }
    }
}

impl Serialize for Endless {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            "text" => serializer.collect_str(self),
            "seq" => serializer.collect_seq(std::iter::repeat(1)),
            "own" => {
                let mut seq = serializer.serialize_seq(None)?;
                loop {
                    seq.serialize_element(&1)?;
                }
            }
            "newtype" => serializer.serialize_newtype_struct("Endless", self),
            "nested" => serializer.collect_seq([Endless("nested"), Endless("nested")]),
            "key" => serializer.collect_map([(self, 1)]),
            _ => {
                let mut outer = serializer.serialize_struct("Outer", 3)?;
                outer.serialize_field("before", &1)?;
                outer.serialize_field("own", &Endless("own"))?;
                outer.serialize_field("after", &2)?;
                outer.end()
            }
        }
    }
}

#[test]
fn endless_values_are_cut() {
    let short = limits().with_max_items(1).with_max_string_len(1).with_max_depth(2);
    let json_of_endless = |kind| json_of(&Endless(kind), short);
    assert_eq!(json_of_endless("text"), r#""a... at least 5000004 more characters""#);
    assert_eq!(json_of_endless("seq"), r#"[1,"... at least 100001 more items"]"#);
    assert_eq!(json_of_endless("own"), r#"[1,"... at least 1000001 more items"]"#);
    assert_eq!(json_of_endless("newtype"), r#""...""#);
    assert_eq!(
        json_of_endless("nested"),
        r#"[["... (2 items)","... 1 more item"],"... 1 more item"]"#
    );
    let deep = serde_json::from_str::<Value>(&json_of_endless("key")).unwrap();
    assert!(deep.is_object());
    let two = short.with_max_items(2);
    let (outer, error) = written(&Endless("struct"), two);
    let expected =
        r#"{"before":1,"own":[1,1,"... at least 1000001 more items"],"...":"more items"}"#;
    assert_eq!((outer.as_str(), error), (expected, None));
}

/// A value whose `Serialize` fails, or uses the serializer incorrectly.
struct Fails(&'static str);

impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            "half" => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_key("k")?;
                map.serialize_value(&[1])?;
                map.serialize_key("no value")?;
                Err(S::Error::custom("half \"way\""))
            }
            "keys" => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_key("a")?;
                map.serialize_key("b")?;
                map.serialize_entry("c", &1)?;
                map.serialize_key("d")?;
                map.end()
            }
            "value" => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_value("without a key")?;
                map.end()
            }
            "panic" => panic!("in `Serialize`"),
            long => Err(S::Error::custom(long.repeat(100))),
        }
    }
}

#[test]
fn an_error_replaces_only_the_item_that_failed() {
    let (value, error) = written(&(1, Fails("half"), [2]), limits());
    assert_eq!(value, r#"[1,{"<error>":"half \"way\""},[2]]"#);
    assert_eq!(error.as_deref(), Some("half \"way\""));
    assert_eq!(written(&Fails("half"), limits()).0, "");
    let borrowed = RefCell::new(1);
    let _borrow = borrowed.borrow_mut();
    let (value, error) = written(&BTreeMap::from([("a", &borrowed)]), limits());
    assert_eq!(value, r#"{"a":{"<error>":"already mutably borrowed"}}"#);
    assert_eq!(error.as_deref(), Some("already mutably borrowed"));
    let (value, error) = written(&Fails("long é"), limits());
    let error = error.unwrap();
    assert!(value.is_empty() && error.len() <= 118 && error.ends_with("élon..."), "{error}");
    assert_eq!(json_of(&Fails("keys"), limits()), r#"{"a":null,"b":null,"c":1,"d":null}"#);
    assert_eq!(json_of(&Fails("value"), limits()), "{}");
}

#[test]
fn a_panic_is_caught() {
    let (value, error) = written(&[Fails("panic")], limits());
    assert_eq!((value.as_str(), error.as_deref()), ("", Some("panicked: in `Serialize`")));
}

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

/// Returns the keys of the variables that this thread's contexts borrow, each with the depth of its context.
fn borrowed() -> Vec<(u32, &'static str)> {
    let mut borrowed = Vec::new();
    if let Some(stack) = slots::current() {
        stack.for_each_borrowed(&mut |depth, key, variable| {
            // The variable still exists and can be serialised.
            assert_eq!(json_of(variable, limits()), format!("\"{key}\""));
            borrowed.push((depth, key));
        });
    }
    borrowed
}

#[test]
fn variables_are_borrowed_only_while_the_work_runs() {
    let (a, b) = (String::from("a"), String::from("b"));
    let outer = context("outer", None);
    outer.with_variables(&[("a", &a)], || {
        assert_eq!(borrowed(), [(0, "a")]);
        context("inner", None).with_variables(&[("a", &a), ("b", &b)], || {
            assert_eq!(borrowed(), [(1, "a"), (1, "b"), (0, "a")]);
        });
        assert_eq!(borrowed(), [(0, "a")]);
        let unwound = std::panic::catch_unwind(|| {
            context("inner", None)
                .with_variables(&[("b", &b)], || std::panic::resume_unwind(Box::new(1)))
        });
        assert!(unwound.is_err());
        assert_eq!(borrowed(), [(0, "a")]);
        let _other = context("other", None);
        assert_eq!(borrowed(), [(0, "a")], "a new context has the variables of a closed one");
    });
    assert_eq!(borrowed(), []);
}

#[test]
fn contexts_closed_in_any_order_borrow_no_dropped_variables() {
    let (a, b) = (String::from("a"), String::from("b"));
    let outer = context("outer", None);
    let inner = context("inner", None);
    inner.with_variables(&[("a", &a)], || {
        drop(outer);
        assert_eq!(borrowed(), [], "`inner` is open after `outer` was closed");
        let _new = (context("new", None), context("reuses its entry", None));
        assert_eq!(borrowed(), [], "a new context has the variables of a closed one");
        context("third", None).with_variables(&[("b", &b)], || assert_eq!(borrowed(), [(2, "b")]));
        std::mem::forget(context("lost", None));
    });
    assert_eq!(borrowed(), []);
    // `inner` is closed already, with `outer`.
    crate::context::truncate(0);
    let (outer, inner) = (context("outer", None), context("inner", None));
    drop(outer);
    inner.with_variables(&[("a", &a)], || assert_eq!(borrowed(), []));
}

#[test]
fn overwritten_contexts_lose_their_variables() {
    fn deeper(left: u32, names: &[String; 2]) {
        if left == 0 {
            let depths: Vec<u32> = borrowed().iter().map(|(depth, _)| *depth).collect();
            assert_eq!(depths, (68..100).rev().chain((0..32).rev()).collect::<Vec<_>>());
            return;
        }
        context("deep", None).with_variables(&[("a", &names[0])], || deeper(left - 1, names));
    }
    let names = [String::from("a"), String::from("b")];
    deeper(100, &names);
    assert_eq!(borrowed(), []);
    let contexts: Vec<_> = (0..33).map(|_| context("level", None)).collect();
    let last = context("borrows", None);
    last.with_variables(&[("b", &names[1])], || {
        assert_eq!(borrowed(), [(33, "b")]);
        let deeper: Vec<_> = (0..32).map(|_| context("deeper", None)).collect();
        assert_eq!(borrowed(), [], "the 32nd deeper context has not overwritten `borrows`");
        drop(deeper);
        assert_eq!(borrowed(), [], "an overwritten context has variables");
    });
    drop(contexts);
}
