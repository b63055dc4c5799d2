use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::{Applicability, ChildLevel, Diagnostic, LabelStyle, Severity};
use crate::read::{Imported, InputFormat, ReadError};
use crate::source::ColumnUnit;

const MAIN: &str = "fn main() {\n    let é = x;\n    y!(z);\n}\n";

fn try_read(input: &[u8]) -> Result<Imported, ReadError> {
    let mut loaded = BTreeMap::new();
    InputFormat::Rustc.read(input, &mut |path| {
        *loaded.entry(path.to_owned()).or_insert(0) += 1;
        assert_eq!(loaded[path], 1, "a file is loaded once");
        (path == "main.rs").then(|| MAIN.into())
    })
}

pub(super) fn read(messages: &[Value]) -> Imported {
    let lines: Vec<String> = messages.iter().map(ToString::to_string).collect();
    try_read(lines.join("\n").as_bytes()).unwrap()
}

pub(super) fn message(level: &str, text: &str, spans: &[Value], children: &[Value]) -> Value {
    json!({
        "$message_type": "diagnostic", "message": text, "code": null, "level": level,
        "spans": spans, "children": children, "rendered": "text",
    })
}

/// The span of a part of `main.rs`, which occurs once.
pub(super) fn span(part: &str) -> Value {
    let lo = MAIN.find(part).unwrap();
    let before = MAIN.split_at(lo).0;
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap().chars().count();
    json!({
        "file_name": "main.rs", "byte_start": lo, "byte_end": lo + part.len(),
        "line_start": line + 1, "line_end": line + 1, "column_start": column + 1,
        "column_end": column + 1 + part.chars().count(), "is_primary": false,
        "text": [{ "text": MAIN.lines().nth(line).unwrap() }], "label": null,
        "suggested_replacement": null, "suggestion_applicability": null, "expansion": null,
    })
}

pub(super) fn with(mut span: Value, fields: Value) -> Value {
    let (Value::Object(span_fields), Value::Object(fields)) = (&mut span, fields) else { panic!() };
    span_fields.extend(fields);
    span
}

pub(super) fn primary(part: &str, label: &str) -> Value {
    with(span(part), json!({ "is_primary": true, "label": label }))
}

pub(super) fn replace(part: &str, text: &str) -> Value {
    let fields =
        json!({ "suggested_replacement": text, "suggestion_applicability": "MaybeIncorrect" });
    with(span(part), fields)
}

/// Returns a location in the library, which is not here.
pub(super) fn library(lo: u32, line: u32, col: u32) -> Value {
    let fields = json!({
        "file_name": "/rustc/1/macros.rs", "byte_start": lo, "byte_end": lo + 2, "line_start": line,
        "line_end": line, "column_start": col, "column_end": col + 2, "text": [],
    });
    with(span("x"), fields)
}

pub(super) fn lost(imported: &Imported) -> Vec<&'static str> {
    imported.losses.kinds().map(|(kind, _)| kind).collect()
}

pub(super) fn is_lossless(imported: &Imported) -> bool {
    imported.losses.is_empty()
        && imported.invalid_lines.is_empty()
        && imported.changed_files.is_empty()
}

/// Returns the labels as text: `* x: not found`, where `*` marks the primary label.
fn labels(imported: &Imported, diagnostic: &Diagnostic) -> Vec<String> {
    let show = |label: &crate::model::Label| {
        let file = imported.sources.file(label.span().file()).unwrap();
        let mark = if label.style() == LabelStyle::Primary { "* " } else { "" };
        let text = file.text().get(label.span().range()).unwrap_or(file.path());
        format!("{mark}{text}: {}", label.message().unwrap_or("-"))
    };
    diagnostic.labels().map(show).collect()
}

#[test]
fn levels_become_severities() {
    let levels = ["error: internal compiler error", "error", "warning", "note", "failure-note"];
    let read_levels = read(&levels.map(|level| message(level, "m", &[], &[])));
    let severities: Vec<_> = read_levels.diagnostics.iter().map(Diagnostic::severity).collect();
    use Severity::{Error, Fatal, Note, Warning};
    assert_eq!(severities, [Fatal, Error, Warning, Note, Note]);
    assert!(is_lossless(&read_levels));
    for (level, kind) in [("help", "the level `help`"), ("new", "an unknown level")] {
        let imported = read(&[message(level, "m", &[], &[])]);
        assert_eq!(imported.diagnostics[0].severity(), Note);
        assert_eq!(lost(&imported), [kind]);
    }
}

#[test]
fn a_text_that_is_not_a_code_becomes_a_note() {
    let with_code = |code: &str| {
        let code = json!({ "code": { "code": code, "explanation": "text" } });
        read(&[with(message("error", "m", &[], &[]), code)])
    };
    let valid = with_code("clippy::needless_return");
    assert_eq!(valid.diagnostics[0].to_string(), "error[clippy::needless_return]: m");
    assert!(is_lossless(&valid));
    let invalid = with_code("two words");
    assert_eq!(invalid.diagnostics[0].code(), None);
    assert!(invalid.diagnostics[0].notes().eq(["the code is `two words`"]));
    assert_eq!(lost(&invalid), ["a name that is not a code"]);
}

#[test]
fn the_first_primary_span_is_the_primary_label() {
    let spans = [with(span("é"), json!({ "label": "a" })), primary("x", "b"), primary("x", "c")];
    let imported = read(&[message("error", "m", &spans, &[])]);
    assert_eq!(labels(&imported, &imported.diagnostics[0]), ["* x: b", "é: a", "x: c"]);
    assert!(is_lossless(&imported), "two labels of one primary span");

    let spans = [primary("x", "b"), primary("z", "")];
    let imported = read(&[message("error", "m", &spans, &[])]);
    assert_eq!(labels(&imported, &imported.diagnostics[0]), ["* x: b", "z: -"]);
    assert_eq!(lost(&imported), ["the primary mark of further labels"]);

    let imported = read(&[message("error", "m", &[span("x")], &[])]);
    assert_eq!(imported.diagnostics[0].primary(), None);
    assert_eq!(labels(&imported, &imported.diagnostics[0]), ["x: -"]);
    assert!(is_lossless(&imported));
}

#[test]
fn children_keep_their_order_levels_and_labels() {
    let children = [
        message("help", "text", &[], &[]),
        message("note", "at", &[span("é"), primary("x", "p"), span("z")], &[]),
        message("warning", "w", &[], &[]),
        message("error", "e", &[], &[]),
    ];
    let imported = read(&[message("error", "m", &[primary("y", "")], &children)]);
    assert!(is_lossless(&imported));
    let children = imported.diagnostics[0].children();
    let levels: Vec<_> = children.iter().map(|child| (child.level(), child.message())).collect();
    use ChildLevel::{Error, Help, Note, Warning};
    assert_eq!(levels, [(Help, "text"), (Note, "at"), (Warning, "w"), (Error, "e")]);
    let styles: Vec<_> = children[1].labels().iter().map(crate::model::Label::style).collect();
    use LabelStyle::{Primary, Secondary};
    assert_eq!(styles, [Secondary, Primary, Secondary]);

    let nested = message("note", "outer", &[], &[message("failure-note", "inner", &[], &[])]);
    let nested = with(nested, json!({ "code": { "code": "E1" } }));
    let imported = read(&[message("error", "m", &[], &[nested])]);
    let messages: Vec<_> = imported.diagnostics[0].children().iter().map(|c| c.message()).collect();
    assert_eq!(messages, ["outer", "inner"]);
    assert_eq!(
        lost(&imported),
        ["an unknown level", "the code of a child", "the nesting of children"]
    );
}

#[test]
fn replacements_become_suggestions() {
    let children = [
        message("note", "n", &[], &[]),
        message("help", "wrap", &[replace("x", "f(x)")], &[]),
        message("help", "choose", &[replace("z", "a"), replace("z", "b")], &[]),
    ];
    let imported = read(&[message("error", "m", &[primary("x", "")], &children)]);
    assert!(is_lossless(&imported));
    let [diagnostic] = &imported.diagnostics[..] else { panic!() };
    assert_eq!(diagnostic.children().len(), 1);
    let [wrap, choose] = diagnostic.suggestions() else { panic!() };
    assert_eq!((wrap.message(), wrap.edits()[0].text()), ("wrap", "f(x)"));
    assert_eq!(wrap.applicability(), Applicability::MaybeIncorrect);
    assert_eq!(choose.alternatives().count(), 2);
}

#[test]
fn replacements_before_a_child_or_with_labels_stay_in_the_child() {
    let children = [
        message("help", "first", &[replace("x", "")], &[]),
        message("help", "labelled", &[replace("x", ""), primary("z", "here")], &[]),
        message("note", "of a note", &[replace("x", "")], &[]),
        message("help", "last", &[replace("x", "")], &[]),
    ];
    let imported = read(&[message("error", "m", &[primary("x", "")], &children)]);
    assert!(is_lossless(&imported));
    let [diagnostic] = &imported.diagnostics[..] else { panic!() };
    let shape = |child: &crate::model::Child| (child.labels().len(), child.suggestions().len());
    let shapes: Vec<_> = diagnostic.children().iter().map(shape).collect();
    assert_eq!(shapes, [(0, 1), (1, 1), (0, 1)]);
    let messages: Vec<_> = diagnostic.all_suggestions().map(|s| s.message().to_owned()).collect();
    assert_eq!(messages.len(), 4);
    assert_eq!(diagnostic.suggestions()[0].message(), "last");
}

#[test]
fn what_a_suggestion_cannot_hold_is_counted() {
    let two = |other: Value| {
        let spans = [replace("x", ""), with(replace("z", ""), other)];
        read(&[message("error", "m", &[], &[message("help", "h", &spans, &[])])])
    };
    let mixed = two(json!({ "suggestion_applicability": "MachineApplicable" }));
    let suggestion = &mixed.diagnostics[0].suggestions()[0];
    assert_eq!(suggestion.applicability(), Applicability::Unspecified);
    assert_eq!(lost(&mixed), ["the applicability of the parts of a suggestion"]);
    let labelled = two(json!({ "label": "text" }));
    assert_eq!(lost(&labelled), ["the label of an edit"]);
    let nowhere = two(json!({ "file_name": "" }));
    assert_eq!(nowhere.diagnostics[0].children()[0].message(), "h");
    assert_eq!(lost(&nowhere), ["a location", "a suggestion with an edit that has no location"]);
    let unspecified = json!({ "suggestion_applicability": null });
    let spans = [with(replace("x", ""), unspecified)];
    assert!(is_lossless(&read(&[message(
        "error",
        "m",
        &[],
        &[message("help", "h", &spans, &[])]
    )])));
}

#[test]
fn locations_in_files_that_are_not_here_are_those_of_rustc() {
    let spans = [with(library(40, 3, 7), json!({ "is_primary": true, "label": "l" }))];
    let imported = read(&[message("error", "m", &spans, &[])]);
    assert!(is_lossless(&imported));
    let span = imported.diagnostics[0].primary().unwrap().span();
    assert_eq!((span.lo(), span.hi()), (40, 42));
    let file = imported.sources.file(span.file()).unwrap();
    let at = [span.lo(), span.hi()].map(|offset| file.location(offset, ColumnUnit::Char));
    assert_eq!(at.map(|at| (at.line, at.col)), [(3, 7), (3, 9)]);
}

#[test]
fn contradicting_offsets_are_not_kept() {
    // Two files with one name, as the virtual ones of macros may be.
    let imported = read(&[
        message("error", "m", &[with(library(40, 3, 7), json!({ "is_primary": true }))], &[]),
        message("error", "m", &[with(library(40, 1, 1), json!({ "is_primary": true }))], &[]),
    ]);
    let line_col = |diagnostic: &Diagnostic| {
        let at = imported.sources.location(diagnostic.primary().unwrap().span()).unwrap();
        (at.line, at.col)
    };
    assert!(imported.diagnostics.iter().map(line_col).eq([(3, 7), (1, 1)]));
    assert_eq!(imported.losses.diagnostics(), 1);
    let kind = "byte offsets that contradict the lines and columns";
    assert_eq!(lost(&imported), [kind]);
    let reversed = with(library(40, 3, 7), json!({ "byte_end": 20 }));
    assert_eq!(lost(&read(&[message("error", "m", &[reversed], &[])])), [kind]);
    let large = with(library(40, 3, 7), json!({ "byte_end": 1_u64 << 40 }));
    assert_eq!(lost(&read(&[message("error", "m", &[large], &[])])), [kind]);
}

#[test]
fn a_label_without_a_location_becomes_a_note() {
    let nowhere = json!({ "file_name": "", "label": "text", "is_primary": true });
    let no_line = json!({ "file_name": "gone.rs", "byte_start": 1, "byte_end": 2, "label": "far" });
    let spans = [nowhere, no_line, primary("x", "here")];
    let imported = read(&[message("error", "m", &spans, &[])]);
    assert_eq!(labels(&imported, &imported.diagnostics[0]), ["* x: here"]);
    assert!(imported.diagnostics[0].notes().eq(["text", "far"]));
    assert_eq!(lost(&imported), ["a location"]);
}

#[test]
fn a_file_that_has_changed_is_treated_as_one_that_is_not_here() {
    let good = message("error", "good", &[primary("x", "")], &[]);
    let text = json!({ "text": [{ "text": "    let é = old;" }] });
    let bad = message("error", "bad", &[with(primary("x", ""), text)], &[]);
    let imported = read(&[good.clone(), bad, good]);
    assert_eq!(imported.diagnostics.len(), 3);
    assert!(imported.losses.is_empty());
    let [file] = imported.changed_files[..] else { panic!() };
    assert!(imported.sources.file(file).unwrap().is_unavailable());
    for diagnostic in &imported.diagnostics {
        let at = imported.sources.location(diagnostic.primary().unwrap().span()).unwrap();
        assert_eq!((at.path, at.line, at.col), ("main.rs", 2, 13));
    }
    assert_eq!(imported.sources.files().count(), 1);
}

#[test]
fn lines_that_are_no_messages_are_reported() {
    let good = message("error", "m", &[], &[]).to_string();
    let input =
        format!("\u{feff}{good}\r\n\r\n   Compiling a v0.1.0\n{}\n{}", good, good.split_at(40).0);
    let imported = try_read(input.as_bytes()).unwrap();
    assert_eq!(imported.diagnostics.len(), 2);
    let reason = "EOF while parsing an object at column 40".to_owned();
    let expected = [(3, "not a JSON object".to_owned()), (5, reason)];
    assert_eq!(imported.invalid_lines, expected);

    let error = try_read(b"\nerror: x\n{}").unwrap_err();
    assert_eq!(error.to_string(), "the input is not rustc output: line 2: not a JSON object");
    assert!(try_read(b"").unwrap().diagnostics.is_empty());
    assert!(try_read(br#"{"reason":"build-finished"}"#).unwrap().invalid_lines.is_empty());
}

#[test]
fn invalid_lines_use_bounded_memory() {
    let input = format!("{{\"reason\":\"x\"}}\n{}", "\n{\"level\":\"".repeat(3000));
    let imported = try_read(input.as_bytes()).unwrap();
    assert_eq!((imported.invalid_lines.len(), imported.more_invalid_lines), (1000, 2000));
    let long = format!("{{\"reason\":\"x\"}}\n{{\"reason\":[\"{}\"]}}", "x".repeat(100_000));
    let imported = try_read(long.as_bytes()).unwrap();
    assert!(imported.invalid_lines[0].1.len() <= 200);
}
