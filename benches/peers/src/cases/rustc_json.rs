//! The fields of rustc's `--error-format=json`, from the chapter "JSON Output" of the rustc book.

use serde::Serialize;

use super::filled::{Filled, Lines};
use crate::libraries::Prepared;
use crate::work::{CODE, Diagnostic, Label, PATH, Work};

/// A diagnostic.
#[derive(Serialize)]
struct Message<'w> {
    #[serde(rename = "$message_type")]
    message_type: &'static str,
    message: &'w str,
    code: Option<ErrorCode>,
    level: &'static str,
    spans: Vec<Span<'w>>,
    children: Vec<Self>,
    rendered: Option<&'w str>,
}

#[derive(Serialize)]
struct ErrorCode {
    code: &'static str,
    explanation: Option<&'static str>,
}

#[derive(Serialize)]
struct Span<'w> {
    file_name: &'static str,
    byte_start: usize,
    byte_end: usize,
    line_start: usize,
    line_end: usize,
    column_start: usize,
    column_end: usize,
    is_primary: bool,
    text: Vec<Line<'w>>,
    label: Option<&'w str>,
    suggested_replacement: Option<&'w str>,
    suggestion_applicability: Option<&'static str>,
    expansion: Option<()>,
}

#[derive(Serialize)]
struct Line<'w> {
    text: &'w str,
    highlight_start: usize,
    highlight_end: usize,
}

/// Prepares `work` with these fields. Help and notes are children.
pub fn lane(work: &Work) -> Box<dyn Prepared + '_> {
    let lines = Lines::new(&work.text);
    Box::new(Filled(work.diagnostics.iter().map(|one| message(&lines, one)).collect()))
}

fn message<'w>(lines: &Lines<'w>, one: &'w Diagnostic) -> Message<'w> {
    let help = one.help.iter().map(|help| child("help", help));
    let notes = one.notes.iter().map(|note| child("note", note));
    let spans = one.labels.iter().enumerate().map(|(index, label)| span(lines, index == 0, label));
    Message {
        message_type: "diagnostic",
        message: &one.message,
        code: Some(ErrorCode { code: CODE, explanation: None }),
        level: "error",
        spans: spans.collect(),
        children: help.chain(notes).collect(),
        rendered: None,
    }
}

fn child<'w>(level: &'static str, message: &'w str) -> Message<'w> {
    let (spans, children) = (Vec::new(), Vec::new());
    Message {
        message_type: "diagnostic",
        message,
        code: None,
        level,
        spans,
        children,
        rendered: None,
    }
}

/// Converts a label, which is on one line.
fn span<'w>(lines: &Lines<'w>, is_primary: bool, label: &'w Label) -> Span<'w> {
    let (line, column) = lines.of(label.range.start);
    let column_end = column + label.range.len();
    let text = lines.line(line);
    Span {
        file_name: PATH,
        byte_start: label.range.start,
        byte_end: label.range.end,
        line_start: line,
        line_end: line,
        column_start: column,
        column_end,
        is_primary,
        text: vec![Line { text, highlight_start: column, highlight_end: column_end }],
        label: Some(&label.message),
        suggested_replacement: None,
        suggestion_applicability: None,
        expansion: None,
    }
}
