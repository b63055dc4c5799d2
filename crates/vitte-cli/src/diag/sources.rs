//! The sources of the diagnostics that are converted, of which only some are in memory.

use std::collections::HashMap;
use std::io::{self, Write};

use indexmap::IndexMap;
use vitte_diag::json::{JsonDiagnostic, JsonLocation};
use vitte_diag::{Diagnostic, Emitter, FileId, KnownLocation, SourceFile, SourceMap};

use super::input::Report;
use super::missing::{MissingFiles, Reason};
use super::root::Root;

/// The texts in memory, in bytes. A file may be larger; then it is the only one.
const MAX_SOURCE_BYTES: usize = 16 << 20;
/// The files in one source map, with those that were removed from it.
const MAX_FILES: usize = 4096;

/// The sources. Each diagnostic is emitted with those of its files, so the output does not depend on how the input is read.
pub(super) struct Sources<'r> {
    root: &'r Root,
    /// Whether files are read.
    has_texts: bool,
    /// Whether each missing file is reported.
    reports: bool,
    map: SourceMap,
    /// The files whose text is in the map.
    here: HashMap<String, FileId>,
    bytes: usize,
    /// The number of files that were removed from the map. Their ids are not used again.
    removed: usize,
    /// Their text is never shown again.
    missing: MissingFiles,
}

/// A location in the JSON: the end of its byte range, and where it begins.
#[derive(Clone, Copy)]
struct JsonSpan {
    hi: u32,
    known: KnownLocation,
}

impl<'r> Sources<'r> {
    pub(super) fn new(root: &'r Root) -> Self {
        let map = SourceMap::with_root(root.dir());
        Self {
            root,
            has_texts: true,
            reports: true,
            map,
            here: HashMap::new(),
            bytes: 0,
            removed: 0,
            missing: MissingFiles::default(),
        }
    }

    /// Creates sources whose missing files are only counted. Without texts all files are unavailable, and none is missing.
    pub(super) fn quiet(root: &'r Root, has_texts: bool) -> Self {
        Self { has_texts, reports: false, ..Self::new(root) }
    }

    /// Returns the number of files that are missing or have changed, of the first million.
    pub(super) fn missing(&self) -> usize {
        self.missing.len()
    }

    /// Writes a diagnostic. Files that are missing or have changed are reported once.
    pub(super) fn emit(
        &mut self,
        diagnostic: &JsonDiagnostic<'_>,
        emitter: &mut dyn Emitter,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        if self.bytes > MAX_SOURCE_BYTES || self.here.len() + self.removed > MAX_FILES {
            self.forget();
        }
        let (mut ids, mut unavailable) = (HashMap::new(), Vec::new());
        for (path, spans) in spans(diagnostic) {
            let id = match self.find(&path, &spans) {
                Some(id) => id,
                None => {
                    self.report_missing(&path, report)?;
                    // Only this diagnostic knows these locations.
                    let known = spans.iter().map(|span| span.known);
                    let id = self.map.add_unavailable(&*path, known).map_err(io::Error::other)?;
                    unavailable.push(id);
                    id
                }
            };
            ids.insert(path, id);
        }
        let file = |path: &str| ids.get(path).copied().unwrap_or(FileId::DUMMY);
        // Valid, because it was checked when it was read.
        let diagnostic: Diagnostic = diagnostic.to_diagnostic(file).map_err(io::Error::other)?;
        emitter.emit(&self.map, &diagnostic)?;
        self.removed += unavailable.len();
        for id in unavailable {
            self.map.remove(id).map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Returns the file with a path if its text is here and the spans are on the lines that the compiler reported.
    fn find(&mut self, path: &str, spans: &[JsonSpan]) -> Option<FileId> {
        if !self.has_texts || SourceFile::is_virtual_path(path) || self.missing.contains(path) {
            return None;
        }
        let id = match self.here.get(path) {
            Some(id) => *id,
            None => {
                let text = self.root.read(path)?;
                self.bytes += text.len();
                let id = self.map.add(path, text).ok()?;
                self.here.insert(path.to_owned(), id);
                id
            }
        };
        if self.map.file(id).is_ok_and(|file| is_unchanged(file, spans)) {
            return Some(id);
        }
        self.here.remove(path);
        self.removed += 1;
        let removed = self.map.remove(id).ok()?;
        self.bytes = self.bytes.saturating_sub(removed.bytes().len());
        None
    }

    fn report_missing(&mut self, path: &str, report: &mut Report<'_>) -> io::Result<()> {
        if !self.has_texts || SourceFile::is_virtual_path(path) {
            return Ok(());
        }
        let missing = &mut self.missing;
        match self.reports {
            true => report.messages(|out| missing.add(path, Reason::NotFound, out)),
            false => missing.add(path, Reason::NotFound, &mut io::sink()),
        }
    }

    /// Reports how many missing files were only counted.
    pub(super) fn report_more_missing(&mut self, report: &mut dyn Write) -> io::Result<()> {
        self.missing.report_more(report)
    }

    /// Removes all texts. Those that are needed are read again.
    fn forget(&mut self) {
        self.map = SourceMap::with_root(self.root.dir());
        self.here.clear();
        (self.bytes, self.removed) = (0, 0);
    }
}

/// Returns the spans in each file. The file that the diagnostic is about comes first, as in the compiler.
fn spans(diagnostic: &JsonDiagnostic<'_>) -> IndexMap<String, Vec<JsonSpan>> {
    let mut spans: IndexMap<String, Vec<JsonSpan>> = IndexMap::new();
    if let Some(path) = diagnostic.path() {
        spans.insert(path.to_owned(), Vec::new());
    }
    for JsonLocation { file, lo, hi, line, col, .. } in diagnostic.locations() {
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
