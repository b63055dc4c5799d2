//! The list of the formats.

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use super::options::{EmitterOptions, FromOptions as _};
use super::{
    Emitter, azure, baseline, bitbucket, checkstyle, csv, gcc, github, gitlab, html, human, json,
    junit, lsp, narrated, rdjson, rdjsonl, rustc, sarif, short, sonarqube, tap, teamcity,
};
use crate::text;

/// The stream that a compiler writes a format to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stream {
    /// Standard error, for output that people read.
    Stderr,
    /// Standard output, for output that programs read.
    Stdout,
}

/// Defines [`Format`] and re-exports the emitters of the list below.
macro_rules! formats {
    ($($(#[doc = $about:literal])* $variant:ident $name:literal $stream:ident $module:ident::$emitter:ident)*) => {
        $(pub use super::$module::$emitter;)*

        /// The output formats.
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
            /// All formats, in the order in which the help lists them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name of the format on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// A short description for the help.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($about),*).trim(),)*
                }
            }

            /// Returns the stream that a compiler writes the format to.
            #[must_use]
            pub const fn stream(self) -> Stream {
                match self {
                    $(Self::$variant => Stream::$stream,)*
                }
            }

            /// Creates an emitter of this format that writes to `writer`.
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
    /// for people and editors: one line per diagnostic, path:line:col first
    Short "short" Stderr short::ShortEmitter
    /// for screen readers: sentences without drawings
    Narrated "narrated" Stderr narrated::NarratedEmitter
    /// for editors and CI servers: path:line:col, as GCC and Clang write it
    Gcc "gcc" Stderr gcc::GccEmitter
    /// for IDEs and scripts: one JSON object per line
    Json "json" Stdout json::JsonEmitter
    /// for code scanning: SARIF 2.1.0
    Sarif "sarif" Stdout sarif::SarifEmitter
    /// for editors: LSP publishDiagnostics parameters, one line per file
    Lsp "lsp" Stdout lsp::LspEmitter
    /// for GitHub Actions: workflow commands
    Github "github" Stdout github::GithubEmitter
    /// for GitLab: a code quality report
    Gitlab "gitlab" Stdout gitlab::GitlabEmitter
    /// for test reports: JUnit XML
    Junit "junit" Stdout junit::JunitEmitter
    /// for reviewdog: Reviewdog Diagnostic Format
    Rdjson "rdjson" Stdout rdjson::RdjsonEmitter
    /// for web pages: the human output as an HTML fragment
    Html "html" Stdout html::HtmlEmitter
    /// for rust-analyzer, bacon and cargo: the JSON of rustc, one object per line
    Rustc "rustc" Stdout rustc::RustcEmitter
    /// for CI servers and review tools: the XML of Checkstyle
    Checkstyle "checkstyle" Stdout checkstyle::CheckstyleEmitter
    /// for Azure Pipelines: logging commands
    Azure "azure" Stdout azure::AzureEmitter
    /// for TeamCity: service messages
    Teamcity "teamcity" Stdout teamcity::TeamcityEmitter
    /// for SonarQube: generic issue data
    Sonarqube "sonarqube" Stdout sonarqube::SonarqubeEmitter
    /// for Bitbucket: a report of Code Insights with its annotations
    Bitbucket "bitbucket" Stdout bitbucket::BitbucketEmitter
    /// for reviewdog: Reviewdog Diagnostic Format, one object per line
    Rdjsonl "rdjsonl" Stdout rdjsonl::RdjsonlEmitter
    /// for test harnesses: TAP version 14
    Tap "tap" Stdout tap::TapEmitter
    /// for spreadsheets and databases: comma-separated values
    Csv "csv" Stdout csv::CsvEmitter
    /// for builds that fail only because of new diagnostics: a baseline
    Baseline "baseline" Stdout baseline::BaselineEmitter
}

impl Format {
    /// Returns true if the readers of the format need a file of each diagnostic, also of one without a location: see
    /// [`EmitterOptions::with_fallback_path`].
    #[must_use]
    pub const fn requires_path(self) -> bool {
        matches!(
            self,
            Self::Sarif
                | Self::Gitlab
                | Self::Checkstyle
                | Self::Teamcity
                | Self::Sonarqube
                | Self::Bitbucket
        )
    }

    /// Returns the names of all formats, separated by commas.
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

/// The error for a name that is not the name of a [`Format`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatError {
    name: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = text::one_line(&self.name);
        write!(f, "unknown format `{name}`; ")?;
        // As close as clap takes for a typing error.
        let similarity = |format: &Format| strsim::jaro_winkler(format.name(), &self.name);
        let nearest = Format::ALL.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        match nearest.filter(|format| similarity(format) > 0.8) {
            Some(format) => write!(f, "did you mean `{format}`?"),
            None => write!(f, "expected one of {}", Format::names()),
        }
    }
}

impl std::error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_back() {
        for &format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert!(format.about().starts_with("for "), "{format}");
        }
        let error = "xml\n".parse::<Format>().unwrap_err().to_string();
        assert!(error.starts_with("unknown format `xml\\n`; expected one of human, short,"));
        let error = "jsn".parse::<Format>().unwrap_err().to_string();
        assert_eq!(error, "unknown format `jsn`; did you mean `json`?");
    }
}
