//! One source file.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::lines::Lines;
use super::{ColumnUnit, KnownLocation, Location, MAX_FILE_BYTES, SourceError, is_virtual};
use crate::model::{ByteOffset, FileId, Span};
use crate::text::floor_char_boundary;

/// The byte order mark, U+FEFF, as UTF-8.
pub(crate) const BOM: &str = "\u{feff}";

/// One source file: its path and text, and its lines, which are found when first asked for.
///
/// Lines end at `\n` or `\r\n`; a lone `\r` ends none. After the last line end stands one more
/// line, which may be empty: an empty file has one line.
pub struct SourceFile {
    id: FileId,
    path: String,
    /// Where it was loaded from.
    disk_path: Option<PathBuf>,
    text: String,
    /// The bytes as they came, where they are not `text`.
    raw: Option<Box<[u8]>>,
    lines: OnceLock<Lines>,
    /// The places that are known of a file that is not here.
    missing: Option<BTreeMap<u32, (u32, u32)>>,
}

impl SourceFile {
    pub(super) fn new(id: FileId, path: String, bytes: Vec<u8>) -> Result<Self, SourceError> {
        let size = bytes.len() as u64;
        if size > MAX_FILE_BYTES {
            return Err(SourceError::TooLarge { path, size });
        }
        let (text, raw) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let raw = error.into_bytes();
                (question_marks(&raw), Some(raw.into_boxed_slice()))
            }
        };
        let (lines, disk_path) = (OnceLock::new(), None);
        Ok(Self { id, path, disk_path, text, raw, lines, missing: None })
    }

    /// A file that is not here, of which some offsets are known with their line and column. Whoever
    /// tells them may be wrong: what reckons with places relies on no line and no column being 0.
    pub(super) fn missing(
        id: FileId,
        path: String,
        places: impl IntoIterator<Item = KnownLocation>,
    ) -> Self {
        let places =
            places.into_iter().map(|place| (place.offset, (place.line.max(1), place.col.max(1))));
        let (text, lines) = (String::new(), OnceLock::new());
        let (disk_path, raw, missing) = (None, None, Some(places.collect()));
        Self { id, path, disk_path, text, raw, lines, missing }
    }

    pub(super) fn set_disk_path(&mut self, path: PathBuf) {
        self.disk_path = Some(path);
    }

    /// Where the file was [loaded](super::SourceMap::load) from: an absolute path, to write to. The
    /// [`path`](Self::path) that is shown may be relative to the workspace, and is text.
    #[must_use]
    pub fn disk_path(&self) -> Option<&Path> {
        self.disk_path.as_deref()
    }

    /// Whether the file is not here, so that nothing but some places is known of it.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        self.missing.is_some()
    }

    /// The file's id in its map.
    #[must_use]
    pub const fn id(&self) -> FileId {
        self.id
    }

    /// The bytes `range` of this file, checked: both ends lie in the file and not inside a
    /// character. Any integer type will do.
    ///
    /// # Errors
    ///
    /// [`SourceError::Span`], [`SourceError::OutOfBounds`] or [`SourceError::InsideCharacter`].
    pub fn span<T: ByteOffset>(&self, range: Range<T>) -> Result<Span, SourceError> {
        let span = Span::new(self.id, range.start, range.end)?;
        self.check(span)?;
        Ok(span)
    }

    pub(crate) fn check(&self, span: Span) -> Result<(), SourceError> {
        if self.is_unavailable() {
            return Ok(());
        }
        if span.hi() > self.len() {
            return Err(SourceError::OutOfBounds { hi: span.hi(), len: self.len() });
        }
        match [span.lo(), span.hi()].iter().find(|&&at| !self.text.is_char_boundary(at as usize)) {
            Some(&at) => Err(SourceError::InsideCharacter { at }),
            None => Ok(()),
        }
    }

    /// The path as it is shown: relative to the workspace root where possible, `/` between parts.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the path is a name in angle brackets, such as `<stdin>`, for what is no file on disk.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        is_virtual(&self.path)
    }

    /// Whether a path is that of a [pseudo file](Self::is_virtual).
    #[must_use]
    pub fn is_virtual_path(path: &str) -> bool {
        is_virtual(path)
    }

    /// Whether a reader can open the file and find its text: it is neither missing nor pseudo.
    pub(crate) fn is_open(&self) -> bool {
        !self.is_unavailable() && !self.is_virtual()
    }

    /// Where `span` ends, exclusive. Nothing where nobody can open the file, so that no program is told of
    /// a place that only this one can see.
    pub(crate) fn end_of(&self, span: Span, unit: ColumnUnit) -> Option<Location<'_>> {
        self.is_open().then(|| self.location(span.hi(), unit))
    }

    /// The whole text, byte order mark included. In a [lossy](Self::is_lossy) file a `?` stands
    /// for each byte that is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// Whether some bytes are not UTF-8, so that [`text`](Self::text) is not quite the file.
    #[must_use]
    pub const fn is_lossy(&self) -> bool {
        self.raw.is_some()
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        // Not over `MAX_FILE_BYTES` by construction.
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Whether the file has no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The number of lines, at least one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.lines().count()
    }

    /// The text of a line, 1-based, without its line end and without a byte order mark. Nothing
    /// for 0 and past the last line.
    #[must_use]
    pub fn line(&self, line: u32) -> Option<&str> {
        self.text.get(self.line_range(line)?)
    }

    /// The 1-based line of byte `offset`. A line end belongs to the line that it ends; past the
    /// end of the file it is the last line.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> u32 {
        self.lines().line_at(&self.text, offset as usize).0 + 1
    }

    /// The line of byte `offset`, as [`line_of`](Self::line_of) has it.
    pub(crate) fn line_at(&self, offset: u32) -> Line {
        let (line, whole) = self.lines().line_at(&self.text, offset as usize);
        let next = whole.end;
        Line { number: line + 1, text: self.content(whole), next }
    }

    /// The bytes of a 1-based line, without its line end and without a byte order mark.
    #[must_use]
    pub fn line_range(&self, line: u32) -> Option<Range<usize>> {
        Some(self.content(self.lines().range_of(&self.text, line.checked_sub(1)?)?))
    }

    /// What of a whole line is its text.
    fn content(&self, whole: Range<usize>) -> Range<usize> {
        let line = self.text.get(whole.clone()).unwrap_or_default();
        let content = match line.strip_suffix('\n') {
            Some(content) => content.strip_suffix('\r').unwrap_or(content),
            None => line,
        };
        let bom = if whole.start == 0 && content.starts_with(BOM) { BOM.len() } else { 0 };
        whole.start + bom..whole.start + content.len()
    }

    /// Where byte `offset` is. One past the end, or inside a character, is moved back to what
    /// exists.
    #[must_use]
    pub fn location(&self, offset: u32, unit: ColumnUnit) -> Location<'_> {
        if let Some(places) = &self.missing {
            // The last one that is known up to there.
            let known = places.range(..=offset).next_back();
            let (line, col) = known.map_or((1, 1), |(_, &place)| place);
            return Location { path: &self.path, line, col };
        }
        let Line { number: line, text: range, .. } = self.line_at(offset);
        // Before the line's text is only a byte order mark, after it only its end: neither has a
        // column of its own.
        let offset = floor_char_boundary(&self.text, offset as usize).min(range.end);
        let before = self.text.get(range.start..offset).unwrap_or_default();
        Location { path: &self.path, line, col: unit.column_after(before) }
    }

    fn lines(&self) -> &Lines {
        if let Some(lines) = self.lines.get() {
            return lines;
        }
        // Found before the lock is taken: threads that help to find them may be waiting for it.
        let lines = Lines::new(&self.text);
        self.lines.get_or_init(|| lines)
    }
}

/// A line of a file.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// 1-based.
    pub(crate) number: u32,
    /// The bytes of its text: no line end, and no byte order mark.
    pub(crate) text: Range<usize>,
    /// The byte at which the next line begins, or the length of the file.
    pub(crate) next: usize,
}

impl Line {
    /// The bytes from the start of the line's text to byte `offset` of the file, which is kept inside the
    /// text: a byte order mark and a line end are none of it.
    pub(crate) fn bytes_to(&self, offset: u32) -> usize {
        (offset as usize).clamp(self.text.start, self.text.end) - self.text.start
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("path", &self.path)
            .field("len", &self.text.len())
            .field("lossy", &self.is_lossy())
            .finish_non_exhaustive()
    }
}

/// `bytes` as text of the same length: each byte that is not UTF-8 as one `?`.
fn question_marks(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}
