//! The lines of a baseline.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BaselineEntry, LineText};
use crate::model::{Code, LabelStyle, Severity};

/// A line of a baseline.
pub(super) enum Line {
    Head(Head),
    Entry(Record),
    /// A diagnostic of the JSON output.
    Json(Json),
}

impl Line {
    pub(super) fn parse(line: &[u8]) -> Result<Self, serde_json::Error> {
        let value: Value = serde_json::from_slice(line)?;
        if value.get("baseline").is_some() {
            return serde_json::from_value(value).map(Self::Head);
        }
        if value.get("labels").is_some() {
            return serde_json::from_value(value).map(Self::Json);
        }
        serde_json::from_value(value).map(Self::Entry)
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    /// The version of the format.
    pub(super) baseline: u32,
}

/// An entry.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    severity: Severity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    path: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<Hash>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: u64,
}

const fn one() -> u64 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_one(count: &u64) -> bool {
    *count == 1
}

impl Record {
    pub(super) fn new(entry: &BaselineEntry, count: u64) -> Self {
        let BaselineEntry { path, code, severity, message, label, text } = entry.clone();
        let line = text.map(|text| Hash(text.line));
        let context = text.map(|text| Hash(text.context));
        Self { severity, code, path, message, label, line, context, count }
    }

    /// Returns the entry, and the number of its diagnostics.
    pub(super) fn into_entry(self) -> (BaselineEntry, u64) {
        let Self { severity, code, path, message, label, line, context, count } = self;
        let text = line.zip(context);
        let text = text.map(|(line, context)| LineText { line: line.0, context: context.0 });
        (BaselineEntry { path, code, severity, message, label, text }, count)
    }
}

/// The fields of a diagnostic of the JSON output that an entry has.
#[derive(Deserialize)]
pub(super) struct Json {
    severity: Severity,
    code: Option<Code>,
    message: String,
    primary: Option<JsonPath>,
    #[serde(default)]
    file: Option<String>,
    labels: Vec<JsonLabel>,
}

#[derive(Deserialize)]
struct JsonPath {
    file: String,
}

#[derive(Deserialize)]
struct JsonLabel {
    style: LabelStyle,
    message: Option<String>,
}

impl Json {
    /// Returns the entry, whose text is unknown unless it has none.
    pub(super) fn into_entry(self) -> BaselineEntry {
        let first = self.labels.into_iter().next();
        let label = first.filter(|label| label.style == LabelStyle::Primary);
        let text = if self.primary.is_some() { None } else { Some(LineText::NONE) };
        let path = self.primary.map(|primary| primary.file).or(self.file);
        BaselineEntry {
            path: path.unwrap_or_default(),
            code: self.code,
            severity: self.severity,
            message: self.message,
            label: label.and_then(|label| label.message),
            text,
        }
    }
}

/// A hash as sixteen hexadecimal digits, because many programs read numbers of JSON as floating-point numbers.
struct Hash(u64);

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = u64::from_str_radix(&text, 16);
        number
            .map(Self)
            .map_err(|_| serde::de::Error::custom("not a hexadecimal number of 64 bits"))
    }
}
