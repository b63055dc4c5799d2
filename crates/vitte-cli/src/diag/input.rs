//! Reads the JSON Lines of compilers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{FileId, text};

/// The diagnostics that were read.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) diagnostics: Vec<JsonDiagnostic<'static>>,
    /// Whether some input could not be read.
    pub(super) has_errors: bool,
}

/// Invalid lines of one file beyond this number are only counted.
const MAX_REPORTED_LINES: u64 = 20;

impl Input {
    /// Reads files in order; `-` or no file is standard input. Invalid lines and unreadable files are written to
    /// `report`, and the rest is read.
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
        self.has_errors = true;
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
                    if bad <= MAX_REPORTED_LINES {
                        let reason = text::one_line(&reason);
                        writeln!(
                            report,
                            "vitte: {name}:{number}:{column}: not a JSON diagnostic: {reason}"
                        )?;
                    }
                }
            }
        }
        if bad > MAX_REPORTED_LINES {
            report_more_lines(name, bad - MAX_REPORTED_LINES, report)?;
        }
        self.has_errors |= bad > 0;
        Ok(())
    }
}

/// Reports how many further lines are not diagnostics.
pub(super) fn report_more_lines(name: &str, count: u64, report: &mut dyn Write) -> io::Result<()> {
    let more = text::more("line", usize::try_from(count).unwrap_or(usize::MAX));
    let are = if count == 1 { "is not a diagnostic" } else { "are not diagnostics" };
    writeln!(report, "vitte: {name}: {more} {are}")
}

/// Parses a line. The error is the column (1-based, in bytes) and the reason.
fn parse(line: &[u8]) -> Result<JsonDiagnostic<'static>, (usize, String)> {
    let diagnostic: JsonDiagnostic<'static> = serde_json::from_slice(line).map_err(|error| {
        // Each line is a document of its own, so serde always says line 1: replaced by the number in the file.
        let text = error.to_string();
        let position = format!(" at line {} column {}", error.line(), error.column());
        (error.column().max(1), text.strip_suffix(&position).unwrap_or(&text).to_owned())
    })?;
    // Spans and edits are checked once, here. Each path needs its own number, because edits of one file must not overlap.
    let mut files = HashMap::new();
    let number = |path: &str| {
        let new = u32::try_from(files.len()).map_or(FileId::DUMMY, FileId::new);
        *files.entry(path.to_owned()).or_insert(new)
    };
    match diagnostic.to_diagnostic(number) {
        Ok(_) => Ok(diagnostic),
        Err(error) => Err((1, error.to_string())),
    }
}
