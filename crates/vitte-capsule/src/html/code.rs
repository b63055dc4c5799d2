//! Lines of source files, with what a crash was about marked in them.
//!
//! ```text
//! 11 │ fn area(s) {
//! 12 │   return s.w * s.h
//!              ═════════ marked
//! ```

use std::ops::Range;

use vitte_diag::{SourceMap, text};

use super::limits;
use crate::capsule::Capsule;
use crate::report::{ContextLocation, CrashFrame, SourceLine, SourceLines, stand_in};

/// The most bytes that are shown of one line.
const LINE: usize = 600;
/// Lines that are shown before and after what is marked.
const AROUND: usize = 2;
/// Lines that are shown of what is marked: the first ones, and the last ones.
const FIRST: usize = 8;
const LAST: usize = 3;
/// Bytes that are shown of all files together, beside what the contexts show of them.
const MAX_BYTES: usize = 32 << 10;
/// Lines that are shown around each mark of a file that is too large.
const WINDOW: usize = 30;
/// The most files that are shown.
const MOST_FILES: usize = 50;

/// Lines in a row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Their numbers, one a line.
    pub(super) numbers: String,
    /// Their text.
    pub(super) pieces: Vec<Piece>,
}

/// Text that is marked, or is not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_marked: bool,
}

/// A source file as far as it is known.
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    /// The number that the report has for it, where the capsule has it not.
    id: Option<u32>,
    lines: Vec<Line<'a>>,
    is_lossy: bool,
}

#[derive(Clone, Copy)]
struct Line<'a> {
    number: u32,
    /// Of its first byte in the file.
    lo: usize,
    text: &'a str,
}

/// A file as it is shown as a whole.
pub(super) struct View {
    pub(super) file: String,
    /// What is not shown, and why.
    pub(super) note: String,
    pub(super) chunks: Vec<Chunk>,
}

/// The files of a capsule as texts.
pub(super) fn texts(capsule: &Capsule) -> SourceMap {
    let mut texts = SourceMap::new();
    for source in &capsule.sources {
        // What is too large for a map is in no capsule.
        _ = texts.add(source.file.clone(), source.text.clone());
    }
    texts
}

impl Capsule {
    /// The sources of the crash's diagnostic: each file as a whole where it is in the capsule, and otherwise
    /// those of its lines that the report has.
    pub(crate) fn source_map(&self) -> SourceMap {
        let texts = texts(self);
        let files = files(self, &texts);
        let whole = |known: &SourceLines| {
            let file = files.iter().find(|file| file.id.is_none() && file.name == known.file)?;
            let lines = file.lines.iter().filter_map(|line| {
                let lo = u32::try_from(line.lo).ok()?;
                Some(SourceLine { line: line.number, lo, text: line.text.to_owned() })
            });
            Some(SourceLines { id: known.id, file: known.file.clone(), lines: lines.collect() })
        };
        let lines = self.report.sources.iter();
        let lines = lines.map(|known| whole(known).unwrap_or_else(|| known.clone()));
        stand_in(&self.report.contexts, &lines.collect::<Vec<_>>())
    }
}

/// All files of which something is known: those of the capsule, then those of which the report has lines.
pub(super) fn files<'a>(capsule: &'a Capsule, texts: &'a SourceMap) -> Vec<File<'a>> {
    let whole = capsule.sources.iter().zip(texts.files()).map(|(source, file)| {
        let mut lo = 0;
        let lines = (1..).zip(file.text().split_inclusive('\n')).map(|(number, text)| {
            let line = Line { number, lo, text: text.trim_end_matches(['\n', '\r']) };
            lo += text.len();
            line
        });
        let is_lossy = std::str::from_utf8(&source.text).is_err();
        File { name: &source.file, id: None, lines: lines.collect(), is_lossy }
    });
    let mut files: Vec<_> = whole.collect();
    for known in &capsule.report.sources {
        if files.iter().any(|file| file.id.is_none() && file.name == known.file) {
            continue;
        }
        let lines = known.lines.iter();
        let lines =
            lines.map(|line| Line { number: line.line, lo: line.lo as usize, text: &line.text });
        let (name, id) = (known.file.as_str(), Some(known.id));
        files.push(File { name, id, lines: lines.collect(), is_lossy: false });
    }
    files
}

/// The index of the file that a context is in.
pub(super) fn find(files: &[File<'_>], place: &ContextLocation) -> Option<usize> {
    let is_whole = |file: &File<'_>| file.id.is_none() && place.file.as_deref() == Some(file.name);
    let whole = files.iter().position(is_whole);
    whole.or_else(|| files.iter().position(|file| file.id == Some(place.id)))
}

impl File<'_> {
    /// The lines of a place with those around it; of many lines the first ones and the last ones.
    pub(super) fn at(&self, place: &ContextLocation) -> Vec<Chunk> {
        let bytes = bytes(place);
        let mut of_place = self.lines_of(&bytes);
        let (from, to) = (of_place.start.saturating_sub(AROUND), of_place.end + AROUND);
        if of_place.is_empty() {
            return Vec::new();
        }
        if of_place.len() <= FIRST + LAST + AROUND {
            of_place = from..to;
            return self.chunks(&[of_place], &[bytes]);
        }
        let ranges = [from..of_place.start + FIRST, of_place.end - LAST..to];
        self.chunks(&ranges, &[bytes])
    }

    /// The line of a call with those around it, where this is the file that it is in.
    pub(super) fn of_call(&self, frame: &CrashFrame) -> Option<Vec<Chunk>> {
        let number = frame.line.filter(|_| frame.file.as_deref() == Some(self.name))?;
        let index = self.lines.binary_search_by_key(&number, |line| line.number).ok()?;
        let line = self.lines.get(index)?;
        let marked = line.lo..line.lo + line.text.len();
        let around = index.saturating_sub(AROUND + 1)..index + AROUND + 2;
        Some(self.chunks(&[around], &[marked]))
    }

    /// The indices of the lines that have any of these bytes, or are where no bytes are.
    fn lines_of(&self, bytes: &Range<usize>) -> Range<usize> {
        let is_before = |line: &Line<'_>| line.lo + line.text.len() < bytes.start;
        let start = self.lines.partition_point(is_before);
        let last = bytes.end.saturating_sub(1).max(bytes.start);
        let end = self.lines.partition_point(|line| line.lo <= last);
        start..end.max(start)
    }

    /// The lines of some ranges of indices, which may go too far; what is not in a row is apart.
    fn chunks(&self, ranges: &[Range<usize>], marks: &[Range<usize>]) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut next = None;
        for range in ranges {
            let lines = self.lines.iter().skip(range.start).take(range.len());
            for line in lines {
                if next != Some(line.number) || chunks.is_empty() {
                    chunks.push(Chunk::default());
                }
                if let Some(chunk) = chunks.last_mut() {
                    chunk.add(line, marks);
                }
                next = line.number.checked_add(1);
            }
        }
        chunks
    }
}

impl Chunk {
    fn add(&mut self, line: &Line<'_>, marks: &[Range<usize>]) {
        if !self.numbers.is_empty() {
            self.numbers.push('\n');
            self.push("\n", false);
        }
        self.numbers.push_str(&line.number.to_string());
        let own = line.lo..line.lo + line.text.len() + 1;
        let marks = marks.iter().filter(|mark| mark.start < own.end && mark.end >= own.start);
        let marks: Vec<&Range<usize>> = marks.collect();
        let end = text::floor_char_boundary(line.text, LINE);
        let (head, rest) = line.text.split_at_checked(end).unwrap_or((line.text, ""));
        if marks.is_empty() {
            let safe = text::lines(head, limits::TAB).next().unwrap_or_default();
            self.push(&safe, false);
        } else {
            self.add_marked(head, line.lo, &marks);
        }
        if !rest.is_empty() {
            self.push(&limits::more_bytes(rest.len()), false);
        }
    }

    /// Adds the text of a line that begins at the byte `lo` of its file.
    fn add_marked(&mut self, line: &str, lo: usize, marks: &[&Range<usize>]) {
        let mut at = lo;
        let is_empty_at = |at: usize| marks.iter().any(|mark| mark.is_empty() && mark.start == at);
        for cluster in text::cells(line, limits::TAB) {
            let end = at + cluster.text.len();
            let is_marked = marks.iter().any(|mark| mark.start < end && mark.end > at);
            // An empty place is shown by the character behind it.
            let is_marked = is_marked || is_empty_at(at);
            let mut shown = String::new();
            cluster.push_to(&mut shown);
            self.push(&shown, is_marked);
            at = end;
        }
        if is_empty_at(at) {
            self.push(" ", true);
        }
    }

    fn push(&mut self, text: &str, is_marked: bool) {
        let text = limits::characters(text.into());
        match self.pieces.last_mut() {
            Some(last) if last.is_marked == is_marked => last.text.push_str(&text),
            _ => self.pieces.push(Piece { text: text.into_owned(), is_marked }),
        }
    }
}

fn bytes(place: &ContextLocation) -> Range<usize> {
    place.lo as usize..place.hi.max(place.lo) as usize
}

/// The files as wholes, as far as there is room for them; the places are those of the contexts.
pub(super) fn views<'a>(
    files: &[File<'_>],
    places: impl Iterator<Item = &'a ContextLocation>,
) -> (Vec<View>, usize) {
    let mut marks: Vec<Vec<Range<usize>>> = files.iter().map(|_| Vec::new()).collect();
    for place in places {
        let own = find(files, place).and_then(|index| marks.get_mut(index));
        if let Some(own) = own.filter(|own| own.len() < FIRST * 8) {
            own.push(bytes(place));
        }
    }
    let mut room = MAX_BYTES;
    let views = files.iter().zip(&marks).take(MOST_FILES);
    let views = views.map(|(file, marks)| view(file, marks, &mut room)).collect();
    (views, files.len().saturating_sub(MOST_FILES))
}

fn view(file: &File<'_>, marks: &[Range<usize>], room: &mut usize) -> View {
    let size = |range: &Range<usize>| -> usize {
        let lines = file.lines.iter().skip(range.start).take(range.len());
        lines.map(|line| line.text.len().min(LINE) + 8).sum()
    };
    let count = file.lines.len();
    let mut ranges = Vec::from([Range { start: 0, end: count }]);
    if size(&(0..count)) > *room {
        let around = marks.iter().map(|mark| {
            let lines = file.lines_of(mark);
            lines.start.saturating_sub(WINDOW)..(lines.start + WINDOW).min(count)
        });
        ranges = joined(around.collect());
        if ranges.is_empty() {
            ranges.push(0..(2 * WINDOW).min(count));
        }
    }
    ranges.retain(|range| match room.checked_sub(size(range)) {
        Some(rest) => {
            *room = rest;
            true
        }
        None => false,
    });
    let shown: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    let mut notes = Vec::new();
    if file.id.is_some() {
        notes.push("only the lines that the context is on are known".to_owned());
    }
    if shown < count {
        let more = limits::thousands(count - shown);
        notes.push(format!("{more} of {} are left out", limits::counted("line", count)));
    }
    if file.is_lossy {
        notes.push("bytes that are no UTF-8 are shown as ?".to_owned());
    }
    View {
        file: limits::line(file.name, LINE),
        note: notes.join("; "),
        chunks: file.chunks(&ranges, marks),
    }
}

/// Ranges in order, those that meet as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
