//! Baselines: the diagnostics that a project has already, so that only new ones fail its build.
//!
//! A baseline is a text file that is kept with the sources. A compiler writes it as the format
//! [`Baseline`](crate::Format::Baseline), and [`DiagnosticBag::apply_baseline`](crate::DiagnosticBag::apply_baseline) removes
//! the diagnostics that are in it. They are found again after their lines have moved, were indented, or went to another file.
//!
//! ```text
//! {"baseline":1}
//! {"severity":"warning","code":"W0100","path":"src/a.vitte","message":"unused `x`","line":"5f…","context":"09…"}
//! ```
//!
//! One line represents all diagnostics that are equal but for their positions; more than one have a `count`. The lines are
//! sorted, and contain no positions, so the file changes only where diagnostics were fixed or added. `line` and `context` are
//! the hashes of [`LineText`] in hexadecimal; a diagnostic without a line has none.

mod compare;
mod identity;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

pub use compare::{Matches, Renames, compare, compare_with};
pub use identity::{Identity, LineText, Position};
use lines::{Head, Line, Record};

use crate::bag::DiagnosticBag;
use crate::check::CheckedDiagnostic;
use crate::input::{self, InputError};
use crate::model::{Code, Diagnostic, Severity};
use crate::source::{SourceFile, SourceMap};
use crate::text;

/// The maximum size of a baseline in bytes.
pub const MAX_BASELINE_BYTES: u64 = 1 << 30;
/// The version of the format.
const VERSION: u32 = 1;

/// A diagnostic of a baseline.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub struct BaselineEntry {
    /// The path, or an empty text.
    pub path: String,
    /// The code.
    pub code: Option<Code>,
    /// The severity.
    pub severity: Severity,
    /// The message.
    pub message: String,
    /// The message of the primary label.
    pub label: Option<String>,
    /// The text of its line. `None` if it is not known.
    pub text: Option<LineText>,
}

/// The known diagnostics of a project.
///
/// ```
/// use vitte_diag::baseline::Baseline;
/// use vitte_diag::{Diagnostic, SourceMap};
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("a.my", "let x = 1\n")?;
/// let warning = Diagnostic::warning(None, sources.span(file, 4..5)?, "unused `x`");
/// let baseline = Baseline::of(&sources, [&warning]);
///
/// let mut sources = SourceMap::new();
/// let file = sources.add("a.my", "let y = 1\nif y {\n  let x = 1\n}\n")?;
/// let moved = Diagnostic::warning(None, sources.span(file, 23..24)?, "unused `x`");
/// let comparison = baseline.compare(&sources, &[&moved]);
/// assert_eq!(comparison.is_new, [false]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Baseline {
    /// The entries in the order of the file, with the number of each.
    entries: BTreeMap<BaselineEntry, u64>,
}

/// The result of [`Baseline::compare`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Comparison<'a> {
    /// For each diagnostic, whether the baseline does not have it.
    pub is_new: Vec<bool>,
    /// The entries that were not found, with the number of each.
    pub fixed: Vec<(&'a BaselineEntry, u64)>,
}

impl Baseline {
    /// Creates a baseline of the diagnostics that [`add`](Self::add) accepts.
    #[must_use]
    pub fn of<'a>(
        sources: &SourceMap,
        diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    ) -> Self {
        let mut baseline = Self::default();
        for diagnostic in diagnostics {
            baseline.add(sources, diagnostic);
        }
        baseline
    }

    /// Adds a diagnostic. A fatal one is ignored, and so is one in a file such as `<command line>`: it is about this run.
    pub fn add(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) {
        let checked = CheckedDiagnostic::new(sources, diagnostic);
        if checked.file().is_some_and(SourceFile::is_virtual) {
            return;
        }
        let label = diagnostic.primary().and_then(|label| label.message());
        let entry = BaselineEntry {
            path: checked.file().map_or("", SourceFile::path).to_owned(),
            code: diagnostic.code(),
            severity: diagnostic.severity(),
            message: diagnostic.message().to_owned(),
            label: label.map(str::to_owned),
            text: Identity::of_checked(&checked).text,
        };
        self.add_entries((entry, 1));
    }

    fn add_entries(&mut self, (entry, count): (BaselineEntry, u64)) {
        if entry.severity < Severity::Fatal {
            let all = self.entries.entry(entry).or_default();
            *all = all.saturating_add(count);
        }
    }

    /// Returns the number of diagnostics.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.entries.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Returns true if there is no diagnostic.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the entries in the order of the file, with the number of each.
    pub fn entries(&self) -> impl Iterator<Item = (&BaselineEntry, u64)> {
        self.entries.iter().map(|(entry, count)| (entry, *count))
    }

    /// Compares diagnostics with the baseline. Fatal ones are new.
    #[must_use]
    pub fn compare(&self, sources: &SourceMap, diagnostics: &[&Diagnostic]) -> Comparison<'_> {
        let identity = |diagnostic: &&Diagnostic| Identity::of(sources, diagnostic);
        let new: Vec<Identity> = diagnostics.iter().map(identity).collect();
        // No more of an entry can be found than there are diagnostics.
        let copies = |count: &u64| usize::try_from(*count).unwrap_or(usize::MAX).min(new.len());
        let of_entry = |(entry, count): (&BaselineEntry, &u64)| {
            std::iter::repeat_n(Identity::of_entry(entry), copies(count))
        };
        let old: Vec<Identity> = self.entries.iter().flat_map(of_entry).collect();
        let matches = compare(&old, &new);
        let mut found = matches.old.into_iter();
        let fixed = self.entries.iter().filter_map(|(entry, count)| {
            let known = found.by_ref().take(copies(count)).filter(|found| *found).count() as u64;
            (known < *count).then(|| (entry, *count - known))
        });
        let fixed = fixed.collect();
        let is_fatal = |diagnostic: &&Diagnostic| diagnostic.severity() == Severity::Fatal;
        let is_new = matches.new.iter().zip(diagnostics);
        let is_new = is_new.map(|(is_known, diagnostic)| !is_known || is_fatal(diagnostic));
        Comparison { is_new: is_new.collect(), fixed }
    }

    /// Reads a baseline from a file, see [`parse`](Self::parse).
    ///
    /// # Errors
    ///
    /// A [`BaselineError`] if the file cannot be read, has more than [`MAX_BASELINE_BYTES`], or is not a baseline.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, BaselineError> {
        let bytes = input::read_file(path, MAX_BASELINE_BYTES).map_err(BaselineError::Input)?;
        Self::parse(&bytes)
    }

    /// Parses a baseline, or the JSON Lines of `--error-format=json`, which contain no text: such a diagnostic is found by its
    /// file, code and message.
    ///
    /// # Errors
    ///
    /// A [`BaselineError`] if a line is neither.
    pub fn parse(bytes: &[u8]) -> Result<Self, BaselineError> {
        let mut baseline = Self::default();
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let parsed = Line::parse(line).map_err(|error| {
                let reason = text::one_line(&error.to_string()).into_owned();
                BaselineError::Line { number: index as u64 + 1, reason }
            })?;
            match parsed {
                Line::Head(Head { baseline: VERSION }) => {}
                Line::Head(Head { baseline: version }) => {
                    return Err(BaselineError::Version { version });
                }
                Line::Entry(record) => baseline.add_entries(record.into_entry()),
                Line::Json(diagnostic) => baseline.add_entries((diagnostic.into_entry(), 1)),
            }
        }
        Ok(baseline)
    }

    /// Writes the baseline.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer.
    pub fn write(&self, mut writer: impl Write) -> io::Result<()> {
        writeln!(writer, "{}", serde_json::to_string(&Head { baseline: VERSION })?)?;
        for (entry, count) in &self.entries {
            let line = serde_json::to_string(&Record::new(entry, *count))?;
            writeln!(writer, "{}", text::escape_json(&line))?;
        }
        Ok(())
    }
}

impl DiagnosticBag {
    /// Removes the diagnostics that a baseline has; they become [`Summary::known`](crate::Summary::known). Returns the
    /// entries that were not found, which are fixed, with the number of each.
    ///
    /// Apply a limit of errors afterwards, with [`set_max_errors`](Self::set_max_errors): what a policy has suppressed before is
    /// not compared, and counts as new.
    pub fn apply_baseline<'b>(
        &mut self,
        baseline: &'b Baseline,
        sources: &SourceMap,
    ) -> Vec<(&'b BaselineEntry, u64)> {
        // In the order of output: of several equal diagnostics the last ones are new.
        let ordered = self.ordered_in(sources);
        let diagnostics: Vec<&Diagnostic> = ordered.iter().map(|entry| entry.diagnostic).collect();
        let Comparison { is_new, fixed } = baseline.compare(sources, &diagnostics);
        let known = ordered.iter().zip(is_new).filter(|(_, is_new)| !is_new);
        let known: HashSet<usize> =
            known.filter_map(|(entry, _)| usize::try_from(entry.seq).ok()).collect();
        self.remove_known(|index| known.contains(&index));
        fixed
    }
}

/// Why a baseline was not read.
#[derive(Debug)]
#[non_exhaustive]
pub enum BaselineError {
    /// The file cannot be read.
    Input(InputError),
    /// A line is not one of a baseline.
    Line {
        /// The line, 1-based.
        number: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A later version of this crate has written it.
    Version {
        /// The version of the format.
        version: u32,
    },
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Line { number, reason } => {
                write!(f, "line {number} is neither one of a baseline nor a diagnostic: {reason}")
            }
            Self::Version { version } => write!(
                f,
                "the baseline has version {version} of the format, which is newer than {VERSION}"
            ),
        }
    }
}

// The text already contains the cause, so `source` returns `None`.
impl std::error::Error for BaselineError {}
