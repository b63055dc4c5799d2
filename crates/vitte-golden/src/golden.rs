//! Goldens: files with the expected output, beside their case.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use vitte_diag::{EmitterOptions, Format, input, text};

use crate::diff;
use crate::files::{CaseFile, extension};
use crate::normalize::{Rules, normalize};
use crate::output::Output;
use crate::problem::Problem;

/// The goldens of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goldens<'a> {
    pub(crate) case: &'a CaseFile,
    /// The golden files of the case that exist.
    pub(crate) existing: &'a [PathBuf],
    pub(crate) revision: Option<&'a str>,
    pub(crate) options: &'a EmitterOptions,
    pub(crate) rules: &'a Rules<'a>,
    /// Write the goldens instead of comparing them.
    pub(crate) bless: bool,
}

/// The result of a comparison.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Compared {
    pub(crate) problems: Vec<Problem>,
    /// The goldens that are equal only after normalization, each with the names of the rules.
    pub(crate) normalized: Vec<String>,
    /// The goldens that were written.
    pub(crate) blessed: Vec<PathBuf>,
    /// Whether a golden differs or is missing, so that it can be written.
    pub(crate) can_bless: bool,
}

impl Compared {
    pub(crate) fn merge(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.normalized.extend(other.normalized);
        self.blessed.extend(other.blessed);
        self.can_bless |= other.can_bless;
    }
}

impl Goldens<'_> {
    /// Returns the path of the golden file with an extension: that of the revision if there is one, otherwise that of all
    /// revisions. Returns `None` if there is none.
    pub(crate) fn existing(&self, extension: &str) -> Option<PathBuf> {
        let own = self.case.golden(self.revision, extension);
        let shared = self.case.golden(None, extension);
        [own, shared].into_iter().find(|path| self.existing.contains(path))
    }

    /// Compares the output in each of the formats that has a golden. `required` formats need one if there is output.
    pub(crate) fn check(
        &self,
        output: &Output,
        formats: &[Format],
        required: &[Format],
    ) -> Compared {
        let mut compared = Compared::default();
        for &format in Format::ALL
            .iter()
            .filter(|format| formats.contains(format) || required.contains(format))
        {
            let extension = extension(format);
            let existing = self.existing(extension);
            if existing.is_some() || (required.contains(&format) && !output.diagnostics.is_empty())
            {
                let actual = output.render(format, self.options);
                compared.merge(self.compare(extension, existing, &actual, self.rules));
            }
        }
        compared
    }

    /// Compares a text with the golden file of an extension, at `existing` if there is one, or writes the file.
    pub(crate) fn compare(
        &self,
        extension: &str,
        existing: Option<PathBuf>,
        actual: &str,
        rules: &Rules<'_>,
    ) -> Compared {
        let path = existing.clone().unwrap_or_else(|| self.case.golden(self.revision, extension));
        let expected = match existing.map_or_else(|| Ok(None), |path| read(&path).map(Some)) {
            Ok(expected) => expected,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                if self.bless {
                    let text = normalize(actual, rules.iter()).text;
                    return self.write(extension, &path, text.as_bytes());
                }
                let message = format!("cannot read {}: {error}", shown(&path));
                return blessable(Problem::message(message));
            }
            Err(error) => {
                return problem(Problem::message(format!("cannot read {}: {error}", shown(&path))));
            }
        };
        match expected.as_deref().map(|expected| fit(expected, actual, rules)) {
            Some(Fit::Exact) => Compared::default(),
            Some(Fit::Normalized(names)) => {
                let normalized = vec![format!("{} ({})", shown(&path), names.join(", "))];
                Compared { normalized, ..Compared::default() }
            }
            _ if self.bless => {
                self.write(extension, &path, normalize(actual, rules.iter()).text.as_bytes())
            }
            Some(Fit::Differs(actual)) => {
                let expected = expected.unwrap_or_default();
                let difference = difference(extension, &expected, &actual);
                let message = format!("the output differs from {}", shown(&path));
                blessable(Problem::message(message).with_text(difference))
            }
            None => missing(&path, actual),
        }
    }

    /// Compares bytes like [`compare`](Self::compare), without normalization.
    pub(crate) fn compare_bytes(
        &self,
        extension: &str,
        existing: Option<PathBuf>,
        actual: &[u8],
    ) -> Compared {
        let path = existing.clone().unwrap_or_else(|| self.case.golden(self.revision, extension));
        let expected = existing.map(|path| input::read_file(&path, MAX_BYTES)).transpose();
        match expected {
            Err(error) => {
                problem(Problem::message(format!("cannot read {}: {error}", shown(&path))))
            }
            Ok(Some(expected)) if expected == actual => Compared::default(),
            Ok(_) if self.bless => self.write(extension, &path, actual),
            Ok(Some(expected)) => {
                let [expected, actual] = [&*expected, actual].map(String::from_utf8_lossy);
                let message = format!("the output differs from {}", shown(&path));
                blessable(Problem::message(message).with_text(diff::text(&expected, &actual)))
            }
            Ok(None) => missing(&path, &String::from_utf8_lossy(actual)),
        }
    }

    /// Writes a golden. A revision does not change the file that all revisions share, because their output differs.
    fn write(&self, extension: &str, existing: &Path, text: &[u8]) -> Compared {
        let path = match self.revision {
            Some(_) => self.case.golden(self.revision, extension),
            None => existing.to_owned(),
        };
        match fs::write(&path, text) {
            Ok(()) => Compared { blessed: vec![path], ..Compared::default() },
            Err(error) => {
                problem(Problem::message(format!("cannot write {}: {error}", shown(&path))))
            }
        }
    }
}

fn problem(problem: Problem) -> Compared {
    Compared { problems: vec![problem], ..Compared::default() }
}

fn blessable(problem: Problem) -> Compared {
    Compared { problems: vec![problem], can_bless: true, ..Compared::default() }
}

/// The maximum number of lines that are shown of what a golden would contain.
const MAX_SHOWN_LINES: usize = 60;

fn missing(path: &Path, actual: &str) -> Compared {
    let message = format!("there is no {}, which would be:", shown(path));
    let mut lines: Vec<_> = actual.lines().map(text::one_line).collect();
    let more = lines.len().saturating_sub(MAX_SHOWN_LINES);
    lines.truncate(MAX_SHOWN_LINES);
    if more > 0 {
        lines.push(format!("... {}", text::more("line", more)).into());
    }
    blessable(Problem::message(message).with_text(lines.join("\n")))
}

/// Returns a path in quotes, safe for a terminal.
pub(crate) fn shown(path: &Path) -> String {
    format!("`{}`", text::one_line(&path.to_string_lossy()))
}

/// The maximum size of a golden file in bytes.
const MAX_BYTES: u64 = 256 << 20;

fn read(path: &Path) -> io::Result<String> {
    let bytes = input::read_file(path, MAX_BYTES).map_err(io::Error::other)?;
    let invalid = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8");
    String::from_utf8(bytes).map_err(invalid)
}

/// How an output fits its golden.
enum Fit {
    Exact,
    /// Only after these rules.
    Normalized(Vec<String>),
    /// Not at all. Contains the output after normalization.
    Differs(String),
}

fn fit(expected: &str, actual: &str, rules: &Rules<'_>) -> Fit {
    if expected == actual {
        return Fit::Exact;
    }
    let mut normalized = normalize(actual, rules.iter());
    if expected == normalized.text {
        return Fit::Normalized(normalized.rules);
    }
    let of_golden = normalize(expected, rules.iter());
    if of_golden.text == normalized.text {
        for name in of_golden.rules {
            if !normalized.rules.contains(&name) {
                normalized.rules.push(name);
            }
        }
        return Fit::Normalized(normalized.rules);
    }
    // Git may write the files of a working copy with carriage returns.
    if !actual.contains('\r') && of_golden.text.replace("\r\n", "\n") == normalized.text {
        normalized.rules.push("line ends".to_owned());
        return Fit::Normalized(normalized.rules);
    }
    Fit::Differs(normalized.text)
}

fn difference(extension: &str, expected: &str, actual: &str) -> String {
    let is_json = ["json", "sarif", "lsp", "gitlab", "rdjson"].contains(&extension);
    let by_fields = is_json.then(|| diff::json(expected, actual)).flatten();
    by_fields.unwrap_or_else(|| diff::text(expected, actual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_golden_fits_exactly_or_after_normalization() {
        let make = || vec![crate::normalize::Rule::text("/tmp/x1", "$TMP")];
        let rules = Rules::new(&make);
        let shown = |expected: &str, actual: &str| match fit(expected, actual, &rules) {
            Fit::Exact => "exact".to_owned(),
            Fit::Normalized(names) => names.join(", "),
            Fit::Differs(actual) => format!("differs: {actual}"),
        };
        assert_eq!(shown("at /tmp/x1\n", "at /tmp/x1\n"), "exact");
        assert_eq!(shown("at $TMP\n", "at /tmp/x1\n"), "$TMP");
        assert_eq!(shown("at /tmp/x1\n", "at $TMP\n"), "$TMP");
        assert_eq!(shown("at $TMP\r\n", "at /tmp/x1\n"), "$TMP, line ends");
        assert_eq!(shown("a\n", "a\r\n"), "differs: a\r\n");
        assert_eq!(shown("at $TMP", "at /tmp/x2"), "differs: at /tmp/x2");
    }
}
