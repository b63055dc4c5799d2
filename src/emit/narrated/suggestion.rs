//! The changes of suggestions, in sentences.

use std::borrow::Cow;

use super::{Narrator, shortened};
use crate::emit::patch::{Change, changes};
use crate::model::{Edit, Suggestion};
use crate::source::{ColumnUnit, SourceFile, SourceMap};
use crate::text::{self, Appearance};

/// The maximum number of changes of one alternative.
const MAX_CHANGES: usize = 20;
/// The maximum number of lines that are quoted of one text.
const MAX_LINES: usize = 5;
/// The maximum length in bytes of a text whose characters are spelled out.
const MAX_SPELLED_BYTES: usize = 1 << 10;
/// The maximum number of alternatives of one suggestion.
const MAX_ALTERNATIVES: usize = 10;

impl Narrator<'_> {
    pub(super) fn suggestion(&mut self, sources: &SourceMap, suggestion: &Suggestion) {
        self.sentence("Suggestion", suggestion.message());
        for (index, edits) in suggestion.alternatives().take(MAX_ALTERNATIVES).enumerate() {
            self.alternative(sources, edits, index > 0);
        }
        let alternatives = suggestion.alternatives().count();
        self.and_more("alternative", alternatives.saturating_sub(MAX_ALTERNATIVES));
    }

    fn and_more(&mut self, noun: &str, count: usize) {
        if count > 0 {
            self.line(format_args!("  And {}", text::more(noun, count)));
        }
    }

    /// Writes a sentence for each change. The first sentence of another alternative begins with `Or`.
    fn alternative(&mut self, sources: &SourceMap, edits: &[Edit], is_other: bool) {
        let mut written = 0;
        let mut omitted = 0;
        for edits in edits.chunk_by(|a, b| a.span().file() == b.span().file()) {
            let file = edits.first().and_then(|edit| sources.file(edit.span().file()).ok());
            let Some(file) = file else { continue };
            let changes = if file.is_unavailable() { unseen(edits) } else { words(file, edits) };
            for change in &changes {
                if written == MAX_CHANGES {
                    omitted += 1;
                    continue;
                }
                self.change(file, change, is_other && written == 0);
                written += 1;
            }
        }
        if written == 0 {
            let or = if is_other { "Or: the" } else { "The" };
            self.line(format_args!("  {or} text does not change"));
        }
        self.and_more("change", omitted);
    }

    fn change(&mut self, file: &SourceFile, change: &Change<'_>, is_other: bool) {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let at = file.location(offset(change.range.start), ColumnUnit::Char);
        let start = file.partial_location(offset(change.range.start), ColumnUnit::Char);
        let is_new = self.file != Some(file.id());
        let location = self.location(file, start);
        let of_file =
            if is_new { format!(" of {}", text::one_line(at.path)) } else { String::new() };
        let line = format!("line {}{of_file}", at.line);
        let new = &*change.text;
        let sentence = match Place::new(file, change) {
            Place::Unseen => {
                let end = file.partial_location(offset(change.range.end), ColumnUnit::Char);
                let old = match end.position.filter(|_| end != start) {
                    Some((line, col)) => format!("the text up to line {line}, column {col}"),
                    None => "the existing text".to_owned(),
                };
                format!("in {location}, {}", verb(change, &old))
            }
            Place::EndOfFile => {
                let old = file.text().get(change.range.clone()).unwrap_or_default();
                format!("at the end of the file, after {line}, {}", verb(change, &quoted(old)))
            }
            Place::AfterLine => format!("after {line}, insert {}", quoted_lines(new)),
            Place::BeforeLine => format!("before {line}, insert {}", quoted_lines(new)),
            Place::WholeLines => {
                let old = file.text().get(change.range.clone()).unwrap_or_default();
                format!("from {line} on, remove {}", quoted_lines(old))
            }
            Place::InLine => {
                let old = file.text().get(change.range.clone()).unwrap_or_default();
                let words = line_ends(old, new).or_else(|| spelled(old, new));
                let words = words.unwrap_or_else(|| verb(change, &quoted(old)));
                format!("in {location}, {words}")
            }
        };
        let sentence = if is_other { format!("Or: {sentence}") } else { capitalised(&sentence) };
        self.line(format_args!("  {sentence}"));
    }
}

/// Where a change is, which determines its sentence.
enum Place {
    /// In a file whose text is unavailable.
    Unseen,
    /// The line end of the last line.
    EndOfFile,
    /// New lines after a line.
    AfterLine,
    /// New lines before a line.
    BeforeLine,
    /// Lines that are removed with their line ends.
    WholeLines,
    InLine,
}

impl Place {
    fn new(file: &SourceFile, change: &Change<'_>) -> Self {
        if file.is_unavailable() {
            return Self::Unseen;
        }
        let (range, new) = (&change.range, &*change.text);
        let old = file.text().get(range.clone()).unwrap_or_default();
        let before = file.text().get(..range.start).unwrap_or_default();
        let after = file.text().get(range.end..).unwrap_or_default();
        let is_line_end =
            |text: &str| !text.is_empty() && text.trim_matches(['\r', '\n']).is_empty();
        let is_at_start = before.is_empty() || before.ends_with(['\n', '\u{feff}']);
        let is_at_end = after.is_empty() || after.starts_with(['\r', '\n']);
        let is_insertion = range.is_empty();
        if after.is_empty() && !is_at_start && is_line_end(if is_insertion { new } else { old }) {
            return Self::EndOfFile;
        }
        match (is_insertion, new.is_empty()) {
            (true, _) if is_at_end && !is_at_start && starts_line(new) => Self::AfterLine,
            (true, _) if is_at_start && new.ends_with('\n') => Self::BeforeLine,
            (false, true) if is_at_start && old.ends_with('\n') => Self::WholeLines,
            _ => Self::InLine,
        }
    }
}

/// Returns true if a text begins with a line end.
fn starts_line(text: &str) -> bool {
    text.starts_with('\n') || text.starts_with("\r\n")
}

/// Returns the changes of `edits`. Parts of words are extended to words, because a listener hears words.
fn words<'a>(file: &SourceFile, edits: &'a [Edit]) -> Vec<Change<'a>> {
    let mut changes = changes(file, edits);
    let starts: Vec<usize> = changes.iter().map(|change| change.range.start).collect();
    let mut end = 0;
    for (index, change) in changes.iter_mut().enumerate() {
        let mut extended = change.clone();
        extended.extend_to_words(file.text());
        let next = starts.get(index + 1).copied().unwrap_or(usize::MAX);
        if end <= extended.range.start && extended.range.end < next {
            *change = extended;
        }
        end = change.range.end;
    }
    changes
}

/// Returns the edits of an unavailable file as changes.
fn unseen(edits: &[Edit]) -> Vec<Change<'_>> {
    let change = |edit: &Edit| !edit.span().is_empty() || !edit.text().is_empty();
    let edits = edits.iter().filter(|edit| change(edit));
    edits.map(|edit| Change { range: edit.span().range(), text: edit.text().into() }).collect()
}

/// Returns what a change does: `insert "x"`, `remove "x"`, `replace "x" with "y"`. `old` is the quoted old text.
fn verb(change: &Change<'_>, old: &str) -> String {
    match (change.range.is_empty(), change.text.is_empty()) {
        (true, _) => format!("insert {}", quoted(&change.text)),
        (false, true) => format!("remove {old}"),
        (false, false) => format!("replace {old} with {}", quoted(&change.text)),
    }
}

/// Returns what a change does that only removes or inserts the carriage returns of several line ends.
fn line_ends(old: &str, new: &str) -> Option<String> {
    let (verb, more, fewer) =
        if old.len() > new.len() { ("remove", old, new) } else { ("insert", new, old) };
    if fewer.contains('\r') || !fewer.contains('\n') || more.replace('\r', "") != fewer {
        return None;
    }
    let count = more.len() - fewer.len();
    let (returns, lines) = (text::plural("carriage return", count), text::plural("line", count));
    Some(format!("{verb} the {returns} of {count} {lines}"))
}

/// Returns what a change does if the old and the new text sound and look the same.
fn spelled(old: &str, new: &str) -> Option<String> {
    if old.len().max(new.len()) > MAX_SPELLED_BYTES {
        return None;
    }
    let (old_shown, new_shown) = (Appearance::new(old), Appearance::new(new));
    let [old_ranges, new_ranges] = old_shown.hidden_differences(&new_shown)?;
    let [old, new] = [(old, old_ranges), (new, new_ranges)]
        .map(|(text, ranges)| quoted(&text::spelled(text, &ranges)));
    Some(format!("replace {old} with {new}"))
}

/// Returns a text in quotes, such as `a space and "mut"`. Whitespace at the ends of lines is in words, because a screen
/// reader would not read it.
fn quoted(text: &str) -> String {
    if text.trim().is_empty() {
        return joined(&whitespace(text));
    }
    let mut parts = Vec::new();
    let mut lines = text.split_inclusive('\n');
    for line in lines.by_ref().take(MAX_LINES) {
        let core = line.trim();
        let start = line.len() - line.trim_start().len();
        let (before, rest) = line.split_at_checked(start).unwrap_or((line, ""));
        parts.extend(whitespace(before));
        if !core.is_empty() {
            parts.push(format!("\"{}\"", shortened(core)).into());
            parts.extend(whitespace(rest.get(core.len()..).unwrap_or_default()));
        }
    }
    parts.extend(more_lines(lines.count()));
    joined(&parts)
}

/// Returns one or more whole lines in quotes, with their indentation.
fn quoted_lines(text: &str) -> String {
    let text = if text.ends_with('\n') {
        text
    } else {
        text.split_once('\n').map_or(text, |(_, rest)| rest)
    };
    if text.trim_matches(['\r', '\n']).is_empty() && text.lines().nth(1).is_some() {
        return format!("{} empty lines", text.lines().count());
    }
    let mut lines = text.lines();
    let first: Vec<&str> = lines.by_ref().take(MAX_LINES).collect();
    let omitted = lines.count();
    let line = |line: &&str| -> Cow<'static, str> {
        match line.trim() {
            "" if line.is_empty() => "an empty line".into(),
            "" => format!("a line of {}", joined(&whitespace(line))).into(),
            _ => format!("\"{}\"", shortened(line)).into(),
        }
    };
    let mut parts: Vec<_> = first.iter().map(line).collect();
    parts.extend(more_lines(omitted));
    let is_text = first.first().is_some_and(|line| !line.trim().is_empty());
    let article = match (is_text, parts.len()) {
        (false, _) => "",
        (true, 1) => "the line ",
        (true, _) => "the lines ",
    };
    format!("{article}{}", joined(&parts))
}

/// Returns the number of lines that are not quoted, in words.
fn more_lines(count: usize) -> Option<Cow<'static, str>> {
    (count > 0).then(|| text::more("line", count).into())
}

/// Returns whitespace in words: `2 spaces`, `a line break`.
fn whitespace(text: &str) -> Vec<Cow<'static, str>> {
    let mut counts: Vec<(char, usize)> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' && chars.peek() == Some(&'\n') {
            continue;
        }
        match counts.iter_mut().find(|(known, _)| *known == c) {
            Some((_, count)) => *count += 1,
            None => counts.push((c, 1)),
        }
    }
    let part = |(c, count): &(char, usize)| -> Cow<'static, str> {
        let noun = match c {
            ' ' => "space",
            '\t' => "tab",
            '\n' => "line break",
            '\r' => "carriage return",
            _ => "other blank",
        };
        match (*count, noun) {
            (1, "other blank") => "another blank".into(),
            (1, _) => format!("a {noun}").into(),
            _ => format!("{count} {}", text::plural(noun, *count)).into(),
        }
    };
    counts.iter().map(part).collect()
}

/// Joins parts: `a`, `a and b`, `a, b and c`.
fn joined(parts: &[Cow<'_, str>]) -> String {
    match parts {
        [] => String::new(),
        [part] => part.clone().into_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns a sentence with a capital letter at its start.
fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
