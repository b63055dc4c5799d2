//! Compares the bytes with those of `serde_json`.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;

use super::*;
use crate::text::escape_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Values<'a> {
    small_number: i8,
    number: u64,
    float: f64,
    is_set: bool,
    none: Option<u8>,
    some: Option<&'a str>,
    pair: (char, &'a str),
    empty: [u8; 0],
    none_of: BTreeMap<&'a str, ()>,
    map: BTreeMap<&'a str, Vec<Wrapped<'a>>>,
    level: Level,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
}

#[derive(Serialize)]
struct Wrapped<'a>(&'a str);

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Deny,
}

#[derive(Serialize)]
struct Empty {}

proptest! {
    #[test]
    fn the_bytes_are_those_of_serde_json_with_more_escapes(
        text in "(\\PC|[\"\\\\\u{0}-\u{20}\u{7f}-\u{9f}\u{202a}-\u{202e}]|[ -~]{9}){0,9}",
        number in any::<u64>(),
        (small_number, float) in any::<(i8, f64)>(),
    ) {
        let text = text.as_str();
        let values = Values {
            small_number, number, float, is_set: number % 2 == 0, none: None, some: Some(text),
            pair: ('\n', text), empty: [], none_of: BTreeMap::new(),
            map: [(text, vec![Wrapped(text), Wrapped("")]), ("k", Vec::new())].into(),
            level: Level::Deny, skipped: None,
        };
        let mut out = Vec::new();
        (&values, Empty {}, ()).serialize(&mut JsonWriter { out: &mut out }).unwrap();
        let expected = serde_json::to_string(&(&values, Empty {}, ())).unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), escape_json(&expected));
    }

    #[test]
    fn displayed_text_is_escaped_in_every_piece(pieces in prop::collection::vec("\\PC|\"\n", 0..5)) {
        struct Pieces(Vec<String>);
        impl Display for Pieces {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|piece| f.write_str(piece))
            }
        }
        let mut out = Vec::new();
        let expected = serde_json::to_string(&pieces.concat()).unwrap();
        ser::Serializer::collect_str(&mut JsonWriter { out: &mut out }, &Pieces(pieces)).unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), escape_json(&expected));
    }
}
