//! Checks that an output is complete, so that the timed code has done the work.
//!
//! A failed check panics with the name of the library and the missing text.

use crate::work::{Diagnostic, Work};

/// Removes the colours from an output.
pub fn plain(output: &[u8]) -> String {
    let text = std::str::from_utf8(output).expect("UTF-8");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

/// Checks that every diagnostic is drawn in order, with all its texts before the next one begins, and that
/// the primary labels of the first, the middle and the last one are marked.
pub fn all_drawn(name: &str, output: &[u8], work: &Work) {
    let output = plain(output);
    let sections = sections(name, &output, work);
    for (one, section) in work.diagnostics.iter().zip(&sections) {
        has_texts(name, section, one);
    }
    let last = sections.len() - 1;
    for index in [0, last / 2, last] {
        is_marked(name, sections[index], work, &work.diagnostics[index]);
    }
}

/// Splits the output before each message.
fn sections<'o>(name: &str, output: &'o str, work: &Work) -> Vec<&'o str> {
    let mut starts = Vec::new();
    let mut from = 0;
    for one in &work.diagnostics {
        let found = output[from..].find(&one.message);
        let at = from + found.unwrap_or_else(|| panic!("{name}: `{}` is missing", one.message));
        starts.push(at);
        from = at + one.message.len();
    }
    let ends = starts.iter().skip(1).copied().chain([output.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &output[start..end]).collect()
}

/// Checks that all texts of `one` are in the output.
pub fn has_texts(name: &str, output: &str, one: &Diagnostic) {
    for text in one.texts() {
        assert!(output.contains(text), "{name}: `{text}` is missing below `{}`", one.message);
    }
}

/// Checks that there are marks below the primary label, from its first cell to its last, and none before it.
fn is_marked(name: &str, output: &str, work: &Work, one: &Diagnostic) {
    let range = &one.labels[0].range;
    let start = work.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = work.text[start..].find('\n').map_or(work.text.len(), |at| start + at);
    word_is_marked(name, output, &work.text[start..end], range.start - start..range.end - start);
}

/// Checks the marks below a word. `shown` is the visible part of the line, `word` the byte range in it.
pub fn word_is_marked(name: &str, output: &str, shown: &str, word: std::ops::Range<usize>) {
    let is_mark = |c: char| "^|─┬".contains(c);
    let mut lines = output.lines();
    let line = lines.by_ref().find(|line| line.contains(shown));
    let line = line.unwrap_or_else(|| panic!("{name}: the line `{shown}` is missing"));
    let below: Vec<char> = lines.next().unwrap_or_default().chars().collect();
    let column = line[..line.find(shown).unwrap()].chars().count() + word.start;
    let marks = below.get(column..column + word.len()).unwrap_or_default();
    let is_under = !marks.is_empty() && marks.iter().all(|&c| is_mark(c));
    let is_marked = is_under && below[column - 1] == ' ';
    assert!(is_marked, "{name}: no mark is under `{}` in\n{output}", &shown[word]);
}
