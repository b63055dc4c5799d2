//! The JSON Schema of the JSON output.

/// The JSON Schema (2020-12) of one line of output.
pub const SCHEMA: &str = include_str!("schema.json");

/// Generates [`SCHEMA`] from the structs.
///
/// # Errors
///
/// Returns an error if serialisation fails, which does not happen for a schema.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Result<String> {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    let schema = settings.into_generator().into_root_schema_for::<super::JsonDiagnostic<'static>>();
    serde_json::to_string_pretty(&schema).map(|schema| schema + "\n")
}
