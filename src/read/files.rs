//! The files that another tool's diagnostics refer to.

use std::collections::HashMap;

use crate::model::{FileId, Span};
use crate::source::{ColumnUnit, KnownLocation, SourceMap, UNKNOWN_OFFSETS};

/// Returns the bytes of the file with a path, or `None` if it is not here.
pub type LoadFile<'f> = dyn FnMut(&str) -> Option<Vec<u8>> + 'f;

/// The files of one input. Each is loaded when it is first mentioned. A file that is not here becomes
/// [unavailable](SourceMap::add_unavailable).
pub(super) struct Files<'f> {
    pub(super) sources: SourceMap,
    load: &'f mut LoadFile<'f>,
    ids: HashMap<String, FileId>,
    /// The spans in unavailable files whose offsets are unknown, and the first of the two offsets that each got.
    unknown: HashMap<(FileId, LineCol, LineCol), u32>,
}

/// A line and a column, both 1-based.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct LineCol {
    pub(super) line: u32,
    pub(super) col: u32,
}

impl<'f> Files<'f> {
    pub(super) fn new(sources: SourceMap, load: &'f mut LoadFile<'f>) -> Self {
        let (ids, unknown) = (HashMap::new(), HashMap::new());
        Self { sources, load, ids, unknown }
    }

    /// Returns the file with a path.
    pub(super) fn file(&mut self, path: &str) -> FileId {
        if let Some(&id) = self.ids.get(path) {
            return id;
        }
        let loaded = (self.load)(path).and_then(|text| self.sources.add(path, text).ok());
        // Fails only with 2^32 files.
        let id =
            loaded.or_else(|| self.sources.add_unavailable(path, []).ok()).unwrap_or(FileId::DUMMY);
        self.ids.insert(path.to_owned(), id);
        id
    }

    /// Returns the span between two locations, of which the second one is exclusive. A location outside of the file is
    /// moved to the nearest one inside.
    pub(super) fn span(
        &mut self,
        path: &str,
        start: LineCol,
        end: LineCol,
        unit: ColumnUnit,
    ) -> Span {
        let id = self.file(path);
        let end = end.max(start);
        let Ok(file) = self.sources.file(id) else { return Span::DUMMY };
        if file.is_unavailable() {
            return self.unknown_span(id, start, end);
        }
        let offset = |at: LineCol| match at.line {
            0 => 0,
            line if line > file.line_count() => file.len(),
            line => file.nearest_offset(line, at.col, unit),
        };
        Span::between(id, offset(start) as usize, offset(end) as usize)
    }

    /// Returns true if the text of a file is here.
    pub(super) fn is_available(&self, id: FileId) -> bool {
        self.sources.file(id).is_ok_and(|file| !file.is_unavailable())
    }

    /// Returns a span of numbers that stand for the offsets in a file that is not here.
    fn unknown_span(&mut self, id: FileId, start: LineCol, end: LineCol) -> Span {
        let next = u32::try_from(2 * self.unknown.len()).unwrap_or(u32::MAX);
        let next = UNKNOWN_OFFSETS.saturating_add(next);
        let lo = *self.unknown.entry((id, start, end)).or_insert(next);
        let hi = if start == end { lo } else { lo.saturating_add(1) };
        let known = |offset, at: LineCol| KnownLocation { offset, line: at.line, col: at.col };
        self.sources.add_known_locations(id, [known(hi, end), known(lo, start)]);
        Span::between(id, lo as usize, hi as usize)
    }
}
