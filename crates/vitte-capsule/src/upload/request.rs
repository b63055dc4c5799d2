//! An HTTP request, and its display without secrets.

use std::fmt;

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
/// The headers are complete except for `Host`, which follows from the URL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<Header>,
    pub(super) body: String,
}

impl Request {
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
        self.headers.iter().map(|header| (header.name, &*header.redacted))
    }

    /// Returns the body, or an empty string if there is none.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, text::one_line(&self.url))?;
        for (name, value) in self.headers() {
            writeln!(f, "{name}: {}", text::one_line(value))?;
        }
        if !self.body.is_empty() {
            write!(f, "\n{}", self.body.trim_end_matches('\n'))?;
            f.write_str("\n")?;
        }
        Ok(())
    }
}

/// A header of a [`Request`].
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) value: String,
    /// The value with `***` in place of secrets.
    redacted: String,
}

impl Header {
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { name, redacted: value.clone(), value }
    }

    /// Creates a header with a secret value, which is displayed as `redacted`.
    pub(super) const fn secret(name: &'static str, value: String, redacted: String) -> Self {
        Self { name, value, redacted }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.redacted)
    }
}

/// The user agent: the name of the project and its version.
pub(super) const USER_AGENT: &str = concat!("vitte-diag/", env!("CARGO_PKG_VERSION"));
