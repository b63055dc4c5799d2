//! Where in the sources the contexts are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::report::{ContextEntry, ContextPlace, ContextValue, SourceLine, SourceLines};
use super::signal::slots::Raw;
use crate::source::{BOM, ColumnUnit, KnownPlace, SourceFile, SourceMap};
use crate::span::Span;

/// Lines that are kept of one context: the first ones, and the last one.
const LINES: u32 = 6;
/// Bytes that are kept of a line, so that a label on it can be shown.
const LONGEST_LINE: usize = 4096;

static SOURCES: Mutex<Option<Shared>> = Mutex::new(None);

/// The sources that spans mean, and where another process finds them.
struct Shared {
    sources: SourceMap,
    /// Four numbers for each file: address and length of its path, and of its text.
    _table: Arc<[u64]>,
}

/// Says which sources the spans of [contexts](super::context) mean: those of the last call. They stay in
/// memory until then. Files that are added later are known from the next call on.
pub fn sources(sources: &SourceMap) {
    let table: Arc<[u64]> = sources
        .files()
        .flat_map(|file| {
            let (path, text) = (file.path(), file.text());
            [
                path.as_ptr().addr() as u64,
                path.len() as u64,
                text.as_ptr().addr() as u64,
                text.len() as u64,
            ]
        })
        .collect();
    #[cfg(unix)]
    {
        use super::signal::words::{self, Word};
        words::set(Word::SourcesLen, 0);
        words::set(Word::Sources, table.as_ptr().addr() as u64);
        words::set(Word::SourcesLen, size_of_val(&*table) as u64);
    }
    let shared = Shared { sources: sources.clone(), _table: table };
    let mut current = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
    let before = current.replace(shared);
    drop(current);
    // What may take long is not done under the lock.
    drop(before);
}

/// The sources that spans mean, where somebody said so; nothing where they are being changed, as who asks
/// must not wait.
pub(super) fn known() -> Option<SourceMap> {
    let sources = SOURCES.try_lock().ok()?;
    sources.as_ref().map(|shared| shared.sources.clone())
}

/// The contexts with their places in `sources`, and the lines that these are on.
pub(super) fn resolve(
    raw: Vec<Raw>,
    sources: Option<&SourceMap>,
) -> (Vec<ContextEntry>, Vec<SourceLines>) {
    let mut lines: BTreeMap<u32, (String, BTreeMap<u32, SourceLine>)> = BTreeMap::new();
    let entries = raw.into_iter().map(|raw| {
        let place = raw.span.map(|span| {
            let file = sources.and_then(|sources| sources.file(span.file()).ok());
            if let Some(file) = file {
                let (_, known) = lines
                    .entry(span.file().index())
                    .or_insert_with(|| (file.path().to_owned(), BTreeMap::new()));
                take_lines(file, span, known);
            }
            place(span, file)
        });
        let values =
            raw.values.into_iter().map(|(key, value)| ContextValue { key, value }).collect();
        ContextEntry { name: raw.name, values, place }
    });
    let entries = entries.collect();
    let lines = lines.into_iter().map(|(id, (file, lines))| SourceLines {
        id,
        file,
        lines: lines.into_values().collect(),
    });
    (entries, lines.collect())
}

fn place(span: Span, file: Option<&SourceFile>) -> ContextPlace {
    let at = file.map(|file| {
        let text = file.text();
        let lo = text.floor_char_boundary(span.lo() as usize);
        file.location(u32::try_from(lo).unwrap_or(u32::MAX), ColumnUnit::Char)
    });
    ContextPlace {
        id: span.file().index(),
        file: file.map(|file| file.path().to_owned()),
        lo: span.lo(),
        hi: span.hi(),
        line: at.map(|at| at.line),
        col: at.map(|at| at.col),
    }
}

/// Takes the lines of a span: the first ones, and the last one.
fn take_lines(file: &SourceFile, span: Span, known: &mut BTreeMap<u32, SourceLine>) {
    let last = span.hi().saturating_sub(1).max(span.lo());
    let (first, last) = (file.line_of(span.lo()), file.line_of(last));
    let kept = (first..=last).take(LINES as usize).chain([last]);
    for number in kept {
        let range = file.line_range(number).unwrap_or_default();
        let text = file.line(number).unwrap_or_default();
        let end = text.floor_char_boundary(
            LONGEST_LINE
                .max((span.hi() as usize).saturating_sub(range.start).min(LONGEST_LINE * 16)),
        );
        let lo = u32::try_from(range.start).unwrap_or(u32::MAX);
        let text = text.get(..end).unwrap_or(text).to_owned();
        known.insert(number, SourceLine { line: number, lo, text });
    }
}

/// A map in which the files of a report have the numbers that they had, and hold the lines that are
/// kept of them, each at its place. All else in them is blank.
pub(super) fn stand_in(places: &[ContextEntry], lines: &[SourceLines]) -> SourceMap {
    let mut sources = SourceMap::new();
    let mut files: BTreeMap<u32, (&str, &[SourceLine])> = BTreeMap::new();
    for place in places.iter().filter_map(|entry| entry.place.as_ref()) {
        if let Some(file) = &place.file {
            files.insert(place.id, (file, &[]));
        }
    }
    for file in lines {
        files.insert(file.id, (&file.file, &file.lines));
    }
    let mut next = 0;
    for (id, (path, lines)) in files.range(..MOST_FILES) {
        // Nothing that is shown is in the files between.
        while next < *id {
            _ = sources.add("", "");
            next += 1;
        }
        _ = match text_of(lines) {
            Some(text) => sources.add(*path, text),
            None => sources.add_missing(*path, known_places(*id, places)),
        };
        next += 1;
    }
    sources
}

fn known_places(id: u32, places: &[ContextEntry]) -> impl Iterator<Item = KnownPlace> {
    let places = places.iter().filter_map(|entry| entry.place.as_ref());
    places.filter(move |place| place.id == id).filter_map(|place| {
        Some(KnownPlace { offset: place.lo, line: place.line?, col: place.col? })
    })
}

/// The most files that a program may have of which a report shows lines.
const MOST_FILES: u32 = 100_000;
/// The most bytes of a file of which a report shows lines.
const LARGEST: usize = 64 << 20;

/// A text that has these lines at their places.
fn text_of(lines: &[SourceLine]) -> Option<String> {
    let mut text = String::new();
    let mut line = 1;
    let first = lines.first()?;
    if first.line == 1 && first.lo as usize == BOM.len() {
        text.push_str(BOM);
    }
    for known in lines {
        let lo = known.lo as usize;
        // Blanks, and as many line ends as there were.
        let ends = known.line.checked_sub(line)? as usize;
        let blanks = lo.checked_sub(text.len())?.checked_sub(ends)?;
        if lo > LARGEST || known.text.contains('\n') {
            return None;
        }
        text.extend(std::iter::repeat_n(' ', blanks));
        text.extend(std::iter::repeat_n('\n', ends));
        text.push_str(&known.text);
        line = known.line;
    }
    text.push('\n');
    Some(text)
}
