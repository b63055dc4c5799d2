//! Reads the diagnostics that a compiler wrote.

mod json;

use vitte_diag::Diagnostic;
use vitte_diag::read::{Imported, InputFormat, ReadError};

use super::names::Files;
use super::process::{End, Ended};

/// The byte order mark, which programs of .NET write first.
const BOM: char = '\u{feff}';

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Why some output is not in the format.
    pub(super) invalid: Option<String>,
}

/// Reads the output of a compiler: from the stream on which the format is usually written or, if that has none, from the other
/// one. `None` is the JSON of this project.
pub(super) fn read(format: Option<InputFormat>, ended: &Ended, files: &mut Files<'_>) -> Output {
    let is_on_stderr = matches!(format, Some(InputFormat::Rustc | InputFormat::Gcc));
    let (usual, other) = match is_on_stderr {
        true => (&ended.stderr, &ended.stdout),
        false => (&ended.stdout, &ended.stderr),
    };
    let (usual, other) = (String::from_utf8_lossy(usual), String::from_utf8_lossy(other));
    let [usual, other] = [&*usual, &*other].map(|text| text.strip_prefix(BOM).unwrap_or(text));
    match format {
        None => json::read(json_lines(usual, other), files),
        Some(InputFormat::Rustc) => read_rustc(json_lines(usual, other), files),
        // JSON that is cut is not JSON.
        Some(_) if ended.end == End::TooMuchOutput => Output::default(),
        Some(format) => read_whole(format, usual, other, files),
    }
}

/// Reads JSON Lines of this project.
pub(super) fn read_json(lines: &str, files: &mut Files<'_>) -> Output {
    json::read(json_lines(lines, ""), files)
}

/// Returns the lines that are JSON objects, and their 1-based numbers.
fn json_lines<'t>(usual: &'t str, other: &'t str) -> impl Iterator<Item = (u64, &'t str)> {
    let lines = |text: &'t str| {
        let lines = (1..).zip(text.lines().map(str::trim));
        lines.filter(|(_, line)| line.starts_with('{'))
    };
    let text = if lines(usual).next().is_some() { usual } else { other };
    lines(text)
}

/// The beginning of a line of rustc that repeats diagnostics, some of which the program has allowed.
const REPORT: &str = "{\"$message_type\":\"future_incompat\"";

fn read_rustc<'t>(lines: impl Iterator<Item = (u64, &'t str)>, files: &mut Files<'_>) -> Output {
    let lines: Vec<&str> =
        lines.map(|(_, line)| line).filter(|line| !line.starts_with(REPORT)).collect();
    if lines.is_empty() {
        return Output::default();
    }
    match import(InputFormat::Rustc, &lines.join("\n"), files) {
        Ok(imported) => Output {
            invalid: imported.invalid_lines.into_iter().next().map(|(_, reason)| reason),
            diagnostics: without_summaries(imported.diagnostics),
        },
        Err(error) => Output { invalid: Some(error.reason), ..Output::default() },
    }
}

/// Removes what rustc writes at the end, such as `aborting due to 2 previous errors`. A user who sees each error at its
/// location does not need it.
fn without_summaries(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_summary = |diagnostic: &Diagnostic| {
        let message = diagnostic.message();
        let is_count = || {
            let rest = message.trim_start_matches(|c: char| c.is_ascii_digit());
            rest != message && [" warning emitted", " warnings emitted"].contains(&rest)
        };
        let has_no_location = diagnostic.file().is_none() && diagnostic.code().is_none();
        has_no_location
            && (message.starts_with("aborting due to ")
                || message.starts_with("For more information about this error, try ")
                || message.starts_with("For more information about an error, try ")
                || message.starts_with("Some errors have detailed explanations: ")
                || is_count())
    };
    // Never all: then the summary is the only sign of a failure.
    if diagnostics.iter().all(is_summary) {
        return diagnostics;
    }
    diagnostics.into_iter().filter(|diagnostic| !is_summary(diagnostic)).collect()
}

/// Reads a format that is not one of lines.
fn read_whole(format: InputFormat, usual: &str, other: &str, files: &mut Files<'_>) -> Output {
    let has_json = |text: &str| text.lines().any(is_json);
    let mut invalid = None;
    for (text, is_usual) in [(usual, true), (other, false)] {
        // A compiler may write messages to the other stream.
        if text.trim().is_empty() || !(is_usual || has_json(text)) {
            continue;
        }
        match import(format, text, files) {
            Ok(imported) => {
                let invalid = imported.invalid_lines.into_iter().find(|(number, _)| {
                    let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
                    text.lines().nth(index).is_some_and(is_json)
                });
                let invalid = invalid.map(|(number, reason)| format!("line {number}: {reason}"));
                return Output { diagnostics: imported.diagnostics, invalid };
            }
            Err(error) => _ = invalid.get_or_insert(error.reason),
        }
    }
    Output { diagnostics: Vec::new(), invalid }
}

/// Returns true for a line that begins as JSON does, and not as other messages do.
pub(super) fn is_json(line: &str) -> bool {
    line.trim_start().starts_with(['{', '['])
}

/// Reads the output of another tool. The files are those of the workspace.
fn import(format: InputFormat, text: &str, files: &mut Files<'_>) -> Result<Imported, ReadError> {
    // The workspace loads further files while they are read. The second time, all are here.
    let count = |files: &mut Files<'_>| files.workspace().sources().files().count();
    let before = count(files);
    let sources = files.workspace().sources().clone();
    let mut imported = format.read_from(sources, text.as_bytes(), files)?;
    if count(files) != before {
        let sources = files.workspace().sources().clone();
        imported = format.read_from(sources, text.as_bytes(), files)?;
    }
    *files.workspace().sources_mut() = imported.sources.clone();
    Ok(imported)
}
