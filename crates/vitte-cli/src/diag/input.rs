//! Reads the JSON Lines of compilers.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};

use vitte_diag::input::{self, InputError};
use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{FileId, text};

/// The diagnostics that were read.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) diagnostics: Vec<JsonDiagnostic<'static>>,
    /// Whether some input could not be read.
    pub(super) has_errors: bool,
}

/// The maximum size of an input in bytes.
pub(super) const MAX_INPUT_BYTES: u64 = 512 << 20;
/// The maximum length of a line in bytes.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// The limits of JSON Lines.
#[derive(Clone, Copy, Debug)]
struct Limits {
    input_bytes: u64,
    line_bytes: u64,
}

const LIMITS: Limits = Limits { input_bytes: MAX_INPUT_BYTES, line_bytes: MAX_LINE_BYTES };

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
        let mut found = Self::default();
        if paths.is_empty() {
            found.read_lines("<stdin>", stdin, LIMITS, report)?;
        }
        for path in paths {
            if path == Path::new("-") {
                found.read_lines("<stdin>", stdin, LIMITS, report)?;
                continue;
            }
            let shown = path.to_string_lossy();
            let shown = text::one_line(&shown);
            match input::open_file(path) {
                Ok(file) => found.read_lines(&shown, &mut BufReader::new(file), LIMITS, report)?,
                Err(error) => found.cannot_read(&shown, &reason(&error), report)?,
            }
        }
        Ok(found)
    }

    fn cannot_read(&mut self, name: &str, error: &str, report: &mut dyn Write) -> io::Result<()> {
        self.has_errors = true;
        writeln!(report, "vitte: cannot read `{name}`: {error}")
    }

    fn read_lines(
        &mut self,
        name: &str,
        reader: &mut dyn BufRead,
        limits: Limits,
        report: &mut dyn Write,
    ) -> io::Result<()> {
        let mut bad = 0;
        let mut line = Vec::new();
        let mut reader = reader.take(limits.input_bytes + 1);
        let max = limits.line_bytes;
        for number in 1_u64.. {
            line.clear();
            let read = reader.by_ref().take(max + 1).read_until(b'\n', &mut line);
            match read {
                _ if reader.limit() == 0 => {
                    let error = InputError::TooLarge { size: None, limit: limits.input_bytes };
                    self.cannot_read(name, &error.to_string(), report)?;
                    break;
                }
                Ok(0) => break,
                Ok(_) if line.len() as u64 > max => {
                    let error = format!("line {number} has more than {max} bytes, the limit");
                    self.cannot_read(name, &error, report)?;
                    if !line.ends_with(b"\n") && reader.skip_until(b'\n').is_err() {
                        break;
                    }
                    continue;
                }
                Ok(_) if line.trim_ascii().is_empty() => continue,
                Ok(_) => {}
                Err(error) => {
                    self.cannot_read(name, &error.to_string(), report)?;
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

/// Returns why a named file was not read, and what to do.
pub(super) fn reason(error: &InputError) -> String {
    match error {
        InputError::NotAFile(kind) if kind.is_stream() => {
            format!("{error}; pass `-` and redirect it to standard input")
        }
        _ => error.to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads lines with small limits, and returns what is reported.
    fn report(lines: &str) -> String {
        let limits = Limits { input_bytes: 30, line_bytes: 10 };
        let (mut input, mut report) = (Input::default(), Vec::new());
        input.read_lines("a", &mut lines.as_bytes(), limits, &mut report).unwrap();
        assert_eq!(input.has_errors, !report.is_empty());
        String::from_utf8(report).unwrap()
    }

    #[test]
    fn lines_and_inputs_have_a_limit() {
        assert_eq!(report(&"         \n".repeat(3)), "");
        let too_long = "vitte: cannot read `a`: line 2 has more than 10 bytes, the limit\n";
        assert_eq!(report("\n          \n"), too_long);
        let following = format!("{too_long}vitte: a:3:1: not a JSON diagnostic: ");
        assert!(report("\n              \nx\n").starts_with(&following));
        let too_large = "vitte: cannot read `a`: it has more than 30 bytes, the limit\n";
        assert_eq!(report(&"         \n".repeat(4)), too_large);
        assert_eq!(report(&"\n".repeat(31)), too_large);
    }
}
