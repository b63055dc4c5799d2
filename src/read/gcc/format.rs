//! The JSON of GCC, see "Options to Control Diagnostic Messages Formatting" in the manuals of GCC 9 to 14.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::read::json::{Int, Text};

/// A diagnostic, or a child of one.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) struct GccDiagnostic<'a> {
    #[serde(borrow)]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Text<'a>,
    #[serde(borrow)]
    pub(super) option: Option<Text<'a>>,
    #[serde(borrow, rename = "option_url")]
    pub(super) option_url: Option<Text<'a>>,
    /// The number of the first column, since GCC 11. Children have that of their parent.
    pub(super) column_origin: Option<Int>,
    #[serde(borrow)]
    pub(super) locations: Option<Vec<GccLocation<'a>>>,
    #[serde(borrow)]
    pub(super) fixits: Option<Vec<Fixit<'a>>>,
    pub(super) children: Option<Vec<Self>>,
    /// The path of the analyzer, since GCC 10.
    #[serde(borrow)]
    pub(super) path: Option<Vec<Event<'a>>>,
    pub(super) metadata: Option<BTreeMap<String, Value>>,
    /// Whether the source contains bytes or characters to escape, since GCC 12. Output escapes them always.
    #[serde(rename = "escape-source")]
    pub(super) _escape_source: Option<IgnoredAny>,
    /// The fields of later versions.
    #[serde(flatten)]
    pub(super) other: BTreeMap<String, IgnoredAny>,
}

/// A range of characters. `start` and `finish`, which is inclusive, are omitted if they are the same as `caret`.
#[derive(Deserialize, Debug)]
pub(super) struct GccLocation<'a> {
    #[serde(borrow)]
    pub(super) caret: Option<Point<'a>>,
    #[serde(borrow)]
    pub(super) start: Option<Point<'a>>,
    #[serde(borrow)]
    pub(super) finish: Option<Point<'a>>,
    #[serde(borrow)]
    pub(super) label: Option<Text<'a>>,
}

/// A character.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Point<'a> {
    #[serde(borrow)]
    pub(super) file: Option<Text<'a>>,
    #[serde(default)]
    pub(super) line: Int,
    /// Bytes up to GCC 10, later the unit of `-fdiagnostics-column-unit`.
    #[serde(default)]
    pub(super) column: Int,
    /// Since GCC 11.
    pub(super) byte_column: Option<Int>,
}

/// The replacement of the characters from `start` to before `next`.
#[derive(Deserialize, Debug)]
pub(super) struct Fixit<'a> {
    #[serde(borrow)]
    pub(super) start: Point<'a>,
    #[serde(borrow)]
    pub(super) next: Point<'a>,
    #[serde(borrow)]
    pub(super) string: Text<'a>,
}

/// A step of the analyzer.
#[derive(Deserialize, Debug)]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    pub(super) location: Option<Point<'a>>,
    #[serde(borrow)]
    pub(super) description: Option<Text<'a>>,
    pub(super) function: Option<IgnoredAny>,
    pub(super) depth: Option<IgnoredAny>,
}
