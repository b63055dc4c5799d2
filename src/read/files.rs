//! The files that another tool's diagnostics refer to.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

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
    /// The texts that were loaded to be checked, of files that are not in `sources` yet.
    texts: HashMap<String, Option<Vec<u8>>>,
    /// The files whose texts are from the input.
    from_input: HashSet<String>,
    /// The lines and columns of offsets in unavailable files.
    known: HashMap<(FileId, u32), LineCol>,
    /// The spans in unavailable files whose offsets are unknown, and the first of the two offsets that each got.
    unknown: HashMap<(FileId, LineCol, Option<LineCol>), u32>,
}

/// A line and a column, both 1-based.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct LineCol {
    pub(super) line: u32,
    pub(super) col: u32,
}

impl<'f> Files<'f> {
    pub(super) fn new(sources: SourceMap, load: &'f mut LoadFile<'f>) -> Self {
        let (ids, texts, from_input) = (HashMap::new(), HashMap::new(), HashSet::new());
        let (known, unknown) = (HashMap::new(), HashMap::new());
        Self { sources, load, ids, texts, from_input, known, unknown }
    }

    /// Returns the file with a path.
    pub(super) fn file(&mut self, path: &str) -> FileId {
        if let Some(&id) = self.ids.get(path) {
            return id;
        }
        let text = self.texts.remove(path).unwrap_or_else(|| (self.load)(path));
        let loaded = text.and_then(|text| self.sources.add(path, text).ok());
        // Fails only with 2^32 files.
        let id =
            loaded.or_else(|| self.sources.add_unavailable(path, []).ok()).unwrap_or(FileId::DUMMY);
        self.ids.insert(path.to_owned(), id);
        id
    }

    /// Returns the text of a file that is not in the sources yet, or `None` if it is not here.
    pub(super) fn text(&mut self, path: &str) -> Option<&[u8]> {
        if !self.texts.contains_key(path) {
            let text = (self.load)(path);
            self.texts.insert(path.to_owned(), text);
        }
        self.texts.get(path)?.as_deref()
    }

    /// Returns true if the text of a file is here, whether or not it is in the sources.
    pub(super) fn is_here(&mut self, path: &str) -> bool {
        match self.ids.get(path) {
            Some(&id) => self.is_available(id),
            None => self.text(path).is_some(),
        }
    }

    /// Returns the file with a path that is not here, with a text from the input.
    pub(super) fn file_with_text(&mut self, path: &str, text: &[u8]) -> FileId {
        if !self.ids.contains_key(path) && self.from_input.insert(path.to_owned()) {
            self.texts.insert(path.to_owned(), Some(text.to_vec()));
        }
        self.file(path)
    }

    /// Adds a file to the sources as one that is not here, and returns it. Used if the tool read another text.
    pub(super) fn reject(&mut self, path: &str) -> FileId {
        self.texts.insert(path.to_owned(), None);
        self.file(path)
    }

    /// Removes all files, and returns the paths of those in `changed`. They are no longer here. The others are not
    /// loaded again.
    pub(super) fn restart(&mut self, sources: SourceMap, changed: &[FileId]) -> Vec<String> {
        let old = std::mem::replace(&mut self.sources, sources);
        let mut paths = vec![String::new(); changed.len()];
        for (path, id) in self.ids.drain() {
            let file = old.file(id).ok().filter(|file| !file.is_unavailable());
            let index = changed.iter().position(|changed| *changed == id);
            let text = file.filter(|_| index.is_none()).map(|file| file.bytes().to_vec());
            if let Some(slot) = index.and_then(|index| paths.get_mut(index)) {
                slot.clone_from(&path);
            }
            self.texts.insert(path, text);
        }
        self.known.clear();
        self.unknown.clear();
        paths
    }

    /// Returns the span of a range of bytes in a file that is not here, of which the start is known and perhaps the end.
    /// Returns `None` if an offset stands for [unknown offsets](UNKNOWN_OFFSETS), or is already known with another line
    /// or column.
    pub(super) fn known_span(
        &mut self,
        id: FileId,
        range: Range<u32>,
        start: LineCol,
        end: Option<LineCol>,
    ) -> Option<Span> {
        let at_least_1 = |at: LineCol| LineCol { line: at.line.max(1), col: at.col.max(1) };
        let (start, end) = (at_least_1(start), end.map(at_least_1));
        let is_new =
            |offset, at: LineCol| self.known.get(&(id, offset)).is_none_or(|known| *known == at);
        let is_valid = range.start.max(range.end) < UNKNOWN_OFFSETS
            && is_new(range.start, start)
            && end.is_none_or(|end| is_new(range.end, end))
            && end.is_none_or(|end| range.start != range.end || start == end);
        if !is_valid {
            return None;
        }
        for (offset, at) in [(range.start, Some(start)), (range.end, end)] {
            let Some(at) = at else { continue };
            self.known.insert((id, offset), at);
            let known = KnownLocation { offset, line: at.line, col: at.col };
            self.sources.add_known_locations(id, [known]);
        }
        Some(Span::between(id, range.start as usize, range.end as usize))
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
            return self.unknown_span(id, start, Some(end));
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

    /// Returns a span of numbers that stand for the offsets in a file that is not here. It is not empty if its end is
    /// unknown.
    pub(super) fn unknown_span(
        &mut self,
        id: FileId,
        start: LineCol,
        end: Option<LineCol>,
    ) -> Span {
        let next = u32::try_from(2 * self.unknown.len()).unwrap_or(u32::MAX);
        let next = UNKNOWN_OFFSETS.saturating_add(next);
        let lo = *self.unknown.entry((id, start, end)).or_insert(next);
        let hi = if end == Some(start) { lo } else { lo.saturating_add(1) };
        let known = |offset, at: LineCol| KnownLocation { offset, line: at.line, col: at.col };
        let end = end.map(|end| known(hi, end));
        self.sources.add_known_locations(id, end.into_iter().chain([known(lo, start)]));
        Span::between(id, lo as usize, hi as usize)
    }
}
