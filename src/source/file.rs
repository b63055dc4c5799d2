//! A source file: its text, and the locations in it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::lines::LineTable;
use super::{ColumnUnit, KnownLocation, Location, MAX_FILE_BYTES, SourceError, is_virtual};
use crate::model::{ByteOffset, FileId, Span};
use crate::text::floor_char_boundary;

/// The byte order mark, U+FEFF, as UTF-8.
pub(crate) const BOM: &str = "\u{feff}";

/// The smallest offset in a file whose byte offsets are unknown. It is larger than the files that compilers read, so
/// that no program takes it for the offset of a byte.
pub(crate) const UNKNOWN_OFFSETS: u32 = 0xff00_0000;

/// A source file: its path, its text and its lines. The lines are found on first use.
///
/// A line ends at `\n` or `\r\n`, not at a lone `\r`. The text after the last line end is one more line, even
/// if it is empty, so an empty file has one line.
pub struct SourceFile {
    id: FileId,
    path: String,
    /// The absolute path that the file was loaded from.
    disk_path: Option<PathBuf>,
    text: String,
    /// The original bytes, if they are not UTF-8.
    raw: Option<Box<[u8]>>,
    lines: OnceLock<LineTable>,
    /// The lines and columns by offset, if the text is unavailable.
    known_locations: Option<BTreeMap<u32, (u32, u32)>>,
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
                (replace_invalid_utf8(&raw), Some(raw.into_boxed_slice()))
            }
        };
        let (lines, disk_path) = (OnceLock::new(), None);
        Ok(Self { id, path, disk_path, text, raw, lines, known_locations: None })
    }

    /// Creates a file without text. Lines and columns that are 0 become 1, because emitters subtract 1.
    pub(super) fn unavailable(
        id: FileId,
        path: String,
        locations: impl IntoIterator<Item = KnownLocation>,
    ) -> Self {
        let (text, lines) = (String::new(), OnceLock::new());
        let (disk_path, raw, known_locations) = (None, None, Some(BTreeMap::new()));
        let mut file = Self { id, path, disk_path, text, raw, lines, known_locations };
        file.add_known_locations(locations);
        file
    }

    /// Adds locations to a file without text.
    pub(super) fn add_known_locations(
        &mut self,
        locations: impl IntoIterator<Item = KnownLocation>,
    ) {
        let Some(known) = &mut self.known_locations else { return };
        let locations = locations.into_iter();
        known.extend(locations.map(|at| (at.offset, (at.line.max(1), at.col.max(1)))));
    }

    pub(super) fn set_disk_path(&mut self, path: PathBuf) {
        self.disk_path = Some(path);
    }

    /// Returns the absolute path that the file was [loaded](super::SourceMap::load) from, for writing fixes.
    /// Returns `None` for a file that was added from memory. The [`path`](Self::path) is for display only.
    #[must_use]
    pub fn disk_path(&self) -> Option<&Path> {
        self.disk_path.as_deref()
    }

    /// Returns true if the text is not available, see
    /// [`SourceMap::add_unavailable`](super::SourceMap::add_unavailable).
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        self.known_locations.is_some()
    }

    /// Returns true if the byte offsets of `span` are known. In an unavailable file they may be mere numbers that stand
    /// for a line and a column.
    pub(crate) const fn has_offsets(&self, span: Span) -> bool {
        !self.is_unavailable() || span.lo() < UNKNOWN_OFFSETS
    }

    /// Returns the id of the file in its map.
    #[must_use]
    pub const fn id(&self) -> FileId {
        self.id
    }

    /// Creates the span of a range of bytes in this file, and checks it. Offsets may be of any integer type.
    ///
    /// # Errors
    ///
    /// [`SourceError::Span`], [`SourceError::OutOfBounds`] or [`SourceError::InsideCharacter`], see
    /// [`SourceMap::span`](super::SourceMap::span).
    pub fn span<T: ByteOffset>(&self, range: Range<T>) -> Result<Span, SourceError> {
        let span = Span::new(self.id, range.start, range.end)?;
        self.check(span)?;
        Ok(span)
    }

    /// Checks the offsets of `span`. Spans in an unavailable file are always accepted.
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

    /// Returns the path to show: relative to the workspace root if possible, with `/` as separator.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns true if the path is a name in angle brackets, such as `<stdin>`: a source that is not a file
    /// on disk.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        is_virtual(&self.path)
    }

    /// Returns true if `path` is the path of a [virtual file](Self::is_virtual).
    #[must_use]
    pub fn is_virtual_path(path: &str) -> bool {
        is_virtual(path)
    }

    /// Returns true if another program can open the file: it is neither unavailable nor virtual.
    pub(crate) fn is_openable(&self) -> bool {
        !self.is_unavailable() && !self.is_virtual()
    }

    /// Returns the location of the end of `span`, exclusive. Returns `None` if another program cannot open the
    /// file, because it could not find the location.
    pub(crate) fn end_of(&self, span: Span, unit: ColumnUnit) -> Option<Location<'_>> {
        self.is_openable().then(|| self.location(span.hi(), unit))
    }

    /// Returns the whole text, including a byte order mark. In a [lossy](Self::is_lossy) file each byte that
    /// is not UTF-8 is replaced by `?`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the original bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// Returns true if some bytes are not UTF-8, so [`text`](Self::text) differs from
    /// [`bytes`](Self::bytes).
    #[must_use]
    pub const fn is_lossy(&self) -> bool {
        self.raw.is_some()
    }

    /// Returns the number of bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        // At most `MAX_FILE_BYTES`, see `new`.
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Returns true if the file has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns the number of lines, at least 1.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.lines().count()
    }

    /// Returns the text of a 1-based line without its line end and without a byte order mark. Returns `None`
    /// for 0 and after the last line.
    #[must_use]
    pub fn line(&self, line: u32) -> Option<&str> {
        self.text.get(self.line_range(line)?)
    }

    /// Returns the 1-based line of byte `offset`. A line end belongs to the line that it ends. An offset after
    /// the end of the file is in the last line.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> u32 {
        self.lines().line_at(&self.text, offset as usize).0 + 1
    }

    /// Returns the line of byte `offset`, see [`line_of`](Self::line_of).
    pub(crate) fn line_at(&self, offset: u32) -> SourceLine {
        let (line, whole) = self.lines().line_at(&self.text, offset as usize);
        let next = whole.end;
        SourceLine { number: line + 1, text: self.text_range(whole), next }
    }

    /// Returns the bytes of a 1-based line without its line end and without a byte order mark. Returns `None`
    /// for 0 and after the last line.
    #[must_use]
    pub fn line_range(&self, line: u32) -> Option<Range<usize>> {
        Some(self.text_range(self.lines().range_of(&self.text, line.checked_sub(1)?)?))
    }

    /// Removes the line end and a byte order mark from the range of a whole line.
    fn text_range(&self, whole: Range<usize>) -> Range<usize> {
        let line = self.text.get(whole.clone()).unwrap_or_default();
        let text = match line.strip_suffix('\n') {
            Some(text) => text.strip_suffix('\r').unwrap_or(text),
            None => line,
        };
        let bom = if whole.start == 0 && text.starts_with(BOM) { BOM.len() } else { 0 };
        whole.start + bom..whole.start + text.len()
    }

    /// Returns the location of byte `offset`. An offset after the end of the file, or inside a character, is
    /// first moved back to the nearest valid one. In an unavailable file this is the location of the last
    /// known offset that is not after `offset`, or line 1, column 1.
    #[must_use]
    pub fn location(&self, offset: u32, unit: ColumnUnit) -> Location<'_> {
        if let Some(locations) = &self.known_locations {
            let known = locations.range(..=offset).next_back();
            let (line, col) = known.map_or((1, 1), |(_, &line_col)| line_col);
            return Location { path: &self.path, line, col };
        }
        let SourceLine { number: line, text: range, .. } = self.line_at(offset);
        // A byte order mark before the text and a line end after it have no columns of their own.
        let offset = floor_char_boundary(&self.text, offset as usize).min(range.end);
        let before = self.text.get(range.start..offset).unwrap_or_default();
        Location { path: &self.path, line, col: unit.column_after(before) }
    }

    fn lines(&self) -> &LineTable {
        if let Some(lines) = self.lines.get() {
            return lines;
        }
        // Not inside `get_or_init`: `new` may run on worker threads, and those may be waiting for the lock.
        let lines = LineTable::new(&self.text);
        self.lines.get_or_init(|| lines)
    }
}

/// One line of a file.
#[derive(Clone, Debug)]
pub(crate) struct SourceLine {
    /// 1-based.
    pub(crate) number: u32,
    /// The bytes of the text, without a line end and without a byte order mark.
    pub(crate) text: Range<usize>,
    /// The offset at which the next line begins, or the length of the file.
    pub(crate) next: usize,
}

impl SourceLine {
    /// Returns the number of bytes from the start of the text to byte `offset` of the file. An offset outside
    /// the text is clamped to it.
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

/// Converts bytes to text of the same length: each byte that is not UTF-8 becomes one `?`.
fn replace_invalid_utf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}
