//! A source file: its path and its text.

mod columns;
mod content;
mod embedding;
mod locations;
mod positions;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use content::{AvailableText, Content};
use embedding::Embedding;
pub(crate) use locations::SourceLine;

use super::columns::Columns;
use super::lines::LineTable;
use super::{KnownLocation, SourceError, SourceText, is_virtual, url};
use crate::model::{ByteOffset, FileId, Span, SpanError};

/// The byte order mark, U+FEFF, as UTF-8.
pub(crate) const BOM: &str = "\u{feff}";

/// The smallest offset in a file whose byte offsets are unknown. It is larger than the files that compilers read, so
/// that no program takes it for the offset of a byte.
pub(crate) const UNKNOWN_OFFSETS: u32 = 0xff00_0000;

/// A source file: its path, its text and its lines. The lines are found on first use.
///
/// A line ends at `\n` or `\r\n`, not at a lone `\r`. The text after the last line end is one more line, even
/// if it is empty, so an empty file has one line.
///
/// The offsets, lines and columns of an [embedded](super::SourceMap::embed) file are those in its own text. Use
/// [`SourceMap::location`](super::SourceMap::location) for those in the file that contains it.
pub struct SourceFile {
    id: FileId,
    path: Arc<str>,
    has_plain_path: bool,
    /// The absolute path that the file was loaded from.
    disk_path: Option<PathBuf>,
    content: Content,
    lines: OnceLock<LineTable>,
    /// The offsets of the `\r` without `\n`, which end lines for editors only.
    lone_returns: OnceLock<Box<[u32]>>,
    /// For columns in long lines.
    columns: OnceLock<Box<Columns>>,
    /// The URL, see [`SourceMap::url`](super::SourceMap::url). All maps that share the file have the same root.
    pub(super) url: OnceLock<Option<Box<str>>>,
    embedding: Option<Box<Embedding>>,
}

impl SourceFile {
    pub(super) fn new(id: FileId, path: Arc<str>, text: SourceText) -> Result<Self, SourceError> {
        let content = Content::new(&path, text)?;
        Ok(Self::with_content(id, path, content))
    }

    fn with_content(id: FileId, path: Arc<str>, content: Content) -> Self {
        Self {
            id,
            has_plain_path: url::is_kept_in_path(&path),
            path,
            disk_path: None,
            content,
            lines: OnceLock::new(),
            lone_returns: OnceLock::new(),
            columns: OnceLock::new(),
            url: OnceLock::new(),
            embedding: None,
        }
    }

    /// Creates a file without text.
    pub(super) fn unavailable(id: FileId, path: Arc<str>, error: Option<SourceError>) -> Self {
        Self::with_content(id, path, Content::unavailable(error))
    }

    /// Adds locations to a file without text.
    pub(super) fn add_known_locations(
        &mut self,
        locations: impl IntoIterator<Item = KnownLocation>,
    ) {
        if let Content::Unavailable(unavailable) = &mut self.content {
            unavailable.add(locations);
        }
    }

    pub(super) fn set_disk_path(&mut self, path: Option<PathBuf>) {
        self.disk_path = path;
    }

    pub(super) fn shared_path(&self) -> &Arc<str> {
        &self.path
    }

    /// Returns the content, which is not lazy.
    #[inline]
    fn content(&self) -> &Content {
        match &self.content {
            Content::Lazy(lazy) => lazy.get(&self.path),
            content => content,
        }
    }

    #[inline]
    fn available(&self) -> Option<&AvailableText> {
        match self.content() {
            Content::Available(available) => Some(available),
            _ => None,
        }
    }

    /// Returns the file that the text is a part of without being copied, and the bytes of the part.
    fn part(&self) -> Option<(&Arc<Self>, &Range<usize>)> {
        self.available()?.part()
    }

    /// Returns the absolute path that the file was [loaded](super::SourceMap::load) from, for writing fixes.
    /// Returns `None` for a file that was added from memory. The [`path`](Self::path) is for display only.
    #[must_use]
    pub fn disk_path(&self) -> Option<&Path> {
        self.disk_path.as_deref()
    }

    /// Returns true if the text is not available: see [`SourceMap::add_unavailable`], or the text could not be
    /// [stored or computed](Self::load_error).
    ///
    /// [`SourceMap::add_unavailable`]: super::SourceMap::add_unavailable
    #[inline]
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self.content(), Content::Unavailable(_))
    }

    /// Returns false if the text is [lazy](SourceText::lazy) and was not needed yet.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        match &self.content {
            Content::Lazy(lazy) => lazy.loaded().is_some(),
            _ => true,
        }
    }

    /// Returns why the text is not available: it is too large, or computing a [lazy](SourceText::lazy) text failed.
    #[must_use]
    pub fn load_error(&self) -> Option<&SourceError> {
        match self.content() {
            Content::Unavailable(unavailable) => unavailable.error(),
            _ => None,
        }
    }

    /// Returns the error of something that needs the text of a file without one.
    pub(super) fn unavailable_error(&self) -> SourceError {
        let reason = self.load_error().map(ToString::to_string);
        SourceError::Unavailable { path: self.path.to_string(), reason }
    }

    /// Returns true if the byte offsets of `span` are those of the whole file. In a [snippet](SourceText::with_first_line)
    /// they count from its start. In an unavailable file they may be mere numbers that stand for a line and a column.
    pub(crate) fn has_offsets(&self, span: Span) -> bool {
        match self.content() {
            Content::Available(text) => text.first_line == 1,
            _ => span.lo() < UNKNOWN_OFFSETS,
        }
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
        self.check_offsets(span)?;
        Ok(span)
    }

    /// Returns true if the text is available, `span` is valid, and the file is not embedded.
    #[inline]
    pub(crate) fn is_valid(&self, span: Span) -> bool {
        self.embedding.is_none()
            && self.available().is_some_and(|available| {
                let text = available.as_str();
                text.is_char_boundary(span.lo() as usize)
                    && text.is_char_boundary(span.hi() as usize)
            })
    }

    /// Checks a span, and that it is in this file.
    pub(super) fn check_own(&self, span: Span) -> Result<(), SourceError> {
        if span.file() != self.id {
            let (first, second) = (self.id, span.file());
            return Err(SpanError::TwoFiles { first, second }.into());
        }
        self.check_offsets(span)
    }

    /// Checks the offsets of `span`. Spans in an unavailable file are always accepted.
    pub(super) fn check_offsets(&self, span: Span) -> Result<(), SourceError> {
        let Some(available) = self.available() else { return Ok(()) };
        let text = available.as_str();
        if span.hi() as usize > text.len() {
            return Err(SourceError::OutOfBounds { hi: span.hi(), len: self.len() });
        }
        match [span.lo(), span.hi()].iter().find(|&&at| !text.is_char_boundary(at as usize)) {
            Some(&at) => Err(SourceError::InsideCharacter { at }),
            None => Ok(()),
        }
    }

    /// Returns the path to show: relative to the workspace root if possible, with `/` as separator. The path of an
    /// [embedded](super::SourceMap::embed) file is that of its outer file and the bytes, such as `a.vitte[12..30]`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns true if the path consists of letters, digits and `-./_~`, which no format escapes.
    pub(crate) const fn has_plain_path(&self) -> bool {
        self.has_plain_path
    }

    /// Returns true if the path is a name in angle brackets, such as `<stdin>`: a source that is not a file
    /// on disk. An embedded file is virtual if its outer file is.
    #[inline]
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        is_virtual(&self.outermost_file().path)
    }

    /// Returns true if `path` is the path of a [virtual file](Self::is_virtual).
    #[must_use]
    pub fn is_virtual_path(path: &str) -> bool {
        is_virtual(path)
    }

    /// Returns true if another program can open the file: it is neither unavailable nor virtual.
    #[inline]
    pub(crate) fn is_openable(&self) -> bool {
        !self.is_unavailable() && !self.is_virtual()
    }

    /// Returns the whole text, including a byte order mark. In a [lossy](Self::is_lossy) file each byte that
    /// is not UTF-8 is replaced by `?`. The text of an unavailable file is empty.
    #[inline]
    #[must_use]
    pub fn text(&self) -> &str {
        match self.content() {
            Content::Available(available) => available.as_str(),
            _ => "",
        }
    }

    /// Returns the original bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let raw = self.available().and_then(AvailableText::raw);
        raw.unwrap_or_else(|| self.text().as_bytes())
    }

    /// Returns true if some bytes are not UTF-8, so [`text`](Self::text) differs from
    /// [`bytes`](Self::bytes).
    #[inline]
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        self.available().is_some_and(|available| available.raw().is_some())
    }

    /// Returns the number of bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        // At most `MAX_FILE_BYTES`, see `Content::new`.
        u32::try_from(self.text().len()).unwrap_or(u32::MAX)
    }

    /// Returns true if the file has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }
}

impl fmt::Debug for SourceFile {
    /// Does not compute a lazy text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut file = f.debug_struct("SourceFile");
        file.field("path", &self.path);
        if self.is_loaded() {
            file.field("len", &self.len()).field("lossy", &self.is_lossy());
        }
        file.finish_non_exhaustive()
    }
}
