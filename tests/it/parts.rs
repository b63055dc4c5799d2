//! The table "What each format holds" of `docs/formats.md`, checked against the formats.
//!
//! For each part of the model there are diagnostics that differ only in this part. If a format writes the same for two
//! of them, it loses something of the part. Each text of a part contains a word that must be in the output.

use std::fmt;

use roxmltree::Document;
use serde_json::Value;
use vitte_diag::{
    Applicability, Child, Code, Diagnostic, Edit, FileId, Format, Frame, Severity, SourceMap, Span,
    Suggestion, Tag, TraceKind, TraceStep, code,
};

use crate::common::decode::{self, Decoded};
use crate::common::{github, root, written};

/// How a format holds a part of the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cell {
    /// In a place of its own.
    Kept,
    /// In the text of the message.
    InText,
    /// Not all values, or some values are written alike.
    Partly,
    Omitted,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kept => "kept",
            Self::InText => "in text",
            Self::Partly => "partly",
            Self::Omitted => "–",
        })
    }
}

/// What a format writes for one diagnostic: the text of the message, and all the rest without fingerprints.
#[derive(PartialEq, Eq, Debug)]
pub struct Output {
    pub text: String,
    pub rest: String,
}

impl Output {
    pub fn new(format: Format, sources: &SourceMap, diagnostic: &Diagnostic) -> Self {
        let out = written(format, sources, &[diagnostic.clone()].into_iter().collect());
        let json = |path: &str| {
            serde_json::from_str::<Value>(&out).unwrap().pointer(path).unwrap().clone()
        };
        match format {
            Format::Human | Format::Short | Format::Narrated | Format::Html | Format::Json => {
                Self { text: String::new(), rest: out }
            }
            Format::Sarif => Self::of_json(
                json("/runs/0/results/0"),
                "/message/text",
                "/partialFingerprints/vitteDiag~1v1",
            ),
            Format::Lsp => Self::of_json(json(""), "/diagnostics/0/message", ""),
            Format::Gitlab => Self::of_json(json("/0"), "/content/body", "/fingerprint"),
            Format::Rdjson => Self::of_json(json("/diagnostics/0"), "/message", ""),
            Format::Github => {
                let command = github::Command::parse(out.trim_end());
                let rest = format!("{} {:?}", command.name, command.properties);
                Self { text: command.message, rest }
            }
            Format::Junit => {
                let document = Document::parse(&out).unwrap();
                let elements = document.descendants().filter(|node| node.is_element());
                let rest = elements.map(|node| {
                    let attributes = node.attributes().map(|one| (one.name(), one.value()));
                    format!("{} {:?}\n", node.tag_name().name(), attributes.collect::<Vec<_>>())
                });
                let rest = rest.collect();
                let text = document.descendants().filter(|node| node.is_text());
                Self { text: text.filter_map(|node| node.text()).collect(), rest }
            }
            Format::Gcc => Self { text: String::new(), rest: out },
            Format::Rustc => {
                let mut message = json("");
                // It is the human output.
                message["rendered"].take();
                Self { text: String::new(), rest: message.to_string() }
            }
            Format::Checkstyle => {
                let document = Document::parse(&out).unwrap();
                let elements = document.descendants().filter(|node| node.is_element());
                let all: Vec<_> = elements.flat_map(|node| node.attributes()).collect();
                let text = all.iter().find(|one| one.name() == "message").unwrap().value();
                let rest = all.iter().filter(|one| one.name() != "message");
                let rest = rest.map(|one| format!("{}={}\n", one.name(), one.value()));
                Self { text: text.to_owned(), rest: rest.collect() }
            }
            Format::Azure => {
                let Decoded { values, text, .. } = decode::azure(out.trim_end());
                Self { text, rest: format!("{values:?}") }
            }
            Format::Teamcity => {
                let mut all: Vec<_> = out.lines().map(decode::teamcity).collect();
                let values = &mut all.last_mut().unwrap().values;
                let at = values.iter().position(|(name, _)| name == "message").unwrap();
                let text = values.remove(at).1;
                Self { text, rest: format!("{all:?}") }
            }
            Format::Sonarqube => Self::of_json(json(""), "/issues/0/primaryLocation/message", ""),
            Format::Bitbucket => {
                let mut report = json("");
                let annotation = &mut report["annotations"][0][0];
                annotation["external_id"].take();
                let text = annotation["details"].take();
                let text = text.as_str().unwrap_or_default().to_owned();
                Self { text, rest: report.to_string() }
            }
            Format::Rdjsonl => Self::of_json(json(""), "/message", ""),
            Format::Tap => {
                let point = decode::tap(&out).remove(0);
                let text = point.value("text").as_str().unwrap().to_owned();
                let rest: Vec<_> = point.block.iter().filter(|(name, _)| name != "text").collect();
                Self { text, rest: format!("{} {} {rest:?}", point.passes, point.description) }
            }
            Format::Csv => {
                let mut record = decode::csv(&out).remove(1);
                // The last one is the fingerprint.
                record.pop();
                let text = record.pop().unwrap();
                Self { text, rest: record.join("|") }
            }
            Format::Baseline => Self { text: String::new(), rest: out },
            _ => panic!("{format} is not in the table"),
        }
    }

    /// Takes the text, and what is computed from all parts, out of a value.
    fn of_json(mut value: Value, text: &str, computed: &str) -> Self {
        let text = value.pointer_mut(text).unwrap().take().as_str().unwrap().to_owned();
        value.pointer_mut(computed).filter(|_| !computed.is_empty()).map(Value::take);
        Self { text, rest: value.to_string() }
    }
}

/// A part of the model: the diagnostics differ in nothing else.
pub struct Part {
    pub row: &'static str,
    pub diagnostics: Vec<Diagnostic>,
}

impl Part {
    fn cell(&self, format: Format, sources: &SourceMap) -> Cell {
        let output = |diagnostic: &Diagnostic| Output::new(format, sources, diagnostic);
        let outputs: Vec<Output> = self.diagnostics.iter().map(output).collect();
        let pairs = || {
            let first = outputs.iter().enumerate();
            first.flat_map(|(index, one)| outputs[..index].iter().map(move |other| (one, other)))
        };
        let cell = if pairs().all(|(one, other)| one == other) {
            Cell::Omitted
        } else if pairs().any(|(one, other)| one == other) {
            Cell::Partly
        } else if pairs().any(|(one, other)| one.rest == other.rest) {
            Cell::InText
        } else {
            Cell::Kept
        };
        for (diagnostic, output) in self.diagnostics.iter().zip(&outputs) {
            let model = format!("{diagnostic:?}");
            for word in WORDS.iter().filter(|word| model.contains(**word)) {
                let is_written = output.text.contains(word) || output.rest.contains(word);
                let is_expected = matches!(cell, Cell::Kept | Cell::InText);
                assert!(is_written || !is_expected, "{format}, {}: {word}: {output:?}", self.row);
            }
        }
        cell
    }
}

/// The words in the texts of the parts.
const WORDS: [&str; 2] = ["alpha", "beta"];

const MAIN: FileId = FileId::new(0);
const CODE: Code = code!("E0001");

pub fn sources() -> SourceMap {
    let mut sources = SourceMap::with_root("/home/ana");
    assert_eq!(sources.add("src/main.vitte", "let one = 1\nlet two = 2\n").unwrap(), MAIN);
    sources
}

fn span(lo: u32, hi: u32) -> Span {
    Span::new(MAIN, lo, hi).unwrap()
}

fn error() -> Diagnostic {
    Diagnostic::error(CODE, span(4, 7), "something is wrong")
}

/// A child with labels, each a place and a message.
fn labelled(labels: &[(u32, &'static str)]) -> Diagnostic {
    let child = Child::note("a note");
    let add = |child: Child, &(lo, message): &(u32, &'static str)| {
        child.with_label(span(lo, lo + 3), message)
    };
    error().with_child(labels.iter().fold(child, add))
}

fn step(kind: TraceKind, lo: u32, message: &'static str) -> TraceStep {
    TraceStep::new(kind, message).with_span(span(lo, lo + 3))
}

fn rename(message: &'static str, lo: u32, text: &'static str) -> Suggestion {
    let edit = Edit::replace(span(lo, lo + 3), text);
    Suggestion::single(message, edit, Applicability::MaybeIncorrect)
}

/// A suggestion with one alternative for each text.
fn insertions(texts: &[&'static str]) -> Diagnostic {
    let edits = texts.iter().map(|text| [Edit::insert(MAIN, 0, *text)]);
    let suggestion = Suggestion::with_alternatives("m", edits, Applicability::MaybeIncorrect);
    error().with_suggestion(suggestion.unwrap())
}

fn frames(functions: &[&'static str]) -> Diagnostic {
    error().with_backtrace(functions.iter().map(|function| Frame::new(*function)).collect())
}

impl Part {
    fn new(row: &'static str, diagnostics: impl IntoIterator<Item = Diagnostic>) -> Self {
        Self { row, diagnostics: diagnostics.into_iter().collect() }
    }
}

/// The rows of the table.
pub fn parts() -> Vec<Part> {
    let (locations, texts, suggestions) = (location_parts(), text_parts(), suggestion_parts());
    locations.into_iter().chain(texts).chain(suggestions).collect()
}

fn location_parts() -> Vec<Part> {
    let severities = [Severity::Note, Severity::Warning, Severity::Error, Severity::Fatal];
    let codes = [None, Some(code!("alpha")), Some(code!("beta"))];
    // The last two are multi-line.
    let places = [(4, 7), (4, 8), (3, 7), (16, 19), (4, 19), (3, 19)];
    let at = |(lo, hi)| Diagnostic::error(CODE, span(lo, hi), "m");
    let of_file = Diagnostic::for_file(Severity::Error, CODE, MAIN, "m");
    let nowhere = Diagnostic::without_location(Severity::Error, CODE, "m");
    vec![
        Part::new("severity", severities.map(|severity| error().with_severity(severity))),
        Part::new("code", codes.map(|code| error().with_code(code))),
        Part::new("message", ["alpha", "beta"].map(|m| Diagnostic::error(CODE, span(4, 7), m))),
        Part::new("location of the primary label", places.map(at)),
        Part::new(
            "message of the primary label",
            ["", "alpha", "beta"].map(|message| error().with_label(message)),
        ),
        Part::new("whole file", [of_file.clone(), at((0, 0)), nowhere.clone()]),
        Part::new("no location", [nowhere, of_file]),
    ]
}

fn text_parts() -> Vec<Part> {
    let secondary = |lo, message| error().with_secondary(span(lo, lo + 3), message);
    let notes =
        |notes: &[&'static str]| notes.iter().fold(error(), |error, note| error.with_note(*note));
    let traced = |messages: &[&'static str]| {
        let steps = messages.iter().map(|message| step(TraceKind::Include, 4, message));
        steps.fold(error(), Diagnostic::with_step)
    };
    let kinds = [
        TraceKind::Include,
        TraceKind::Macro,
        TraceKind::Call,
        TraceKind::Import,
        TraceKind::Analysis,
    ];
    let tags =
        [&[][..], &[Tag::Unnecessary], &[Tag::Deprecated], &[Tag::Unnecessary, Tag::Deprecated]];
    let tagged = |tags: &[Tag]| tags.iter().fold(error(), |error, tag| error.with_tag(*tag));
    let children = [
        &[][..],
        &[Child::note("alpha")],
        &[Child::help("alpha")],
        &[Child::warning("alpha")],
        &[Child::error("alpha")],
        &[Child::note("beta"), Child::note("alpha")],
        &[Child::note("alpha"), Child::note("beta")],
    ];
    let labels = [
        &[][..],
        &[(16, "alpha")],
        &[(20, "alpha")],
        &[(16, "alpha"), (16, "beta")],
        &[(16, "beta"), (16, "alpha")],
    ];
    vec![
        Part::new(
            "secondary labels",
            [error(), secondary(16, "alpha"), secondary(16, "beta"), secondary(20, "alpha")],
        ),
        Part::new("help", [error(), error().with_help("alpha"), error().with_help("beta")]),
        Part::new(
            "notes",
            [notes(&[]), notes(&["alpha"]), notes(&["alpha", "beta"]), notes(&["beta", "alpha"])],
        ),
        Part::new(
            "children",
            children.map(|own| own.iter().cloned().fold(error(), Diagnostic::with_child)),
        ),
        Part::new("labels of children", labels.map(labelled)),
        Part::new(
            "trace",
            [
                traced(&[]),
                traced(&["alpha"]),
                traced(&["alpha", "beta"]),
                traced(&["beta", "alpha"]),
            ],
        ),
        Part::new("kinds of steps", kinds.map(|kind| error().with_step(step(kind, 4, "m")))),
        Part::new("tags", tags.map(tagged)),
        Part::new(
            "backtrace",
            [error(), frames(&["alpha"]), frames(&["alpha", "beta"]), frames(&["beta", "alpha"])],
        ),
    ]
}

fn suggestion_parts() -> Vec<Part> {
    let with = |suggestion| error().with_suggestion(suggestion);
    let in_child = |suggestion| error().with_child(Child::help("m").with_suggestion(suggestion));
    let [alpha, beta] = ["alpha", "beta"].map(|message| rename(message, 4, "x"));
    let applicabilities = [
        Applicability::MachineApplicable,
        Applicability::MaybeIncorrect,
        Applicability::HasPlaceholders,
        Applicability::Unspecified,
    ];
    let sure =
        |applicability| with(Suggestion::single("m", Edit::remove(span(4, 7)), applicability));
    vec![
        Part::new("suggestions", [error(), with(alpha.clone()), with(beta.clone())]),
        Part::new(
            "suggestions of children",
            [error().with_child(Child::help("m")), in_child(alpha), in_child(beta)],
        ),
        Part::new(
            "edits",
            [(4, "alpha"), (4, "beta"), (16, "alpha")]
                .map(|(lo, text)| with(rename("m", lo, text))),
        ),
        Part::new(
            "alternatives",
            [&["alpha", "beta"][..], &["beta", "alpha"], &["alpha", "beta", "x"]].map(insertions),
        ),
        Part::new("applicability", applicabilities.map(sure)),
    ]
}

/// The maximum number of formats in one table of the page.
const MAX_FORMATS: usize = 11;

/// A table of some of the formats, as `docs/formats.md` should have it.
fn table(formats: &[Format]) -> String {
    let head: String = formats.iter().map(|format| format!(" `{format}` |")).collect();
    let mut table = format!("| part |{head}\n|{}\n", "---|".repeat(1 + formats.len()));
    let sources = sources();
    for part in parts() {
        let cells = formats.iter().map(|format| format!(" {} |", part.cell(*format, &sources)));
        table += &format!("| {} |{}\n", part.row, cells.collect::<String>());
    }
    table
}

#[test]
fn the_tables_of_the_formats_are_what_they_write() {
    let page = std::fs::read_to_string(root().join("docs/formats.md")).unwrap();
    let tables = Format::ALL.chunks(MAX_FORMATS).map(table);
    let missing: Vec<_> = tables.filter(|table| !page.contains(table)).collect();
    assert!(
        missing.is_empty(),
        "docs/formats.md should have these tables:\n{}",
        missing.join("\n")
    );
}
