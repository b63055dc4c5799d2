//! Values that exceed a limit.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{SerializeSeq as _, SerializeStruct as _};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::*;

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
