//! Values whose `Serialize` fails.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};

use super::*;

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
