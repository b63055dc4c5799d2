//! The codes of the Vitte compiler, and the pages that explain them.
//!
//! A page is a Markdown file such as `codes/E0001.md`. A new code needs a page and a line in the list at the end
//! of this module. [`explain`] returns a page, and `CODES.md` is a [`table`] of all pages. A compiler with its
//! own codes writes pages in the same format, reads them with [`Page::parse`], and passes them to
//! [`Tool::with_pages`].
//!
//! ```
//! use vitte_diag::registry;
//!
//! let page = registry::pages().next().ok_or("no pages")?;
//! assert!(page.text.starts_with("# E0001: illegal character\n"));
//! # Ok::<(), &str>(())
//! ```

mod tool;

use std::fmt;

pub use tool::Tool;

use crate::model::{Code, Severity};
use crate::source::url;
use crate::text;

/// Returns the page of a code such as `"E0001"`, or `None` if there is no such code. Case-sensitive.
///
/// ```
/// let page = vitte_diag::registry::explain("E0001").unwrap();
/// assert_eq!(page.title, "illegal character");
/// assert_eq!(page.severity.as_str(), "error");
/// assert!(vitte_diag::registry::explain("E9999").is_none());
/// ```
#[must_use]
pub fn explain(code: &str) -> Option<Page<'static>> {
    let (_, text) = PAGES.iter().find(|(own, _)| own.as_str() == code)?;
    Page::parse(text).ok()
}

/// Returns all pages, ordered by code.
pub fn pages() -> impl Iterator<Item = Page<'static>> {
    PAGES.iter().filter_map(|(_, text)| Page::parse(text).ok())
}

/// The page that explains a code.
///
/// A page is Markdown in this format:
///
/// ````md
/// # E0001: illegal character
///
/// - Severity: error
/// - Phase: lexing
/// - Since: 0.1.0
///
/// What the code means, in one or more paragraphs.
///
/// ## Example
///
/// ```vitte
/// let x = @
/// ```
///
/// ## Corrected
///
/// ```vitte
/// let x = 1
/// ```
/// ````
///
/// A retired code keeps its page, with an additional line `- Retired: 0.9.0`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Page<'a> {
    /// The code.
    pub code: Code,
    /// The title: a few words without a full stop.
    pub title: &'a str,
    /// The default severity, which flags of the compiler may change.
    pub severity: Severity,
    /// The phase of the compiler that reports the code.
    pub phase: &'a str,
    /// The first version of the compiler with this code.
    pub since: &'a str,
    /// The first version of the compiler without this code, if it was retired.
    pub retired: Option<&'a str>,
    /// The explanation, in Markdown.
    pub meaning: &'a str,
    /// Input for which the compiler reports this code and no other.
    pub example: Example<'a>,
    /// The corrected example.
    pub corrected: Example<'a>,
    /// The whole page, in Markdown.
    pub text: &'a str,
}

/// The example of a page: a fenced code block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Example<'a> {
    /// The info string of the fence: `vitte` for source, `sh` for a command line.
    pub language: &'a str,
    /// The lines between the fences.
    pub text: &'a str,
}

impl<'a> Page<'a> {
    /// Parses a page.
    ///
    /// # Errors
    ///
    /// A [`PageError`] that names the first part that is missing or malformed.
    pub fn parse(text: &'a str) -> Result<Self, PageError> {
        let malformed = |part| PageError { part };
        let (heading, rest) = text.split_once('\n').ok_or(malformed("# CODE: title"))?;
        let heading = heading.strip_prefix("# ").and_then(|heading| heading.split_once(": "));
        let (code, title) = heading.ok_or(malformed("# CODE: title"))?;
        let (body, examples) = rest.split_once("\n## Example\n").ok_or(malformed("## Example"))?;
        let (example, corrected) =
            examples.split_once("\n## Corrected\n").ok_or(malformed("## Corrected"))?;
        let (fields, meaning) =
            body.trim_start().split_once("\n\n").ok_or(malformed("explanation"))?;
        let field = |name| {
            fields.lines().find_map(|line| {
                line.strip_prefix("- ")?.strip_prefix(name)?.strip_prefix(": ").map(str::trim)
            })
        };
        Ok(Self {
            code: Code::new(code).map_err(|_| malformed("# CODE: title"))?,
            title: title.trim(),
            severity: field("Severity").and_then(severity).ok_or(malformed("- Severity"))?,
            phase: field("Phase").ok_or(malformed("- Phase"))?,
            since: field("Since").ok_or(malformed("- Since"))?,
            retired: field("Retired"),
            meaning: meaning.trim(),
            example: Example::parse(example).ok_or(malformed("## Example"))?,
            corrected: Example::parse(corrected).ok_or(malformed("## Corrected"))?,
            text,
        })
    }
}

/// Writes the whole page, in Markdown.
impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl<'a> Example<'a> {
    /// Parses the first fenced block of `section`.
    fn parse(section: &'a str) -> Option<Self> {
        let (_, block) = section.split_once("```")?;
        let (language, block) = block.split_once('\n')?;
        let (text, _) = block.split_once("```")?;
        Some(Self { language: language.trim(), text })
    }
}

fn severity(word: &str) -> Option<Severity> {
    use Severity::{Error, Fatal, Note, Warning};
    [Note, Warning, Error, Fatal].into_iter().find(|severity| severity.as_str() == word)
}

/// The error of a string that is not a [`Page`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageError {
    part: &'static str,
}

impl PageError {
    /// Returns the part of the format that is missing or malformed, such as `## Example`.
    #[must_use]
    pub const fn part(&self) -> &'static str {
        self.part
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the page of a code is invalid: `{}` is missing or malformed", self.part)
    }
}

impl std::error::Error for PageError {}

/// The error of a code that does not exist.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UnknownCode {
    /// The code as it was passed.
    pub given: String,
    /// The most similar existing code, if any is similar.
    pub nearest: Option<String>,
}

impl UnknownCode {
    /// The minimum Jaro-Winkler similarity of a suggested code, from 0 to 1. `W9999` and `W0100` have 0.47.
    const MIN_SIMILARITY: f64 = 0.7;

    /// Creates the error, with the most similar one of the `known` codes.
    pub(crate) fn new(given: &str, known: impl Iterator<Item = String>) -> Self {
        let upper = given.to_ascii_uppercase();
        let similarity = |known: &str| strsim::jaro_winkler(&known.to_ascii_uppercase(), &upper);
        let candidates = known.map(|known| (similarity(&known), known));
        // Of equally similar codes the first one is suggested, unlike with `max_by`.
        let best = candidates.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let is_close = |&(similarity, _): &(f64, String)| similarity >= Self::MIN_SIMILARITY;
        let nearest = best.filter(is_close).map(|(_, known)| known);
        Self { given: given.to_owned(), nearest }
    }
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.given.is_empty() {
            return f.write_str("the code is empty");
        }
        write!(f, "unknown code `{}`", text::one_line(&self.given))?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownCode {}

/// Returns a Markdown table of pages, with links to `codes/CODE.md`.
pub fn table<'a>(pages: impl IntoIterator<Item = Page<'a>>) -> String {
    let mut out = String::from(
        "| code | title | severity | phase | since |\n\
         |---|---|---|---|---|\n",
    );
    for Page { code, title, severity, phase, since, retired, .. } in pages {
        let retired = retired.map(|version| format!(", retired {version}")).unwrap_or_default();
        let title = title.replace('|', "\\|");
        let (name, link) = (escape_markdown(code.as_str()), url::path(code.as_str()));
        out += &format!(
            "| [{name}](codes/{link}.md) | {title} | {severity} | {phase} | {since}{retired} |\n"
        );
    }
    out
}

/// Escapes the characters of a code that mean something in Markdown, such as `_` and `*`.
fn escape_markdown(code: &str) -> String {
    let is_special = |c| matches!(c, '\\' | '*' | '_' | '~' | '|' | '#' | '!');
    code.chars().flat_map(|c| is_special(c).then_some('\\').into_iter().chain([c])).collect()
}

macro_rules! pages {
    ($($code:ident)*) => {
        /// The codes of the Vitte compiler. The documentation of each one is its page.
        pub mod codes {
            use crate::model::Code;
            $(
                #[doc = include_str!(concat!("../codes/", stringify!($code), ".md"))]
                pub const $code: Code = crate::code!(stringify!($code));
            )*
        }

        const PAGES: &[(Code, &str)] = &[
            $((codes::$code, include_str!(concat!("../codes/", stringify!($code), ".md"))),)*
        ];
    };
}

pages! {
    E0001
    E0002
    E0003
    E0004
    E0010
    E0011
    E0100
    E0101
    F0001
    F0002
    F0003
    F0004
    F0005
    F0006
    N0900
    W0100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_well_formed_and_has_its_own_code() {
        for (code, text) in PAGES {
            let page = Page::parse(text).unwrap_or_else(|error| panic!("{code}: {error}"));
            assert_eq!(page.code, *code);
            let letter = code.as_str().get(..1);
            assert_eq!(letter.map(str::to_lowercase).as_deref(), page.severity.as_str().get(..1));
            assert_eq!(code.as_str().len(), 5, "{code}: one letter and four digits");
        }
        assert!(PAGES.is_sorted_by_key(|(code, _)| *code));
    }

    #[test]
    fn the_error_of_a_malformed_page_names_the_part() {
        let page = PAGES[0].1;
        for part in [
            "# E0001: ",
            "- Severity: ",
            "- Phase: ",
            "- Since: ",
            "## Example",
            "## Corrected",
            "```vitte",
        ] {
            let broken = page.replacen(part, "", 1);
            assert!(Page::parse(&broken).is_err(), "{part}");
        }
        assert!(Page::parse(&page.replace("error", "awful")).is_err());
        assert_eq!(
            Page::parse("").unwrap_err().to_string(),
            "the page of a code is invalid: `# CODE: title` is missing or malformed"
        );
    }

    #[test]
    fn a_page_of_a_named_code_is_linked_in_the_table() {
        let text = PAGES[0].1.replacen("E0001", "clippy::too_many|args", 1);
        let page = Page::parse(&text).unwrap();
        assert_eq!(page.code, crate::code!("clippy::too_many|args"));
        let link = r"[clippy::too\_many\|args](codes/clippy%3A%3Atoo_many%7Cargs.md)";
        assert!(table([page]).contains(link), "{}", table([page]));
    }

    #[test]
    fn a_retired_code_keeps_its_page() {
        let text = PAGES[0].1.replace("- Since", "- Retired: 0.9.0\n- Since");
        let page = Page::parse(&text).unwrap();
        assert_eq!(page.retired, Some("0.9.0"));
        assert!(table([page]).ends_with("| 0.1.0, retired 0.9.0 |\n"));
    }
}
