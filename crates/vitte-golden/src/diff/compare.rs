//! Compares JSON values field by field.

use std::collections::HashMap;

use vitte_diag::text::{is_distinct, truncate};

use super::align::align;
use super::node::Node;
use super::value::{Characters, quoted, short};
use super::words::{self, Kind};
use super::{draw, text};

/// The maximum number of rows.
const MAX_ROWS: usize = 200;
/// The maximum number of rows of a string with several lines.
const MAX_TEXT_ROWS: usize = 60;
/// The maximum length in bytes of a string that is shown beside the other one.
const MAX_INLINE: usize = 40;
/// The maximum length in bytes of a name in a path.
const MAX_NAME: usize = 60;
/// How the rows of a string are indented.
const INDENT: &str = "    ";

/// Where a value is: `line 2`, `line 2: labels[0].message`, `labels[0]`, or an empty text for the document.
#[derive(Clone, Default, Debug)]
struct Place {
    text: String,
    /// True if the value is a whole line.
    is_line: bool,
}

impl Place {
    fn field(&self, name: &str, repetition: usize) -> Self {
        let is_word = |name: &str| {
            !name.is_empty()
                && name.len() <= MAX_NAME
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
        };
        let shown = match is_word(name) {
            true => name.to_owned(),
            false => quoted_name(name),
        };
        let number = if repetition == 0 { String::new() } else { format!("#{}", repetition + 1) };
        let between = match (self.text.is_empty(), self.is_line) {
            (true, _) => "",
            (_, true) => ": ",
            (_, false) => ".",
        };
        Self { text: format!("{}{between}{shown}{number}", self.text), is_line: false }
    }

    /// Returns the place of an element; its numbers in the expected and in the actual text are different if others
    /// were added or removed.
    fn element(&self, old: usize, new: usize) -> Self {
        let between = if self.is_line { ": " } else { "" };
        Self { text: format!("{}{between}[{}]", self.text, numbers(old, new)), is_line: false }
    }

    fn line(old: usize, new: usize) -> Self {
        Self { text: format!("line {}", numbers(old, new)), is_line: true }
    }
}

/// Returns the start of a name as a JSON string that looks like no other.
fn quoted_name(name: &str) -> String {
    let characters = if is_distinct(name) { Characters::Shown } else { Characters::Ascii };
    let start = truncate(name, MAX_NAME);
    quoted(start, characters) + if start.len() < name.len() { "..." } else { "" }
}

fn numbers(old: usize, new: usize) -> String {
    if old == new { old.to_string() } else { format!("{old} -> {new}") }
}

/// The differences that were found.
#[derive(Default, Debug)]
pub(super) struct Comparison {
    rows: String,
    count: usize,
    omitted: usize,
    has_other_values: bool,
    /// The orders of fields that differ, each with the first object and the number of objects.
    orders: Vec<(Place, String, usize)>,
}

impl Comparison {
    pub(super) fn compare_documents(&mut self, old: &Node, new: &Node) {
        self.compare(&Place::default(), old, new);
    }

    /// Compares JSON Lines; each value has its line number.
    pub(super) fn compare_lines(&mut self, old: &[(usize, Node)], new: &[(usize, Node)]) {
        let values = |lines: &[(usize, Node)]| -> Vec<Node> {
            lines.iter().map(|(_, node)| node.clone()).collect()
        };
        let number = |lines: &[(usize, Node)], index: usize| {
            lines.get(index).map_or(index + 1, |(number, _)| *number)
        };
        self.compare_elements(&values(old), &values(new), &|old_index, new_index| match (
            old_index, new_index,
        ) {
            (Some(old_index), Some(new_index)) => {
                Place::line(number(old, old_index), number(new, new_index))
            }
            (Some(index), None) => Place::line(number(old, index), number(old, index)),
            (None, Some(index)) => Place::line(number(new, index), number(new, index)),
            (None, None) => Place::default(),
        });
    }

    /// Returns the rows, and true if nothing but the order of fields differs.
    pub(super) fn finish(mut self) -> (String, bool) {
        for (place, order, count) in std::mem::take(&mut self.orders) {
            let others = match count {
                1 => String::new(),
                _ => format!(" (and in {})", vitte_diag::text::more("object", count - 1)),
            };
            self.push(&place, &format!("{order}{others}"));
        }
        if self.omitted > 0 {
            let differences = vitte_diag::text::more("difference", self.omitted);
            self.rows.push_str(&format!("... {differences} ...\n"));
        }
        (self.rows, !self.has_other_values)
    }

    fn compare(&mut self, place: &Place, old: &Node, new: &Node) {
        match (old, new) {
            _ if old == new => {}
            (Node::Object(olds), Node::Object(news)) => self.compare_fields(place, olds, news),
            (Node::Array(olds), Node::Array(news)) => {
                self.compare_elements(olds, news, &|old, new| {
                    let either = old.or(new).unwrap_or(0);
                    place.element(old.unwrap_or(either), new.unwrap_or(either))
                });
            }
            (Node::Text(old), Node::Text(new)) => self.compare_strings(place, old, new),
            _ => self.report(place, &format!("{} -> {}", short(old), short(new))),
        }
    }

    fn compare_fields(&mut self, place: &Place, olds: &[(String, Node)], news: &[(String, Node)]) {
        let (olds, news) = (numbered(olds), numbered(news));
        let new_fields: HashMap<_, _> = news.iter().copied().collect();
        let old_fields: HashMap<_, _> = olds.iter().copied().collect();
        for (name, old) in &olds {
            match new_fields.get(name) {
                Some(new) => self.compare(&place.field(name.0, name.1), old, new),
                None => {
                    self.report(&place.field(name.0, name.1), &format!("removed: {}", short(old)));
                }
            }
        }
        for (name, new) in news.iter().filter(|(name, _)| !old_fields.contains_key(name)) {
            self.report(&place.field(name.0, name.1), &format!("added: {}", short(new)));
        }
        let old_names =
            olds.iter().map(|(name, _)| name).filter(|name| new_fields.contains_key(*name));
        let new_names =
            news.iter().map(|(name, _)| name).filter(|name| old_fields.contains_key(*name));
        if !old_names.clone().eq(new_names.clone()) {
            self.report_order(place, &listed(old_names), &listed(new_names));
        }
    }

    /// Compares the elements of an array, or lines. `place` returns the place of an element from its indexes.
    fn compare_elements(
        &mut self,
        olds: &[Node],
        news: &[Node],
        place: &dyn Fn(Option<usize>, Option<usize>) -> Place,
    ) {
        let alignment = align(olds, news);
        let (mut removed, mut added) =
            (alignment.removed.iter().peekable(), alignment.added.iter().peekable());
        let mut pairs: Vec<_> = alignment.pairs.iter().map(|pair| (*pair, false)).collect();
        pairs.extend(alignment.moved.iter().map(|pair| (*pair, true)));
        pairs.sort_unstable();
        let end = ((usize::MAX, usize::MAX), false);
        for ((old, new), is_moved) in pairs.into_iter().chain([end]) {
            while let Some(index) = removed.next_if(|index| **index < old) {
                let value = olds.get(*index).map(short).unwrap_or_default();
                self.report(&place(Some(*index), None), &format!("removed: {value}"));
            }
            while let Some(index) = added.next_if(|index| !is_moved && **index < new) {
                let value = news.get(*index).map(short).unwrap_or_default();
                self.report(&place(None, Some(*index)), &format!("added: {value}"));
            }
            let Some((old_value, new_value)) = olds.get(old).zip(news.get(new)) else { continue };
            if is_moved {
                self.report(&place(Some(old), Some(new)), "moved");
            }
            self.compare(&place(Some(old), Some(new)), old_value, new_value);
        }
    }

    fn compare_strings(&mut self, place: &Place, old: &str, new: &str) {
        let has_lines = |text: &str| text.trim_end_matches('\n').contains('\n');
        if has_lines(old) || has_lines(new) {
            return self.report_rows(
                place,
                "the text differs",
                &text::rows(old, new, MAX_TEXT_ROWS),
            );
        }
        let [old_parts, new_parts] = words::parts(old, new);
        if old.len().max(new.len()) <= MAX_INLINE {
            let is_alike = old_parts.iter().any(|part| part.kind == Kind::Alike);
            let characters = if is_alike { Characters::Ascii } else { Characters::Shown };
            let change = format!("{} -> {}", quoted(old, characters), quoted(new, characters));
            return self.report(place, &change);
        }
        let mut rows = String::new();
        for (sign, parts) in [('-', old_parts), ('+', new_parts)] {
            let drawn = draw::parts(&parts);
            rows.push_str(&format!("{sign} {}\n", drawn.text));
            if !drawn.marks.is_empty() {
                rows.push_str(&format!("  {}\n", drawn.marks));
            }
        }
        self.report_rows(place, "the text differs", &rows);
    }

    fn report(&mut self, place: &Place, what: &str) {
        self.has_other_values = true;
        self.push(place, what);
    }

    fn report_rows(&mut self, place: &Place, what: &str, rows: &str) {
        self.has_other_values = true;
        if self.push(place, what) {
            for row in rows.lines() {
                self.rows.push_str(&format!("{INDENT}{row}\n"));
                self.count += 1;
            }
        }
    }

    /// Reports each order once, because it often differs in every object of one kind.
    fn report_order(&mut self, place: &Place, old: &str, new: &str) {
        let order = format!("the order of fields differs: {old} -> {new}");
        let is_full = self.orders.len() >= MAX_ROWS;
        match self.orders.iter_mut().find(|(_, other, _)| *other == order) {
            Some((_, _, count)) => *count += 1,
            None if is_full => self.omitted += 1,
            None => self.orders.push((place.clone(), order, 1)),
        }
    }

    /// Writes a row. Returns false if the limit is reached.
    fn push(&mut self, place: &Place, what: &str) -> bool {
        if self.count >= MAX_ROWS {
            self.omitted += 1;
            return false;
        }
        self.count += 1;
        let place = if place.text.is_empty() { "value" } else { &place.text };
        self.rows.push_str(&format!("{place}: {what}\n"));
        true
    }
}

/// The name of a field, and how many fields with this name are before it.
type Name<'n> = (&'n str, usize);

/// Returns the fields with their names.
fn numbered(fields: &[(String, Node)]) -> Vec<(Name<'_>, &Node)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut numbered = Vec::new();
    for (name, value) in fields {
        let count = counts.entry(name).or_default();
        numbered.push(((name.as_str(), *count), value));
        *count += 1;
    }
    numbered
}

/// Returns the names of fields, at most a line of them.
fn listed<'n>(names: impl Iterator<Item = &'n Name<'n>>) -> String {
    let names: Vec<_> = names.map(|(name, _)| Place::default().field(name, 0).text).collect();
    draw::line(&names.join(", "))
}
