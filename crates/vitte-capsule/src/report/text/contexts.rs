//! Contexts and variables, one line each.

use std::fmt::Write as _;

use vitte_diag::text;

use super::super::{ContextEntry, ContextVariable};

/// Maximum width of the value of a variable, in cells. A longer one is truncated.
const MAX_VALUE_WIDTH: usize = 200;

/// Returns a context on one line: `typeck (fn: area) at src/shapes.vitte:3:4`.
pub(super) fn context_line(entry: &ContextEntry) -> String {
    let mut out = text::one_line(&entry.name).into_owned();
    for (index, field) in entry.fields.iter().enumerate() {
        let separator = if index == 0 { " (" } else { ", " };
        let (key, value) = (text::one_line(&field.key), text::one_line(&field.value));
        // Writing to a string cannot fail.
        _ = write!(out, "{separator}{key}: {value}");
    }
    if !entry.fields.is_empty() {
        out.push(')');
    }
    if let Some(location) = &entry.location {
        _ = write!(out, " at {}", text::one_line(&location.to_string()));
    }
    out
}

/// Returns a variable on one line: `scope = ["area","main"]`.
pub(super) fn variable_line(variable: &ContextVariable) -> String {
    let mut line = format!("{} = ", text::one_line(&variable.key));
    if !(variable.value.is_null() && variable.error.is_some()) {
        let json = variable.value.to_string();
        let json = text::one_line(&json);
        let clusters = text::cells(&json, 1).take_while(|cluster| cluster.end <= MAX_VALUE_WIDTH);
        let start = line.len();
        clusters.for_each(|cluster| line.push_str(cluster.text));
        if line.len() - start < json.len() {
            line.push_str("...");
        }
    }
    if let Some(error) = &variable.error {
        let separator = if line.ends_with(' ') { "" } else { " " };
        _ = write!(line, "{separator}({})", text::one_line(error));
    }
    line
}
