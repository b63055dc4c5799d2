//! What rustc printed for the programs in `tests/compilers/rustc`, as `--error-format=json` writes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A diagnostic of a program.
pub struct Example {
    /// The path of the program from the directory of the corpus, without `.rs`.
    pub program: String,
    /// The 0-based number of the diagnostic in the output.
    pub index: usize,
    /// The line of JSON.
    pub json: String,
    /// The line as data.
    pub message: Message,
}

/// A diagnostic, or a child of one. The fields are those of the chapter "JSON Output" of the rustc book.
#[derive(Deserialize)]
pub struct Message {
    /// The message.
    pub message: String,
    /// The code or the name of the lint.
    pub code: Option<ErrorCode>,
    /// `error`, `warning`, `note`, `help` or `failure-note`.
    pub level: String,
    /// The labels, or the edits of a suggestion.
    pub spans: Vec<Span>,
    /// Notes, helps and suggestions.
    pub children: Vec<Self>,
    /// What rustc prints in a terminal. A child has none.
    pub rendered: Option<String>,
}

/// The code of a diagnostic.
#[derive(Deserialize)]
pub struct ErrorCode {
    /// Such as `E0308` or `unused_mut`.
    pub code: String,
}

/// A label, or an edit.
#[derive(Deserialize)]
pub struct Span {
    /// The path from the directory of the program.
    pub file_name: String,
    /// The first byte, 0-based.
    pub byte_start: usize,
    /// The byte after the last one, 0-based.
    pub byte_end: usize,
    /// The first line, 1-based.
    pub line_start: usize,
    /// The last line, 1-based.
    pub line_end: usize,
    /// True for a primary label.
    pub is_primary: bool,
    label: Option<String>,
    /// The new text of an edit.
    pub suggested_replacement: Option<String>,
}

/// How rustc shows a child.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// One or more lines of text.
    Text,
    /// A message with an excerpt.
    Excerpt,
    /// Only for tools: not shown.
    Hidden,
    /// The message of a label.
    Label,
    /// The changed line, with `+` below the new words.
    Inserted,
    /// New lines, with `+` before them.
    Lines,
    /// The old and the new line, with `-` and `+`.
    Replaced,
}

impl Message {
    /// Returns how rustc shows `child`, a child of this diagnostic.
    pub fn part(&self, child: &Self) -> Part {
        if child.spans.is_empty() {
            return Part::Text;
        }
        let edits = || child.spans.iter().filter_map(|span| Some((span, span.replacement()?)));
        if edits().next().is_none() {
            return Part::Excerpt;
        }
        let rendered = self.rendered.as_deref().unwrap_or_default();
        let first_line = child.message.lines().next().unwrap_or_default();
        if !rendered.contains(&format!("help: {first_line}")) {
            Part::Hidden
        } else if !rendered.contains(&format!("\nhelp: {first_line}")) {
            Part::Label
        } else if edits().any(|(span, _)| span.byte_start < span.byte_end) {
            Part::Replaced
        } else if edits().any(|(_, text)| text.contains('\n')) {
            Part::Lines
        } else {
            Part::Inserted
        }
    }

    /// Returns the children that rustc shows in one of these ways.
    pub fn children_as<'m>(&'m self, parts: &'m [Part]) -> impl Iterator<Item = &'m Self> {
        self.children.iter().filter(|child| parts.contains(&self.part(child)))
    }

    /// Returns the children with edits that rustc shows.
    pub fn suggestions(&self) -> impl Iterator<Item = &Self> {
        self.children_as(&[Part::Label, Part::Inserted, Part::Lines, Part::Replaced])
    }

    /// Returns the path of the primary label.
    pub fn primary_path(&self) -> &str {
        let primary = self.spans.iter().find(|span| span.is_primary).or(self.spans.first());
        primary.map_or("", |span| &span.file_name)
    }
}

impl Span {
    /// Returns the message of the label, if it has one.
    pub fn text(&self) -> Option<&str> {
        self.label.as_deref().filter(|text| !text.is_empty())
    }

    /// Returns the new text, if this is an edit.
    pub fn replacement(&self) -> Option<&str> {
        self.suggested_replacement.as_deref()
    }
}

impl Example {
    /// Returns the texts of the files that the labels are in, by path.
    pub fn files(&self) -> BTreeMap<&str, String> {
        let beside = corpus().join(&self.program);
        let dir = beside.parent().unwrap();
        let messages = std::iter::once(&self.message).chain(&self.message.children);
        let paths = messages.flat_map(|message| &message.spans).map(|span| &*span.file_name);
        let read = |path: &str| {
            let text = fs::read_to_string(dir.join(path));
            text.unwrap_or_else(|error| panic!("{}: {path}: {error}", self.program))
        };
        paths.map(|path| (path, read(path))).collect()
    }
}

/// Returns the directory of the programs.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/compilers/rustc")
}

/// Returns the diagnostics of all programs, by path. Other lines than diagnostics are skipped.
pub fn examples() -> Vec<Example> {
    let mut outputs = Vec::new();
    list(&corpus(), &mut outputs);
    outputs.sort();
    outputs.iter().flat_map(|path| of_output(path)).collect()
}

fn list(dir: &Path, outputs: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, outputs);
        } else if path.extension().is_some_and(|end| end == "json") {
            outputs.push(path);
        }
    }
}

fn of_output(path: &Path) -> Vec<Example> {
    let program = path.strip_prefix(corpus()).unwrap().with_extension("");
    let program = program.to_str().unwrap();
    let text = fs::read_to_string(path).unwrap();
    let lines = text.split('\n').filter(|line| line.contains(r#""$message_type":"diagnostic""#));
    let messages = lines.filter_map(|line| Some((line, serde_json::from_str(line).ok()?)));
    let example = |(index, (line, message)): (usize, (&str, Message))| Example {
        program: program.to_owned(),
        index,
        json: line.to_owned(),
        message,
    };
    messages.enumerate().map(example).collect()
}
