//! The sources of one compilation: their text, their lines, and where an offset is.

mod column;
mod path;

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use line_index::{LineIndex, TextSize};

pub use column::ColumnUnit;

use crate::span::{ByteOffset, FileId, Span, SpanError};
use crate::text;

/// The most bytes that a source file may have: spans count bytes in 32 bits.
pub const MAX_FILE_BYTES: u64 = u32::MAX as u64 - 1;

/// The byte order mark, U+FEFF, as UTF-8.
const BOM: &str = "\u{feff}";

/// Every source file of one compilation, each under its [`FileId`].
///
/// Files are only added, so an id stays good for the life of the map, and threads may share it.
///
/// ```
/// use vitte_diag::SourceMap;
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("src/main.vitte", "let a = 1\nlet b = @\n")?;
/// let span = sources.span(file, 18..19)?;
/// let at = sources.location(span)?;
/// assert_eq!((at.path, at.line, at.col), ("src/main.vitte", 2, 9));
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
#[derive(Debug, Default)]
pub struct SourceMap {
    root: Option<PathBuf>,
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// A map without files and without a workspace root.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A map without files. Paths below `root`, the workspace, are shown relative to it, and
    /// [`load`](Self::load) takes relative paths from there.
    #[must_use]
    pub fn with_root(root: impl Into<PathBuf>) -> Self {
        Self { root: Some(root.into()), files: Vec::new() }
    }

    /// Adds a file from memory.
    ///
    /// `path` names it in messages: it is made relative to the workspace root where possible, with
    /// `/` between its parts, `.` and `..` resolved by their text. It need not exist. `text` is
    /// taken as it is, byte order mark and line ends included. Bytes that are not UTF-8 are shown
    /// as one `?` each, so that offsets stay those of the file.
    ///
    /// # Errors
    ///
    /// [`SourceError::TooLarge`] for a text over [`MAX_FILE_BYTES`], [`SourceError::TooManyFiles`]
    /// when 32 bits cannot number another file.
    pub fn add(
        &mut self,
        path: impl AsRef<Path>,
        text: impl Into<Vec<u8>>,
    ) -> Result<FileId, SourceError> {
        let path = path::normalize(path.as_ref(), self.root.as_deref());
        let file = SourceFile::new(path, text.into())?;
        let id = u32::try_from(self.files.len()).map_err(|_| SourceError::TooManyFiles)?;
        self.files.push(file);
        Ok(FileId::new(id))
    }

    /// Reads a file from disk and adds it. A relative path starts at the workspace root, or at the
    /// process's working directory where the map has no root.
    ///
    /// # Errors
    ///
    /// Those of [`add`](Self::add), and [`SourceError::Io`] when the file cannot be read. A file
    /// that is too large is refused before it is read.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<FileId, SourceError> {
        let path = path.as_ref();
        let on_disk = self.root.as_ref().map_or_else(|| path.to_owned(), |root| root.join(path));
        let shown = path::normalize(path, self.root.as_deref());
        let text = read(&on_disk, &shown)?;
        self.add(path, text)
    }

    /// The file with this id.
    ///
    /// # Errors
    ///
    /// [`SourceError::UnknownFile`] when the id is of another map.
    pub fn file(&self, id: FileId) -> Result<&SourceFile, SourceError> {
        usize::try_from(id.index())
            .ok()
            .and_then(|index| self.files.get(index))
            .ok_or(SourceError::UnknownFile(id))
    }

    /// The files with their ids, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId::new).zip(&self.files)
    }

    /// The bytes `range` of `file`, checked: both ends lie in the file and not inside a character.
    /// Any integer type will do.
    ///
    /// # Errors
    ///
    /// [`SourceError::UnknownFile`], [`SourceError::Span`], [`SourceError::OutOfBounds`] or
    /// [`SourceError::InsideCharacter`].
    pub fn span<T: ByteOffset>(&self, file: FileId, range: Range<T>) -> Result<Span, SourceError> {
        let span = Span::new(file, range.start, range.end)?;
        self.check(span)?;
        Ok(span)
    }

    /// Where `span` begins, its column counted in characters.
    ///
    /// # Errors
    ///
    /// Those of [`span`](Self::span).
    pub fn location(&self, span: Span) -> Result<Location<'_>, SourceError> {
        self.location_in(span, ColumnUnit::Char)
    }

    /// Where `span` begins, its column counted in `unit`.
    ///
    /// # Errors
    ///
    /// Those of [`span`](Self::span).
    pub fn location_in(&self, span: Span, unit: ColumnUnit) -> Result<Location<'_>, SourceError> {
        Ok(self.check(span)?.location(span.lo(), unit))
    }

    fn check(&self, span: Span) -> Result<&SourceFile, SourceError> {
        let file = self.file(span.file())?;
        if span.hi() > file.len() {
            return Err(SourceError::OutOfBounds { hi: span.hi(), len: file.len() });
        }
        for at in [span.lo(), span.hi()] {
            if !file.text.is_char_boundary(at as usize) {
                return Err(SourceError::InsideCharacter { at });
            }
        }
        Ok(file)
    }
}

/// Reads all of `on_disk`, but never more than a source file may have.
fn read(on_disk: &Path, shown: &str) -> Result<Vec<u8>, SourceError> {
    let failed = |error| SourceError::Io { path: shown.to_owned(), error };
    let file = File::open(on_disk).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut text = Vec::new();
    if size <= MAX_FILE_BYTES {
        // The size is a hint: a pipe has none, and a file may grow while it is read.
        text.reserve_exact(usize::try_from(size).unwrap_or(0).saturating_add(1));
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut text).map_err(failed)?;
    }
    let size = size.max(text.len() as u64);
    if size > MAX_FILE_BYTES {
        return Err(SourceError::TooLarge { path: shown.to_owned(), size });
    }
    Ok(text)
}

/// One source file: its path and text, and its lines, which are found when first asked for.
///
/// Lines end at `\n` or `\r\n`; a lone `\r` ends none. After the last line end stands one more
/// line, which may be empty: an empty file has one line.
pub struct SourceFile {
    path: String,
    text: String,
    /// The bytes as they came, where they are not `text`.
    raw: Option<Box<[u8]>>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    fn new(path: String, bytes: Vec<u8>) -> Result<Self, SourceError> {
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
        Ok(Self { path, text, raw, lines: OnceLock::new() })
    }

    /// The path as it is shown: relative to the workspace root where possible, `/` between parts.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
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
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The number of lines, at least one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.line_of(self.len())
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
        let boundary = self.text.floor_char_boundary(offset as usize);
        let offset = TextSize::new(u32::try_from(boundary).unwrap_or(u32::MAX));
        self.lines().try_line_col(offset).map_or(1, |at| at.line.saturating_add(1))
    }

    /// The bytes of a 1-based line, without its line end and without a byte order mark.
    pub(crate) fn line_range(&self, line: u32) -> Option<Range<usize>> {
        let range = self.lines().line(line.checked_sub(1)?)?;
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let whole = self.text.get(start..end)?;
        let content = whole.strip_suffix('\n').unwrap_or(whole);
        let content = if content.len() < whole.len() {
            content.strip_suffix('\r').unwrap_or(content)
        } else {
            content
        };
        let end = start + content.len();
        let bom = if start == 0 && content.starts_with(BOM) { BOM.len() } else { 0 };
        Some(start + bom..end)
    }

    /// Where byte `offset` is. One past the end, or inside a character, is moved back to what
    /// exists.
    pub(crate) fn location(&self, offset: u32, unit: ColumnUnit) -> Location<'_> {
        let line = self.line_of(offset);
        let start = self.line_range(line).map_or(0, |range| range.start);
        let offset = self.text.floor_char_boundary(offset as usize);
        // Before `start` is only the byte order mark, which has no column.
        let before = self.text.get(start..offset).unwrap_or_default();
        Location { path: &self.path, line, col: unit.column_after(before) }
    }

    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
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

/// A place as people name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location<'a> {
    /// The file's [path](SourceFile::path), as it is: not yet safe for a terminal.
    pub path: &'a str,
    /// The line, 1-based.
    pub line: u32,
    /// The column, 1-based, in the unit that was asked for. A byte order mark has no column.
    pub col: u32,
}

impl fmt::Display for Location<'_> {
    /// `path:line:col`, safe for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", text::one_line(self.path), self.line, self.col)
    }
}

/// Why a source could not be added, or a span is not in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceError {
    /// A file of more than [`MAX_FILE_BYTES`].
    TooLarge {
        /// The file's path as it is shown.
        path: String,
        /// Its size in bytes.
        size: u64,
    },
    /// The map has as many files as 32 bits can number.
    TooManyFiles,
    /// The file could not be read.
    Io {
        /// The file's path as it is shown.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The map has no file of this id.
    UnknownFile(FileId),
    /// The offsets are no span.
    Span(SpanError),
    /// The span ends behind the file's end.
    OutOfBounds {
        /// The span's end.
        hi: u32,
        /// The file's length in bytes.
        len: u32,
    },
    /// The span begins or ends inside a character.
    InsideCharacter {
        /// The byte offset that is inside one.
        at: u32,
    },
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { path, size } => {
                let path = text::one_line(path);
                write!(f, "`{path}` has {size} bytes, and a source file may have {MAX_FILE_BYTES}")
            }
            Self::TooManyFiles => write!(f, "a source map holds at most {} files", u32::MAX),
            Self::Io { path, error } => {
                write!(f, "cannot read `{}`: {error}", text::one_line(path))
            }
            Self::UnknownFile(id) => write!(f, "the source map has no file {}", id.index()),
            Self::Span(error) => error.fmt(f),
            Self::OutOfBounds { hi, len } => {
                write!(f, "the span ends at byte {hi} of a file of {len} bytes")
            }
            Self::InsideCharacter { at } => write!(f, "byte {at} is inside a character"),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Span(error) => Some(error),
            _ => None,
        }
    }
}

impl From<SpanError> for SourceError {
    fn from(error: SpanError) -> Self {
        Self::Span(error)
    }
}

#[cfg(test)]
mod tests;
