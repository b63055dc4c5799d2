//! Contexts and variables, one line each.

use std::fmt::Write as _;

use vitte_diag::text;

use super::super::{ContextEntry, ContextVariable};
use super::head;

/// Maximum width of the value of a variable in a short report, in cells. A longer one is truncated.
const MAX_VALUE_WIDTH: usize = 200;

/// Returns a context on one line: `typeck (fn: area) at src/shapes.vitte:3:4`.
pub(super) fn context_line(entry: &ContextEntry) -> String {
    let mut out = head::line(&entry.name);
    for (index, field) in entry.fields.iter().enumerate() {
        let separator = if index == 0 { " (" } else { ", " };
        let (key, value) = (head::line(&field.key), head::line(&field.value));
        // Writing to a string cannot fail.
        _ = write!(out, "{separator}{key}: {value}");
    }
    if !entry.fields.is_empty() {
        out.push(')');
    }
    if let Some(location) = &entry.location {
        _ = write!(out, " at {}", head::line(&location.to_string()));
    }
    out
}

/// Returns a variable on one line: `scope = ["area","main"]`.
pub(super) fn variable_line(variable: &ContextVariable, full: bool) -> String {
    let mut line = format!("{} = ", head::line(&variable.key));
    if !(variable.value.is_null() && variable.error.is_some()) {
        let json = variable.value.to_string();
        let json = head::line(&json);
        if full {
            line.push_str(&json);
        } else {
            let clusters = text::cells(&json, 1);
            let start = line.len();
            let shown = clusters.take_while(|cluster| cluster.end <= MAX_VALUE_WIDTH);
            shown.for_each(|cluster| line.push_str(cluster.text));
            if line.len() - start < json.len() {
                line.push_str("...");
            }
        }
    }
    if let Some(error) = &variable.error {
        let separator = if line.ends_with(' ') { "" } else { " " };
        _ = write!(line, "{separator}({})", head::line(error));
    }
    line
}
