//! Reads the JSON Lines of this project.

use std::collections::HashMap;

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{FileId, KnownLocation, SourceFile};

use super::Output;
use crate::command::names::Files;

/// A location in the JSON: the end of its byte range, and where it begins.
#[derive(Clone, Copy)]
struct JsonSpan {
    hi: u32,
    known: KnownLocation,
}

/// Reads lines with their 1-based numbers.
pub(super) fn read<'t>(
    lines: impl Iterator<Item = (u64, &'t str)>,
    files: &mut Files<'_>,
) -> Output {
    let mut output = Output::default();
    let mut parsed = Vec::new();
    let mut invalid = |number: u64, error: &dyn std::fmt::Display| {
        output.invalid.get_or_insert_with(|| format!("line {number}: {error}"));
    };
    for (number, line) in lines {
        match serde_json::from_str::<JsonDiagnostic<'_>>(line) {
            Ok(json) => parsed.push((number, json)),
            Err(error) => invalid(number, &error),
        }
    }
    let ids = find(&parsed, files);
    for (number, json) in &parsed {
        match json.to_diagnostic(|path| ids.get(path).copied().unwrap_or(FileId::DUMMY)) {
            Ok(diagnostic) => output.diagnostics.push(diagnostic),
            Err(error) => invalid(*number, &error),
        }
    }
    output
}

/// Returns the files by their paths in the JSON. One that is not here, or has changed since the compiler read it, is
/// unavailable: only the locations in it are known.
fn find(parsed: &[(u64, JsonDiagnostic<'_>)], files: &mut Files<'_>) -> HashMap<String, FileId> {
    let mut spans: HashMap<String, Vec<JsonSpan>> = HashMap::new();
    // In the order of the output, in which the files get their ids.
    let mut paths: Vec<String> = Vec::new();
    let mut add = |path: &str, span: Option<JsonSpan>| {
        let known = spans.entry(path.to_owned()).or_insert_with(|| {
            paths.push(path.to_owned());
            Vec::new()
        });
        known.extend(span);
    };
    for (_, json) in parsed {
        if let Some(path) = json.path() {
            add(path, None);
        }
        for at in json.locations() {
            let known = KnownLocation { offset: at.lo, line: at.line, col: at.col };
            add(&at.file, Some(JsonSpan { hi: at.hi, known }));
        }
    }
    let mut ids = HashMap::new();
    for path in paths {
        let spans = spans.remove(&path).unwrap_or_default();
        let found = files.find(&path).filter(|id| {
            let file = files.workspace().sources().file(*id);
            file.is_ok_and(|file| is_unchanged(file, &spans))
        });
        let id = found.or_else(|| {
            let shown = vitte_diag::read::InputFiles::path(files, &path).into_owned();
            let known = spans.iter().map(|span| span.known);
            files.workspace().sources_mut().add_unavailable(shown, known).ok()
        });
        ids.insert(path, id.unwrap_or(FileId::DUMMY));
    }
    ids
}

/// Returns true if every span is on the line that the compiler reported. Columns are not compared: their unit is not
/// known.
fn is_unchanged(file: &SourceFile, spans: &[JsonSpan]) -> bool {
    spans.iter().all(|span| {
        let exists = file.span(span.known.offset..span.hi).is_ok();
        exists && file.line_of(span.known.offset) == span.known.line
    })
}
