//! Shows JSON values on one line, and measures how similar they are.

use std::collections::HashMap;
use std::fmt::Write as _;

use vitte_diag::text::{floor_char_boundary, is_invisible, is_unsafe, one_line};

use super::node::Node;
use super::words::{Profile, ratio};

/// The maximum length in bytes of a value that is shown as a whole.
const MAX_BYTES: usize = 120;
/// The maximum number of fields or elements of one value that are compared to find a similar one.
const MAX_ITEMS: usize = 32;
/// The maximum depth of the values that are compared to find a similar one.
const MAX_DEPTH: usize = 4;

/// The highest similarity of strings that differ.
const MAX_DIFFERENT: u32 = 95;
/// The similarity of values at a greater depth.
const UNKNOWN: u32 = 50;

/// How the characters of a string are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Characters {
    /// As they are, unless a terminal would not show them.
    Shown,
    /// Every character that is not ASCII as `\u00e9`.
    Ascii,
}

/// Returns a value as JSON on one line, with its end replaced by `...` if it is long.
pub(super) fn short(node: &Node) -> String {
    let mut out = String::new();
    write(&mut out, node);
    if out.len() > MAX_BYTES {
        out.truncate(floor_char_boundary(&out, MAX_BYTES));
        out.push_str("...");
    }
    out
}

/// Appends a value, or the start of it.
fn write(out: &mut String, node: &Node) {
    if out.len() > MAX_BYTES {
        return;
    }
    match node {
        Node::Plain(json) => out.push_str(json.get(..MAX_BYTES + 1).unwrap_or(json)),
        Node::Text(text) => {
            let end = floor_char_boundary(text, MAX_BYTES + 1);
            out.push_str(&quoted(text.get(..end).unwrap_or(text), Characters::Shown));
        }
        Node::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().take(MAX_BYTES).enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write(out, item);
            }
            out.push(']');
        }
        Node::Object(fields) => {
            out.push('{');
            for (index, (name, value)) in fields.iter().take(MAX_BYTES).enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                let end = floor_char_boundary(name, MAX_BYTES);
                out.push_str(&quoted(name.get(..end).unwrap_or(name), Characters::Shown));
                out.push(':');
                write(out, value);
            }
            out.push('}');
        }
    }
}

/// Returns a string as JSON. Characters that a terminal interprets or does not show are escaped.
pub(super) fn quoted(text: &str, characters: Characters) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut before = '"';
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if must_be_escaped(c, before)
                || (characters == Characters::Ascii && !c.is_ascii()) =>
            {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(c),
        }
        before = c;
    }
    out.push('"');
    out
}

/// Returns true if `c` is not shown, or is a mark that would be drawn on ASCII punctuation.
fn must_be_escaped(c: char, before: char) -> bool {
    is_unsafe(c)
        || is_invisible(c)
        || (!c.is_ascii()
            && before.is_ascii()
            && !before.is_ascii_alphanumeric()
            && one_line(c.encode_utf8(&mut [0; 4])).len() != c.len_utf8())
}

/// Returns how similar two values are, from 0 to 100. What identifies a diagnostic counts more than other fields.
pub(super) fn similarity(old: &Node, new: &Node) -> u32 {
    similarity_within(old, new, MAX_DEPTH)
}

fn similarity_within(old: &Node, new: &Node, depth: usize) -> u32 {
    let Some(depth) = depth.checked_sub(1) else { return UNKNOWN };
    match (old, new) {
        (Node::Text(old), Node::Text(new)) if old == new => 100,
        (Node::Text(old), Node::Text(new)) => {
            Profile::new(old).similarity(&Profile::new(new)).min(MAX_DIFFERENT)
        }
        (Node::Array(old), Node::Array(new)) => {
            let pairs = old.iter().zip(new).take(MAX_ITEMS);
            let sum: u32 = pairs.map(|(old, new)| similarity_within(old, new, depth)).sum();
            match old.len().max(new.len()).min(MAX_ITEMS) {
                0 => 100,
                len => sum / u32::try_from(len).unwrap_or(u32::MAX),
            }
        }
        (Node::Object(old), Node::Object(new)) => {
            let news: HashMap<&str, &Node> =
                new.iter().take(MAX_ITEMS).map(|(name, value)| (name.as_str(), value)).collect();
            let (mut sum, mut all, mut common) = (0, 0, 0);
            for (name, value) in old.iter().take(MAX_ITEMS) {
                let own = weight(name, value);
                if let Some(other) = news.get(name.as_str()) {
                    let both = own.max(weight(name, other));
                    common += weight(name, other);
                    sum += both * similarity_within(value, other, depth) as usize;
                    all += both;
                } else {
                    all += own;
                }
            }
            let others = new.iter().take(MAX_ITEMS).map(|(name, value)| weight(name, value));
            all += others.sum::<usize>().saturating_sub(common);
            if all == 0 { 100 } else { ratio(sum, 100 * all) }
        }
        _ => {
            if old == new {
                100
            } else {
                0
            }
        }
    }
}

/// Returns how much a field counts.
fn weight(name: &str, value: &Node) -> usize {
    let is_empty = match value {
        Node::Plain(json) => json == "null",
        Node::Text(text) => text.is_empty(),
        Node::Array(items) => items.is_empty(),
        Node::Object(fields) => fields.is_empty(),
    };
    match name {
        "code" | "id" | "message" | "name" | "ruleId" => 6,
        "severity" | "level" | "file" | "path" => 3,
        _ if is_empty => 0,
        _ => 2,
    }
}
