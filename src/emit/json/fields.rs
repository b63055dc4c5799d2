//! How fields of the JSON are read and described.

use serde::de::{Deserialize as _, Deserializer, Error as _};

/// Deserialises a line or a column, which is at least 1.
pub(super) fn one_based<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(D::Error::custom("line and column numbers start at 1")),
        number => Ok(number),
    }
}

/// The fields that are omitted if they are empty.
#[cfg(feature = "schema")]
const OPTIONAL: [&str; 6] = ["children", "trace", "tags", "suggestions", "backtrace", "file"];

/// Makes all fields of a diagnostic required, also those that may be null, except the [`OPTIONAL`] ones.
#[cfg(feature = "schema")]
pub(super) fn require_most(schema: &mut schemars::Schema) {
    require(schema, |name| !OPTIONAL.contains(&name));
}

/// Makes all fields required, also those that may be null.
#[cfg(feature = "schema")]
pub(super) fn require_all(schema: &mut schemars::Schema) {
    require(schema, |_| true);
}

#[cfg(feature = "schema")]
fn require(schema: &mut schemars::Schema, is_required: impl Fn(&str) -> bool) {
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    let names = properties.into_iter().flat_map(serde_json::Map::keys);
    let required: Vec<String> = names.filter(|name| is_required(name)).cloned().collect();
    schema.insert("required".to_owned(), required.into());
}
