//! The contexts of the crash: fields, variables as trees, and source lines.
//!
//! A tree is a flat list of parts, because templates have no recursion: a branch is an opening part, its
//! content, and a closing part.

use serde_json::Value;
use vitte_diag::text;

use super::code::{Chunk, SourceFile};
use super::{code, limits};
use crate::report::{ContextEntry, ContextLocation, ContextVariable, CrashReport};

const MAX_CONTEXTS: usize = 64;
/// Maximum number of fields of one context.
const MAX_FIELDS: usize = 50;
/// Maximum depth of nested branches.
const MAX_DEPTH: usize = 12;
/// Maximum number of parts of all variables of one context.
const MAX_PARTS: usize = 400;
/// Maximum number of values in one branch.
const MAX_BRANCH_VALUES: usize = 100;
const MAX_NAME_BYTES: usize = 200;
const MAX_TEXT_BYTES: usize = 2000;
/// Maximum length of all fields and variables together, in bytes.
const MAX_TOTAL_BYTES: usize = 256 << 10;

/// A context of the page.
pub(super) struct HtmlContext {
    pub(super) name: String,
    /// Such as `src/shapes.vitte:3:4`, or empty.
    pub(super) location: String,
    /// The index of its file in the section with all files.
    pub(super) file: Option<usize>,
    /// The keys and values of the fields.
    pub(super) fields: Vec<(String, String)>,
    pub(super) variables: Vec<Part>,
    pub(super) source: Vec<Chunk>,
}

impl HtmlContext {
    /// Returns whether the context has only a name.
    pub(super) fn is_bare(&self) -> bool {
        self.fields.is_empty() && self.variables.is_empty() && self.source.is_empty()
    }
}

/// A part of a tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The start of an array or object.
    Open {
        key: String,
        /// `[n]` or `{n}`, where `n` is the number of values.
        summary: String,
        is_open: bool,
    },
    /// The end of an array or object.
    Close,
    /// A value without children.
    Leaf { key: String, kind: &'static str, value: String },
    /// Says what is omitted.
    Note(String),
}

/// Returns the contexts, innermost first, and the number of omitted contexts.
pub(super) fn from_report(
    report: &CrashReport,
    files: &[SourceFile<'_>],
) -> (Vec<HtmlContext>, usize) {
    let mut remaining = MAX_TOTAL_BYTES;
    let contexts = report.contexts.iter().take(MAX_CONTEXTS);
    let contexts = contexts.map(|entry| html_context(entry, files, &mut remaining));
    (contexts.collect(), report.contexts.len().saturating_sub(MAX_CONTEXTS))
}

fn html_context(
    entry: &ContextEntry,
    files: &[SourceFile<'_>],
    remaining: &mut usize,
) -> HtmlContext {
    let location = entry.location.as_ref();
    let file = location.and_then(|location| code::find(files, location));
    let source = location.and_then(|location| Some(files.get(file?)?.lines_at(location)));
    let fields = entry.fields.iter().take(MAX_FIELDS).map(|field| {
        (limits::line(&field.key, MAX_NAME_BYTES), take_text(&field.value, remaining))
    });
    let fields = fields.collect();
    HtmlContext {
        name: limits::line(&entry.name, MAX_NAME_BYTES),
        location: location.map(location_text).unwrap_or_default(),
        file,
        fields,
        variables: variables(&entry.variables, remaining),
        source: source.unwrap_or_default(),
    }
}

/// Returns a string with its line ends, truncated to `remaining` bytes, and subtracts its length from `remaining`.
fn take_text(text: &str, remaining: &mut usize) -> String {
    let text = limits::multi_line(text, MAX_TEXT_BYTES.min(*remaining));
    *remaining = remaining.saturating_sub(text.len());
    text
}

/// Returns a location with a bounded path.
fn location_text(location: &ContextLocation) -> String {
    let file = location.file.as_deref().map(|file| limits::line(file, MAX_NAME_BYTES));
    ContextLocation { file, ..location.clone() }.to_string()
}

/// Returns the variables of a context as a tree. If a variable could be captured only in part, its error follows.
fn variables(variables: &[ContextVariable], remaining: &mut usize) -> Vec<Part> {
    let mut tree = Tree { parts: Vec::new(), remaining };
    for ContextVariable { key, value, error, .. } in variables {
        if tree.is_full() {
            tree.parts.push(Part::Note("more variables omitted".to_owned()));
            break;
        }
        if !value.is_null() || error.is_none() {
            tree.add(key, value, 0);
        }
        if let Some(error) = error {
            tree.leaf(key, "error", error);
        }
    }
    tree.parts
}

/// Returns the error of a part that failed to serialise. The capture stores it in place of the part.
fn serialisation_error(value: &Value) -> Option<&str> {
    value.get("<error>")?.as_str()
}

struct Tree<'a> {
    parts: Vec<Part>,
    remaining: &'a mut usize,
}

impl Tree<'_> {
    fn is_full(&self) -> bool {
        self.parts.len() >= MAX_PARTS || *self.remaining == 0
    }

    fn leaf(&mut self, key: &str, kind: &'static str, value: &str) {
        let (key, value) = (limits::line(key, MAX_NAME_BYTES), take_text(value, self.remaining));
        *self.remaining = self.remaining.saturating_sub(key.len());
        self.parts.push(Part::Leaf { key, kind, value });
    }

    fn add(&mut self, key: &str, value: &Value, depth: usize) {
        match value {
            Value::Null => self.leaf(key, "null", "null"),
            Value::Bool(value) => self.leaf(key, "bool", &value.to_string()),
            Value::Number(value) => self.leaf(key, "number", &value.to_string()),
            Value::String(value) => self.leaf(key, "text", value),
            Value::Array(values) if values.is_empty() => self.leaf(key, "null", "[]"),
            Value::Object(values) if values.is_empty() => self.leaf(key, "null", "{}"),
            Value::Array(values) => {
                let summary = format!("[{}]", values.len());
                let values =
                    values.iter().enumerate().map(|(index, value)| (index.to_string(), value));
                self.branch(key, summary, values, depth);
            }
            Value::Object(values) if serialisation_error(value).is_some() && values.len() == 1 => {
                self.leaf(key, "error", serialisation_error(value).unwrap_or_default());
            }
            Value::Object(values) => {
                let summary = format!("{{{}}}", values.len());
                let values = values.iter().map(|(key, value)| (key.clone(), value));
                self.branch(key, summary, values, depth);
            }
        }
    }

    fn branch<'a>(
        &mut self,
        key: &str,
        summary: String,
        values: impl ExactSizeIterator<Item = (String, &'a Value)>,
        depth: usize,
    ) {
        let key = limits::line(key, MAX_NAME_BYTES);
        let mut omitted = values.len();
        let is_open = depth == 0 && omitted <= 12;
        self.parts.push(Part::Open { key, summary, is_open });
        if depth < MAX_DEPTH {
            for (key, value) in values.take(MAX_BRANCH_VALUES) {
                if self.is_full() {
                    break;
                }
                self.add(&key, value, depth + 1);
                omitted -= 1;
            }
        }
        if omitted > 0 {
            let note = format!("{} omitted", text::more("value", omitted));
            self.parts.push(Part::Note(note));
        }
        self.parts.push(Part::Close);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(json: Value) -> Vec<Part> {
        let all: Vec<ContextVariable> = serde_json::from_value(json).unwrap();
        variables(&all, &mut MAX_TOTAL_BYTES.clone())
    }

    fn leaf(key: &str, kind: &'static str, value: &str) -> Part {
        Part::Leaf { key: key.into(), kind, value: value.into() }
    }

    #[test]
    fn variables_are_trees() {
        let shown = read(json!([
            {"key": "ty", "value": {"args": [], "kind": "fn", "of": {"<error>": "it panicked"}}},
            {"key": "gone", "value": null, "error": "timed out"},
            {"key": "part", "value": 7, "error": "the rest failed"},
        ]));
        let open = Part::Open { key: "ty".into(), summary: "{3}".into(), is_open: true };
        let expected = [
            open,
            leaf("args", "null", "[]"),
            leaf("kind", "text", "fn"),
            leaf("of", "error", "it panicked"),
            Part::Close,
            leaf("gone", "error", "timed out"),
            leaf("part", "number", "7"),
            leaf("part", "error", "the rest failed"),
        ];
        assert_eq!(shown, expected);
        assert_eq!(read(json!([])), []);
    }

    #[test]
    fn deep_wide_and_long_values_are_truncated_visibly() {
        let deep = (0..100).fold(json!(1), |value, _| json!([value]));
        let wide: Vec<_> = (0..5000).collect();
        let long = "x".repeat(1 << 20);
        for value in [deep, json!(wide), json!([wide, wide, wide, wide, wide]), json!(long)] {
            let parts = read(json!([{"key": "k", "value": value}]));
            assert!(parts.len() <= MAX_PARTS + 2 * MAX_DEPTH, "{}", parts.len());
            let count = |is: fn(&Part) -> bool| parts.iter().filter(|part| is(part)).count();
            let is_open = |part: &Part| matches!(part, Part::Open { .. });
            assert_eq!(count(is_open), count(|part| *part == Part::Close));
            let text = format!("{parts:?}");
            assert!(text.contains("omitted") || text.contains("more bytes"), "{text}");
        }
    }
}
