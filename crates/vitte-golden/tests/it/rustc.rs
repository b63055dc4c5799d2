//! The programs of `tests/compilers/rustc`, with annotations in the syntax of rustc's tests and what rustc printed for them.
//!
//! The annotations are derived from the JSON without the reader: the line of the first primary span, the level and the first
//! line of the message. The harness has to find each one in what the reader makes of the same JSON.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::{Toy, common};

/// Returns the annotations of a program for its output, at the end of the program.
fn annotated(program: &str, name: &str, output: &str) -> String {
    let mut text = program.to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let mut next_line = text.lines().count() as u64 + 1;
    for line in output.lines().filter(|line| line.starts_with('{')) {
        let value: Value = serde_json::from_str(line).unwrap();
        let is_diagnostic =
            value["$message_type"] == "diagnostic" && value["level"] != "failure-note";
        let message = value["message"].as_str().unwrap_or_default();
        if !is_diagnostic || message.starts_with("aborting due to") || message.contains("emitted") {
            continue;
        }
        let spans = value["spans"].as_array().unwrap();
        let in_file = spans
            .iter()
            .filter(|span| span["is_primary"] == true)
            .find_map(|span| line_in(span, name));
        let level = value["level"].as_str().unwrap().split(':').next().unwrap().to_uppercase();
        let kind = if value["level"] == "error: internal compiler error" {
            "FATAL".to_owned()
        } else {
            level
        };
        let first = message.lines().next().unwrap_or_default().trim();
        match in_file {
            Some(line) => {
                let up = "^".repeat(usize::try_from(next_line - line.max(1)).unwrap());
                writeln!(text, "//~{up} {kind} {first}").unwrap();
            }
            None => writeln!(text, "//~? {kind} {first}").unwrap(),
        }
        next_line += 1;
    }
    text
}

/// Returns the line of a span, or of the place where the file uses the macro that contains it.
fn line_in(span: &Value, name: &str) -> Option<u64> {
    if span["file_name"] == name {
        return span["line_start"].as_u64();
    }
    span.get("expansion")
        .filter(|expansion| !expansion.is_null())
        .and_then(|expansion| line_in(&expansion["span"], name))
}

#[test]
fn the_annotations_of_programs_for_rustc_are_found() {
    let toy = Toy::new(&[]).with("TOY_MODE", "replay");
    let mut count = 0;
    let dir = common::root().join("../../tests/compilers/rustc");
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let output = fs::read_to_string(path.with_extension("json")).unwrap();
        let Ok(program) = fs::read_to_string(&path) else { continue };
        toy.write(name, &annotated(&program, name, &output));
        // The harness names the case by its path below the working directory.
        let output = output
            .replace(&format!("\"file_name\":\"{name}\""), &format!("\"file_name\":\"ui/{name}\""));
        fs::write(toy.path(name).with_extension("json"), output).unwrap();
        count += 1;
    }
    let ran = toy.run(&[]);
    let failed: Vec<String> =
        ran.results().into_iter().filter(|line| line.ends_with("FAILED")).collect();
    assert!(count > 250 && failed.is_empty(), "{count} programs, {failed:#?}\n{}", ran.stdout);
}
