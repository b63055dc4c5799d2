//! The values of variables as nodes.

use std::ops::Range;

use serde_json::Value;
use vitte_capsule::Capsule;

use super::super::node::{ContextOf, List, Node, Part, Stack, TextOf};
use super::lines::is_long;

/// Returns the value at a path: the positions of the items on the way to it.
pub(super) fn item_at<'c>(
    capsule: &'c Capsule,
    of: ContextOf,
    variable: usize,
    path: &[usize],
) -> Option<&'c Value> {
    let ContextOf(stack, context) = of;
    let contexts = match stack {
        Stack::Crashed => &capsule.report.contexts,
        Stack::Thread(index) => &capsule.report.threads.get(index)?.contexts,
    };
    let variable = contexts.get(context)?.variables.get(variable)?;
    path.iter().try_fold(&variable.value, |value, position| match value {
        Value::Array(values) => values.get(*position),
        Value::Object(values) => values.values().nth(*position),
        _ => None,
    })
}

/// Returns the nodes for a range of the items of a list or map.
pub(super) fn json_nodes(
    capsule: &Capsule,
    of: ContextOf,
    variable: usize,
    path: &[usize],
    range: Range<usize>,
) -> Vec<Node> {
    let node = |position: usize, name: String, value: &Value| {
        let mut own = path.to_vec();
        own.push(position);
        let text = TextOf::Item(List::Json(of, variable, path.to_vec()), position);
        let label = format!("{name}: {}", preview(value));
        value_node(&label, value, List::Json(of, variable, own), text)
    };
    let (skip, take) = (range.start, range.len());
    match item_at(capsule, of, variable, path) {
        Some(Value::Array(values)) => {
            let values = values.iter().enumerate().skip(skip).take(take);
            values.map(|(at, value)| node(at, format!("[{at}]"), value)).collect()
        }
        Some(Value::Object(values)) => {
            let values = values.iter().enumerate().skip(skip).take(take);
            values.map(|(at, (key, value))| node(at, key.clone(), value)).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the node of a value, which opens if it has items or is a long text.
pub(super) fn value_node(label: &str, value: &Value, items: List, text: TextOf) -> Node {
    let len = match value {
        Value::Array(values) => values.len(),
        Value::Object(values) => values.len(),
        _ => 0,
    };
    let part = match (value, text) {
        (Value::Array(_) | Value::Object(_), _) => Part::List(items, 0..len),
        (Value::String(own), text) if is_long(own) => Part::Text(text, 0..own.len(), 1),
        (_, TextOf::Item(list, index)) => Part::Item(list, index),
        _ => Part::Leaf,
    };
    Node::new(label, part)
}

/// Characters of a text that are quoted; a label is not longer.
const MAX_QUOTED_CHARS: usize = 500;

/// Returns a value on one line; lists and maps are only counted.
pub(super) fn preview(value: &Value) -> String {
    match value {
        Value::Array(values) if !values.is_empty() => match values.len() {
            1 => "1 item".to_owned(),
            len => format!("{len} items"),
        },
        Value::Object(values) if !values.is_empty() => match values.len() {
            1 => "1 entry".to_owned(),
            len => format!("{len} entries"),
        },
        Value::String(text) => {
            let mut chars = text.chars();
            let head: String = chars.by_ref().take(MAX_QUOTED_CHARS).collect();
            let dots = if chars.next().is_some() { "..." } else { "" };
            format!("{}{dots}", Value::String(head))
        }
        other => other.to_string(),
    }
}

/// Returns the whole text of a value.
pub(super) fn text_of_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => preview(value),
        other => other.to_string(),
    }
}
