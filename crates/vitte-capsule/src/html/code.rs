//! Excerpts of source files, with the locations of contexts and frames marked.
//!
//! ```text
//! 11 │ fn area(s) {
//! 12 │   return s.w * s.h
//!              ═════════ marked
//! ```

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use vitte_diag::{SourceMap, text};

use super::limits;
use super::lines::{FileLine, Lines};
use crate::capsule::Capsule;
use crate::report::{ContextLocation, CrashFrame, partial_sources};

const MAX_LINE_BYTES: usize = 600;
/// The lines before and after a marked location.
const CONTEXT_LINES: usize = 2;
/// The lines of a long marked location: the first ones and the last ones.
const MAX_FIRST_LINES: usize = 8;
const MAX_LAST_LINES: usize = 3;
/// Maximum length of the section with all files, in bytes.
const MAX_TOTAL_BYTES: usize = 32 << 10;
/// The lines before and after each mark in a file that is too large to show completely.
const WINDOW_LINES: usize = 30;
const MAX_FILES: usize = 50;
const MAX_MARKS_PER_FILE: usize = 64;
/// Maximum number of files of which the report has only lines. Further ones are only counted.
const MAX_RECORDED_FILES: usize = 1000;
/// Maximum number of contexts whose locations are marked in the section with all files.
const MAX_MARKS: usize = 1000;
/// Maximum size of a file that the diagnostic shows from the capsule, in bytes. Of a larger file it shows the lines that
/// the report has.
const MAX_DIAGNOSTIC_FILE_BYTES: usize = 8 << 20;

/// Consecutive lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    /// The line numbers, one per line.
    pub(super) numbers: String,
    pub(super) pieces: Vec<Piece>,
}

/// Text that is marked or not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_marked: bool,
}

/// A source file of the capsule, or the recorded lines of one.
pub(super) struct SourceFile<'a> {
    pub(super) name: &'a str,
    /// The file number in the report, or `None` if the capsule has the whole file.
    id: Option<u32>,
    lines: Lines<'a>,
    /// Whether it has invalid UTF-8.
    is_lossy: bool,
}

/// A file in the section with all files.
pub(super) struct FileView {
    pub(super) file: String,
    /// What is omitted, and why. May be empty.
    pub(super) note: String,
    pub(super) chunks: Vec<Chunk>,
}

/// Returns the files of a capsule as text. Bytes that are not UTF-8 are each replaced by `?`, so offsets are the same.
pub(super) fn texts(capsule: &Capsule) -> Vec<Cow<'_, str>> {
    let text = |bytes| match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(lossy(bytes)),
    };
    capsule.sources.iter().map(|source| text(&source.text)).collect()
}

fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

impl Capsule {
    /// Returns the sources for the crash's diagnostic: whole files if the capsule has them, else the lines that
    /// the report has.
    pub(crate) fn source_map(&self) -> SourceMap {
        let whole_file = |file: &str| {
            let source = self.sources.iter().find(|source| source.file == file)?;
            (source.text.len() <= MAX_DIAGNOSTIC_FILE_BYTES).then(|| source.text.clone())
        };
        partial_sources(&self.report.contexts, &self.report.sources, &whole_file)
    }
}

/// Returns the files of the capsule, then the other files of which the report has lines.
pub(super) fn files<'a>(capsule: &'a Capsule, texts: &'a [Cow<'a, str>]) -> Vec<SourceFile<'a>> {
    let whole_files = capsule.sources.iter().zip(texts).map(|(source, text)| {
        let is_lossy = matches!(text, Cow::Owned(_));
        SourceFile { name: &source.file, id: None, lines: Lines::whole(text), is_lossy }
    });
    let names: HashSet<&str> = capsule.sources.iter().map(|source| &*source.file).collect();
    let recorded = capsule.report.sources.iter();
    let recorded = recorded.filter(|recorded| !names.contains(&*recorded.file)).map(|recorded| {
        let lines = recorded.lines.iter().map(|line| FileLine {
            number: line.line,
            lo: line.lo as usize,
            text: &line.text,
        });
        let (name, id) = (recorded.file.as_str(), Some(recorded.id));
        SourceFile { name, id, lines: Lines::Recorded(lines.collect()), is_lossy: false }
    });
    whole_files.chain(recorded.take(MAX_RECORDED_FILES)).collect()
}

/// Returns the index of the file of a location.
pub(super) fn find(files: &[SourceFile<'_>], location: &ContextLocation) -> Option<usize> {
    let is_whole =
        |file: &SourceFile<'_>| file.id.is_none() && location.file.as_deref() == Some(file.name);
    let whole = files.iter().position(is_whole);
    whole.or_else(|| files.iter().position(|file| file.id == Some(location.id)))
}

impl SourceFile<'_> {
    /// Returns the lines of a location and those around it. Of a long location, only the first and the last lines.
    pub(super) fn lines_at(&self, location: &ContextLocation) -> Vec<Chunk> {
        let bytes = byte_range(location);
        let marked = self.lines.overlapping(&bytes);
        let from = marked.start.saturating_sub(CONTEXT_LINES);
        let to = marked.end + CONTEXT_LINES;
        if marked.is_empty() {
            return Vec::new();
        }
        if marked.len() <= MAX_FIRST_LINES + MAX_LAST_LINES + CONTEXT_LINES {
            let all = from..to;
            return self.chunks(&[all], &[bytes]);
        }
        let ranges = [from..marked.start + MAX_FIRST_LINES, marked.end - MAX_LAST_LINES..to];
        self.chunks(&ranges, &[bytes])
    }

    /// Returns the line of a frame and those around it, or `None` if the frame is not in this file.
    pub(super) fn lines_of_frame(&self, frame: &CrashFrame) -> Option<Vec<Chunk>> {
        let number = frame.line.filter(|_| frame.file.as_deref() == Some(self.name))?;
        let index = self.lines.with_number(number)?;
        let line = self.lines.range(index..index + 1).next()?;
        let marked = line.lo..line.lo + line.text.len();
        let around = index.saturating_sub(CONTEXT_LINES + 1)..index + CONTEXT_LINES + 2;
        Some(self.chunks(&[around], &[marked]))
    }

    /// Returns the lines of some index ranges, which may exceed the file. Lines that are not consecutive are in
    /// separate chunks.
    fn chunks(&self, ranges: &[Range<usize>], marks: &[Range<usize>]) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut next = None;
        for range in ranges {
            for line in self.lines.range(range.clone()) {
                if next != Some(line.number) || chunks.is_empty() {
                    chunks.push(Chunk::default());
                }
                if let Some(chunk) = chunks.last_mut() {
                    chunk.add(&line, marks);
                }
                next = line.number.checked_add(1);
            }
        }
        chunks
    }
}

impl Chunk {
    fn add(&mut self, line: &FileLine<'_>, marks: &[Range<usize>]) {
        if !self.numbers.is_empty() {
            self.numbers.push('\n');
            self.push("\n", false);
        }
        self.numbers.push_str(&line.number.to_string());
        let bytes = line.lo..line.lo + line.text.len() + 1;
        let marks = marks.iter().filter(|mark| mark.start < bytes.end && mark.end >= bytes.start);
        let marks: Vec<&Range<usize>> = marks.collect();
        let end = text::floor_char_boundary(line.text, MAX_LINE_BYTES);
        let (head, rest) = line.text.split_at_checked(end).unwrap_or((line.text, ""));
        if marks.is_empty() {
            let safe = text::lines(head, limits::TAB_WIDTH).next().unwrap_or_default();
            self.push(&safe, false);
        } else {
            self.add_marked(head, line.lo, &marks);
        }
        if !rest.is_empty() {
            self.push(&limits::more_bytes(rest.len()), false);
        }
    }

    /// Adds the text of a line that starts at byte `lo` of its file.
    fn add_marked(&mut self, line: &str, lo: usize, marks: &[&Range<usize>]) {
        let mut at = lo;
        let is_empty_at = |at: usize| marks.iter().any(|mark| mark.is_empty() && mark.start == at);
        for cluster in text::cells(line, limits::TAB_WIDTH) {
            let end = at + cluster.text.len();
            let is_marked = marks.iter().any(|mark| mark.start < end && mark.end > at);
            // An empty mark is shown on the character after it.
            let is_marked = is_marked || is_empty_at(at);
            let mut safe = String::new();
            cluster.push_to(&mut safe);
            self.push(&safe, is_marked);
            at = end;
        }
        if is_empty_at(at) {
            self.push(" ", true);
        }
    }

    fn push(&mut self, text: &str, is_marked: bool) {
        let text = limits::xml_characters(text.into());
        match self.pieces.last_mut() {
            Some(last) if last.is_marked == is_marked => last.text.push_str(&text),
            _ => self.pieces.push(Piece { text: text.into_owned(), is_marked }),
        }
    }
}

fn byte_range(location: &ContextLocation) -> Range<usize> {
    location.lo as usize..location.hi.max(location.lo) as usize
}

/// Returns the files with the `locations` of the contexts marked, up to the size limit, and the number of
/// omitted files.
pub(super) fn file_views<'a>(
    files: &[SourceFile<'_>],
    locations: impl Iterator<Item = &'a ContextLocation>,
) -> (Vec<FileView>, usize) {
    let mut marks: Vec<Vec<Range<usize>>> = files.iter().map(|_| Vec::new()).collect();
    for location in locations.take(MAX_MARKS) {
        let of_file = find(files, location).and_then(|index| marks.get_mut(index));
        if let Some(of_file) = of_file.filter(|of_file| of_file.len() < MAX_MARKS_PER_FILE) {
            of_file.push(byte_range(location));
        }
    }
    let mut remaining = MAX_TOTAL_BYTES;
    let views = files.iter().zip(&marks).take(MAX_FILES);
    let views = views.map(|(file, marks)| file_view(file, marks, &mut remaining)).collect();
    (views, files.len().saturating_sub(MAX_FILES))
}

/// Returns the view of a file with at most `remaining` bytes, and subtracts its size. If the file is too large,
/// the view has only the lines around the marks.
fn file_view(file: &SourceFile<'_>, marks: &[Range<usize>], remaining: &mut usize) -> FileView {
    let limit = *remaining;
    // Stops at the limit, which a range of many lines exceeds.
    let size = |range: &Range<usize>| {
        let mut lines = file.lines.range(range.clone());
        lines.try_fold(0, |sum, line| {
            let sum = sum + line.text.len().min(MAX_LINE_BYTES) + 8;
            (sum <= limit).then_some(sum)
        })
    };
    let count = file.lines.len();
    let mut ranges = Vec::from([Range { start: 0, end: count }]);
    if size(&(0..count)).is_none() {
        let windows = marks.iter().map(|mark| {
            let lines = file.lines.overlapping(mark);
            lines.start.saturating_sub(WINDOW_LINES)..(lines.start + WINDOW_LINES).min(count)
        });
        ranges = merged(windows.collect());
        if ranges.is_empty() {
            ranges.push(0..(2 * WINDOW_LINES).min(count));
        }
    }
    ranges.retain(|range| match size(range).and_then(|size| remaining.checked_sub(size)) {
        Some(rest) => {
            *remaining = rest;
            true
        }
        None => false,
    });
    let shown: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    let mut notes = Vec::new();
    if file.id.is_some() {
        notes.push("only the lines of the contexts were recorded".to_owned());
    }
    if shown < count {
        let omitted = limits::with_separators(count - shown);
        notes.push(format!("{omitted} of {} omitted", limits::counted("line", count)));
    }
    if file.is_lossy {
        notes.push("invalid UTF-8 is shown as ?".to_owned());
    }
    FileView {
        file: limits::line(file.name, MAX_LINE_BYTES),
        note: notes.join("; "),
        chunks: file.chunks(&ranges, marks),
    }
}

/// Sorts ranges, and merges those that overlap or touch.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
