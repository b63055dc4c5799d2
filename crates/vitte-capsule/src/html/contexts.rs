//! What the program was doing: contexts with their values, and variables as trees.
//!
//! A tree is a list of parts, so that a template without recursion can write it: each branch is opened
//! before what is in it, and closed behind that.

use serde_json::Value;
use vitte_diag::text;

use super::code::{Chunk, File};
use super::{code, limits};
use crate::report::{ContextEntry, ContextLocation, ContextVariable, CrashReport};

/// The most contexts, the most values of one, the most branches inside one another, the most parts of all variables of a context,
/// and the most values in one branch.
const MOST_CONTEXTS: usize = 64;
const MOST_VALUES: usize = 50;
const MOST_DEPTH: usize = 12;
const MOST_PARTS: usize = 400;
const MOST_IN_ONE: usize = 100;
/// The most bytes of a name, and of a text.
const NAME: usize = 200;
const TEXT: usize = 2000;
/// The most bytes of all values and variables together: what is left of it is shown of the next ones.
const MAX_BYTES: usize = 256 << 10;

/// Something that the program was doing.
pub(super) struct Doing {
    pub(super) name: String,
    /// `src/shapes.vitte:3:4`, or empty.
    pub(super) place: String,
    /// The index of its file among those that are shown.
    pub(super) file: Option<usize>,
    pub(super) values: Vec<(String, String)>,
    pub(super) variables: Vec<Part>,
    pub(super) source: Vec<Chunk>,
}

impl Doing {
    /// Whether there is nothing but its name.
    pub(super) fn is_bare(&self) -> bool {
        self.values.is_empty() && self.variables.is_empty() && self.source.is_empty()
    }
}

/// A part of a tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A value with others in it.
    Open {
        key: String,
        about: String,
        is_open: bool,
    },
    Close,
    Leaf {
        key: String,
        kind: &'static str,
        value: String,
    },
    /// What is not shown, or could not be.
    Note(String),
}

/// The contexts, the innermost first, and how many more there are.
pub(super) fn of(report: &CrashReport, files: &[File<'_>]) -> (Vec<Doing>, usize) {
    let mut room = MAX_BYTES;
    let contexts = report.contexts.iter().take(MOST_CONTEXTS);
    let contexts = contexts.map(|entry| doing(entry, files, &mut room));
    (contexts.collect(), report.contexts.len().saturating_sub(MOST_CONTEXTS))
}

fn doing(entry: &ContextEntry, files: &[File<'_>], room: &mut usize) -> Doing {
    let place = entry.location.as_ref();
    let file = place.and_then(|place| code::find(files, place));
    let source = place.and_then(|place| Some(files.get(file?)?.at(place)));
    let values = entry.values.iter().take(MOST_VALUES);
    let values = values.map(|one| (limits::line(&one.key, NAME), fitting(&one.value, room)));
    let values = values.collect();
    Doing {
        name: limits::line(&entry.name, NAME),
        place: place.map(at).unwrap_or_default(),
        file,
        values,
        variables: variables(&entry.variables, room),
        source: source.unwrap_or_default(),
    }
}

/// A text with its lines, as far as there is room.
fn fitting(text: &str, room: &mut usize) -> String {
    let shown = limits::block(text, TEXT.min(*room));
    *room = room.saturating_sub(shown.len());
    shown
}

/// A place as exactly as it is known.
fn at(place: &ContextLocation) -> String {
    let file = match &place.file {
        Some(file) => limits::line(file, NAME),
        None => format!("file {}", place.id),
    };
    match (place.line, place.col) {
        (Some(line), Some(col)) => format!("{file}:{line}:{col}"),
        (Some(line), None) => format!("{file}:{line}"),
        (None, _) => format!("{file}, bytes {}..{}", place.lo, place.hi),
    }
}

/// The variables of a context: what is known of each, and why that is not all.
fn variables(variables: &[ContextVariable], room: &mut usize) -> Vec<Part> {
    let mut tree = Tree { parts: Vec::new(), room };
    for ContextVariable { key, value, error, .. } in variables {
        if tree.is_full() {
            tree.parts.push(Part::Note("more variables are left out".to_owned()));
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

/// What stands in the place of a part that failed to serialise.
fn failed(value: &Value) -> Option<&str> {
    value.get("<error>")?.as_str()
}

struct Tree<'a> {
    parts: Vec<Part>,
    room: &'a mut usize,
}

impl Tree<'_> {
    fn is_full(&self) -> bool {
        self.parts.len() >= MOST_PARTS || *self.room == 0
    }

    fn leaf(&mut self, key: &str, kind: &'static str, value: &str) {
        let (key, value) = (limits::line(key, NAME), fitting(value, self.room));
        *self.room = self.room.saturating_sub(key.len());
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
                let about = format!("[{}]", values.len());
                let values =
                    values.iter().enumerate().map(|(index, value)| (index.to_string(), value));
                self.branch(key, about, values, depth);
            }
            Value::Object(values) if failed(value).is_some() && values.len() == 1 => {
                self.leaf(key, "error", failed(value).unwrap_or_default());
            }
            Value::Object(values) => {
                let about = format!("{{{}}}", values.len());
                let values = values.iter().map(|(key, value)| (key.clone(), value));
                self.branch(key, about, values, depth);
            }
        }
    }

    fn branch<'a>(
        &mut self,
        key: &str,
        about: String,
        values: impl ExactSizeIterator<Item = (String, &'a Value)>,
        depth: usize,
    ) {
        let key = limits::line(key, NAME);
        let mut left = values.len();
        let is_open = depth == 0 && left <= 12;
        self.parts.push(Part::Open { key, about, is_open });
        if depth < MOST_DEPTH {
            for (key, value) in values.take(MOST_IN_ONE) {
                if self.is_full() {
                    break;
                }
                self.add(&key, value, depth + 1);
                left -= 1;
            }
        }
        if left > 0 {
            let note = format!("{} left out", text::more("value", left));
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
        variables(&all, &mut MAX_BYTES.clone())
    }

    fn leaf(key: &str, kind: &'static str, value: &str) -> Part {
        Part::Leaf { key: key.into(), kind, value: value.into() }
    }

    #[test]
    fn variables_are_trees() {
        let shown = read(json!([
            {"key": "ty", "value": {"args": [], "kind": "fn", "of": {"<error>": "it panicked"}}},
            {"key": "gone", "value": null, "error": "it took too long"},
            {"key": "part", "value": 7, "error": "the rest failed"},
        ]));
        let open = Part::Open { key: "ty".into(), about: "{3}".into(), is_open: true };
        let expected = [
            open,
            leaf("args", "null", "[]"),
            leaf("kind", "text", "fn"),
            leaf("of", "error", "it panicked"),
            Part::Close,
            leaf("gone", "error", "it took too long"),
            leaf("part", "number", "7"),
            leaf("part", "error", "the rest failed"),
        ];
        assert_eq!(shown, expected);
        assert_eq!(read(json!([])), []);
    }

    #[test]
    fn what_is_deep_wide_or_long_is_left_out_and_says_so() {
        let deep = (0..100).fold(json!(1), |value, _| json!([value]));
        let wide: Vec<_> = (0..5000).collect();
        let long = "x".repeat(1 << 20);
        for value in [deep, json!(wide), json!([wide, wide, wide, wide, wide]), json!(long)] {
            let parts = read(json!([{"key": "k", "value": value}]));
            assert!(parts.len() <= MOST_PARTS + 2 * MOST_DEPTH, "{}", parts.len());
            let count = |is: fn(&Part) -> bool| parts.iter().filter(|part| is(part)).count();
            let is_open = |part: &Part| matches!(part, Part::Open { .. });
            assert_eq!(count(is_open), count(|part| *part == Part::Close));
            let told = format!("{parts:?}");
            assert!(told.contains("left out") || told.contains("more bytes"), "{told}");
        }
    }
}
