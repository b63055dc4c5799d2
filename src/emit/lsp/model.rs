//! The structs of the protocol, with its names.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::Code;

/// A position: both numbers are 0-based.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Position {
    /// The line. Lines end at `\n`, `\r\n` and `\r`. Read from JSON, a larger number is the largest one.
    #[serde(deserialize_with = "saturated")]
    pub line: u32,
    /// The number of units of the [encoding](super::PositionEncoding) before the position in its line.
    #[serde(deserialize_with = "saturated")]
    pub character: u32,
}

/// Reads a number. Some clients send the largest one that JavaScript has for the end of a line.
fn saturated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u64::deserialize(deserializer)?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A range, whose end is exclusive.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Range {
    /// The first position.
    pub start: Position,
    /// The position after the last one.
    pub end: Position,
}

/// A range in a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Location {
    /// The URI of the file.
    pub uri: String,
    /// The range.
    pub range: Range,
}

/// A diagnostic of the protocol.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LspDiagnostic {
    /// The primary label.
    pub range: Range,
    /// 1 for an error, 2 for a warning, 3 for information.
    pub severity: u8,
    /// The code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The page of the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_description: Option<CodeDescription>,
    /// The name of the tool.
    pub source: String,
    /// The message, and what the protocol has no field for.
    pub message: String,
    /// 1 for unnecessary code, 2 for deprecated code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<u8>,
    /// The other labels, and the trace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_information: Vec<RelatedInformation>,
    /// The actions, for a server that returns them when the client sends the diagnostic back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<CodeAction>,
}

/// The page of a code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CodeDescription {
    /// The URL of the page.
    pub href: String,
}

/// A location with a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RelatedInformation {
    /// The location.
    pub location: Location,
    /// The message.
    pub message: String,
}

/// An alternative of a suggestion.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CodeAction {
    /// The text of the menu.
    pub title: String,
    /// Always `quickfix`.
    pub kind: &'static str,
    /// Whether the suggestion is machine-applicable and has no other alternative.
    pub is_preferred: bool,
    /// The changes.
    pub edit: WorkspaceEdit,
}

/// Changes of files.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct WorkspaceEdit {
    /// The changes of each file, by its URI.
    pub changes: BTreeMap<String, Vec<TextEdit>>,
}

/// A replaced range.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextEdit {
    /// The range.
    pub range: Range,
    /// The new text.
    pub new_text: String,
}
