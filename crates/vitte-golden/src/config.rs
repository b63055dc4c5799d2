//! The settings of a suite.

use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;
use vitte_diag::{Code, EmitterOptions, Format, Severity, Terminal, Tool};

use crate::comment::Comments;
use crate::directive::CustomDirective;
use crate::files::{FIXED, extension};
use crate::normalize::Rule;

/// The settings of a suite.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) dir: PathBuf,
    pub(crate) extension: String,
    pub(crate) comments: Comments,
    /// The names of directories that have no cases.
    pub(crate) skipped: Vec<String>,
    pub(crate) tool: Tool,
    /// The formats that are compared if a case has a golden.
    pub(crate) formats: Vec<Format>,
    /// The formats in which every case with diagnostics needs a golden.
    pub(crate) required: Vec<Format>,
    pub(crate) announced: Severity,
    /// Messages without a location that only sum up others and need not be announced.
    pub(crate) summaries: Vec<Regex>,
    pub(crate) fixes: bool,
    pub(crate) rules: Vec<Rule>,
    /// The rules for the directories of the process. They come last, because the other ones may lie inside them.
    pub(crate) dir_rules: Vec<Rule>,
    pub(crate) directives: Vec<CustomDirective>,
    pub(crate) timeout: Duration,
    pub(crate) codes: Codes,
    pub(crate) junit: Option<PathBuf>,
    /// Settings that are not valid. Each one fails the suite.
    pub(crate) mistakes: Vec<String>,
}

/// The codes that cases should have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes {
    pub(crate) all: Vec<Code>,
    /// Codes that need no case, each with the reason.
    pub(crate) exempt: Vec<(Code, String)>,
    /// Whether a code without a case is a failure.
    pub(crate) is_required: bool,
}

impl Config {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            extension: String::new(),
            comments: Comments::default(),
            skipped: vec!["auxiliary".to_owned()],
            tool: Tool::new("compiler", ""),
            formats: Format::ALL.to_vec(),
            required: Vec::new(),
            announced: Severity::Error,
            summaries: Vec::new(),
            fixes: true,
            rules: Vec::new(),
            dir_rules: Vec::new(),
            directives: Vec::new(),
            timeout: Duration::from_secs(60),
            codes: Codes::default(),
            junit: None,
            mistakes: Vec::new(),
        }
    }

    /// Removes the formats whose golden would be the case itself: its extension is that of the cases.
    pub(crate) fn protect_cases(&mut self) {
        let is_case = |format: &Format| extension(*format) == self.extension;
        if let Some(format) = self.required.iter().find(|format| is_case(format)) {
            self.mistakes.push(format!("a golden in the format {format} would be the case itself"));
        }
        self.required.retain(|format| !is_case(format));
        self.formats.retain(|format| !is_case(format));
        self.fixes &= self.extension != FIXED;
    }

    /// Returns the extensions of the files that are goldens.
    pub(crate) fn golden_extensions(&self) -> Vec<&'static str> {
        let formats = self.formats.iter().chain(&self.required).map(|&format| extension(format));
        formats.chain(self.fixes.then_some(FIXED)).collect()
    }

    /// The options of the formats: no colours, no limit of the width.
    pub(crate) fn emitter_options(&self) -> EmitterOptions {
        EmitterOptions::new(self.tool.clone(), Terminal::default())
    }
}
