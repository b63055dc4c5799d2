//! The text of a source file, as it is passed to a source map.

use std::borrow::Cow;
use std::collections::{BinaryHeap, VecDeque};
use std::ffi::CString;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::{fmt, io};

/// The text of a source file, for [`SourceMap::add`](super::SourceMap::add) and its siblings.
///
/// | type | is |
/// |---|---|
/// | `String`, `Box<str>`, `Vec<u8>` | moved |
/// | `Arc<str>`, `Arc<String>` | shared, without a copy |
/// | [`from_static`](Self::from_static), `Cow<'static, str>` | borrowed, without a copy |
/// | [`from_owner`](Self::from_owner) | borrowed from a value that the map keeps, without a copy |
/// | [`lazy`](Self::lazy) | computed when it is needed |
/// | `&str`, `&[u8]`, `&[u8; N]`, … | copied |
/// | anything else that is `Into<Vec<u8>>` | [converted](Self::from_bytes) |
///
/// Bytes need not be UTF-8, see [`SourceFile::text`](super::SourceFile::text).
///
/// ```
/// use std::sync::Arc;
///
/// use vitte_diag::{SourceMap, SourceText};
///
/// let text: Arc<str> = Arc::from("let x = 1\n");
/// let mut sources = SourceMap::new();
/// let file = sources.insert("a.vitte", &text);
/// assert_eq!(Arc::strong_count(&text), 2, "the map shares the text");
/// assert_eq!(sources.file(file)?.text().as_ptr(), text.as_ptr());
///
/// let prelude = sources.insert("<prelude>", SourceText::from_static("type num\n"));
/// assert_eq!(sources.file(prelude)?.line(1), Some("type num"));
/// # Ok::<(), vitte_diag::SourceError>(())
/// ```
pub struct SourceText {
    pub(super) content: TextContent,
    /// The 1-based number of the first line.
    pub(super) first_line: u32,
}

/// Where a text is.
pub(super) enum TextContent {
    Owned(String),
    Static(&'static str),
    Shared(Arc<str>),
    SharedString(Arc<String>),
    Owner(TextOwner),
    /// Perhaps not UTF-8. Not examined yet, because there may be too many bytes.
    Bytes(Vec<u8>),
    Lazy(LoadText),
}

/// A value that owns a text.
pub(super) type TextOwner = Box<dyn AsRef<str> + Send + Sync + UnwindSafe + RefUnwindSafe>;

/// Computes a text.
pub(super) type LoadText = Box<dyn FnOnce() -> io::Result<SourceText> + Send>;

impl SourceText {
    /// Creates a text that is borrowed for the whole run of the program, such as that of `include_str!`.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self::new(TextContent::Static(text))
    }

    /// Creates a text from anything that converts to bytes, such as the buffer of another crate.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(TextContent::Bytes(bytes.into()))
    }

    /// Creates a text that `owner` owns, such as a mapped file or a buffer of another language. The map keeps the owner,
    /// and drops it with the file. The owner must always return the same text.
    ///
    /// ```
    /// use vitte_diag::{SourceMap, SourceText};
    ///
    /// /// A buffer that is reused when this is dropped.
    /// struct Pooled(Box<str>);
    ///
    /// impl AsRef<str> for Pooled {
    ///     fn as_ref(&self) -> &str {
    ///         &self.0
    ///     }
    /// }
    ///
    /// let mut sources = SourceMap::new();
    /// let file = sources.insert("a.vitte", SourceText::from_owner(Pooled("let x = 1\n".into())));
    /// assert_eq!(sources.file(file)?.line(1), Some("let x = 1"));
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    #[must_use]
    pub fn from_owner(
        owner: impl AsRef<str> + Send + Sync + UnwindSafe + RefUnwindSafe + 'static,
    ) -> Self {
        Self::new(TextContent::Owner(Box::new(owner)))
    }

    /// Creates a text that `load` returns when it is first needed: for a diagnostic that is shown or checked, or for
    /// the lines or locations of the file. `load` is called at most once. Many files never have a diagnostic, so a
    /// compiler whose texts are in a database, a rope or an archive need not copy all of them.
    ///
    /// If `load` returns an error, or a text that is too large, the file is
    /// [unavailable](super::SourceMap::add_unavailable). Diagnostics in it are shown without an excerpt, with a note
    /// that contains the error.
    ///
    /// `load` runs on the thread that needs the text, and other threads that need it wait. It must not use the file
    /// itself. With the feature `parallel` it must not wait for tasks of rayon's global pool. If it panics, the panic
    /// reaches the caller that needed the text, and the file is unavailable from then on.
    ///
    /// ```
    /// use std::fs;
    /// use std::sync::Arc;
    ///
    /// use vitte_diag::{SourceMap, SourceText};
    ///
    /// let mut sources = SourceMap::new();
    /// // A query of a database: returns an `Arc<str>` that the database and the map share.
    /// let db = Arc::new(|| Arc::<str>::from("let x = 1\n"));
    /// let queried = sources.insert("a.vitte", SourceText::lazy(move || Ok(db())));
    /// // A rope: the clone is cheap, the conversion to a string is not.
    /// let rope = vec!["let ", "y = 2\n"];
    /// let converted = sources.insert("b.vitte", SourceText::lazy(move || Ok(rope.concat())));
    /// // A file.
    /// let missing = sources.insert("c.vitte", SourceText::lazy(|| fs::read("no/such/file")));
    ///
    /// assert!(!sources.file(queried)?.is_loaded());
    /// assert_eq!(sources.file(queried)?.text(), "let x = 1\n");
    /// assert_eq!(sources.file(converted)?.line_count(), 2);
    /// let error = sources.file(missing)?.load_error().map(ToString::to_string);
    /// assert!(error.is_some_and(|error| error.starts_with("cannot read `c.vitte`: ")));
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    pub fn lazy<T: Into<Self>>(load: impl FnOnce() -> io::Result<T> + Send + 'static) -> Self {
        Self::new(TextContent::Lazy(Box::new(move || load().map(Into::into))))
    }

    /// Sets the number of the first line, for a snippet without the lines before it, such as the part of a file that
    /// another program sent. 0 is treated as 1, the default.
    ///
    /// All line numbers are then those of the whole file: of locations, in output, and in the methods of
    /// [`SourceFile`](super::SourceFile). Byte offsets count from the start of the snippet, because those of the whole
    /// file are unknown: JSON has them in `lo` and `hi`, and SARIF has no `byteOffset`.
    /// [`fix::apply`](crate::fix::apply) does not edit a snippet.
    ///
    /// ```
    /// use vitte_diag::{ColumnUnit, SourceMap, SourceText};
    ///
    /// let mut sources = SourceMap::new();
    /// let snippet = SourceText::from("let x = 1\nlet y = @\n").with_first_line(40);
    /// let file = sources.add("src/main.vitte", snippet)?;
    /// let at = sources.location(sources.span(file, 18..19)?)?;
    /// assert_eq!((at.line, at.col), (41, 9));
    /// assert_eq!(sources.file(file)?.offset_of(41, 9, ColumnUnit::Char)?, 18);
    /// # Ok::<(), vitte_diag::SourceError>(())
    /// ```
    #[must_use]
    pub const fn with_first_line(mut self, line: u32) -> Self {
        self.first_line = if line == 0 { 1 } else { line };
        self
    }

    const fn new(content: TextContent) -> Self {
        Self { content, first_line: 1 }
    }
}

impl TextContent {
    /// Returns the number of bytes, or 0 if the text is not computed yet.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Owned(text) => text.len(),
            Self::Static(text) => text.len(),
            Self::Shared(text) => text.len(),
            Self::SharedString(text) => text.len(),
            Self::Owner(owner) => (**owner).as_ref().len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Lazy(_) => 0,
        }
    }
}

impl fmt::Debug for SourceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_lazy = matches!(self.content, TextContent::Lazy(_));
        let len = (!is_lazy).then(|| self.content.len());
        f.debug_struct("SourceText")
            .field("len", &len)
            .field("first_line", &self.first_line)
            .finish_non_exhaustive()
    }
}

/// Implements conversions: of each type, by the function, to the variant.
macro_rules! conversions {
    ($([$($generics:tt)*] $from:ty, $text:ident => $content:expr;)*) => {
        $(impl<$($generics)*> From<$from> for SourceText {
            fn from($text: $from) -> Self {
                Self::new($content)
            }
        })*
    };
}

conversions! {
    [] String, text => TextContent::Owned(text);
    [] &String, text => TextContent::Owned(text.clone());
    [] &str, text => TextContent::Owned(text.to_owned());
    [] &mut str, text => TextContent::Owned(text.to_owned());
    [] Box<str>, text => TextContent::Owned(text.into());
    [] Arc<str>, text => TextContent::Shared(text);
    [] &Arc<str>, text => TextContent::Shared(Arc::clone(text));
    [] Arc<String>, text => TextContent::SharedString(text);
    [] &Arc<String>, text => TextContent::SharedString(Arc::clone(text));
    [] Vec<u8>, bytes => TextContent::Bytes(bytes);
    [] &Vec<u8>, bytes => TextContent::Bytes(bytes.clone());
    [] &[u8], bytes => TextContent::Bytes(bytes.to_owned());
    [] &mut [u8], bytes => TextContent::Bytes(bytes.to_owned());
    [] Box<[u8]>, bytes => TextContent::Bytes(bytes.into());
    [] Cow<'_, [u8]>, bytes => TextContent::Bytes(bytes.into_owned());
    [] CString, bytes => TextContent::Bytes(bytes.into_bytes());
    [] VecDeque<u8>, bytes => TextContent::Bytes(bytes.into());
    [] BinaryHeap<u8>, bytes => TextContent::Bytes(bytes.into());
    [const N: usize] [u8; N], bytes => TextContent::Bytes(bytes.into());
    [const N: usize] &[u8; N], bytes => TextContent::Bytes(bytes.into());
    [const N: usize] &mut [u8; N], bytes => TextContent::Bytes(bytes.into());
}

impl From<Cow<'static, str>> for SourceText {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::from_static(text),
            Cow::Owned(text) => text.into(),
        }
    }
}
