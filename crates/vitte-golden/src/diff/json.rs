//! The difference between two JSON texts, by fields.

use super::compare::Comparison;
use super::node::Node;
use super::text;

/// The maximum number of rows that show where white space differs.
const MAX_ROWS: usize = 40;

/// Returns the difference between two JSON texts, see [`super::json()`].
pub(super) fn difference(expected: &str, actual: &str) -> Option<String> {
    let mut comparison = Comparison::default();
    if let (Some(old), Some(new)) = (Node::parse(expected), Node::parse(actual)) {
        comparison.compare_documents(&old, &new);
    } else {
        let (old, new) = (records(expected)?, records(actual)?);
        comparison.compare_lines(&old, &new);
    }
    if expected == actual {
        return Some(String::new());
    }
    let (rows, is_order_only) = comparison.finish();
    Some(match (rows.is_empty(), is_order_only) {
        (true, _) => same_values(expected, actual),
        (false, true) => format!("the same values; the order of fields differs\n{rows}"),
        (false, false) => rows,
    })
}

/// Returns the values of JSON Lines with the number of each line, 1-based. Blank lines are skipped.
fn records(text: &str) -> Option<Vec<(usize, Node)>> {
    let lines = text.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| Some((index + 1, Node::parse(line)?))).collect()
}

/// Returns the difference between texts of the same values, in which the fields are in the same order.
fn same_values(expected: &str, actual: &str) -> String {
    let what = if without_blanks(expected) == without_blanks(actual) {
        "only white space differs"
    } else {
        "strings are written with other escapes"
    };
    format!(
        "the same values and the same order of fields; {what}\n{}",
        text::rows(expected, actual, MAX_ROWS)
    )
}

/// Returns JSON without the white space between values.
fn without_blanks(json: &str) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    let is_kept = |c: &char| {
        if in_string {
            in_string = is_escaped || *c != '"';
            is_escaped = !is_escaped && *c == '\\';
            return true;
        }
        in_string = *c == '"';
        !c.is_ascii_whitespace()
    };
    json.chars().filter(is_kept).collect()
}
