//! What the program was doing, on one line each.

use std::fmt::Write as _;

use vitte_diag::text;

use super::super::{ContextEntry, ContextLocation, ContextVariable};

/// The cells that the value of a variable has.
const VARIABLE_WIDTH: usize = 200;

/// What the program was doing: `typeck (fn: area) at src/shapes.vitte:3:4`.
pub(super) fn doing(entry: &ContextEntry) -> String {
    let mut out = text::one_line(&entry.name).into_owned();
    for (index, value) in entry.values.iter().enumerate() {
        let before = if index == 0 { " (" } else { ", " };
        let (key, value) = (text::one_line(&value.key), text::one_line(&value.value));
        // Writing to a string cannot fail.
        _ = write!(out, "{before}{key}: {value}");
    }
    if !entry.values.is_empty() {
        out.push(')');
    }
    if let Some(place) = &entry.location {
        _ = write!(out, " at {}", at(place));
    }
    out
}

/// A variable that it held, on one line: `scope = ["area","main"]`.
pub(super) fn variable(variable: &ContextVariable) -> String {
    let mut line = format!("{} = ", text::one_line(&variable.key));
    if !(variable.value.is_null() && variable.error.is_some()) {
        let json = variable.value.to_string();
        let json = text::one_line(&json);
        let shown = text::cells(&json, 1).take_while(|cluster| cluster.end <= VARIABLE_WIDTH);
        let len = line.len();
        shown.for_each(|cluster| line.push_str(cluster.text));
        if line.len() - len < json.len() {
            line.push_str("...");
        }
    }
    if let Some(error) = &variable.error {
        let before = if line.ends_with(' ') { "" } else { " " };
        _ = write!(line, "{before}({})", text::one_line(error));
    }
    line
}

/// A place as exactly as it is known.
fn at(place: &ContextLocation) -> String {
    let file = match &place.file {
        Some(file) => text::one_line(file).into_owned(),
        None => format!("file {}", place.id),
    };
    match (place.line, place.col) {
        (Some(line), Some(col)) => format!("{file}:{line}:{col}"),
        (Some(line), None) => format!("{file}:{line}"),
        (None, _) => format!("{file}, bytes {}..{}", place.lo, place.hi),
    }
}
