//! The text of a source file as it is stored, or why there is none.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::SourceFile;
use crate::source::text::{TextContent, TextOwner};
use crate::source::{KnownLocation, MAX_FILE_BYTES, SourceError, SourceText};
use crate::text;

/// The text of a file, or what is known without it.
pub(super) enum Content {
    Available(AvailableText),
    Unavailable(Unavailable),
    Lazy(Box<LazyContent>),
}

/// A text in memory.
pub(super) struct AvailableText {
    text: StoredText,
    /// The original bytes, if they are not UTF-8.
    raw: Option<Box<[u8]>>,
    /// The 1-based number of the first line.
    pub(super) first_line: u32,
}

/// Where a text is.
enum StoredText {
    Owned(String),
    Static(&'static str),
    Shared(Arc<str>),
    SharedString(Arc<String>),
    Owner(TextOwner),
    /// The bytes of another file, which is not a part itself.
    Part(Arc<SourceFile>, Range<usize>),
}

/// What is known about a file without its text.
pub(super) struct Unavailable {
    /// The lines and columns by offset.
    known: BTreeMap<u32, (u32, u32)>,
    /// Why the text could not be stored or computed. Never changed, so a panic cannot break it.
    error: Option<AssertUnwindSafe<SourceError>>,
}

/// A text that is computed when it is first needed.
pub(super) struct LazyContent {
    content: OnceLock<Content>,
    /// The text to compute. `None` as soon as one thread has begun to.
    text: Mutex<Option<SourceText>>,
}

impl Content {
    /// Creates the content of the file at `path`.
    pub(super) fn new(path: &str, text: SourceText) -> Result<Self, SourceError> {
        let SourceText { content, first_line } = text;
        let size = content.len() as u64;
        if size > MAX_FILE_BYTES {
            return Err(SourceError::TooLarge { path: path.to_owned(), size });
        }
        // There are fewer lines than bytes and one.
        if u64::from(first_line) + size > u64::from(u32::MAX) {
            return Err(SourceError::LineNumbers { path: path.to_owned(), first_line, size });
        }
        let (text, raw) = match content {
            TextContent::Owned(text) => (StoredText::Owned(text), None),
            TextContent::Static(text) => (StoredText::Static(text), None),
            TextContent::Shared(text) => (StoredText::Shared(text), None),
            TextContent::SharedString(text) => (StoredText::SharedString(text), None),
            TextContent::Owner(owner) => (StoredText::Owner(owner), None),
            TextContent::Bytes(bytes) => {
                let (text, raw) = decode(bytes);
                (StoredText::Owned(text), raw)
            }
            lazy @ TextContent::Lazy(_) => {
                let text = Mutex::new(Some(SourceText { content: lazy, first_line }));
                return Ok(Self::Lazy(Box::new(LazyContent { content: OnceLock::new(), text })));
            }
        };
        Ok(Self::Available(AvailableText { text, raw, first_line }))
    }

    /// Creates the content that is the bytes `range` of `outer`, which are between characters.
    pub(super) fn part_of(outer: &Arc<SourceFile>, range: Range<usize>) -> Self {
        let bytes = outer.bytes().get(range.clone()).unwrap_or_default();
        let is_lossy = outer.is_lossy() && std::str::from_utf8(bytes).is_err();
        let raw = is_lossy.then(|| bytes.into());
        let text = match outer.part() {
            Some((whole, inside)) => {
                let (start, end) = (inside.start + range.start, inside.start + range.end);
                StoredText::Part(Arc::clone(whole), start..end)
            }
            None => StoredText::Part(Arc::clone(outer), range),
        };
        Self::Available(AvailableText { text, raw, first_line: 1 })
    }

    /// Creates the content of a file without text.
    pub(super) fn unavailable(error: Option<SourceError>) -> Self {
        let error = error.map(AssertUnwindSafe);
        Self::Unavailable(Unavailable { known: BTreeMap::new(), error })
    }
}

impl StoredText {
    #[inline(never)]
    fn as_str(&self) -> &str {
        match self {
            Self::Owned(text) => text,
            Self::Static(text) => text,
            Self::Shared(text) => text,
            Self::SharedString(text) => text,
            Self::Owner(owner) => (**owner).as_ref(),
            Self::Part(outer, range) => outer.text().get(range.clone()).unwrap_or_default(),
        }
    }
}

impl AvailableText {
    #[inline]
    pub(super) fn as_str(&self) -> &str {
        // The usual case, inline: emitters ask for the text again and again.
        if let StoredText::Owned(text) = &self.text { text } else { self.text.as_str() }
    }

    /// Returns the original bytes, if they are not UTF-8.
    pub(super) fn raw(&self) -> Option<&[u8]> {
        self.raw.as_deref()
    }

    /// Returns the file that the text is a part of, and the bytes of the part.
    pub(super) const fn part(&self) -> Option<(&Arc<SourceFile>, &Range<usize>)> {
        match &self.text {
            StoredText::Part(outer, range) => Some((outer, range)),
            _ => None,
        }
    }
}

impl Unavailable {
    pub(super) fn error(&self) -> Option<&SourceError> {
        self.error.as_deref()
    }

    /// Adds locations. Lines and columns that are 0 become 1, because emitters subtract 1.
    pub(super) fn add(&mut self, locations: impl IntoIterator<Item = KnownLocation>) {
        let locations = locations.into_iter();
        self.known.extend(locations.map(|at| (at.offset, (at.line.max(1), at.col.max(1)))));
    }

    pub(super) fn is_known(&self, offset: u32) -> bool {
        self.known.contains_key(&offset)
    }

    /// Returns the line and column of the last known offset that is not after `offset`, or of the start of the file.
    pub(super) fn location(&self, offset: u32) -> (u32, u32) {
        let known = self.known.range(..=offset).next_back();
        known.map_or((1, 1), |(_, &line_col)| line_col)
    }
}

impl LazyContent {
    /// Returns the content of the file at `path`, which is not lazy itself.
    #[cold]
    pub(super) fn get(&self, path: &str) -> &Content {
        self.content.get_or_init(|| {
            let text = self.text.lock().unwrap_or_else(PoisonError::into_inner).take();
            // Not locked any more, because computing the text may panic.
            let text = text.map_or_else(
                || Err(io::Error::other("the function that returns the text panicked")),
                computed,
            );
            let text = text.map_err(|error| SourceError::Io { path: path.to_owned(), error });
            let content = text.and_then(|text| Content::new(path, text));
            content.unwrap_or_else(|error| Content::unavailable(Some(error)))
        })
    }

    /// Returns the content if it was computed before.
    pub(super) fn loaded(&self) -> Option<&Content> {
        self.content.get()
    }
}

/// Computes a text. A lazy text may return another lazy text.
fn computed(mut text: SourceText) -> io::Result<SourceText> {
    while let TextContent::Lazy(load) = text.content {
        let first_line = text.first_line;
        text = load()?;
        if first_line > 1 {
            text.first_line = first_line;
        }
    }
    Ok(text)
}

/// Returns the text of `bytes`, and the bytes themselves if they are not UTF-8.
fn decode(bytes: Vec<u8>) -> (String, Option<Box<[u8]>>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let raw = error.into_bytes();
            (text::replace_invalid_utf8(&raw), Some(raw.into_boxed_slice()))
        }
    }
}
