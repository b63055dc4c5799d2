//! Locations of contexts in the sources, and the source lines that a report contains.

use std::collections::BTreeMap;
use std::fmt;

use vitte_diag::text::floor_char_boundary;
use vitte_diag::{ColumnUnit, KnownLocation, SourceFile, SourceMap, Span};

use super::{ContextEntry, ContextLocation, SourceLine, SourceLines};

/// The lines of one span that are stored: the first ones. The last line is stored too.
const MAX_SPAN_LINES: usize = 6;
/// The bytes of a line that are stored, unless the span ends after them.
const MAX_LINE_BYTES: usize = 4096;
/// The bytes of a line that are stored up to the end of the span.
const MAX_SPAN_LINE_BYTES: usize = 16 * MAX_LINE_BYTES;
const BOM: &str = "\u{feff}";

impl ContextLocation {
    /// Creates the location of a span. Without `file`, it has no path, line and column. It has only the path if the line
    /// and the column are unknown, because the text of the file is unavailable.
    #[must_use]
    pub fn new(span: Span, file: Option<&SourceFile>) -> Self {
        let at = file.and_then(|file| file.known_location(span.lo(), ColumnUnit::Char));
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

impl fmt::Display for ContextLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => f.write_str(file)?,
            None => write!(f, "file {}", self.id)?,
        }
        match (self.line, self.col) {
            (Some(line), Some(col)) => write!(f, ":{line}:{col}"),
            (Some(line), None) => write!(f, ":{line}"),
            (None, _) => write!(f, ", bytes {}..{}", self.lo, self.hi),
        }
    }
}

impl SourceLine {
    /// Returns the lines of a span that a report contains: the first six, and the last one. Lines are truncated to
    /// 4 KiB, or to the end of the span if that is later, but at most to 64 KiB. There are none if the text of the file is
    /// unavailable.
    pub fn of_span(file: &SourceFile, span: Span) -> impl Iterator<Item = Self> {
        let last = span.hi().saturating_sub(1).max(span.lo());
        let (first, last) = (file.line_of(span.lo()), file.line_of(last));
        let numbers = (first..=last).take(MAX_SPAN_LINES).chain([last]);
        numbers.filter(|_| !file.is_unavailable()).map(move |number| {
            let range = file.line_range(number).unwrap_or_default();
            let rest = file.text().get(range.start..).unwrap_or_default();
            // Keeps the `\r` of a `\r\n`, because a span may end between the two.
            let text = rest.split('\n').next().unwrap_or_default();
            let end = (span.hi() as usize).saturating_sub(range.start).min(MAX_SPAN_LINE_BYTES);
            let end = floor_char_boundary(text, end.max(MAX_LINE_BYTES));
            let lo = u32::try_from(range.start).unwrap_or(u32::MAX);
            let text = text.get(..end).unwrap_or(text).to_owned();
            Self { line: number, lo, text }
        })
    }
}

/// Returns a source map in which the files of a report have their original indices, and their stored lines have their
/// original numbers and offsets. All other lines are blank. `whole_file` returns the content of a file, if it is known.
pub(crate) fn partial_sources(
    contexts: &[ContextEntry],
    lines: &[SourceLines],
    whole_file: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> SourceMap {
    let mut sources = SourceMap::new();
    let mut files: BTreeMap<u32, (&str, &[SourceLine])> = BTreeMap::new();
    let mut known: BTreeMap<u32, Vec<KnownLocation>> = BTreeMap::new();
    for location in contexts.iter().filter_map(|entry| entry.location.as_ref()) {
        if let Some(file) = &location.file {
            files.insert(location.id, (file, &[]));
        }
        if let (Some(line), Some(col)) = (location.line, location.col) {
            let location_of_file = KnownLocation { offset: location.lo, line, col };
            known.entry(location.id).or_default().push(location_of_file);
        }
    }
    for file in lines {
        files.insert(file.id, (&file.file, &file.lines));
    }
    let (mut next, mut remaining_bytes) = (0, MAX_TOTAL_BYTES);
    for (id, (path, lines)) in files.range(..MAX_FILES) {
        // Placeholders for files that the report does not refer to.
        while next < *id {
            _ = sources.add("", "");
            next += 1;
        }
        let whole = if lines.is_empty() { None } else { whole_file(path) };
        let whole = whole.filter(|text| text.len() <= remaining_bytes);
        let text = whole.or_else(|| text_of(lines, remaining_bytes).map(String::into_bytes));
        remaining_bytes = remaining_bytes.saturating_sub(text.as_ref().map_or(0, Vec::len));
        _ = match text {
            Some(text) => sources.add(*path, text),
            None => sources.add_unavailable(*path, known.remove(id).unwrap_or_default()),
        };
        next += 1;
    }
    sources
}

/// Files with this index or a higher one are ignored: there is a placeholder for each file before it.
const MAX_FILES: u32 = 100_000;
/// Maximum size of all files, in bytes: everything before a line is allocated.
const MAX_TOTAL_BYTES: usize = 64 << 20;

/// Returns the content of a file in which these lines have their numbers and offsets. Returns `None` if there are no lines, they
/// contradict each other, or the content would be larger than `max_bytes`.
fn text_of(lines: &[SourceLine], max_bytes: usize) -> Option<String> {
    let mut text = String::new();
    let mut line = 1;
    let (first, last) = (lines.first()?, lines.last()?);
    if (last.lo as usize).saturating_add(last.text.len()) >= max_bytes {
        return None;
    }
    if first.line == 1 && first.lo as usize == BOM.len() {
        text.push_str(BOM);
    }
    for (index, stored) in lines.iter().enumerate() {
        let lo = stored.lo as usize;
        // The missing bytes are line feeds, as many as the line numbers require, and blanks.
        let ends = stored.line.checked_sub(line)? as usize;
        let blanks = lo.checked_sub(text.len())?.checked_sub(ends)?;
        if lo.saturating_add(stored.text.len()) >= max_bytes || stored.text.contains('\n') {
            return None;
        }
        // If lines are missing in between, the previous line ends at its original end.
        let first = usize::from(ends > 1 && index > 0);
        text.push_str(&"\n".repeat(first));
        text.push_str(&" ".repeat(blanks));
        text.push_str(&"\n".repeat(ends - first));
        text.push_str(&stored.text);
        line = stored.line;
    }
    text.push('\n');
    Some(text)
}

#[cfg(test)]
mod tests {
    use vitte_diag::FileId;

    use super::*;

    #[test]
    fn a_location_is_displayed_as_precisely_as_it_is_known() {
        let location = |file: Option<&str>, line, col| ContextLocation {
            id: 2,
            file: file.map(str::to_owned),
            lo: 20,
            hi: 24,
            line,
            col,
        };
        for (location, expected) in [
            (location(Some("src/a.vitte"), Some(3), Some(4)), "src/a.vitte:3:4"),
            (location(Some("src/a.vitte"), Some(3), None), "src/a.vitte:3"),
            (location(Some("src/a.vitte"), None, None), "src/a.vitte, bytes 20..24"),
            (location(None, None, None), "file 2, bytes 20..24"),
        ] {
            assert_eq!(location.to_string(), expected);
        }
    }

    #[test]
    fn an_unavailable_file_has_known_locations_and_no_lines() {
        let mut sources = SourceMap::new();
        let known = KnownLocation { offset: 20, line: 3, col: 4 };
        let id = sources.add_unavailable("a.vitte", [known]).unwrap();
        let file = sources.file(id).unwrap();
        let location = |lo| ContextLocation::new(Span::between(id, lo, 24), Some(file)).to_string();
        assert_eq!([20, 21].map(location), ["a.vitte:3:4", "a.vitte, bytes 21..24"]);
        assert_eq!(SourceLine::of_span(file, Span::between(id, 20, 24)).count(), 0);
    }

    #[test]
    fn an_empty_first_line_stays_empty_where_the_next_line_is_missing() {
        let line = |line, lo| SourceLine { line, lo, text: String::new() };
        assert_eq!(text_of(&[line(1, 0), line(3, 3)], 9).as_deref(), Some("\n \n\n"));
    }

    #[test]
    fn hostile_reports_do_not_allocate_large_files() {
        let context = |id, lo| ContextEntry {
            name: "c".into(),
            fields: Vec::new(),
            variables: Vec::new(),
            frame: None,
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
            let sources = partial_sources(&[context(1, 100)], &[lines], &|_| None);
            assert_eq!(sources.files().count(), 2);
            let at = sources.location(Span::empty(FileId::new(1), 100)).unwrap();
            assert_eq!((at.path, at.line, at.col), ("a", 9, 4));
        }
        // Many files with a line at the end.
        let many: Vec<_> = (0..40).map(|id| line(id, 2, 60_000_000, "x")).collect();
        let sources = partial_sources(&[context(1, 100)], &many, &|_| None);
        let available = sources.files().filter(|file| !file.is_unavailable());
        assert_eq!((sources.files().count(), available.count()), (40, 1));
        assert_eq!(partial_sources(&[context(u32::MAX - 1, 1)], &[], &|_| None).files().count(), 0);
    }
}
