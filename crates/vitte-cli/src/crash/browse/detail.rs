//! What is shown below the tree: the whole text of the selected node, and the source lines of its location.

use vitte_capsule::{Capsule, ContextLocation};
use vitte_diag::text;

use super::content::{backtrace, context, text_of, without_tabs};
use super::node::{ContextOf, List, Node, Part, TextOf};

/// Bytes of a text that are shown.
const MAX_BYTES: usize = 16 << 10;
/// Returns the lines of the detail of a node, wrapped to a width in cells; at most `max` lines.
pub(super) fn lines(node: &Node, capsule: &Capsule, width: usize, max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |text: &str| {
        let head = text::truncate(text, MAX_BYTES);
        let wrapped = text::wrap(head, 4, width.max(1));
        lines.extend(wrapped.lines().map(str::to_owned).take(max));
    };
    let report = &capsule.report;
    match &node.part {
        Part::List(List::Values(of), _) => of_context(*of, capsule, max, &mut add),
        Part::Item(List::Contexts(stack), index) => {
            of_context(ContextOf(*stack, *index), capsule, max, &mut add);
        }
        Part::Item(List::Frames(stack), index) => {
            let frame = backtrace(*stack, report).and_then(|all| all.frames().get(*index));
            if let Some(frame) = frame {
                add(frame.text());
                if let Some(at) = frame.location() {
                    around(at.file, at.line, None, capsule, max).iter().for_each(|line| add(line));
                }
            }
        }
        Part::Item(list, index) => add(&text_of(&TextOf::Item(list.clone(), *index), capsule)),
        Part::Text(of, ..) if !matches!(of, TextOf::Source(_)) => add(&text_of(of, capsule)),
        _ => add(&node.label),
    }
    lines.truncate(max);
    lines
}

/// Adds a context and the source lines at its location.
fn of_context(of: ContextOf, capsule: &Capsule, max: usize, add: &mut impl FnMut(&str)) {
    let Some(entry) = context(of, &capsule.report) else { return };
    add(&entry.to_string());
    if let Some(location) = &entry.location {
        source_lines(location, capsule, max).iter().for_each(|line| add(line));
    }
}

fn source_lines(location: &ContextLocation, capsule: &Capsule, max: usize) -> Vec<String> {
    match (&location.file, location.line) {
        (Some(file), Some(line)) => around(file, line, location.col, capsule, max),
        _ => Vec::new(),
    }
}

/// Returns the lines around a location, with a caret under a column (1-based, in characters): as many as fit `max` lines
/// together with the caret and a line above.
fn around(
    file: &str,
    line: u32,
    column: Option<u32>,
    capsule: &Capsule,
    max: usize,
) -> Vec<String> {
    let distance = u32::try_from(max.saturating_sub(3) / 2).unwrap_or(u32::MAX);
    let wanted = line.saturating_sub(distance).max(1)..=line.saturating_add(distance);
    let mut lines = Vec::new();
    let mut add = |number: u32, text: &str| {
        let text = text::truncate(text.trim_end_matches('\r'), MAX_LINE_BYTES);
        let mark = if number == line { '>' } else { ' ' };
        lines.push(format!("{mark}{number:>5} | {}", without_tabs(text)));
        if let Some(column) = column.filter(|_| number == line) {
            let before: String = text.chars().take(column.saturating_sub(1) as usize).collect();
            // Tabs and wide characters take as many cells above.
            let blanks = text::cells(&before, 4).last().map_or(0, |cluster| cluster.end);
            lines.push(format!("       | {}^", " ".repeat(blanks)));
        }
    };
    let copy = capsule.sources.iter().find(|source| source.file == file);
    if let Some(source) = copy {
        let skipped = usize::try_from(*wanted.start()).unwrap_or(usize::MAX) - 1;
        let texts = source.text.split(|byte| *byte == b'\n').skip(skipped);
        for (number, line) in wanted.zip(texts) {
            let head = line.get(..MAX_LINE_BYTES).unwrap_or(line);
            add(number, &String::from_utf8_lossy(head));
        }
    } else if let Some(source) = capsule.report.sources.iter().find(|source| source.file == file) {
        for line in source.lines.iter().filter(|own| wanted.contains(&own.line)) {
            add(line.line, &line.text);
        }
    }
    lines
}

/// Bytes of a source line that are shown.
const MAX_LINE_BYTES: usize = 1000;
