//! The compiler that speaks: what the formats for other programs say of it.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Page, UnknownCode};
use crate::model::{Code, Severity};
use crate::source::url;

/// The compiler whose diagnostics these are. The [default](Tool::default) is `vittec`. A clone is cheap,
/// whatever the number of pages: it shares them.
///
/// ```
/// use vitte_diag::{Tool, codes};
///
/// let tool = Tool::new("mycc", "2.1.0").with_codes_url("https://mycc.example/errors/");
/// assert_eq!(tool.code_url(codes::E0001).as_deref(), Some("https://mycc.example/errors/E0001"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tool(Arc<About>);

#[derive(Clone, PartialEq, Eq, Debug)]
struct About {
    name: Cow<'static, str>,
    version: Cow<'static, str>,
    codes_url: Option<String>,
    codes: Vec<(Code, Severity)>,
    pages: Vec<Page<'static>>,
}

/// `vittec` of this version, with the pages of the Vitte compiler's codes.
impl Default for Tool {
    fn default() -> Self {
        Self::new("vittec", env!("CARGO_PKG_VERSION")).with_pages(super::pages())
    }
}

impl Tool {
    /// A compiler by its name and version.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, version: impl Into<Cow<'static, str>>) -> Self {
        let (name, version) = (name.into(), version.into());
        let (codes_url, codes, pages) = (None, Vec::new(), Vec::new());
        Self(Arc::new(About { name, version, codes_url, codes, pages }))
    }

    /// Where are its codes explained? The address of a code's page is `base` with the code behind it;
    /// what may not stand in a URL is percent-encoded. By default nowhere.
    #[must_use]
    pub fn with_codes_url(mut self, base: impl AsRef<str>) -> Self {
        Arc::make_mut(&mut self.0).codes_url = Some(url::encoded(base.as_ref()).into_owned());
        self
    }

    /// Which codes has it, each with the severity that it has unless a flag changes it? By default
    /// none is known, so that no flag can name one.
    #[must_use]
    pub fn with_codes(mut self, codes: impl IntoIterator<Item = (Code, Severity)>) -> Self {
        Arc::make_mut(&mut self.0).codes.extend(codes);
        self
    }

    /// What do its codes mean? The codes of the pages are [codes](Self::with_codes) of the compiler.
    #[must_use]
    pub fn with_pages(mut self, pages: impl IntoIterator<Item = Page<'static>>) -> Self {
        Arc::make_mut(&mut self.0).pages.extend(pages);
        self
    }

    /// The compiler's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The compiler's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Its codes, each with the severity that it has unless a flag changes it.
    pub fn codes(&self) -> impl Iterator<Item = (Code, Severity)> {
        let of_pages = self.0.pages.iter().map(|page| (page.code, page.severity));
        self.0.codes.iter().copied().chain(of_pages)
    }

    /// The pages of its codes.
    #[must_use]
    pub fn pages(&self) -> &[Page<'static>] {
        &self.0.pages
    }

    /// The page of a code that a user asks for; small letters will do.
    ///
    /// # Errors
    ///
    /// An [`UnknownCode`], which names the code that is most like it.
    pub fn explain(&self, code: &str) -> Result<&Page<'static>, UnknownCode> {
        let found = self.0.pages.iter().find(|page| page.code.as_str().eq_ignore_ascii_case(code));
        let known = self.0.pages.iter().map(|page| page.code.to_string());
        found.ok_or_else(|| UnknownCode::new(code, known))
    }

    /// The address of the page of `code`: ASCII, safe in any format and on any terminal.
    #[must_use]
    pub fn code_url(&self, code: Code) -> Option<String> {
        self.0.codes_url.as_deref().map(|base| format!("{base}{code}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_until_one_is_changed() {
        let tool = Tool::default();
        let clone = tool.clone();
        assert!(std::ptr::eq(tool.pages(), clone.pages()));
        let changed =
            clone.with_pages(super::super::pages()).with_codes_url("https://mycc.example/");
        assert_eq!(changed.pages().len(), 2 * tool.pages().len());
        assert_eq!(tool, Tool::default());
    }
}
