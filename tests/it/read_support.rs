//! Shared by the tests of the readers.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::read::{Imported, InputFormat, ReadError};
use vitte_diag::{
    ColumnUnit, Diagnostic, DiagnosticBag, Emitter as _, EmitterOptions, FileId, Format, SourceMap,
    Terminal, Tool,
};

use crate::common;

/// Reads an input whose files are not here.
pub fn read(format: InputFormat, input: &str) -> Imported {
    read_with(format, input, &[])
}

/// Reads an input with files of the given paths and texts.
pub fn read_with(format: InputFormat, input: &str, files: &[(&str, &str)]) -> Imported {
    try_read(format, input.as_bytes(), files).expect("the input is in the format")
}

pub fn try_read(
    format: InputFormat,
    input: &[u8],
    files: &[(&str, &str)],
) -> Result<Imported, ReadError> {
    let mut loads: HashMap<String, u32> = HashMap::new();
    let mut load = |path: &str| {
        *loads.entry(path.to_owned()).or_default() += 1;
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| text.as_bytes().to_vec())
    };
    let imported = format.read(input, &mut load);
    assert!(loads.values().all(|count| *count == 1), "a file is loaded twice: {loads:?}");
    imported
}

/// The losses, each with its count.
pub fn losses(imported: &Imported) -> Vec<(&'static str, u64)> {
    imported.losses.kinds().collect()
}

/// The diagnostics as people see them.
pub fn human(imported: &Imported) -> String {
    common::human(&imported.sources, &bag(imported), |emitter| emitter.with_width(120))
}

fn bag(imported: &Imported) -> DiagnosticBag {
    imported.diagnostics.iter().cloned().collect()
}

/// The text that the span of the primary label covers.
pub fn primary_text<'a>(sources: &'a SourceMap, diagnostic: &Diagnostic) -> &'a str {
    let span = diagnostic.primary().expect("a primary label").span();
    &sources.file(span.file()).unwrap().text()[span.range()]
}

/// Writes the diagnostics in every format, and reads our JSON back: nothing may change, except that frames and files
/// are compared by their texts. Returns the number of diagnostics.
pub fn check(imported: &Imported) -> usize {
    let Imported { sources, diagnostics, .. } = imported;
    let bag = bag(imported);
    let tool = imported.tool.clone().unwrap_or_else(|| Tool::new("x", "1"));
    for &format in Format::ALL {
        let options = EmitterOptions::new(tool.clone(), Terminal::default());
        assert_eq!(
            common::write(format, sources, &bag, &options).is_empty(),
            is_empty(format, &bag),
            "{format}"
        );
    }
    let mut ids: HashMap<&str, FileId> = HashMap::new();
    for file in sources.files() {
        ids.entry(file.path()).or_insert(file.id());
    }
    for diagnostic in diagnostics {
        let json = JsonDiagnostic::new(sources, diagnostic, ColumnUnit::Char);
        let line = json.to_line().unwrap();
        let read: JsonDiagnostic<'_> = serde_json::from_slice(&line).unwrap();
        let back = read.to_diagnostic(|path| ids[path]).unwrap();
        let again = JsonDiagnostic::new(sources, &back, ColumnUnit::Char);
        assert_eq!(again.to_line().unwrap(), line);
        // A file that is named in two ways is in the sources twice.
        if ids.len() == sources.files().count() {
            assert_eq!(&back, diagnostic);
        }
    }
    assert_eq!(bag.validate(sources), [], "all spans are valid");
    diagnostics.len()
}

/// Formats with one document for all diagnostics always write something.
fn is_empty(format: Format, bag: &DiagnosticBag) -> bool {
    use Format::{Azure, Gcc, Github, Human, Json, Lsp, Narrated, Rdjsonl, Rustc, Short, Teamcity};
    let is_lines = matches!(
        format,
        Human | Short | Narrated | Gcc | Json | Lsp | Github | Rustc | Azure | Teamcity | Rdjsonl
    );
    bag.is_empty() && is_lines
}

/// A directory of `tests/compilers`.
pub fn dir(name: &str) -> PathBuf {
    common::root().join("tests/compilers").join(name)
}

/// The files of a directory whose names end with `end`, sorted.
pub fn files(dir: &Path, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("a directory of inputs");
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    paths.sort();
    paths
}

/// Reads a file whose sources are in `root`.
pub fn read_file(format: InputFormat, path: &Path, root: &Path) -> Imported {
    let input = fs::read(path).unwrap();
    let mut load = |path: &str| fs::read(root.join(path)).ok();
    let read = format.read(&input, &mut load);
    read.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Adds up the losses of several inputs.
#[derive(Default)]
pub struct Total {
    pub diagnostics: usize,
    losses: HashMap<&'static str, u64>,
}

impl Total {
    pub fn add(&mut self, imported: &Imported) {
        self.diagnostics += check(imported);
        for (kind, count) in imported.losses.kinds() {
            *self.losses.entry(kind).or_default() += count;
        }
    }

    /// Panics if there is a loss that is not in a list.
    pub fn assert_known(&self, known: &[&str]) {
        let unknown: Vec<_> =
            self.losses().into_iter().filter(|(kind, _)| !known.contains(kind)).collect();
        assert_eq!(unknown, []);
    }

    pub fn losses(&self) -> Vec<(&'static str, u64)> {
        let mut losses: Vec<_> = self.losses.iter().map(|(kind, count)| (*kind, *count)).collect();
        losses.sort_unstable();
        losses
    }
}

/// Values that replace others in a mutated input.
const HOSTILE: [&str; 16] = [
    "null",
    "true",
    "-1",
    "0",
    "1",
    "4294967295",
    "4294967296",
    "-9223372036854775808",
    "1e300",
    "\"\"",
    "\"\\u0000\\u001b[2J\\u202e\\n\"",
    "\"7\"",
    "[]",
    "{}",
    "[[null]]",
    "{\"uri\":\"file:///a\",\"text\":\"{0}\"}",
];

/// How one value of an input is changed: the number of the value, modulo their number, and by what it is replaced.
#[derive(Clone, Debug)]
pub enum Mutation {
    Replace(usize, usize),
    Copy(usize, usize),
    Remove(usize),
}

pub fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let any = || 0_usize..1 << 20;
    let one = prop_oneof![
        (any(), 0..HOSTILE.len()).prop_map(|(at, by)| Mutation::Replace(at, by)),
        (any(), any()).prop_map(|(at, from)| Mutation::Copy(at, from)),
        any().prop_map(Mutation::Remove),
    ];
    prop::collection::vec(one, 1..6)
}

/// Returns JSON with some values changed.
pub fn mutated(json: &str, mutations: &[Mutation]) -> String {
    let mut value: Value = serde_json::from_str(json).expect("valid JSON");
    for mutation in mutations {
        let count = count(&value);
        match *mutation {
            Mutation::Replace(at, by) => {
                let by = serde_json::from_str(HOSTILE[by]).unwrap();
                *nth(&mut value, &mut (at % count)).unwrap() = by;
            }
            Mutation::Copy(at, from) => {
                let copy = nth(&mut value, &mut (from % count)).unwrap().clone();
                // Not of a large part: copies of copies would grow without a limit.
                if self::count(&copy) < 100 {
                    *nth(&mut value, &mut (at % count)).unwrap() = copy;
                }
            }
            Mutation::Remove(at) => match nth(&mut value, &mut (at % count)).unwrap() {
                Value::Object(fields) => {
                    let first = fields.keys().next().cloned();
                    first.map(|first| fields.remove(&first));
                }
                Value::Array(items) => _ = items.pop(),
                other => *other = Value::Null,
            },
        }
    }
    value.to_string()
}

fn children(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// The value with a number, counted from the outermost one.
fn nth<'v>(value: &'v mut Value, number: &mut usize) -> Option<&'v mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    children(value).into_iter().find_map(|child| nth(child, number))
}

/// The diagnostics as our JSON, without the order of a bag.
pub fn json_lines(imported: &Imported) -> Vec<String> {
    let line =
        |diagnostic| JsonDiagnostic::new(&imported.sources, diagnostic, ColumnUnit::Char).to_line();
    imported.diagnostics.iter().map(|one| String::from_utf8(line(one).unwrap()).unwrap()).collect()
}

/// The diagnostics in a format, in the order of the input, in the name of the tool that wrote them.
pub fn written(format: Format, imported: &Imported) -> String {
    let tool = imported.tool.clone().expect("a tool");
    let mut out = Vec::new();
    let mut emitter = format.emitter(&mut out, &EmitterOptions::new(tool, Terminal::default()));
    for diagnostic in &imported.diagnostics {
        emitter.emit(&imported.sources, diagnostic).unwrap();
    }
    emitter.finish().unwrap();
    drop(emitter);
    String::from_utf8(out).unwrap()
}
