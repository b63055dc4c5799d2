//! An HTTP request, and its display without secrets.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use vitte_diag::text;

/// A secret string, such as a token or a DSN. `Debug` and `Display` write `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret string.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An HTTP request. `Display` writes it as it is sent, with `***` in place of secrets:
///
/// ```text
/// POST https://api.github.com/repos/owner/name/issues
/// authorization: Bearer ***
/// content-type: application/json
///
/// {"title":"F0001 …
/// ```
///
/// The headers are complete except for `Host`, which follows from the URL. In place of an attachment, its name and size are
/// shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<Header>,
    pub(super) body: String,
    pub(super) attachment: Option<Attachment>,
}

impl Request {
    /// Creates a request without an attachment.
    pub(super) const fn new(
        method: &'static str,
        url: String,
        headers: Vec<Header>,
        body: String,
    ) -> Self {
        Self { method, url, headers, body, attachment: None }
    }

    /// Returns the method, such as `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method
    }

    /// Returns the URL, which contains no secrets.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the names and values of the headers, with `***` in place of secrets.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|header| (&*header.name, &*header.redacted))
    }

    /// Returns the text of the body up to its [attachment](Self::attachment), or an empty string if there is no body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the bytes of the attachment, which follow the text of the body, or `None` if there is none.
    #[must_use]
    pub fn attachment(&self) -> Option<&[u8]> {
        self.attachment.as_ref().map(|attachment| &*attachment.bytes)
    }

    /// Returns the whole body as it is sent.
    #[must_use]
    pub fn body_bytes(&self) -> Vec<u8> {
        let mut body = self.body.clone().into_bytes();
        if let Some(attachment) = &self.attachment {
            body.extend_from_slice(&attachment.bytes);
            body.extend_from_slice(attachment.end.as_bytes());
        }
        body
    }

    /// Returns the length of the whole body in bytes.
    pub(super) fn body_len(&self) -> usize {
        let attachment = self.attachment.as_ref();
        self.body.len() + attachment.map_or(0, |own| own.bytes.len() + own.end.len())
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, text::one_line(&self.url))?;
        for (name, value) in self.headers() {
            writeln!(f, "{name}: {}", text::one_line(value))?;
        }
        match &self.attachment {
            None if self.body.is_empty() => Ok(()),
            None => writeln!(f, "\n{}", self.body.trim_end_matches('\n')),
            Some(Attachment { name, bytes, end }) => {
                // The lines of a form end with a carriage return, too.
                let (body, end) = (self.body.replace('\r', ""), end.replace('\r', ""));
                let size = text::plural("byte", bytes.len());
                let end = end.trim_start_matches('\n');
                write!(f, "\n{body}[{name}: {} {size}]\n{end}", bytes.len())
            }
        }
    }
}

/// A part of a body that is not text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Attachment {
    pub(super) name: &'static str,
    pub(super) bytes: Arc<[u8]>,
    /// The text after the bytes.
    pub(super) end: String,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} bytes", self.name, self.bytes.len())
    }
}

/// A header of a [`Request`].
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: Cow<'static, str>,
    pub(super) value: String,
    /// The value with `***` in place of secrets.
    redacted: String,
}

impl Header {
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { name: name.into(), redacted: value.clone(), value }
    }

    /// Creates a header with a secret value, which is displayed as `redacted`.
    pub(super) fn secret(
        name: impl Into<Cow<'static, str>>,
        value: String,
        redacted: String,
    ) -> Self {
        Self { name: name.into(), value, redacted }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.redacted)
    }
}

/// The user agent: the name of the project and its version.
pub(super) const USER_AGENT: &str = concat!("vitte-diag/", env!("CARGO_PKG_VERSION"));
