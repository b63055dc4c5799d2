//! The contexts of a crash, with their fields, variables and locations.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A context: an operation that was active when the program crashed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextEntry {
    /// The name of the operation, such as `typeck`.
    pub name: String,
    /// The fields: short strings, recorded before the crash.
    #[serde(rename = "values")]
    pub fields: Vec<ContextField>,
    /// The location in the sources that the operation was processing, or `None`.
    #[serde(rename = "place")]
    pub location: Option<ContextLocation>,
    /// The variables: values that the context borrowed, serialised after the crash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<ContextVariable>,
    /// The 0-based index of the frame that opened it, in the backtrace of the thread, or `None` if that is not recorded.
    ///
    /// If functions that have returned opened the context for that frame, it is the innermost of their callers that was still
    /// active. The frame is one at the same place of the stack, in the same function: an earlier call of the same
    /// function cannot be told from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u32>,
}

impl ContextEntry {
    /// Creates an entry with only a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fields: Vec::new(),
            location: None,
            variables: Vec::new(),
            frame: None,
        }
    }

    /// Returns the fields in brackets after a blank, or an empty string: ` (fn: area, pass: 2)`.
    pub(crate) fn fields_text(&self) -> String {
        let fields = self.fields.iter().map(|field| format!("{}: {}", field.key, field.value));
        let fields: Vec<_> = fields.collect();
        if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) }
    }
}

/// The name, the fields and the location: `typeck (fn: area) at src/shapes.vitte:3:4`, without escapes.
impl fmt::Display for ContextEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.fields_text())?;
        match &self.location {
            Some(location) => write!(f, " at {location}"),
            None => Ok(()),
        }
    }
}

/// A variable of a [`ContextEntry`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextVariable {
    /// The name, such as `scope`.
    pub key: String,
    /// The serialised value, which marks omitted parts; null if serialisation failed.
    #[serde(default)]
    pub value: serde_json::Value,
    /// Why the value is missing or incomplete, such as `timed out`. A part of the value that failed is
    /// `{"<error>": …}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ContextVariable {
    /// Creates a variable with a value.
    pub fn new(key: impl Into<String>, value: serde_json::Value) -> Self {
        Self { key: key.into(), value, error: None }
    }
}

/// A field of a [`ContextEntry`]: a key and a short string.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextField {
    /// The key, such as `fn`.
    pub key: String,
    /// The value.
    pub value: String,
}

impl ContextField {
    /// Creates a field from a key and a value.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// The location of a [`ContextEntry`] in the sources.
///
/// Its `Display` is as precise as the location: `src/main.vitte:3:4`, or `src/main.vitte, bytes 20..24`, or
/// `file 2, bytes 20..24`. The path is written as it is, without escapes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextLocation {
    /// The index of the file in the program's source map.
    pub id: u32,
    /// The normalised path, or `None` if the source map was unavailable.
    pub file: Option<String>,
    /// The offset of the first byte.
    pub lo: u32,
    /// The offset after the last byte.
    pub hi: u32,
    /// The line of `lo`, 1-based, or `None` if the source map was unavailable.
    pub line: Option<u32>,
    /// The column of `lo`, 1-based, in characters, or `None` if the source map was unavailable.
    pub col: Option<u32>,
}
