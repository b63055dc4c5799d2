//! Converts JSON diagnostics to another format.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use indexmap::IndexMap;
use vitte_diag::json::{JsonDiagnostic, JsonLocation};
use vitte_diag::{
    Emitter as _, EmitterOptions, FileId, Format, KnownLocation, SourceFile, SourceMap,
};

use super::root::{self, Root};

/// Writes `diagnostics` in another format, in the given order. Missing sources are reported to `report`.
pub(super) fn convert(
    diagnostics: &[JsonDiagnostic<'_>],
    format: Format,
    options: &EmitterOptions,
    root: &Root,
    out: &mut dyn Write,
    report: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        // Unchanged: JSON needs no sources.
        for diagnostic in diagnostics {
            out.write_all(&diagnostic.to_line()?)?;
        }
        return out.flush();
    }
    let sources = Sources::find(diagnostics, root, report)?;
    let mut emitter = format.emitter(out, options);
    for diagnostic in diagnostics {
        let file = |path: &str| sources.ids.get(path).copied().unwrap_or(FileId::DUMMY);
        // Valid, because `Input` has converted it before.
        let diagnostic = diagnostic.to_diagnostic(file).map_err(io::Error::other)?;
        emitter.emit(&sources.map, &diagnostic)?;
    }
    emitter.finish()
}

/// A location in the JSON: the end of its byte range, and where it begins.
#[derive(Clone, Copy)]
struct JsonSpan {
    hi: u32,
    known: KnownLocation,
}

/// The sources that the diagnostics refer to.
struct Sources {
    map: SourceMap,
    /// The file of each path in the JSON.
    ids: HashMap<String, FileId>,
}

impl Sources {
    /// Loads the sources. A file that is missing or has changed is added as unavailable: only the locations in it are
    /// known.
    fn find(
        diagnostics: &[JsonDiagnostic<'_>],
        root: &Root,
        report: &mut dyn Write,
    ) -> io::Result<Self> {
        let mut sources = Self { map: SourceMap::with_root(root.dir()), ids: HashMap::new() };
        for (path, spans) in spans(diagnostics) {
            let path = &*path;
            let known = spans.iter().map(|span| span.known);
            let id = match sources.load(path, root, &spans) {
                Some(id) => Ok(id),
                None => sources.map.add_unavailable(path, known),
            };
            let id = id.map_err(io::Error::other)?;
            if let Ok(file) = sources.map.file(id) {
                root::report_missing(file, report)?;
            }
            sources.ids.insert(path.to_owned(), id);
        }
        Ok(sources)
    }

    fn load(&mut self, path: &str, root: &Root, spans: &[JsonSpan]) -> Option<FileId> {
        // `<stdin>` is not a file, even if one of that name exists.
        if SourceFile::is_virtual_path(path) {
            return None;
        }
        let mut alone = SourceMap::new();
        let id = alone.load(root.find(Path::new(path))?).ok()?;
        let file = alone.file(id).ok().filter(|file| is_unchanged(file, spans))?;
        self.map.add(path, file.bytes()).ok()
    }
}

/// Returns the spans in each file. Files that diagnostics are about come first, in the order of the diagnostics, so
/// that they are numbered as the compiler numbered them.
fn spans(diagnostics: &[JsonDiagnostic<'_>]) -> IndexMap<String, Vec<JsonSpan>> {
    let mut spans: IndexMap<String, Vec<JsonSpan>> = IndexMap::new();
    for path in diagnostics.iter().filter_map(JsonDiagnostic::path) {
        if !spans.contains_key(path) {
            spans.insert(path.to_owned(), Vec::new());
        }
    }
    for JsonLocation { file, lo, hi, line, col, .. } in
        diagnostics.iter().flat_map(JsonDiagnostic::locations)
    {
        let span = JsonSpan { hi, known: KnownLocation { offset: lo, line, col } };
        match spans.get_mut(&*file) {
            Some(spans) => spans.push(span),
            None => _ = spans.insert(file.into_owned(), vec![span]),
        }
    }
    spans
}

/// Returns true if every span is on the line that the compiler reported. Columns are not compared: their unit is not
/// known.
fn is_unchanged(file: &SourceFile, spans: &[JsonSpan]) -> bool {
    spans.iter().all(|span| {
        let exists = file.span(span.known.offset..span.hi).is_ok();
        exists && file.line_of(span.known.offset) == span.known.line
    })
}
