//! The structs of the JSON output.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::{Applicability, ChildLevel, Code, LabelStyle, Severity, Tag, TraceKind};

/// A diagnostic in its JSON form, for writing and for reading. A value that was deserialised owns its
/// strings.
///
/// ```
/// use vitte_diag::json::JsonDiagnostic;
///
/// let line = r#"{"severity":"note","code":"N0001","message":"m","primary":null,"labels":[],"help":null,"notes":["n"]}"#;
/// let diagnostic: JsonDiagnostic = serde_json::from_str(line)?;
/// assert_eq!(diagnostic.notes, ["n"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "Diagnostic", description = "One line of a compiler's JSON output.", transform = super::fields::require_most))]
#[non_exhaustive]
pub struct JsonDiagnostic<'a> {
    /// `note`, `warning`, `error` or `fatal`.
    pub severity: Severity,
    /// The code, such as `E0001`, or null.
    #[serde(deserialize_with = "Option::deserialize")]
    // Null is allowed, a missing field is not.
    pub code: Option<Code>,
    /// The message.
    pub message: Cow<'a, str>,
    /// The location of the primary label, or null if there is none or it cannot be shown.
    #[serde(deserialize_with = "Option::deserialize")]
    pub primary: Option<JsonLocation<'a>>,
    /// Every label that can be shown, the primary label first if it is one of them.
    pub labels: Vec<JsonLabel<'a>>,
    /// Advice on how to fix the problem, or null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub help: Option<Cow<'a, str>>,
    /// Additional facts, including a note for each invalid span.
    pub notes: Vec<Cow<'a, str>>,
    /// Notes, help, warnings and errors with labels of their own. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<JsonChild<'a>>,
    /// How the compiler came to the location: the innermost step first, steps of an analysis in the order of
    /// execution. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<JsonStep<'a>>,
    /// Properties of the code, without duplicates. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Suggested fixes. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<JsonSuggestion<'a>>,
    /// The frames of a crash, the innermost first. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backtrace: Vec<Cow<'a, str>>,
    /// The path of the file that the diagnostic is about as a whole. The field is omitted if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Cow<'a, str>>,
}

/// A location in a source file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Location"))]
#[non_exhaustive]
pub struct JsonLocation<'a> {
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The offset of the first byte, 0-based.
    pub lo: u32,
    /// The offset of the byte after the last byte.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "super::fields::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based. It counts characters, unless the emitter was configured otherwise.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "super::fields::one_based")]
    pub col: u32,
}

/// A label.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = super::fields::require_all))]
#[cfg_attr(feature = "schema", schemars(rename = "Label"))]
#[non_exhaustive]
pub struct JsonLabel<'a> {
    /// `primary` or `secondary`.
    pub style: LabelStyle,
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The offset of the first byte, 0-based.
    pub lo: u32,
    /// The offset of the byte after the last byte.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "super::fields::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "super::fields::one_based")]
    pub col: u32,
    /// The message, or null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub message: Option<Cow<'a, str>>,
}

/// A note, help, warning or error below a diagnostic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Child"))]
#[non_exhaustive]
pub struct JsonChild<'a> {
    /// `note`, `help`, `warning` or `error`.
    pub level: ChildLevel,
    /// The message.
    pub message: Cow<'a, str>,
    /// Every label that can be shown. At most one is primary.
    pub labels: Vec<JsonLabel<'a>>,
    /// Suggested fixes. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<JsonSuggestion<'a>>,
}

/// A step of the trace.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = super::fields::require_all))]
#[cfg_attr(feature = "schema", schemars(rename = "Step"))]
#[non_exhaustive]
pub struct JsonStep<'a> {
    /// `include`, `macro`, `call`, `import` or `analysis`.
    pub kind: TraceKind,
    /// The message.
    pub message: Cow<'a, str>,
    /// The location, or null if there is none or it cannot be shown.
    #[serde(deserialize_with = "Option::deserialize")]
    pub location: Option<JsonLocation<'a>>,
}

/// A suggested fix. Its edits are applied all together or not at all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Suggestion"))]
#[non_exhaustive]
pub struct JsonSuggestion<'a> {
    /// A description of the fix.
    pub message: Cow<'a, str>,
    /// How confident the compiler is that the fix is correct.
    pub applicability: Applicability,
    /// At least one edit, in the order of their locations, without overlaps.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub edits: Vec<JsonEdit<'a>>,
    /// The edits of each alternative to `edits`; a person chooses one. The field is omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(length(min = 1))))]
    pub alternatives: Vec<Vec<JsonEdit<'a>>>,
}

/// The replacement of a range of bytes by new text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Edit"))]
#[non_exhaustive]
pub struct JsonEdit<'a> {
    /// The normalised path.
    pub file: Cow<'a, str>,
    /// The offset of the first byte that is replaced, 0-based.
    pub lo: u32,
    /// The offset of the byte after the last byte that is replaced.
    pub hi: u32,
    /// The line of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "super::fields::one_based")]
    pub line: u32,
    /// The column of `lo`, 1-based.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    #[serde(deserialize_with = "super::fields::one_based")]
    pub col: u32,
    /// The new text.
    pub text: Cow<'a, str>,
}
