//! What is sent, and how it is shown without its secrets.

use std::fmt;

use vitte_diag::text;

/// Text that is shown nowhere: a token, a DSN. Its `Debug` and `Display` are `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
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

/// One HTTP request. `Display` writes it as it goes over the wire, `***` in the place of secrets:
///
/// ```text
/// POST https://api.github.com/repos/owner/name/issues
/// authorization: Bearer ***
/// content-type: application/json
///
/// {"title":"F0001 …
/// ```
///
/// Only `Host` is not among the headers: it is that of the URL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<Header>,
    pub(super) body: String,
}

impl Request {
    /// The method, such as `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method
    }

    /// The URL, which has no secrets in it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The names of the headers and their values, with `***` in the place of secrets.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|header| (header.name, &*header.shown))
    }

    /// The body; empty where there is none.
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
    /// The value without its secrets.
    shown: String,
}

impl Header {
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { name, shown: value.clone(), value }
    }

    /// A header whose value is shown as `shown`.
    pub(super) const fn secret(name: &'static str, value: String, shown: String) -> Self {
        Self { name, value, shown }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.shown)
    }
}

/// Who sends: this package and its version.
pub(super) const AGENT: &str = concat!("vitte-diag/", env!("CARGO_PKG_VERSION"));
