//! Converts the output of rustc, cargo and GCC while it is read.
//!
//! ```text
//! rustc, cargo ─▶ lines ────────────────┐
//!                                       ├▶ Reader ─▶ emitter
//! gcc ──────────▶ elements of arrays ───┘
//! ```

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vitte_diag::read::{InputFormat, Losses};
use vitte_diag::{Code, Emitter, SourceMap, Tool};

use super::outputs::OutputsEmitter;
use crate::diag::input::{BlockLines, Element, Elements, InputArgs, Mode, Output, Problem, Report};
use crate::diag::missing::MissingFiles;
use crate::diag::root::Root;
use crate::log;

/// The texts in memory, in bytes, and their number.
const MAX_TEXT_BYTES: usize = 8 << 20;
const MAX_TEXTS: usize = 256;
/// The files in one source map. Each piece compares its files with all of them.
const MAX_FILES: usize = 64;

/// The URLs of the pages of codes, as far as they are known.
#[derive(Clone, Default)]
pub(super) struct CodeUrls(Arc<Mutex<HashMap<Code, String>>>);

impl CodeUrls {
    /// Returns a tool of whose codes the URLs are known.
    pub(super) fn tool(&self, name: &'static str) -> Tool {
        let urls = self.clone();
        Tool::new(name, "unknown").with_code_urls(move |code| urls.lock().get(&code).cloned())
    }

    fn add(&self, code: Code, url: String) {
        self.lock().insert(code, url);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Code, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Emits all diagnostics. Returns false if some input could not be read.
pub(super) fn convert(
    from: InputFormat,
    input: &InputArgs,
    root: &Root,
    urls: CodeUrls,
    mut emitter: OutputsEmitter<'_>,
    flush: &mut dyn FnMut() -> io::Result<()>,
) -> io::Result<bool> {
    let mut reader = Reader {
        from,
        sources: SourceMap::with_root(root.dir()),
        texts: Texts { root, by_path: HashMap::new(), bytes: 0 },
        missing: MissingFiles::default(),
        losses: Losses::default(),
        urls,
        emitter: &mut emitter,
    };
    let is_complete = if from == InputFormat::Gcc {
        let new = || Elements::new(input.max_line_bytes);
        let mut elements = new();
        input.read_bytes(&mut |output, report| match output {
            Output::Block(bytes, ()) => {
                elements.push(bytes);
                reader.elements(&mut elements, false, input.max_line_bytes, report)
            }
            Output::Idle => flush(),
            Output::End => {
                reader.elements(&mut elements, true, input.max_line_bytes, report)?;
                elements = new();
                reader.report_losses(report)
            }
        })?
    } else {
        input.read(Mode::Parse, ranges, &mut |output, report| match output {
            Output::Block(block, lines) => reader.lines(block, lines, report),
            Output::Idle => flush(),
            Output::End => reader.report_losses(report),
        })?
    };
    reader.missing.report_more(&mut log::stderr())?;
    emitter.end(is_complete)?;
    Ok(is_complete)
}

/// Returns where the lines are.
fn ranges(lines: &mut BlockLines<'_>) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    lines.each(|line, start| {
        ranges.push(start..start + line.len());
        Ok(())
    });
    ranges
}

/// Reads one piece after the other: a line, or an element of an array. A piece is read as if it were the whole input, so the
/// output does not depend on how the input is read; only the files that have changed are remembered.
struct Reader<'r> {
    from: InputFormat,
    sources: SourceMap,
    texts: Texts<'r>,
    missing: MissingFiles,
    /// What the diagnostics of the current input lost.
    losses: Losses,
    urls: CodeUrls,
    emitter: &'r mut dyn Emitter,
}

impl Reader<'_> {
    fn lines(
        &mut self,
        block: &[u8],
        lines: Vec<Range<usize>>,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        let (mut number, mut end) = (1, 0);
        for range in lines {
            let between = block.get(end..range.start).unwrap_or_default();
            number += memchr::memchr_iter(b'\n', between).count() as u64;
            end = range.start;
            self.piece(block.get(range).unwrap_or_default(), number, report)?;
        }
        Ok(())
    }

    fn elements(
        &mut self,
        elements: &mut Elements,
        is_end: bool,
        max_bytes: usize,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        while let Some((line, element)) = elements.next(is_end) {
            match element {
                Element::Object(object) => {
                    self.piece(&[b"[", &*object, b"]"].concat(), line, report)?;
                }
                Element::Line(other) => self.piece(&other, line, report)?,
                Element::LongObject => {
                    report.problem(line, &Problem::LongDiagnostic(max_bytes))?;
                }
                Element::LongLine => report.problem(line, &Problem::TooLong(max_bytes))?,
            }
        }
        Ok(())
    }

    /// Reads a piece that begins in a line of the block.
    fn piece(&mut self, piece: &[u8], line: u64, report: &mut Report<'_>) -> io::Result<()> {
        let Self { texts, missing, .. } = self;
        let mut load = |path: &str| if missing.contains(path) { None } else { texts.load(path) };
        let imported = match self.from.read_into(self.sources.clone(), piece, &mut load) {
            Ok(imported) => imported,
            Err(error) => {
                let reason = error.reason.strip_prefix("line 1: ").unwrap_or(&error.reason);
                return report.problem(line, &Problem::Unknown(reason.to_owned()));
            }
        };
        report.messages(|out| self.missing.add_all(&imported, out))?;
        self.losses.merge(&imported.losses);
        for diagnostic in &imported.diagnostics {
            let url = diagnostic
                .code()
                .and_then(|code| Some((code, imported.tool.as_ref()?.code_url(code)?)));
            if let Some((code, url)) = url {
                self.urls.add(code, url);
            }
            self.emitter.emit(&imported.sources, diagnostic)?;
        }
        let is_full = imported.sources.files().count() > MAX_FILES;
        self.sources =
            if is_full { SourceMap::with_root(self.texts.root.dir()) } else { imported.sources };
        Ok(())
    }

    fn report_losses(&mut self, report: &mut Report<'_>) -> io::Result<()> {
        for loss in std::mem::take(&mut self.losses).to_string().lines() {
            let message = format!("warning: {}: {loss}", report.name());
            report.message(&message)?;
        }
        Ok(())
    }
}

/// The texts of sources, of which only some are in memory.
struct Texts<'r> {
    root: &'r Root,
    by_path: HashMap<String, Option<Vec<u8>>>,
    bytes: usize,
}

impl Texts<'_> {
    fn load(&mut self, path: &str) -> Option<Vec<u8>> {
        if let Some(text) = self.by_path.get(path) {
            return text.clone();
        }
        let text = self.root.read(path);
        let len = text.as_ref().map_or(0, Vec::len);
        if self.bytes + len > MAX_TEXT_BYTES || self.by_path.len() > MAX_TEXTS {
            self.by_path.clear();
            self.bytes = 0;
        }
        self.bytes += len;
        self.by_path.insert(path.to_owned(), text.clone());
        text
    }
}
