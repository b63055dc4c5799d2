//! What two runs of a compiler have in common for one diagnostic.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use super::BaselineEntry;
use crate::check::CheckedDiagnostic;
use crate::model::{Code, Diagnostic};
use crate::source::{ColumnUnit, SourceFile, SourceMap};
use crate::text;

/// The parts of a diagnostic that are compared between two runs: hashes that do not contain its line, its severity, or
/// white space.
///
/// All hashes are SipHash-2-4 with 64 bits, the same on every machine. Texts are separated by the byte 0xff, which does not
/// occur in UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The code, and the message and that of the primary label with `#` for each run of digits.
    pub kind: u64,
    /// The path of the file. Without a file, the hash of an empty text.
    pub path: u64,
    /// The first line of the primary label, and its neighbours. `None` if the text of the file is not known.
    pub text: Option<LineText>,
    /// Where the primary label is. `None` if there is none, and in a baseline, which has no positions.
    pub position: Option<Position>,
}

/// The hashes of a line and its neighbours, each without white space at its ends, and with one blank for each white space
/// inside. The first 4 KiB of a line are hashed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineText {
    /// The line.
    pub line: u64,
    /// The nearest lines before and after it that are not blank, among eight each.
    pub context: u64,
}

/// A position in a file. It counts where the text of the file is not known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Position {
    /// The line, 1-based.
    pub line: u32,
    /// The column, 1-based.
    pub col: u32,
    /// The length of the span in bytes.
    pub len: u32,
}

/// The maximum number of bytes of a line that are hashed.
const MAX_LINE_BYTES: usize = 4096;
/// The maximum distance of the neighbours in lines.
const MAX_NEIGHBOUR_LINES: u32 = 8;

impl Identity {
    /// Returns the identity of a diagnostic in its sources.
    #[must_use]
    pub fn of(sources: &SourceMap, diagnostic: &Diagnostic) -> Self {
        Self::of_checked(&CheckedDiagnostic::new(sources, diagnostic))
    }

    pub(super) fn of_checked(checked: &CheckedDiagnostic<'_>) -> Self {
        let diagnostic = checked.diagnostic;
        let label = diagnostic.primary().and_then(|label| label.message());
        let primary = checked.primary();
        let text = match (primary, checked.file()) {
            (Some(primary), _) => LineText::at(primary.file, primary.span.lo()),
            (None, Some(file)) if file.is_unavailable() => None,
            (None, _) => Some(LineText::NONE),
        };
        let position = primary.map(|primary| {
            let at = primary.location(ColumnUnit::Char);
            Position { line: at.line, col: at.col, len: primary.span.hi() - primary.span.lo() }
        });
        Self {
            kind: kind(diagnostic.code(), diagnostic.message(), label),
            path: hash_of(checked.file().map_or("", SourceFile::path)),
            text,
            position,
        }
    }

    /// Creates the identity of a diagnostic that is not in a source map.
    ///
    /// `label` is the message of the primary label, and `path` that of its file. `text` is the one
    /// [at its start](LineText::at), and is ignored without a `position`.
    #[must_use]
    pub fn new(
        code: Option<Code>,
        message: &str,
        label: Option<&str>,
        path: &str,
        text: Option<LineText>,
        position: Option<Position>,
    ) -> Self {
        let text = if position.is_some() { text } else { Some(LineText::NONE) };
        Self { kind: kind(code, message, label), path: hash_of(path), text, position }
    }

    /// Returns the text of the line, if there is a line and its text is known.
    pub(super) fn line_text(&self) -> Option<LineText> {
        self.text.filter(|text| *text != LineText::NONE)
    }

    /// Returns the identity of an entry of a baseline.
    #[must_use]
    pub fn of_entry(entry: &BaselineEntry) -> Self {
        Self {
            kind: kind(entry.code, &entry.message, entry.label.as_deref()),
            path: hash_of(&entry.path),
            text: entry.text,
            position: None,
        }
    }
}

impl LineText {
    /// The text of a diagnostic that has no line.
    pub(super) const NONE: Self = Self { line: 0, context: 0 };

    /// Returns the text at an offset in bytes, or `None` if the text of the file is not known.
    #[must_use]
    pub fn at(file: &SourceFile, offset: u32) -> Option<Self> {
        if file.is_unavailable() {
            return None;
        }
        let line = file.line_of(offset);
        let text = |line: u32| file.line(line).unwrap_or_default();
        let is_full = |line: &u32| !text(*line).trim().is_empty();
        let before = (line.saturating_sub(MAX_NEIGHBOUR_LINES).max(1)..line).rev().find(is_full);
        let after = (line.saturating_add(1)..=line.saturating_add(MAX_NEIGHBOUR_LINES))
            .take_while(|line| file.line(*line).is_some())
            .find(is_full);
        let neighbours = [before, after].map(|line| line.map_or("", text));
        Some(Self { line: hash(&[text(line)]), context: hash(&neighbours) })
    }
}

/// Hashes lines without their white space.
fn hash(lines: &[&str]) -> u64 {
    let mut hasher = SipHasher24::new();
    for line in lines {
        for word in text::truncate(line, MAX_LINE_BYTES).split_whitespace() {
            hasher.write(word.as_bytes());
            hasher.write(b" ");
        }
        hasher.write(&[0xff]);
    }
    hasher.finish()
}

fn hash_of(path: &str) -> u64 {
    let mut hasher = SipHasher24::new();
    hasher.write(path.as_bytes());
    hasher.finish()
}

fn kind(code: Option<Code>, message: &str, label: Option<&str>) -> u64 {
    let mut hasher = SipHasher24::new();
    hasher.write(code.as_ref().map_or("", Code::as_str).as_bytes());
    for text in [message, label.unwrap_or_default()] {
        hasher.write(&[0xff]);
        write_without_numbers(&mut hasher, text);
    }
    hasher.finish()
}

/// Hashes a text with `#` for each run of digits, because messages contain lines, sizes and counts.
fn write_without_numbers(hasher: &mut SipHasher24, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(u8::is_ascii_digit) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, b""));
        hasher.write(before);
        hasher.write(b"#");
        let end = from.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(from.len());
        rest = from.get(end..).unwrap_or_default();
    }
    hasher.write(rest);
}
