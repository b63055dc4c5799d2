//! The serializer: what it writes, what it cuts, and that it always is JSON.

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

/// What is written of a value, and what failed in it.
fn written(variable: &dyn Variable, limits: VariableLimits) -> (String, Option<String>) {
    let mut buffer = vec![0; 1 << 20];
    let written = write(variable, &mut buffer, limits, 0);
    let text = String::from_utf8(buffer[..written.len].to_vec()).unwrap();
    (text, written.error.map(|error| error.text().to_owned()))
}

fn text(variable: &dyn Variable, limits: VariableLimits) -> String {
    let (text, error) = written(variable, limits);
    assert_eq!(error, None, "{text}");
    text
}

#[derive(Serialize)]
struct Unit;
#[derive(Serialize)]
struct New(u8);
#[derive(Serialize)]
struct Pair(u8, char);
#[derive(Serialize)]
struct Named {
    a: Option<u8>,
    b: Option<Unit>,
}
#[derive(Serialize)]
enum Kind {
    Unit,
    New(New),
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
        &New(1),
        &Pair(1, '"'),
        &Named { a: Some(1), b: None },
        &[Kind::Unit, Kind::New(New(7)), Kind::Tuple(1, 2), Kind::Struct { a: 1 }],
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
        let text = text(value, limits());
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(!value.to_string().contains("..."), "{text}");
    }
    let same = |value: &str, expected: Value| {
        assert_eq!(serde_json::from_str::<Value>(value).unwrap(), expected, "{value}");
    };
    let kinds = [Kind::Unit, Kind::New(New(7)), Kind::Tuple(1, 2), Kind::Struct { a: 1 }];
    same(&text(&kinds, limits()), json!(kinds));
    let hard = ("a\"b\\c\n\r\t\u{1}\u{7f}\u{2028}é", 'é', 1.5_f32, 5e-324, u64::MAX, i64::MIN);
    same(&text(&hard, limits()), json!(hard));
    let named = Named { a: Some(1), b: None };
    assert_eq!(text(&named, limits()), serde_json::to_string(&named).unwrap());
}

#[test]
fn what_json_has_not_is_a_text() {
    let odd = (f64::NAN, f32::INFINITY, f64::NEG_INFINITY, u128::MAX, i128::MIN);
    let expected = json!(["NaN", "inf", "-inf", u128::MAX.to_string(), i128::MIN.to_string()]);
    assert_eq!(text(&odd, limits()), expected.to_string());
}

struct Bytes(usize);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&vec![0xa5; self.0])
    }
}

#[test]
fn of_bytes_the_number_and_the_first_are_said() {
    assert_eq!(text(&Bytes(0), limits()), r#""0 bytes""#);
    assert_eq!(text(&Bytes(1), limits()), r#""1 byte: a5""#);
    let many = format!("\"1000 bytes:{} ...\"", " a5".repeat(16));
    assert_eq!(text(&Bytes(1000), limits()), many);
}

#[test]
fn keys_are_texts_whatever_they_are() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Key {
        Unit,
        New(u8),
        Nested(BTreeMap<(u8, u8), u8>),
    }
    let nested = BTreeMap::from([((1, 2), 3)]);
    let map = BTreeMap::from([(Key::Unit, 1), (Key::New(2), 2), (Key::Nested(nested), 3)]);
    let map = text(&map, limits());
    let map: BTreeMap<String, u8> = serde_json::from_str(&map).unwrap();
    let keys: Vec<&str> = map.keys().map(String::as_str).collect();
    assert_eq!(keys, ["Unit", r#"{"Nested":{"[1,2]":3}}"#, r#"{"New":2}"#]);
    let options = BTreeMap::from([(None, 0), (Some((1, "a\"\\")), 1)]);
    let options = text(&options, limits());
    let options: BTreeMap<String, u8> = serde_json::from_str(&options).unwrap();
    let keys: Vec<&str> = options.keys().map(String::as_str).collect();
    assert_eq!(keys, [r#"[1,"a\"\\"]"#, "null"]);
}

#[test]
fn what_is_too_long_says_how_much_is_left_out() {
    let short = limits().with_max_items(2).with_max_string_len(3);
    assert_eq!(text(&[1, 2, 3, 4], short), r#"[1,2,"... 2 more items"]"#);
    assert_eq!(text(&[1, 2, 3], short), r#"[1,2,"... 1 more item"]"#);
    assert_eq!(text(&[1, 2], short), "[1,2]");
    let map = BTreeMap::from([(1, 1), (2, 2), (3, 3)]);
    assert_eq!(text(&map, short), r#"{"1":1,"2":2,"...":"1 more item"}"#);
    assert_eq!(text(&(1, 2, 3, 4), short), r#"[1,2,"... 2 more items"]"#);
    assert_eq!(text(&"éab", short), r#""éab""#);
    assert_eq!(text(&"éabc", short), r#""éab... 1 more character""#);
    assert_eq!(text(&"éabcd", short), r#""éab... 2 more characters""#);
    assert_eq!(text(&format_args!("{}{}", "éa", "bcd"), short), r#""éab... 2 more characters""#);
    assert_eq!(text(&[0; 2], limits().with_max_items(0)), r#"["... 2 more items"]"#);
    assert_eq!(text(&"ab", limits().with_max_string_len(0)), r#""... 2 more characters""#);
}

#[test]
fn what_is_too_deep_says_how_much_it_is() {
    let flat = limits().with_max_depth(1);
    assert_eq!(text(&[[1, 2], [3, 4]], flat), r#"["... (2 items)","... (2 items)"]"#);
    assert_eq!(text(&[Pair(1, 'a')], flat), r#"["... (2 items)"]"#);
    assert_eq!(text(&[Kind::Struct { a: 1 }, Kind::Unit], flat), r#"["... (1 item)","Unit"]"#);
    assert_eq!(text(&[BTreeMap::from([(1, 2)])], flat), r#"["... (1 item)"]"#);
    assert_eq!(text(&[1], limits().with_max_depth(0)), r#""... (1 item)""#);
    assert_eq!(text(&BTreeMap::from([((1, 2), 3)]), flat), r#"{"\"... (2 items)\"":3}"#);
}

#[test]
fn the_items_of_all_are_limited() {
    let few = limits().with_max_total_items(4);
    assert_eq!(
        text(&[[1, 2], [3, 4]], few),
        r#"[[1,2],[... "#.replace("[... ", r#"["... 2 more items"]]"#)
    );
    let mut buffer = vec![0; 1 << 20];
    let first = write(&[1, 2, 3], &mut buffer, few, 0);
    assert_eq!(first.items, 3);
    let second = write(&[1, 2, 3], &mut buffer, few, first.items);
    assert_eq!((&buffer[..second.len], second.items), (&br#"[1,"... 2 more items"]"#[..], 4));
}

#[test]
fn where_there_is_no_room_all_is_cut_and_closed() {
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
    // Where there is hardly any, there is an error and no half of a value.
    let written = write(&value, &mut [0; 8], wide, 0);
    assert_eq!((written.len, written.error.unwrap().text()), (0, "there is no room for it"));
}

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
fn what_has_no_end_is_ended() {
    let short = limits().with_max_items(1).with_max_string_len(1).with_max_depth(2);
    let text = |kind| text(&Endless(kind), short);
    assert_eq!(text("text"), r#""a... at least 5000004 more characters""#);
    assert_eq!(text("seq"), r#"[1,"... at least 100001 more items"]"#);
    assert_eq!(text("own"), r#"[1,"... at least 1000001 more items"]"#);
    assert_eq!(text("newtype"), r#""...""#);
    assert_eq!(text("nested"), r#"[["... (2 items)","... 1 more item"],"... 1 more item"]"#);
    let deep = serde_json::from_str::<Value>(&text("key")).unwrap();
    assert!(deep.is_object());
    let two = short.with_max_items(2);
    let (outer, error) = written(&Endless("struct"), two);
    let expected =
        r#"{"before":1,"own":[1,1,"... at least 1000001 more items"],"...":"more items"}"#;
    assert_eq!((outer.as_str(), error), (expected, None));
}

/// Its value fails, in one way or another.
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
                map.serialize_value("nobody's")?;
                map.end()
            }
            "panic" => panic!("of a value"),
            long => Err(S::Error::custom(long.repeat(100))),
        }
    }
}

#[test]
fn what_fails_is_an_error_in_its_place_and_no_value() {
    let (value, error) = written(&(1, Fails("half"), [2]), limits());
    assert_eq!(value, r#"[1,{"<error>":"half \"way\""},[2]]"#);
    assert_eq!(error.as_deref(), Some("half \"way\""));
    assert_eq!(written(&Fails("half"), limits()).0, "");
    let borrowed = RefCell::new(1);
    let _it = borrowed.borrow_mut();
    let (value, error) = written(&BTreeMap::from([("a", &borrowed)]), limits());
    assert_eq!(value, r#"{"a":{"<error>":"already mutably borrowed"}}"#);
    assert_eq!(error.as_deref(), Some("already mutably borrowed"));
    let (value, error) = written(&Fails("long é"), limits());
    let error = error.unwrap();
    assert!(value.is_empty() && error.len() <= 118 && error.ends_with("élon..."), "{error}");
    assert_eq!(text(&Fails("keys"), limits()), r#"{"a":null,"b":null,"c":1,"d":null}"#);
    assert_eq!(text(&Fails("value"), limits()), "{}");
}

#[test]
fn a_value_that_panics_is_caught() {
    let (value, error) = written(&[Fails("panic")], limits());
    assert_eq!((value.as_str(), error.as_deref()), ("", Some("panicked: of a value")));
}

/// Any value that `serde` can say.
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

/// How deep it is, and the most items and characters that something in it has.
fn size(value: &Value) -> (usize, usize, usize) {
    let all = |sizes: &mut dyn Iterator<Item = (usize, usize, usize)>| {
        sizes.fold((0, 0, 0), |a, b| (a.0.max(b.0), a.1.max(b.1), a.2.max(b.2)))
    };
    match value {
        Value::Array(items) => {
            let (depth, most, text) = all(&mut items.iter().map(size));
            (depth + 1, most.max(items.len()), text)
        }
        Value::Object(items) => {
            let (depth, most, text) = all(&mut items.values().map(size));
            (depth + 1, most.max(items.len()), text)
        }
        Value::String(text) => (0, 0, text.chars().count()),
        _ => (0, 0, 0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn whatever_is_written_is_json_within_its_limits(
        value in any_value(),
        depth in 0_usize..6,
        items in 0_usize..6,
        string in 0_usize..8,
        total in 0_usize..40,
        room in prop_oneof![0_usize..200, 16_000_usize..80_000],
    ) {
        let limits = limits().with_max_depth(depth).with_max_items(items);
        let limits = limits.with_max_string_len(string).with_max_total_items(total);
        let mut buffer = vec![0; room];
        let written = write(&value, &mut buffer, limits, 0);
        prop_assert!(written.items <= total);
        if written.len == 0 {
            prop_assert!(written.error.is_some());
            return Ok(());
        }
        let read: Value = serde_json::from_slice(&buffer[..written.len])
            .unwrap_or_else(|error| panic!("{error}: {:?}", std::str::from_utf8(&buffer[..written.len])));
        let (read_depth, read_items, _) = size(&read);
        // A variant has a brace of its own, and so has an error.
        prop_assert!(read_depth <= 2 * depth + 1, "{}", read);
        prop_assert!(read_items <= items.max(1) + 1, "{}", read);
    }

    #[test]
    fn within_the_limits_it_is_what_serde_json_writes(
        value in prop::collection::vec(prop::collection::btree_map("[a-zé\"]{0,4}", any::<Option<i64>>(), 0..5), 0..9),
    ) {
        let (read, error) = written(&value, limits());
        prop_assert_eq!(error, None);
        prop_assert_eq!(read, serde_json::to_string(&value).unwrap());
    }

    /// A process that is broken may leave anything.
    #[test]
    fn whatever_is_read_is_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        _ = records::read(&bytes);
    }
}

#[test]
fn records_are_read_as_they_were_written() {
    let mut buffer = [0; 256];
    let at = records::begin(&mut buffer, 7, "key").unwrap();
    buffer[at..at + 3].copy_from_slice(b"[1]");
    let mut len = records::end(&mut buffer, 3, "partly").unwrap();
    len += records::begin(&mut buffer[len..], 3, "none").map(|_| 0).unwrap();
    len += records::end(&mut buffer[len..], 0, "it took too long").unwrap();
    len += records::note(&mut buffer[len..], "why").unwrap();
    let captured = records::read(&buffer[..len]);
    let variable = |key: &str, value, error: &str| {
        let mut variable = ContextVariable::new(key, value);
        variable.error = Some(error.into());
        variable
    };
    let expected = [
        (7, variable("key", json!([1]), "partly")),
        (3, variable("none", Value::Null, "it took too long")),
    ];
    assert_eq!(captured.variables, expected);
    assert_eq!(captured.notes, ["left out: variables: why"]);
    // What was not written to its end is not read.
    assert_eq!(records::read(&buffer[..len - 1]).notes, [""; 0]);
    assert_eq!(records::begin(&mut [0; 18], 7, "key"), None);
}

/// The keys that this thread's contexts hold.
fn held() -> Vec<(u32, &'static str)> {
    let mut held = Vec::new();
    if let Some(stack) = slots::current() {
        stack.for_each_borrowed(&mut |index, key, variable| {
            // What is there can be read.
            assert_eq!(text(variable, limits()), format!("\"{key}\""));
            held.push((index, key));
        });
    }
    held
}

#[test]
fn a_context_holds_while_its_work_is_done_and_no_longer() {
    let (a, b) = (String::from("a"), String::from("b"));
    let outer = context("outer", None);
    outer.with_variables(&[("a", &a)], || {
        assert_eq!(held(), [(0, "a")]);
        context("inner", None).with_variables(&[("a", &a), ("b", &b)], || {
            assert_eq!(held(), [(1, "a"), (1, "b"), (0, "a")]);
        });
        assert_eq!(held(), [(0, "a")]);
        let unwound = std::panic::catch_unwind(|| {
            context("inner", None)
                .with_variables(&[("b", &b)], || std::panic::resume_unwind(Box::new(1)))
        });
        assert!(unwound.is_err());
        assert_eq!(held(), [(0, "a")]);
        let _other = context("other", None);
        assert_eq!(held(), [(0, "a")], "one has not what was in its place");
    });
    assert_eq!(held(), []);
}

#[test]
fn contexts_closed_in_any_order_hold_nothing_that_is_gone() {
    let (a, b) = (String::from("a"), String::from("b"));
    let outer = context("outer", None);
    let inner = context("inner", None);
    inner.with_variables(&[("a", &a)], || {
        drop(outer);
        assert_eq!(held(), [], "it is closed with the outer one");
        let _new = (context("new", None), context("in its place", None));
        assert_eq!(held(), [], "which has not what that held");
        context("third", None).with_variables(&[("b", &b)], || assert_eq!(held(), [(2, "b")]));
        std::mem::forget(context("lost", None));
    });
    assert_eq!(held(), []);
    // One that is closed already holds nothing.
    crate::context::truncate(0);
    let (outer, inner) = (context("outer", None), context("inner", None));
    drop(outer);
    inner.with_variables(&[("a", &a)], || assert_eq!(held(), []));
}

#[test]
fn what_is_written_over_by_deeper_contexts_is_not_held_by_them() {
    fn deeper(left: u32, names: &[String; 2]) {
        if left == 0 {
            // 40 levels: the ring of the inner 32 has the last ones.
            let indices: Vec<u32> = held().iter().map(|held| held.0).collect();
            assert_eq!(indices, (68..100).rev().chain((0..32).rev()).collect::<Vec<_>>());
            return;
        }
        context("deep", None).with_variables(&[("a", &names[0])], || deeper(left - 1, names));
    }
    let names = [String::from("a"), String::from("b")];
    deeper(100, &names);
    assert_eq!(held(), []);
    let contexts: Vec<_> = (0..33).map(|_| context("level", None)).collect();
    let last = context("holds", None);
    last.with_variables(&[("b", &names[1])], || {
        assert_eq!(held(), [(33, "b")]);
        let over: Vec<_> = (0..32).map(|_| context("over", None)).collect();
        assert_eq!(held(), [], "the 32nd is where that was");
        drop(over);
        assert_eq!(held(), [], "and it is lost");
    });
    drop(contexts);
}
