//! What a diagnostic of rustc contains, found without the reader.

use std::collections::BTreeSet;

use serde_json::Value;
use vitte_diag::SourceMap;
use vitte_diag::json::{JsonDiagnostic, JsonLocation};

/// The texts and locations of a diagnostic.
#[derive(Default)]
pub struct Expected {
    /// Messages and labels.
    pub messages: Vec<String>,
    /// Replacements, names of macros, and the code.
    others: Vec<String>,
    locations: BTreeSet<Location>,
}

/// The line and the column are 0 if rustc counts them differently: at the end of a file that ends with a line end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Location {
    file: String,
    bytes: [u32; 2],
    line_col: [u32; 2],
}

impl Expected {
    /// Returns what `message` contains. `sources` has its files.
    pub fn of(message: &Value, sources: &SourceMap) -> Self {
        let mut expected = Self::default();
        expected.add_message(message, sources);
        expected.others.extend(message["code"]["code"].as_str().map(str::to_owned));
        expected
    }

    fn add_message(&mut self, message: &Value, sources: &SourceMap) {
        self.messages.extend(message["message"].as_str().map(str::to_owned));
        for span in elements(&message["spans"]) {
            self.messages.extend(span["label"].as_str().map(str::to_owned));
            self.others.extend(span["suggested_replacement"].as_str().map(str::to_owned));
            self.add_location(span, sources);
            let mut expansion = &span["expansion"];
            while expansion.is_object() {
                self.others.extend(expansion["macro_decl_name"].as_str().map(str::to_owned));
                self.add_location(&expansion["span"], sources);
                let definition = &expansion["def_site_span"];
                // The definition of syntax such as `?` is the start of the first file.
                if definition["byte_end"] != 0 {
                    self.add_location(definition, sources);
                }
                expansion = &expansion["span"]["expansion"];
            }
        }
        for child in elements(&message["children"]) {
            self.add_message(child, sources);
        }
    }

    fn add_location(&mut self, span: &Value, sources: &SourceMap) {
        let number = |name: &str| span[name].as_u64().and_then(|number| u32::try_from(number).ok());
        let numbers = ["byte_start", "byte_end", "line_start", "column_start"].map(number);
        let (Some(file), [Some(lo), Some(hi), Some(line), Some(col)]) =
            (span["file_name"].as_str(), numbers)
        else {
            return;
        };
        let known = sources.files().find(|known| known.path() == file && !known.is_unavailable());
        let is_end = known.is_some_and(|known| known.len() == lo);
        let line_col = if is_end { [0, 0] } else { [line.max(1), col.max(1)] };
        self.locations.insert(Location { file: file.to_owned(), bytes: [lo, hi], line_col });
    }

    /// Returns the texts and locations that `diagnostic` does not contain.
    pub fn missing_in(&self, diagnostic: &JsonDiagnostic<'_>) -> Vec<String> {
        let mut texts = String::new();
        add_texts(&serde_json::to_value(diagnostic).unwrap(), &mut texts);
        let found = self.found(diagnostic);
        let expected = self.messages.iter().chain(&self.others);
        let missing = expected.filter(|text| !texts.contains(*text)).cloned();
        let locations = self.locations.difference(&found).map(|at| format!("{at:?}"));
        missing.chain(locations).collect()
    }

    /// Returns the locations of `diagnostic` that rustc did not write.
    pub fn added_by(&self, diagnostic: &JsonDiagnostic<'_>) -> Vec<String> {
        let found = self.found(diagnostic);
        found.difference(&self.locations).map(|at| format!("{at:?}")).collect()
    }

    fn found(&self, diagnostic: &JsonDiagnostic<'_>) -> BTreeSet<Location> {
        let is_end = |at: &JsonLocation<'_>| {
            let is_same = |end: &Location| end.file == at.file && end.bytes == [at.lo, at.hi];
            self.locations.iter().any(|end| is_same(end) && end.line_col == [0, 0])
        };
        let locations = diagnostic.locations();
        let found = locations.iter().map(|at| Location {
            file: at.file.to_string(),
            bytes: [at.lo, at.hi],
            line_col: if is_end(at) { [0, 0] } else { [at.line, at.col] },
        });
        found.collect()
    }
}

fn elements(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}

/// Appends all strings of a value.
fn add_texts(value: &Value, texts: &mut String) {
    match value {
        Value::String(text) => {
            texts.push_str(text);
            texts.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| add_texts(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| add_texts(value, texts)),
        _ => {}
    }
}
