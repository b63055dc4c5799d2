//! JSON values as they are written: with the order of fields, repeated fields, and the digits of numbers.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The maximum depth of nested arrays and objects, as in `serde_json`.
const MAX_DEPTH: usize = 128;

/// A JSON value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    /// `null`, `true`, `false` or a number, as it is written.
    Plain(String),
    Text(String),
    Array(Vec<Node>),
    /// The fields in their order. A name may be repeated.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Parses a text that is one JSON value. Returns `None` if it is not, or is nested too deeply.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::build(serde_json::from_str(text).ok()?, MAX_DEPTH)
    }

    fn build(raw: &RawValue, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let json = raw.get();
        match json.as_bytes().first()? {
            b'{' => {
                let fields =
                    serde_json::Deserializer::from_str(json).deserialize_map(Fields).ok()?;
                let build = |(name, raw)| Some((name, Self::build(raw, depth)?));
                fields.into_iter().map(build).collect::<Option<_>>().map(Self::Object)
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
                let build = |raw| Self::build(raw, depth);
                items.into_iter().map(build).collect::<Option<_>>().map(Self::Array)
            }
            b'"' => serde_json::from_str(json).ok().map(Self::Text),
            _ => Some(Self::Plain(json.to_owned())),
        }
    }

    /// Returns the value with the fields of each object sorted by name. Fields with the same name keep their order.
    pub(super) fn sorted(&self) -> Self {
        match self {
            Self::Object(fields) => {
                let mut fields: Vec<_> =
                    fields.iter().map(|(name, value)| (name.clone(), value.sorted())).collect();
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Object(fields)
            }
            Self::Array(items) => Self::Array(items.iter().map(Self::sorted).collect()),
            other => other.clone(),
        }
    }
}

/// Reads the fields of an object.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(fields)
    }
}
