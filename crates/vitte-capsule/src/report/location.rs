//! Where in the sources a program was, and the lines that are kept of them.

use std::collections::BTreeMap;

use vitte_diag::text::floor_char_boundary;
use vitte_diag::{ColumnUnit, KnownLocation, SourceFile, SourceMap, Span};

use super::{ContextEntry, ContextLocation, SourceLine, SourceLines};

/// Lines that are kept of one span: the first ones, and the last one.
const LINES: u32 = 6;
/// Bytes that are kept of a line, so that a label on it can be shown.
const LONGEST_LINE: usize = 4096;
const BOM: &str = "\u{feff}";

impl ContextLocation {
    /// The place of a span, in its file where that is known.
    #[must_use]
    pub fn new(span: Span, file: Option<&SourceFile>) -> Self {
        let at = file.map(|file| file.location(span.lo(), ColumnUnit::Char));
        Self {
            id: span.file().index(),
            file: file.map(|file| file.path().to_owned()),
            lo: span.lo(),
            hi: span.hi(),
            line: at.map(|at| at.line),
            col: at.map(|at| at.col),
        }
    }
}

impl SourceLine {
    /// The lines of a span that a report keeps: the first six, and the last one. Of a long line only its
    /// beginning is kept.
    pub fn of_span(file: &SourceFile, span: Span) -> impl Iterator<Item = Self> {
        let last = span.hi().saturating_sub(1).max(span.lo());
        let (first, last) = (file.line_of(span.lo()), file.line_of(last));
        let kept = (first..=last).take(LINES as usize).chain([last]);
        kept.map(move |number| {
            let range = file.line_range(number).unwrap_or_default();
            let rest = file.text().get(range.start..).unwrap_or_default();
            // What ends it may be of two bytes, and a span may end between them.
            let text = rest.split('\n').next().unwrap_or_default();
            let end = (span.hi() as usize).saturating_sub(range.start).min(LONGEST_LINE * 16);
            let end = floor_char_boundary(text, end.max(LONGEST_LINE));
            let lo = u32::try_from(range.start).unwrap_or(u32::MAX);
            let text = text.get(..end).unwrap_or(text).to_owned();
            Self { line: number, lo, text }
        })
    }
}

/// A map in which the files of a report have the numbers that they had, and hold the lines that are
/// kept of them, each at its place. All else in them is blank.
pub(crate) fn stand_in(places: &[ContextEntry], lines: &[SourceLines]) -> SourceMap {
    let mut sources = SourceMap::new();
    let mut files: BTreeMap<u32, (&str, &[SourceLine])> = BTreeMap::new();
    for place in places.iter().filter_map(|entry| entry.location.as_ref()) {
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
            None => sources.add_unavailable(*path, known_places(*id, places)),
        };
        next += 1;
    }
    sources
}

fn known_places(id: u32, places: &[ContextEntry]) -> impl Iterator<Item = KnownLocation> {
    let places = places.iter().filter_map(|entry| entry.location.as_ref());
    places.filter(move |place| place.id == id).filter_map(|place| {
        Some(KnownLocation { offset: place.lo, line: place.line?, col: place.col? })
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
    use vitte_diag::FileId;

    use super::*;

    #[test]
    fn hostile_reports_make_no_large_files() {
        let place = |id, lo| ContextEntry {
            name: "c".into(),
            values: Vec::new(),
            variables: Vec::new(),
            location: Some(ContextLocation {
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
}
