//! The source files of a compilation: text, lines, and the locations of byte offsets.

mod changes;
mod column;
mod columns;
mod embed;
mod error;
mod file;
mod lineage;
mod lines;
mod openable;
mod path;
mod position;
mod read;
mod text;
pub(crate) mod url;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use column::ColumnUnit;
pub use embed::{EmbeddedPiece, EmbeddedText};
pub use error::SourceError;
pub use file::SourceFile;
pub(crate) use file::{BOM, SourceLine, UNKNOWN_OFFSETS};
pub(crate) use path::{file_url, is_virtual};
pub use text::SourceText;

use self::lineage::Lineage;
use self::openable::FirstOpenable;
use crate::model::{ByteOffset, FileId, Span};
use crate::text::one_line;

/// The maximum size of a source file in bytes: spans use 32-bit offsets.
pub const MAX_FILE_BYTES: u64 = u32::MAX as u64 - 1;

/// The source files of one compilation. Each has a [`FileId`], its index in the map.
///
/// A file never changes, and an id is never used for another file, so spans stay valid while files are added. A file
/// can be [removed](Self::remove) or [replaced](Self::replace): spans in the old file do not refer to the new one. A
/// clone is cheap because it shares the files.
///
/// [`add`](Self::add) and its siblings borrow the map mutably. A parser that loads another file while it reads one
/// gets the first as an `Arc` from [`file_arc`](Self::file_arc).
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
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    root: Option<PathBuf>,
    /// By id.
    files: Vec<Slot>,
    /// The files that are embedded in a file.
    embedded: BTreeMap<FileId, BTreeSet<FileId>>,
    openable: FirstOpenable,
    lineage: Lineage,
}

/// What is at an index of the map.
#[derive(Clone, Debug)]
enum Slot {
    File(Arc<SourceFile>),
    /// The path of a removed file.
    Removed(Arc<str>),
}

impl SourceMap {
    /// Creates a map without files and without a workspace root.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a map without files. Absolute paths below `root`, the workspace root, are shown relative to
    /// it, and [`load`](Self::load) resolves relative paths against it. `root` should be absolute: an
    /// absolute path is never below a relative one.
    #[must_use]
    pub fn with_root(root: impl Into<PathBuf>) -> Self {
        Self { root: Some(root.into()), ..Self::default() }
    }

    /// Adds a file from memory.
    ///
    /// `path` is the name of the file in messages and need not exist. It is normalised: relative to the
    /// workspace root if possible, `/` as separator, `.` and `..` resolved lexically. `text` is a string or bytes,
    /// owned, [shared or lazy](SourceText). It is stored unchanged, including a byte order mark and line ends. In
    /// [`SourceFile::text`] each byte that is not UTF-8 is replaced by one `?`, so offsets are those of the original
    /// bytes.
    ///
    /// # Errors
    ///
    /// [`SourceError::TooLarge`] if `text` has more than [`MAX_FILE_BYTES`], [`SourceError::TooManyFiles`] if
    /// there is no unused 32-bit id, [`SourceError::LineNumbers`] if the line numbers of a snippet do not fit in 32
    /// bits.
    pub fn add(
        &mut self,
        path: impl AsRef<Path>,
        text: impl Into<SourceText>,
    ) -> Result<FileId, SourceError> {
        let path = self.display_path(path.as_ref());
        Ok(self.push(SourceFile::new(self.next_id()?, path.into(), text.into())?))
    }

    /// Adds a file from memory like [`add`](Self::add), without an error. Every map of less than 2^32 files accepts
    /// every text of up to [`MAX_FILE_BYTES`].
    ///
    /// A file that `add` rejects is unavailable, and diagnostics in it have a note with the
    /// [reason](SourceFile::load_error). Without an unused id this returns [`FileId::DUMMY`].
    ///
    /// ```
    /// use vitte_diag::{Diagnostic, SourceMap, Span, code};
    ///
    /// let mut sources = SourceMap::new();
    /// let file = sources.insert("src/main.vitte", "let x = @\n");
    /// let error = Diagnostic::error(code!("E0001"), Span::between(file, 8, 9), "illegal character");
    /// ```
    pub fn insert(&mut self, path: impl AsRef<Path>, text: impl Into<SourceText>) -> FileId {
        let path: Arc<str> = self.display_path(path.as_ref()).into();
        let Ok(id) = self.next_id() else { return FileId::DUMMY };
        let file = SourceFile::new(id, Arc::clone(&path), text.into());
        self.push(file.unwrap_or_else(|error| SourceFile::unavailable(id, path, Some(error))))
    }

    /// Reads a regular file from disk and adds it. A relative path is resolved against the workspace root, or against
    /// the working directory of the process if the map has no root.
    ///
    /// # Errors
    ///
    /// The errors of [`add`](Self::add), [`SourceError::NotAFile`] for a directory, a pipe or a device, which are not
    /// opened, and [`SourceError::Io`] if the file cannot be read. A file that is too large is rejected before it is
    /// read. Standard input is read by [`input::read_stream`](crate::input::read_stream).
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<FileId, SourceError> {
        let path = path.as_ref();
        let on_disk = self.root.as_ref().map_or_else(|| path.to_owned(), |root| root.join(path));
        let display_path = self.display_path(path);
        let text = read::read(&on_disk, &display_path)?;
        let mut file = SourceFile::new(self.next_id()?, display_path.into(), text.into())?;
        // `absolute` fails only for an empty path or without a working directory.
        file.set_disk_path(Some(std::path::absolute(&on_disk).unwrap_or(on_disk)));
        Ok(self.push(file))
    }

    /// Adds a file whose text is not available, with the lines and columns of some offsets. Meant for
    /// diagnostics that were made on another machine. Spans in the file are not checked, and no excerpt of it
    /// is shown. If a span begins at another offset, only the path is shown.
    ///
    /// # Errors
    ///
    /// [`SourceError::TooManyFiles`] if there is no unused 32-bit id.
    pub fn add_unavailable(
        &mut self,
        path: impl AsRef<Path>,
        locations: impl IntoIterator<Item = KnownLocation>,
    ) -> Result<FileId, SourceError> {
        let path = self.display_path(path.as_ref());
        let mut file = SourceFile::unavailable(self.next_id()?, path.into(), None);
        file.add_known_locations(locations);
        Ok(self.push(file))
    }

    /// Adds locations to a file whose text is [unavailable](Self::add_unavailable). Used while diagnostics are read, when
    /// the locations become known one by one.
    pub(crate) fn add_known_locations(
        &mut self,
        id: FileId,
        locations: impl IntoIterator<Item = KnownLocation>,
    ) {
        let index = usize::try_from(id.index()).ok();
        // The file is shared only if the map was cloned.
        if let Some(Slot::File(file)) = index.and_then(|index| self.files.get_mut(index)) {
            if let Some(file) = Arc::get_mut(file) {
                file.add_known_locations(locations);
            }
        }
    }

    /// Returns the path that a file at `path` has in this map.
    pub(crate) fn display_path(&self, path: &Path) -> String {
        path::normalize(path, self.root.as_deref())
    }

    fn push(&mut self, file: SourceFile) -> FileId {
        let id = file.id();
        self.lineage.grow();
        self.files.push(Slot::File(Arc::new(file)));
        id
    }

    fn next_id(&self) -> Result<FileId, SourceError> {
        let id = u32::try_from(self.files.len()).map(FileId::new).ok();
        id.filter(|&id| id != FileId::DUMMY).ok_or(SourceError::TooManyFiles)
    }

    /// Returns the file with an id.
    ///
    /// # Errors
    ///
    /// [`SourceError::UnknownFile`] if the map never had such a file, [`SourceError::Removed`] if it was removed.
    #[inline]
    pub fn file(&self, id: FileId) -> Result<&SourceFile, SourceError> {
        self.get(id).map(|file| &**file)
    }

    /// Returns the file with an id as an `Arc`, which can be used while files are added to the map.
    ///
    /// # Errors
    ///
    /// The errors of [`file`](Self::file).
    pub fn file_arc(&self, id: FileId) -> Result<Arc<SourceFile>, SourceError> {
        self.get(id).map(Arc::clone)
    }

    /// Returns the file with an id, if there is one.
    #[inline]
    pub(crate) fn file_of(&self, id: FileId) -> Option<&SourceFile> {
        match self.files.get(usize::try_from(id.index()).ok()?)? {
            Slot::File(file) => Some(file),
            Slot::Removed(_) => None,
        }
    }

    fn get(&self, id: FileId) -> Result<&Arc<SourceFile>, SourceError> {
        let index = usize::try_from(id.index()).ok();
        match index.and_then(|index| self.files.get(index)) {
            Some(Slot::File(file)) => Ok(file),
            Some(Slot::Removed(path)) => {
                Err(SourceError::Removed { file: id, path: path.to_string() })
            }
            None => Err(SourceError::UnknownFile(id)),
        }
    }

    /// Returns the URL of a file, such as `file:///home/ana/shop/main.vitte`. For an [embedded](Self::embed) file it
    /// is that of the outermost file.
    ///
    /// Returns `None` for an unknown id, for a [virtual](SourceFile::is_virtual) file such as `<stdin>`, and
    /// for a file that was [added](Self::add) with a relative path to a map without an absolute root.
    #[must_use]
    pub fn url(&self, id: FileId) -> Option<String> {
        self.url_str(id).map(str::to_owned)
    }

    /// Returns the [URL](Self::url) of a file, which is computed once.
    pub(crate) fn url_str(&self, id: FileId) -> Option<&str> {
        let file = self.file(id).ok().filter(|file| !file.is_virtual())?.outermost_file();
        let url = || {
            let url = path::file_url(file.path(), self.root.as_deref());
            url.or_else(|| path::file_url(file.disk_path()?.to_str()?, None))
        };
        file.url.get_or_init(|| url().map(String::into_boxed_str)).as_deref()
    }

    /// Returns the files in the order in which they were added, without those that were removed. Files that are
    /// embedded in another one are included.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter_map(|slot| match slot {
            Slot::File(file) => Some(&**file),
            Slot::Removed(_) => None,
        })
    }

    /// Creates the span of a range of bytes in `file`, and checks it. Offsets may be of any integer type.
    ///
    /// # Errors
    ///
    /// - [`SourceError::UnknownFile`] if the map has no such file.
    /// - [`SourceError::Span`] if the range is reversed, or an offset is negative or over 32 bits.
    /// - [`SourceError::OutOfBounds`] if the range ends after the end of the file.
    /// - [`SourceError::InsideCharacter`] if the range begins or ends inside a character.
    pub fn span<T: ByteOffset>(&self, file: FileId, range: Range<T>) -> Result<Span, SourceError> {
        self.file(file)?.span(range)
    }

    /// Returns the location of the start of `span`, in the outermost file if the file of the span is
    /// [embedded](Self::embed). The column counts characters. In an unavailable file it is the
    /// [nearest known location](SourceFile::location).
    ///
    /// # Errors
    ///
    /// The errors of [`span`](Self::span).
    pub fn location(&self, span: Span) -> Result<Location<'_>, SourceError> {
        self.location_in(span, ColumnUnit::Char)
    }

    /// Returns the location of the start of `span` like [`location`](Self::location). The column counts `unit`s.
    ///
    /// # Errors
    ///
    /// The errors of [`span`](Self::span).
    pub fn location_in(&self, span: Span, unit: ColumnUnit) -> Result<Location<'_>, SourceError> {
        let (file, span) = self.check(span)?.outermost(span);
        Ok(file.location(span.lo(), unit))
    }

    /// Returns the file of `span` if the span is valid.
    pub(crate) fn check(&self, span: Span) -> Result<&SourceFile, SourceError> {
        let file = self.file(span.file())?;
        file.check_offsets(span)?;
        Ok(file)
    }
}

/// The location of one offset in a file whose text is [unavailable](SourceMap::add_unavailable).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct KnownLocation {
    /// The offset in bytes, 0-based.
    pub offset: u32,
    /// The line of the offset, 1-based. 0 is treated as 1.
    pub line: u32,
    /// The column of the offset, 1-based, for every [`ColumnUnit`]. 0 is treated as 1.
    pub col: u32,
}

/// A file, a line and a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location<'a> {
    /// The [path](SourceFile::path) of the file, unescaped: see [`one_line`] for terminals.
    pub path: &'a str,
    /// The line, 1-based.
    pub line: u32,
    /// The column, 1-based, in the requested unit. A byte order mark does not count.
    pub col: u32,
}

impl fmt::Display for Location<'_> {
    /// Writes `path:line:col`, with control characters escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", one_line(self.path), self.line, self.col)
    }
}

/// A file, and a line and a column if they are known. In a file whose text is
/// [unavailable](SourceMap::add_unavailable), most are not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PartialLocation<'a> {
    pub(crate) path: &'a str,
    /// The line and the column, both 1-based.
    pub(crate) position: Option<(u32, u32)>,
}

impl<'a> From<Location<'a>> for PartialLocation<'a> {
    fn from(Location { path, line, col }: Location<'a>) -> Self {
        Self { path, position: Some((line, col)) }
    }
}

impl fmt::Display for PartialLocation<'_> {
    /// Writes `path:line:col` or `path`, with control characters escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(self.path))?;
        self.position.map_or(Ok(()), |(line, col)| write!(f, ":{line}:{col}"))
    }
}

#[cfg(test)]
mod tests;
