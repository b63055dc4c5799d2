//! What the fuzz targets of the readers share.

use std::collections::HashMap;

use vitte_diag::read::{Imported, InputFormat};
use vitte_diag::{
    Diagnostic, DiagnosticBag, EmitterOptions, FileId, Format, SourceMap, Span, fix,
    json::{JsonDiagnostic, JsonError},
};

/// Splits an input at its NUL bytes. JSON has none, so files of other tools are inputs without a change.
pub fn parts(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split(|&byte| byte == 0)
}

/// Reads the first part of an input as the output of another tool; the second part is the text of every source file, if
/// there is one. What was read can be written in every format and applied as a fix, and its JSON can be read back.
pub fn read(format: InputFormat, input: &[u8]) {
    let mut parts = parts(input);
    let output = parts.next().unwrap_or_default();
    let text = parts.next();
    let Ok(imported) = format.read(output, &mut |_| text.map(<[u8]>::to_vec)) else { return };
    assert!(imported.invalid_lines.len() <= 1000, "the number of invalid lines is limited");
    let Imported { sources, diagnostics, .. } = &imported;
    write(sources, diagnostics);
}

/// Reads the first part of an input as our JSON Lines; the second part is the text of every source file. Each line that is
/// a diagnostic is written as the same line again.
pub fn read_json_lines(input: &[u8]) {
    let mut parts = parts(input);
    let lines = parts.next().unwrap_or_default();
    let text = parts.next();
    let (mut sources, mut files) = (SourceMap::new(), HashMap::new());
    let mut diagnostics = Vec::new();
    for line in lines.split(|&byte| byte == b'\n') {
        let Ok(read) = serde_json::from_slice::<JsonDiagnostic<'_>>(line) else { continue };
        let written = read.to_line().expect("JSON that was read can be written");
        let again: JsonDiagnostic<'_> =
            serde_json::from_slice(&written).expect("JSON that was written can be read");
        assert_eq!(again, read, "JSON is the same after it was written and read");
        let mut file = |path: &str| {
            *files.entry(path.to_owned()).or_insert_with(|| match text {
                Some(text) => sources.insert(path, text),
                None => sources.add_unavailable(path, []).unwrap_or(FileId::DUMMY),
            })
        };
        diagnostics.extend(read.to_diagnostic(&mut file));
    }
    write(&sources, &diagnostics);
}

/// Writes diagnostics in every format, reads the formats back for which there is a reader, and applies all suggestions.
fn write(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    let mut bag = DiagnosticBag::new();
    bag.extend(diagnostics.iter().cloned());
    for &format in Format::ALL {
        let mut out = Vec::new();
        let mut emitter = format.emitter(&mut out, &EmitterOptions::default());
        bag.emit(sources, &mut *emitter).expect("a vector can be written");
        drop(emitter);
        match format {
            Format::Json => {
                for line in out.split_inclusive(|&byte| byte == b'\n') {
                    let read = serde_json::from_slice(line).expect("our JSON can be read");
                    let _ = convert(&read).expect("our JSON is a diagnostic");
                }
            }
            Format::Sarif => {
                let read =
                    InputFormat::Sarif.read(&out, &mut |_| None).expect("our SARIF can be read");
                assert_eq!(read.diagnostics.len(), bag.len(), "our SARIF has every diagnostic");
            }
            _ => {
                assert!(!out.contains(&b'\x1b'), "{format} without colours has no escape sequences")
            }
        }
    }
    let suggestions: Vec<_> = diagnostics.iter().flat_map(Diagnostic::suggestions).collect();
    let fixes = fix::apply(sources, suggestions.iter().copied());
    assert_eq!(fixes.applied.len() + fixes.rejected.len(), suggestions.len());
    for span in diagnostics.iter().filter_map(Diagnostic::primary).map(|label| label.span()) {
        _ = sources.location(span).map(|at| (at.line, at.col));
        _ = sources.span(span.file(), span.range());
        assert!(Span::new(span.file(), span.lo(), span.hi()).is_ok());
    }
}

/// Converts a JSON diagnostic, with a file id for each path.
fn convert(read: &JsonDiagnostic<'_>) -> Result<Diagnostic, JsonError> {
    let mut files = HashMap::new();
    read.to_diagnostic(|path| {
        let new = u32::try_from(files.len()).map_or(FileId::DUMMY, FileId::new);
        *files.entry(path.to_owned()).or_insert(new)
    })
}
