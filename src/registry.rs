//! Every code of the Vitte compiler, with the page that explains it.
//!
//! A page is a Markdown file `codes/E0001.md`, and the list at the end of this module names it: a
//! new code costs one page and one line. [`explain`] gives a page at run time, and `CODES.md` is
//! a [`table`] of them. [`Page::parse`] reads pages of the same form, for a compiler with codes of its
//! own.

mod tool;

use std::fmt;

pub use tool::Tool;

use crate::model::{Code, Severity};
use crate::text;

/// The page of a code such as `"E0001"`, or nothing where there is no such code.
///
/// ```
/// let page = vitte_diag::registry::explain("E0001").unwrap();
/// assert_eq!(page.title, "illegal character");
/// assert_eq!(page.severity.as_str(), "error");
/// assert!(vitte_diag::registry::explain("E9999").is_none());
/// ```
#[must_use]
pub fn explain(code: &str) -> Option<Page<'static>> {
    let (_, text) = PAGES.iter().find(|(known, _)| known.as_str() == code)?;
    Page::parse(text).ok()
}

/// Every page, in the order of the codes.
pub fn pages() -> impl Iterator<Item = Page<'static>> {
    PAGES.iter().filter_map(|(_, text)| Page::parse(text).ok())
}

/// What there is to know about a code.
///
/// The text of a page is, in this order:
///
/// ````md
/// # E0001: illegal character
///
/// - Severity: error
/// - Phase: lexing
/// - Since: 0.1.0
///
/// What it means, in as many paragraphs as that takes.
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
/// A code that is no longer in use keeps its page, with a line `- Retired: 0.9.0` more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Page<'a> {
    /// The code that it explains.
    pub code: Code,
    /// What it is about, in a few words without a full stop.
    pub title: &'a str,
    /// The severity that it has unless a compiler's flags change it.
    pub severity: Severity,
    /// The part of the compiler that finds it.
    pub phase: &'a str,
    /// The version that had it first.
    pub since: &'a str,
    /// The version that no longer had it.
    pub retired: Option<&'a str>,
    /// What it means: Markdown.
    pub meaning: &'a str,
    /// Input that gives this code and no other.
    pub example: Example<'a>,
    /// The same input, corrected.
    pub corrected: Example<'a>,
    /// The whole page: Markdown.
    pub text: &'a str,
}

/// A fenced code block of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Example<'a> {
    /// What stands after the fence: `vitte` for source, `sh` for a command line.
    pub language: &'a str,
    /// The lines between the fences.
    pub text: &'a str,
}

impl<'a> Page<'a> {
    /// Reads a page.
    ///
    /// # Errors
    ///
    /// A [`PageError`] with the part that is missing or malformed.
    pub fn parse(text: &'a str) -> Result<Self, PageError> {
        let malformed = |part| PageError { part };
        let (heading, rest) = text.split_once('\n').ok_or(malformed("# CODE: title"))?;
        let heading = heading.strip_prefix("# ").and_then(|heading| heading.split_once(": "));
        let (code, title) = heading.ok_or(malformed("# CODE: title"))?;
        let (body, examples) = rest.split_once("\n## Example\n").ok_or(malformed("## Example"))?;
        let (example, corrected) =
            examples.split_once("\n## Corrected\n").ok_or(malformed("## Corrected"))?;
        let (facts, meaning) =
            body.trim_start().split_once("\n\n").ok_or(malformed("what it means"))?;
        let fact = |name| {
            facts.lines().find_map(|line| {
                line.strip_prefix("- ")?.strip_prefix(name)?.strip_prefix(": ").map(str::trim)
            })
        };
        Ok(Self {
            code: Code::parse(code).ok_or(malformed("# CODE: title"))?,
            title: title.trim(),
            severity: fact("Severity").and_then(severity).ok_or(malformed("- Severity"))?,
            phase: fact("Phase").ok_or(malformed("- Phase"))?,
            since: fact("Since").ok_or(malformed("- Since"))?,
            retired: fact("Retired"),
            meaning: meaning.trim(),
            example: Example::parse(example).ok_or(malformed("## Example"))?,
            corrected: Example::parse(corrected).ok_or(malformed("## Corrected"))?,
            text,
        })
    }
}

/// The whole page: Markdown.
impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl<'a> Example<'a> {
    /// The first fenced block of `section`.
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

/// Text that is not a [`Page`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageError {
    part: &'static str,
}

impl PageError {
    /// The part that is missing or malformed, as the form of a [`Page`] has it.
    #[must_use]
    pub const fn part(&self) -> &'static str {
        self.part
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the page of a code lacks `{}`, or it is malformed", self.part)
    }
}

impl std::error::Error for PageError {}

/// Text that is no code that there is.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct UnknownCode {
    /// What was given.
    pub given: String,
    /// What there is that is most like it, if anything is at all.
    pub nearest: Option<String>,
}

impl UnknownCode {
    pub(crate) fn new(given: &str, known: impl Iterator<Item = String>) -> Self {
        let upper = given.to_ascii_uppercase();
        let like = |known: &str| strsim::jaro_winkler(&known.to_ascii_uppercase(), &upper);
        let known = known.map(|known| (like(&known), known));
        // Of two that are as like the first one is taken.
        let best = known.reduce(|best, one| if one.0 > best.0 { one } else { best });
        let nearest = best.filter(|&(like, _)| like > 0.0).map(|(_, known)| known);
        Self { given: given.to_owned(), nearest }
    }
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no code `{}`", text::one_line(&self.given))?;
        match &self.nearest {
            Some(nearest) => write!(f, ": did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownCode {}

/// A table of pages, with links to `codes/CODE.md`: Markdown.
pub fn table<'a>(pages: impl IntoIterator<Item = Page<'a>>) -> String {
    let mut out = String::from(
        "| code | what | severity | phase | since |\n\
         |---|---|---|---|---|\n",
    );
    for Page { code, title, severity, phase, since, retired, .. } in pages {
        let retired = retired.map(|version| format!(", retired {version}")).unwrap_or_default();
        let title = title.replace('|', "\\|");
        out += &format!(
            "| [{code}](codes/{code}.md) | {title} | {severity} | {phase} | {since}{retired} |\n"
        );
    }
    out
}

macro_rules! pages {
    ($($code:ident)*) => {
        /// The codes of the Vitte compiler, each with its page.
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
    W0100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_well_formed_and_says_its_own_code() {
        for (code, text) in PAGES {
            let page = Page::parse(text).unwrap_or_else(|error| panic!("{code}: {error}"));
            assert_eq!(page.code, *code);
            assert_eq!(Some(page.severity), code.default_severity(), "{code}");
            assert_eq!(code.as_str().len(), 5, "{code}: one letter and four digits");
        }
        assert!(PAGES.is_sorted_by_key(|(code, _)| *code));
    }

    #[test]
    fn a_malformed_page_says_what_is_missing() {
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
            "the page of a code lacks `# CODE: title`, or it is malformed"
        );
    }

    #[test]
    fn a_retired_code_keeps_its_page() {
        let text = PAGES[0].1.replace("- Since", "- Retired: 0.9.0\n- Since");
        let page = Page::parse(&text).unwrap();
        assert_eq!(page.retired, Some("0.9.0"));
        assert!(table([page]).ends_with("| 0.1.0, retired 0.9.0 |\n"));
    }
}
