//! Where in the sources the contexts are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::report::{
    ContextEntry, ContextPlace, ContextValue, ContextVariable, SourceLine, SourceLines,
};
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

/// Says which sources the spans of [contexts](super::context()) mean: those of the last call. They stay in
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
    let shared = Shared { sources: sources.clone(), _table: Arc::clone(&table) };
    let mut current = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
    // Under the lock, so that what the reporter is told of is what stays in memory.
    #[cfg(unix)]
    {
        use super::signal::words::{self, Word};
        words::set(Word::SourcesLen, 0);
        words::set(Word::Sources, table.as_ptr().addr() as u64);
        words::set(Word::SourcesLen, size_of_val(&*table) as u64);
    }
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
    variables: &[(u32, ContextVariable)],
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
        let held = variables.iter().filter(|(index, _)| *index == raw.index);
        let variables = held.map(|(_, variable)| variable.clone()).collect();
        ContextEntry { name: raw.name, values, place, variables }
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
        let rest = file.text().get(range.start..).unwrap_or_default();
        // What ends it may be of two bytes, and a span may end between them.
        let text = rest.split('\n').next().unwrap_or_default();
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
        // The line before ends where it did, if there are others between.
        let first = usize::from(ends > 1 && !text.is_empty());
        text.extend(std::iter::repeat_n('\n', first));
        text.extend(std::iter::repeat_n(' ', blanks));
        text.extend(std::iter::repeat_n('\n', ends - first));
        text.push_str(&known.text);
        line = known.line;
    }
    text.push('\n');
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::span::FileId;

    fn raw(span: Span) -> Raw {
        Raw { index: 0, name: "c".into(), values: Vec::new(), span: Some(span) }
    }

    /// What is at a span, as all formats are told of it.
    fn seen(sources: &SourceMap, span: Span) -> Option<(String, u32, u32, String)> {
        let at = sources.location(span).ok()?;
        let file = sources.file(span.file()).ok()?;
        let line = file.line(at.line).unwrap_or_default().to_owned();
        Some((at.path.to_owned(), at.line, at.col, line))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        /// The stand-in says of every context what the sources say.
        #[test]
        fn a_stand_in_is_the_sources_as_far_as_the_contexts_go(
            texts in prop::collection::vec("(\u{feff})?([a-zé\t]{0,9}(\n|\r\n)){0,20}[a-z]{0,3}", 1..4),
            marks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
        ) {
            let mut sources = SourceMap::new();
            for (index, text) in texts.iter().enumerate() {
                sources.add(format!("f{index}.vitte"), text.as_str()).unwrap();
            }
            let spans: Vec<Span> = marks.iter().map(|(file, lo, hi)| {
                let index = file.index(texts.len());
                let text = &texts[index];
                let at = |at: &prop::sample::Index| text.floor_char_boundary(at.index(text.len() + 1));
                let (lo, hi) = (at(lo).min(at(hi)), at(lo).max(at(hi)));
                Span::new(FileId::new(u32::try_from(index).unwrap()), lo, hi).unwrap()
            }).collect();
            let (entries, lines) = resolve(spans.iter().copied().map(raw).collect(), Some(&sources), &[]);
            let again = stand_in(&entries, &lines);
            for span in spans {
                prop_assert_eq!(seen(&again, span), seen(&sources, span));
            }
        }
    }

    #[test]
    fn hostile_reports_make_no_large_files() {
        let place = |id, lo| ContextEntry {
            name: "c".into(),
            values: Vec::new(),
            variables: Vec::new(),
            place: Some(ContextPlace {
                id,
                file: Some("a".into()),
                lo,
                hi: lo,
                line: Some(9),
                col: Some(4),
            }),
        };
        let line = |id, line, lo, text: &str| SourceLines {
            id,
            file: "a".into(),
            lines: vec![SourceLine { line, lo, text: text.into() }],
        };
        for lines in [
            line(1, u32::MAX, u32::MAX, "x"),
            line(1, 0, 0, "x"),
            line(1, 9, 2, "x"),
            line(1, 9, 100, "x\ny"),
        ] {
            let sources = stand_in(&[place(1, 100)], &[lines]);
            assert_eq!(sources.files().count(), 2);
            let at = sources.location(Span::empty(FileId::new(1), 100)).unwrap();
            assert_eq!((at.path, at.line, at.col), ("a", 9, 4));
        }
        assert_eq!(stand_in(&[place(u32::MAX - 1, 1)], &[]).files().count(), 0);
    }

    #[test]
    fn sources_that_nobody_told_of_leave_offsets_alone() {
        let span = Span::new(FileId::new(7), 3, 5).unwrap();
        let (entries, lines) = resolve(vec![raw(span)], None, &[]);
        let place = entries[0].place.as_ref().unwrap();
        assert_eq!((place.id, place.lo, place.hi, &place.file), (7, 3, 5, &None));
        assert_eq!(lines, []);
    }
}
