//! Reading the JSON Lines of a compiler.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{FileId, text};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) diagnostics: Vec<JsonDiagnostic<'static>>,
    /// Whether something could not be read.
    pub(super) is_bad: bool,
}

/// The most lines of one file that are reported one by one.
const MOST_REPORTS: u64 = 20;

impl Input {
    /// Reads files one after the other; `-`, or no file at all, is standard input. What cannot be
    /// read is reported, by its line, and the rest is read.
    pub(super) fn read(
        paths: &[PathBuf],
        stdin: &mut dyn BufRead,
        report: &mut dyn Write,
    ) -> io::Result<Self> {
        let mut input = Self::default();
        if paths.is_empty() {
            input.read_lines("<stdin>", stdin, report)?;
        }
        for path in paths {
            if path == Path::new("-") {
                input.read_lines("<stdin>", stdin, report)?;
                continue;
            }
            let shown = path.to_string_lossy();
            let shown = text::one_line(&shown);
            match File::open(path) {
                Ok(file) => input.read_lines(&shown, &mut BufReader::new(file), report)?,
                Err(error) => input.cannot_read(&shown, &error, report)?,
            }
        }
        Ok(input)
    }

    fn cannot_read(
        &mut self,
        name: &str,
        error: &io::Error,
        report: &mut dyn Write,
    ) -> io::Result<()> {
        self.is_bad = true;
        writeln!(report, "vitte: cannot read `{name}`: {error}")
    }

    fn read_lines(
        &mut self,
        name: &str,
        reader: &mut dyn BufRead,
        report: &mut dyn Write,
    ) -> io::Result<()> {
        let mut bad = 0;
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) if line.trim_ascii().is_empty() => continue,
                Ok(_) => {}
                Err(error) => {
                    self.cannot_read(name, &error, report)?;
                    break;
                }
            }
            match parse(&line) {
                Ok(diagnostic) => self.diagnostics.push(diagnostic),
                Err((column, reason)) => {
                    bad += 1;
                    if bad <= MOST_REPORTS {
                        let reason = text::one_line(&reason);
                        writeln!(
                            report,
                            "vitte: {name}:{number}:{column}: not a diagnostic: {reason}"
                        )?;
                    }
                }
            }
        }
        if bad > MOST_REPORTS {
            let more = bad - MOST_REPORTS;
            writeln!(report, "vitte: {name}: and {more} more lines that are not diagnostics")?;
        }
        self.is_bad |= bad > 0;
        Ok(())
    }
}

/// A diagnostic, or the column (in bytes, 1-based) and the reason why the line is none.
fn parse(line: &[u8]) -> Result<JsonDiagnostic<'static>, (usize, String)> {
    let diagnostic: JsonDiagnostic<'static> = serde_json::from_slice(line).map_err(|error| {
        // A line is read by itself, so that its number among them is not the one that is meant.
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        (error.column().max(1), text.strip_suffix(&place).unwrap_or(&text).to_owned())
    })?;
    // Spans and edits are checked once, here. Edits of two files do not overlap, so each has a number.
    let mut files = HashMap::new();
    let number = |path: &str| {
        let new = u32::try_from(files.len()).map_or(FileId::NOWHERE, FileId::new);
        *files.entry(path.to_owned()).or_insert(new)
    };
    match diagnostic.to_diagnostic(number) {
        Ok(_) => Ok(diagnostic),
        Err(error) => Err((1, error.to_string())),
    }
}
