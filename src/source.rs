//! The sources of one compilation: their text, their lines, and where an offset is.

mod column;
mod error;
mod file;
mod lines;
mod path;
mod read;
pub(crate) mod url;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use column::ColumnUnit;
pub use error::SourceError;
pub(crate) use file::BOM;
pub use file::SourceFile;
pub(crate) use path::{file_url, is_virtual};

use crate::model::{ByteOffset, FileId, Span};
use crate::text;

/// The most bytes that a source file may have: spans count bytes in 32 bits.
pub const MAX_FILE_BYTES: u64 = u32::MAX as u64 - 1;

/// Every source file of one compilation, each under its [`FileId`].
///
/// Files are only added, so an id stays good for the life of the map. Threads may share a map, and a
/// clone is cheap: it shares the files.
///
/// A parser that loads another file while it reads one keeps the text of the first with
/// [`shared`](Self::shared), because adding a file needs the map to itself.
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
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    /// A map without files and without a workspace root.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A map without files. Absolute paths below `root`, the workspace, are shown relative to it,
    /// and [`load`](Self::load) takes relative paths from there. So `root` is best absolute: below
    /// a relative one no absolute path lies.
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
        let shown = path::normalize(path.as_ref(), self.root.as_deref());
        Ok(self.push(SourceFile::new(self.next_id()?, shown, text.into())?))
    }

    /// Reads a file from disk and adds it. A relative path starts at the workspace root, or at the
    /// process's working directory where the map has no root.
    ///
    /// # Errors
    ///
    /// Those of [`add`](Self::add), and [`SourceError::Io`] when the file cannot be read. A file
    /// that is too large is rejected before it is read.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<FileId, SourceError> {
        let path = path.as_ref();
        let on_disk = self.root.as_ref().map_or_else(|| path.to_owned(), |root| root.join(path));
        let shown = path::normalize(path, self.root.as_deref());
        let text = read::read(&on_disk, &shown)?;
        let mut file = SourceFile::new(self.next_id()?, shown, text)?;
        // Without a working directory there is none to find the file in again.
        file.set_disk_path(std::path::absolute(&on_disk).unwrap_or(on_disk));
        Ok(self.push(file))
    }

    /// Adds a file that is not here, of which nothing is known but some places: as it is with
    /// diagnostics that come from another machine. Spans in it are taken as they are, and nothing of
    /// its text is shown.
    ///
    /// # Errors
    ///
    /// [`SourceError::TooManyFiles`].
    pub fn add_unavailable(
        &mut self,
        path: impl AsRef<Path>,
        places: impl IntoIterator<Item = KnownLocation>,
    ) -> Result<FileId, SourceError> {
        let shown = path::normalize(path.as_ref(), self.root.as_deref());
        Ok(self.push(SourceFile::missing(self.next_id()?, shown, places)))
    }

    fn push(&mut self, file: SourceFile) -> FileId {
        let id = file.id();
        self.files.push(Arc::new(file));
        id
    }

    fn next_id(&self) -> Result<FileId, SourceError> {
        let id = u32::try_from(self.files.len()).map(FileId::new).ok();
        id.filter(|&id| id != FileId::DUMMY).ok_or(SourceError::TooManyFiles)
    }

    /// The file with this id.
    ///
    /// # Errors
    ///
    /// [`SourceError::UnknownFile`] when the id is of another map.
    pub fn file(&self, id: FileId) -> Result<&SourceFile, SourceError> {
        self.get(id).map(|file| &**file)
    }

    /// The file with this id, to keep while the map grows.
    ///
    /// # Errors
    ///
    /// Those of [`file`](Self::file).
    pub fn file_arc(&self, id: FileId) -> Result<Arc<SourceFile>, SourceError> {
        self.get(id).map(Arc::clone)
    }

    fn get(&self, id: FileId) -> Result<&Arc<SourceFile>, SourceError> {
        let index = usize::try_from(id.index()).ok();
        index.and_then(|index| self.files.get(index)).ok_or(SourceError::UnknownFile(id))
    }

    /// The address of a file, `file:///home/ana/shop/main.vitte`. Nothing for what is no file on disk
    /// by its name: one like `<stdin>`, or one [added](Self::add) under a relative path to a map without
    /// an absolute root.
    #[must_use]
    pub fn url(&self, id: FileId) -> Option<String> {
        let file = self.file(id).ok().filter(|file| !file.is_virtual())?;
        let url = path::file_url(file.path(), self.root.as_deref());
        url.or_else(|| path::file_url(file.disk_path()?.to_str()?, None))
    }

    /// The files in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().map(|file| &**file)
    }

    /// The bytes `range` of `file`, checked: both ends lie in the file and not inside a character.
    /// Any integer type will do.
    ///
    /// # Errors
    ///
    /// [`SourceError::UnknownFile`], [`SourceError::Span`], [`SourceError::OutOfBounds`] or
    /// [`SourceError::InsideCharacter`].
    pub fn span<T: ByteOffset>(&self, file: FileId, range: Range<T>) -> Result<Span, SourceError> {
        self.file(file)?.span(range)
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

    /// The file of `span`, where the span is in it.
    pub(crate) fn check(&self, span: Span) -> Result<&SourceFile, SourceError> {
        let file = self.file(span.file())?;
        file.check(span)?;
        Ok(file)
    }
}

/// A place of a file that is [missing](SourceMap::add_unavailable).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct KnownLocation {
    /// The offset in bytes, 0-based.
    pub offset: u32,
    /// Its line, 1-based; 0 counts as 1.
    pub line: u32,
    /// Its column, 1-based, in whatever unit the file's columns are asked for; 0 counts as 1.
    pub col: u32,
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

#[cfg(test)]
mod tests;
