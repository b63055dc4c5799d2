//! `vitte diag filter`: copies the diagnostics that match.

mod age;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use age::Ages;
use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use globset::{GlobSet, GlobSetBuilder};
use jiff::Timestamp;
use vitte_diag::{Severity, Tag, text};

use super::globs::{Anchor, PatternRoot, globs};
use super::input::{BlockLines, InputArgs, Mode, Output};
use super::line::{Fields, TAGS};
use super::select::Kept;
use crate::log;

const SEVERITIES: [&str; 4] = ["note", "warning", "error", "fatal"];
const TAG_NAMES: [&str; 2] = ["unnecessary", "deprecated"];

/// The arguments of `vitte diag filter`.
#[derive(Args)]
pub(crate) struct Filter {
    /// Keep codes that begin with PREFIX, such as E0001, W01 or `clippy::`
    #[arg(long, value_name = "PREFIX,…", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    code: Vec<String>,
    /// Drop codes that begin with PREFIX
    #[arg(long, value_name = "PREFIX,…", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    not_code: Vec<String>,
    /// Keep a severity: note, warning, error or fatal
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = PossibleValuesParser::new(SEVERITIES), hide_possible_values = true)]
    severity: Vec<String>,
    /// Keep this severity and more severe ones
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(SEVERITIES), hide_possible_values = true)]
    min_severity: Option<String>,
    /// Keep the files that match a pattern, as in .gitignore
    #[arg(long, value_name = "GLOB")]
    path: Vec<String>,
    /// Drop the files that match a pattern
    #[arg(long, value_name = "GLOB")]
    not_path: Vec<String>,
    /// Keep a tag: unnecessary or deprecated
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = PossibleValuesParser::new(TAG_NAMES), hide_possible_values = true)]
    tag: Vec<String>,
    /// Drop a tag
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = PossibleValuesParser::new(TAG_NAMES), hide_possible_values = true)]
    not_tag: Vec<String>,
    /// Keep lines that were last changed before WHEN: an age such as 30d, or a date; asks git blame
    #[arg(long, value_name = "WHEN", value_parser = age::parse)]
    older_than: Option<Timestamp>,
    /// Keep lines that were changed since WHEN
    #[arg(long, value_name = "WHEN", value_parser = age::parse)]
    newer_than: Option<Timestamp>,
    /// The directory of patterns that begin with a slash, and of git blame [default: the current directory]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
}

/// What a diagnostic has to match.
struct Conditions {
    codes: (Vec<String>, Vec<String>),
    severities: Vec<Severity>,
    paths: (Option<GlobSet>, Option<GlobSet>),
    root: PatternRoot,
    tags: (Vec<Tag>, Vec<Tag>),
    ages: Option<Ages>,
    /// The diagnostics whose age would decide and is not known.
    without_age: AtomicU64,
}

impl Filter {
    /// Runs the command. Returns false if some input could not be read.
    pub(super) fn run(self, out: &mut dyn Write) -> io::Result<bool> {
        let conditions = match self.conditions() {
            Ok(conditions) => Arc::new(conditions),
            Err(error) => return writeln!(log::stderr(), "vitte: {error}").map(|()| false),
        };
        let shared = Arc::clone(&conditions);
        let work = move |lines: &mut BlockLines<'_>| {
            Kept::select(lines, |fields| Ok(shared.match_all(fields)))
        };
        let is_complete = self.input.read(Mode::Copy, work, &mut |output, _| match output {
            Output::Block(block, kept) => kept.write(block, out),
            Output::Idle | Output::End => out.flush(),
        })?;
        let unknown = conditions.without_age.load(Ordering::Relaxed);
        if unknown > 0 {
            let noun = text::plural("diagnostic", usize::try_from(unknown).unwrap_or(usize::MAX));
            let mut report = log::stderr();
            write!(report, "vitte: warning: dropped {unknown} {noun} whose ")?;
            match &conditions.ages {
                Some(ages) if ages.is_shallow() => writeln!(
                    report,
                    "age is not known; the repository is a shallow clone, `git fetch --unshallow` completes it"
                )?,
                _ => writeln!(report, "line git blame does not know")?,
            }
        }
        out.flush()?;
        Ok(is_complete)
    }

    fn conditions(&self) -> Result<Conditions, String> {
        let (older, newer) = (self.older_than, self.newer_than);
        let root = self.root.as_deref().unwrap_or(Path::new("."));
        let needs_ages = older.is_some() || newer.is_some();
        Ok(Conditions {
            codes: (self.code.clone(), self.not_code.clone()),
            severities: self.severities(),
            paths: (globset(&self.path)?, globset(&self.not_path)?),
            root: PatternRoot::new(root),
            tags: (tags(&self.tag), tags(&self.not_tag)),
            ages: needs_ages.then(|| Ages::new(root, older, newer)).transpose()?,
            without_age: AtomicU64::new(0),
        })
    }

    /// Returns the severities that are kept.
    fn severities(&self) -> Vec<Severity> {
        let all = [Severity::Note, Severity::Warning, Severity::Error, Severity::Fatal];
        let min = all
            .into_iter()
            .find(|severity| Some(severity.as_str()) == self.min_severity.as_deref());
        let is_kept = |severity: &Severity| {
            let is_named = self.severity.is_empty()
                || self.severity.iter().any(|name| name == severity.as_str());
            is_named && min.is_none_or(|min| *severity >= min)
        };
        all.into_iter().filter(is_kept).collect()
    }
}

fn tags(names: &[String]) -> Vec<Tag> {
    TAGS.into_iter().filter(|tag| names.iter().any(|name| name == tag.as_str())).collect()
}

/// Returns what matches one of the patterns, or `None` without patterns.
fn globset(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let error = |error: globset::Error| {
            format!(
                "the pattern `{}` is not valid: {}",
                text::one_line(pattern),
                text::one_line(&error.kind().to_string())
            )
        };
        globs(pattern, Anchor::Root).map_err(error)?.into_iter().for_each(|glob| _ = set.add(glob));
    }
    let set = set.build().map_err(|error| error.to_string())?;
    Ok((!patterns.is_empty()).then_some(set))
}

impl Conditions {
    /// Returns true if all conditions match. The one that takes longest is the last.
    fn match_all(&self, fields: &Fields<'_>) -> bool {
        self.severities.contains(&fields.severity)
            && self.matches_code(fields.code)
            && self.matches_tags(fields)
            && self.matches_path(fields)
            && self.matches_age(fields)
    }

    fn matches_code(&self, code: Option<&str>) -> bool {
        let (kept, dropped) = &self.codes;
        let begins = |prefixes: &[String]| {
            code.is_some_and(|code| prefixes.iter().any(|prefix| code.starts_with(&**prefix)))
        };
        (kept.is_empty() || begins(kept)) && !begins(dropped)
    }

    fn matches_tags(&self, fields: &Fields<'_>) -> bool {
        let (kept, dropped) = &self.tags;
        let has = |tags: &[Tag]| tags.iter().any(|tag| fields.has_tag(*tag));
        (kept.is_empty() || has(kept)) && !has(dropped)
    }

    fn matches_path(&self, fields: &Fields<'_>) -> bool {
        let (kept, dropped) = &self.paths;
        if kept.is_none() && dropped.is_none() {
            return true;
        }
        let path = fields.path.as_ref().map(|path| path.get());
        let path = path.as_deref().map(|path| self.root.relative(path));
        let matches = |set: &GlobSet| path.is_some_and(|path| set.is_match(path));
        kept.as_ref().is_none_or(matches) && !dropped.as_ref().is_some_and(matches)
    }

    fn matches_age(&self, fields: &Fields<'_>) -> bool {
        let Some(ages) = &self.ages else { return true };
        let path = fields.path.as_ref().map(|path| path.get());
        let matches = path.zip(fields.line).and_then(|(path, line)| ages.matches(&path, line));
        if matches.is_none() {
            self.without_age.fetch_add(1, Ordering::Relaxed);
        }
        matches.unwrap_or(false)
    }
}
