//! The files that another tool's diagnostics refer to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use crate::model::{FileId, Span};
use crate::source::{ColumnUnit, KnownLocation, SourceMap, UNKNOWN_OFFSETS};

/// Returns the bytes of the file with a path, or `None` if it is not here.
pub type LoadFile<'f> = dyn FnMut(&str) -> Option<Vec<u8>> + 'f;

/// Finds the files that another tool's diagnostics refer to, for [`InputFormat::read_from`](super::InputFormat::read_from).
pub trait InputFiles {
    /// Returns the path of a file to which the tool refers by `path`, for example if the tool read a copy of the file.
    /// The path that is returned must itself be returned unchanged. Default: `path`.
    fn path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        Cow::Borrowed(path)
    }

    /// Returns the bytes of the file with a path that [`path`](Self::path) returned, or `None` if it is not here. Called
    /// once for each path.
    fn load(&mut self, path: &str) -> Option<Vec<u8>>;
}

/// Loads files with a function.
pub(super) struct Loaded<'f>(pub(super) &'f mut LoadFile<'f>);

impl InputFiles for Loaded<'_> {
    fn load(&mut self, path: &str) -> Option<Vec<u8>> {
        (self.0)(path)
    }
}

/// The files of one input. Each is loaded when it is first mentioned. A file that is not here becomes
/// [unavailable](SourceMap::add_unavailable).
pub(super) struct Files<'f> {
    pub(super) sources: SourceMap,
    input: &'f mut dyn InputFiles,
    /// The files that were in `sources` before, by their paths.
    present: HashMap<String, FileId>,
    /// By the paths that `input` returns, as are all other maps.
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
    pub(super) fn new(sources: SourceMap, input: &'f mut dyn InputFiles) -> Self {
        let (ids, texts, from_input) = (HashMap::new(), HashMap::new(), HashSet::new());
        let (known, unknown) = (HashMap::new(), HashMap::new());
        let mut present = HashMap::new();
        for file in sources.files().filter(|file| !file.is_embedded()) {
            present.entry(file.path().to_owned()).or_insert(file.id());
        }
        Self { sources, input, present, ids, texts, from_input, known, unknown }
    }

    /// Returns the file with a path.
    pub(super) fn file(&mut self, path: &str) -> FileId {
        let path = &*self.input.path(path);
        if let Some(&id) = self.ids.get(path) {
            return id;
        }
        let text = self.texts.remove(path).unwrap_or_else(|| self.input.load(path));
        let loaded = text.and_then(|text| self.add(path, text));
        // Fails only with 2^32 files.
        let id =
            loaded.or_else(|| self.sources.add_unavailable(path, []).ok()).unwrap_or(FileId::DUMMY);
        self.ids.insert(path.to_owned(), id);
        id
    }

    /// Adds a file, unless it was in the sources before with the same text.
    fn add(&mut self, path: &str, text: Vec<u8>) -> Option<FileId> {
        let present = self.present.get(&self.sources.display_path(Path::new(path))).copied();
        let is_same = |id: &FileId| {
            let file = self.sources.file(*id);
            file.is_ok_and(|file| !file.is_unavailable() && file.bytes() == text)
        };
        present.filter(is_same).or_else(|| self.sources.add(path, text).ok())
    }

    /// Returns the text of a file that is not in the sources yet, or `None` if it is not here.
    pub(super) fn text(&mut self, path: &str) -> Option<&[u8]> {
        let path = &*self.input.path(path);
        if !self.texts.contains_key(path) {
            let text = self.input.load(path);
            self.texts.insert(path.to_owned(), text);
        }
        self.texts.get(path)?.as_deref()
    }

    /// Returns true if the text of a file is here, whether or not it is in the sources.
    pub(super) fn is_here(&mut self, path: &str) -> bool {
        match self.ids.get(&*self.input.path(path)) {
            Some(&id) => self.is_available(id),
            None => self.text(path).is_some(),
        }
    }

    /// Returns the file with a path that is not here, with a text from the input.
    pub(super) fn file_with_text(&mut self, path: &str, text: &[u8]) -> FileId {
        let path = &*self.input.path(path);
        if !self.ids.contains_key(path) && self.from_input.insert(path.to_owned()) {
            self.texts.insert(path.to_owned(), Some(text.to_vec()));
        }
        self.file(path)
    }

    /// Adds a file to the sources as one that is not here, and returns it. Used if the tool read another text.
    pub(super) fn reject(&mut self, path: &str) -> FileId {
        let path = &*self.input.path(path);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::InputFormat;
    use crate::source::SourceError;

    /// A tool that read a copy of `src/a.c` in `/copy`.
    struct Copied(Option<&'static str>);

    impl InputFiles for Copied {
        fn path<'p>(&self, path: &'p str) -> Cow<'p, str> {
            path.strip_prefix("/copy/").unwrap_or(path).into()
        }

        fn load(&mut self, path: &str) -> Option<Vec<u8>> {
            (path == "src/a.c").then_some(self.0?.into())
        }
    }

    const LINES: &str = concat!(
        r#"{"uri":"file:///copy/src/a.c","diagnostics":[{"message":"m","range":"#,
        r#"{"start":{"line":1,"character":0},"end":{"line":1,"character":1}}}]}"#,
        "\n",
        r#"{"uri":"src/a.c","diagnostics":[{"message":"n","range":"#,
        r#"{"start":{"line":1,"character":2},"end":{"line":1,"character":3}}}]}"#,
    );

    #[test]
    fn a_file_that_is_present_is_used_for_all_its_paths() -> Result<(), SourceError> {
        let mut sources = SourceMap::with_root("/ws");
        let id = sources.add("/ws/src/a.c", "a\nb c\n")?;
        for (text, expected) in [
            (Some("a\nb c\n"), [Span::between(id, 2, 3), Span::between(id, 4, 5)]),
            // Another text has another id.
            (
                Some("aa\nb c\n"),
                [Span::between(FileId::new(1), 3, 4), Span::between(FileId::new(1), 5, 6)],
            ),
        ] {
            let read =
                InputFormat::Lsp.read_from(sources.clone(), LINES.as_bytes(), &mut Copied(text));
            let read = read.unwrap();
            let spans: Vec<_> =
                read.diagnostics.iter().filter_map(|own| Some(own.primary()?.span())).collect();
            assert_eq!(spans, expected);
        }
        Ok(())
    }

    #[test]
    fn a_missing_or_changed_file_has_the_path_of_the_original() {
        for text in [None, Some("one line")] {
            let mut sources = SourceMap::new();
            let present = sources.insert("src/a.c", "one line");
            let read = InputFormat::Lsp.read_from(sources, LINES.as_bytes(), &mut Copied(text));
            let read = read.unwrap();
            let file = read.diagnostics[0].file().unwrap();
            assert_ne!(file, present);
            let file = read.sources.file(file).unwrap();
            assert!(file.is_unavailable());
            assert_eq!(file.path(), "src/a.c");
            assert_eq!(read.changed_files.len(), usize::from(text.is_some()));
        }
    }
}
