//! The JSON Schema of the JSON output.

/// The JSON Schema (2020-12) of one line.
pub const SCHEMA: &str = include_str!("schema.json");

/// [`SCHEMA`], made anew from the structs.
///
/// # Errors
///
/// None that is known: a schema is JSON.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Result<String> {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    let schema = settings.into_generator().into_root_schema_for::<super::JsonDiagnostic<'static>>();
    serde_json::to_string_pretty(&schema).map(|schema| schema + "\n")
}

/// A field that may be null is there all the same; only suggestions and a backtrace may be not.
#[cfg(feature = "schema")]
pub(super) fn all_are_there(schema: &mut schemars::Schema) {
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    let names = properties.into_iter().flat_map(serde_json::Map::keys);
    let may_lack = |name: &str| matches!(name, "suggestions" | "backtrace");
    let required: Vec<String> = names.filter(|name| !may_lack(name)).cloned().collect();
    schema.insert("required".to_owned(), required.into());
}
