//! The name, version and codes of a compiler, for output formats and flags.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::{Page, UnknownCode};
use crate::model::{Code, Severity};
use crate::source::url;

/// The compiler that produces the diagnostics: its name, version and codes. The [default](Tool::default) is
/// `vittec`. A clone is cheap because it shares the pages.
///
/// ```
/// use vitte_diag::{Tool, codes};
///
/// let tool = Tool::new("mycc", "2.1.0").with_codes_url("https://mycc.example/errors/");
/// assert_eq!(tool.code_url(codes::E0001).as_deref(), Some("https://mycc.example/errors/E0001"));
/// assert_eq!(tool.default_severity(codes::E0001), None);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tool(Arc<ToolData>);

#[derive(Clone, PartialEq, Eq, Debug)]
struct ToolData {
    name: Cow<'static, str>,
    version: Cow<'static, str>,
    full_name: Option<Cow<'static, str>>,
    information_url: Option<String>,
    codes_url: Option<CodesUrl>,
    codes: Vec<(Code, Severity)>,
    pages: Vec<Page<'static>>,
}

#[derive(Clone)]
enum CodesUrl {
    /// What is before and after the code.
    Base(String, String),
    Function(Arc<dyn Fn(Code) -> Option<String> + Send + Sync>),
}

/// Functions are equal if they are the same one.
impl PartialEq for CodesUrl {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Base(before, after), Self::Base(other_before, other_after)) => {
                (before, after) == (other_before, other_after)
            }
            (Self::Function(function), Self::Function(other)) => Arc::ptr_eq(function, other),
            _ => false,
        }
    }
}

impl Eq for CodesUrl {}

impl fmt::Debug for CodesUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(before, after) => write!(f, "{before}{{code}}{after}"),
            Self::Function(_) => f.write_str("a function"),
        }
    }
}

/// `vittec` in the version of this crate, with the pages of the Vitte compiler's codes.
impl Default for Tool {
    fn default() -> Self {
        Self::new("vittec", env!("CARGO_PKG_VERSION")).with_pages(super::pages())
    }
}

impl Tool {
    /// Creates a compiler without codes from its name and version.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, version: impl Into<Cow<'static, str>>) -> Self {
        let (name, version) = (name.into(), version.into());
        Self(Arc::new(ToolData {
            name,
            version,
            full_name: None,
            information_url: None,
            codes_url: None,
            codes: Vec::new(),
            pages: Vec::new(),
        }))
    }

    /// Sets the name with all that tells builds of the compiler apart, such as `mycc 2.1.0 for Linux`. Default: name
    /// and version.
    #[must_use]
    pub fn with_full_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).full_name = Some(name.into());
        self
    }

    /// Sets the URL of a page about the compiler. Characters that are not allowed in a URL are percent-encoded.
    /// Default: none.
    #[must_use]
    pub fn with_information_url(mut self, url: impl AsRef<str>) -> Self {
        Arc::make_mut(&mut self.0).information_url = Some(url::encoded(url.as_ref()).into_owned());
        self
    }

    /// Sets the URL at which the codes are explained. `{code}` in it is replaced by the code; without `{code}`, the code
    /// is appended. Characters that are not allowed in a URL are percent-encoded. Default: none.
    #[must_use]
    pub fn with_codes_url(mut self, base: impl AsRef<str>) -> Self {
        let base = base.as_ref();
        let (before, after) = base.split_once("{code}").unwrap_or((base, ""));
        let encoded = |part| url::encoded(part).into_owned();
        let codes_url = CodesUrl::Base(encoded(before), encoded(after));
        Arc::make_mut(&mut self.0).codes_url = Some(codes_url);
        self
    }

    /// Sets the function that returns the URL of a code's page, for a compiler whose codes are explained in several places.
    /// Replaces that of [`with_codes_url`](Self::with_codes_url). Characters that are not allowed in a URL are percent-encoded.
    ///
    /// ```
    /// use vitte_diag::{Tool, code};
    ///
    /// let tool = Tool::new("mycc", "2.1.0").with_code_urls(|code| {
    ///     let lint = code.as_str().strip_prefix("-W")?;
    ///     Some(format!("https://mycc.example/lints/{lint}"))
    /// });
    /// assert_eq!(tool.code_url(code!("-Wshadow")).as_deref(), Some("https://mycc.example/lints/shadow"));
    /// assert_eq!(tool.code_url(code!("E0001")), None);
    /// ```
    #[must_use]
    pub fn with_code_urls(
        mut self,
        url: impl Fn(Code) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Arc::make_mut(&mut self.0).codes_url = Some(CodesUrl::Function(Arc::new(url)));
        self
    }

    /// Adds codes without pages, each with its default severity. Flags such as `--deny` accept only codes that
    /// were added. Default: none.
    #[must_use]
    pub fn with_codes(mut self, codes: impl IntoIterator<Item = (Code, Severity)>) -> Self {
        Arc::make_mut(&mut self.0).codes.extend(codes);
        self
    }

    /// Adds the pages of codes. This also adds the codes themselves. Default: none.
    #[must_use]
    pub fn with_pages(mut self, pages: impl IntoIterator<Item = Page<'static>>) -> Self {
        Arc::make_mut(&mut self.0).pages.extend(pages);
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Returns the name with all that tells builds of the compiler apart, see [`with_full_name`](Self::with_full_name).
    #[must_use]
    pub fn full_name(&self) -> Cow<'_, str> {
        match &self.0.full_name {
            Some(name) => Cow::Borrowed(name),
            None if self.version().is_empty() => Cow::Borrowed(self.name()),
            None => Cow::Owned(format!("{} {}", self.name(), self.version())),
        }
    }

    /// Returns the URL of a page about the compiler. Returns `None` without
    /// [`with_information_url`](Self::with_information_url).
    #[must_use]
    pub fn information_url(&self) -> Option<&str> {
        self.0.information_url.as_deref()
    }

    /// Returns the codes, each with its default severity.
    pub fn codes(&self) -> impl Iterator<Item = (Code, Severity)> {
        let of_pages = self.0.pages.iter().map(|page| (page.code, page.severity));
        self.0.codes.iter().copied().chain(of_pages)
    }

    /// Returns the default severity of a code: that of its page, or that of [`with_codes`](Self::with_codes).
    /// Returns `None` for an unknown code.
    #[must_use]
    pub fn default_severity(&self, code: Code) -> Option<Severity> {
        self.codes().find(|&(known, _)| known == code).map(|(_, severity)| severity)
    }

    /// Returns the pages of the codes.
    #[must_use]
    pub fn pages(&self) -> &[Page<'static>] {
        &self.0.pages
    }

    /// Returns the page of a code. Case-insensitive.
    ///
    /// # Errors
    ///
    /// An [`UnknownCode`] with the most similar code that has a page.
    pub fn explain(&self, code: &str) -> Result<&Page<'static>, UnknownCode> {
        let found = self.0.pages.iter().find(|page| page.code.as_str().eq_ignore_ascii_case(code));
        let known = self.0.pages.iter().map(|page| page.code.to_string());
        found.ok_or_else(|| UnknownCode::new(code, known))
    }

    /// Returns the URL of the page of `code`, in which the code is percent-encoded: printable ASCII, so no format
    /// needs to escape it. Returns `None` without [`with_codes_url`](Self::with_codes_url) or
    /// [`with_code_urls`](Self::with_code_urls).
    #[must_use]
    pub fn code_url(&self, code: Code) -> Option<String> {
        Some(self.code_url_parts(&code)?.concat())
    }

    /// Returns the [URL](Self::code_url) of a code in parts: what precedes the code, the code, and what follows it.
    pub(crate) fn code_url_parts<'c>(&'c self, code: &'c Code) -> Option<[Cow<'c, str>; 3]> {
        match self.0.codes_url.as_ref()? {
            CodesUrl::Base(before, after) => {
                Some([Cow::Borrowed(before), url::path(code.as_str()), Cow::Borrowed(after)])
            }
            CodesUrl::Function(function) => {
                let url = url::encoded(&function(*code)?).into_owned();
                Some([Cow::Owned(url), Cow::Borrowed(""), Cow::Borrowed("")])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_may_be_inside_the_url() {
        let url = |base: &str| {
            let tool = Tool::new("mycc", "1").with_codes_url(base);
            tool.code_url(crate::code!("-Wformat=")).unwrap()
        };
        assert_eq!(url("https://a.b/"), "https://a.b/-Wformat%3D");
        assert_eq!(url("https://a.b/{code}.html?c={x}"), "https://a.b/-Wformat%3D.html?c=%7Bx%7D");
    }

    #[test]
    fn a_function_may_return_the_url() {
        let tool = Tool::new("mycc", "1").with_code_urls(|code| Some(format!("x://a b/{code}")));
        assert_eq!(tool.code_url(crate::code!("E1")).as_deref(), Some("x://a%20b/E1"));
        assert_eq!(tool, tool.clone());
        assert_ne!(tool, Tool::new("mycc", "1").with_code_urls(|_| None));
        assert!(format!("{tool:?}").contains("codes_url: Some(a function)"));
    }

    #[test]
    fn clones_share_data_until_one_is_changed() {
        let tool = Tool::default();
        let clone = tool.clone();
        assert!(std::ptr::eq(tool.pages(), clone.pages()));
        let changed =
            clone.with_pages(super::super::pages()).with_codes_url("https://mycc.example/");
        assert_eq!(changed.pages().len(), 2 * tool.pages().len());
        assert_eq!(tool, Tool::default());
    }
}
