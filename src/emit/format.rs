//! The list of the formats.

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use super::options::{EmitterOptions, FromOptions as _};
use super::{
    Emitter, github, gitlab, html, human, json, junit, lsp, narrated, rdjson, sarif, short,
};
use crate::text;

/// Where a compiler writes a format.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stream {
    /// Standard error: for people.
    Stderr,
    /// Standard output: for programs.
    Stdout,
}

/// Makes [`Format`] and the emitters' public names of the list below.
macro_rules! formats {
    ($($(#[doc = $about:literal])* $variant:ident $name:literal $stream:ident $module:ident::$emitter:ident)*) => {
        $(pub use super::$module::$emitter;)*

        /// The formats that there are.
        ///
        /// ```
        /// use vitte_diag::{DiagnosticBag, Format, EmitterOptions, SourceMap};
        ///
        /// let format: Format = "sarif".parse()?;
        /// let mut out = Vec::new();
        /// let mut emitter = format.emitter(&mut out, &EmitterOptions::default());
        /// DiagnosticBag::new().emit(&SourceMap::new(), &mut emitter)?;
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Format {
            $($(#[doc = $about])* $variant,)*
        }

        impl Format {
            /// Every format, in the order in which they are listed to users.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it is, in a few words.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($about),*).trim(),)*
                }
            }

            /// Where a compiler writes it.
            #[must_use]
            pub const fn stream(self) -> Stream {
                match self {
                    $(Self::$variant => Stream::$stream,)*
                }
            }

            /// An emitter of this format that writes to `writer`.
            #[must_use]
            pub fn emitter<'w>(
                self,
                writer: impl Write + 'w,
                options: &EmitterOptions,
            ) -> Box<dyn Emitter + 'w> {
                match self {
                    $(Self::$variant => Box::new($module::$emitter::from_options(writer, options)),)*
                }
            }
        }
    };
}

formats! {
    /// for people: source, carets, notes
    Human "human" Stderr human::HumanEmitter
    /// for people and editors: one line each, path:line:col first
    Short "short" Stderr short::ShortEmitter
    /// for screen readers: sentences, nothing drawn
    Narrated "narrated" Stderr narrated::NarratedEmitter
    /// for IDEs and scripts: one JSON object a line
    Json "json" Stdout json::JsonEmitter
    /// for code scanning: SARIF 2.1.0
    Sarif "sarif" Stdout sarif::SarifEmitter
    /// for editors: publishDiagnostics parameters, one file a line
    Lsp "lsp" Stdout lsp::LspEmitter
    /// for GitHub Actions: workflow commands
    Github "github" Stdout github::GithubEmitter
    /// for GitLab: a code quality report
    Gitlab "gitlab" Stdout gitlab::GitlabEmitter
    /// for test reports: JUnit XML
    Junit "junit" Stdout junit::JunitEmitter
    /// for reviewdog: Reviewdog Diagnostic Format
    Rdjson "rdjson" Stdout rdjson::RdjsonEmitter
    /// for pages: the human output as an HTML fragment
    Html "html" Stdout html::HtmlEmitter
}

impl Format {
    /// The names of all, as a list for people.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let format = Self::ALL.iter().copied().find(|format| format.name() == name);
        format.ok_or_else(|| FormatError { name: name.to_owned() })
    }
}

#[cfg(feature = "clap")]
impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()).help(self.about()))
    }
}

/// A name that is not one of a [`Format`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatError {
    name: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = text::one_line(&self.name);
        write!(f, "there is no format `{name}`; the formats are {}", Format::names())
    }
}

impl std::error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for &format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert!(format.about().starts_with("for "), "{format}");
        }
        let error = "xml\n".parse::<Format>().unwrap_err().to_string();
        assert!(error.starts_with("there is no format `xml\\n`; the formats are human, short,"));
    }
}
