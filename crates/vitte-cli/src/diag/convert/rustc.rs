//! Converts the output of rustc and cargo line by line, while it is read.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::ops::Range;

use vitte_diag::read::{Imported, InputFormat};
use vitte_diag::{Emitter, SourceMap, text};

use crate::diag::input::{BlockLines, InputArgs, Mode, Output, Report};
use crate::diag::root::{self, Root};
use crate::diag::sources::Missing;
use crate::log;

/// The texts in memory, in bytes.
const MAX_TEXT_BYTES: usize = 8 << 20;
/// The files in one source map. Each line compares its files with them.
const MAX_FILES: usize = 256;

/// Reads one line after the other. A line is read as if it were the whole input, so the output does not depend on how the
/// input is read; only the files that have changed are remembered.
struct Reader<'r> {
    root: &'r Root,
    sources: SourceMap,
    texts: HashMap<String, Option<Vec<u8>>>,
    text_bytes: usize,
    missing: Missing,
    /// The name of the input, and what its diagnostics lost.
    name: String,
    losses: BTreeMap<&'static str, u64>,
}

/// Emits all diagnostics. Returns false if some input could not be read.
pub(super) fn convert(
    input: &InputArgs,
    root: &Root,
    emitter: &mut dyn Emitter,
    flush: &mut dyn FnMut() -> io::Result<()>,
) -> io::Result<bool> {
    let sources = SourceMap::with_root(root.dir());
    let mut reader = Reader {
        root,
        sources,
        texts: HashMap::new(),
        text_bytes: 0,
        missing: Missing::default(),
        name: String::new(),
        losses: BTreeMap::new(),
    };
    let mut is_empty = true;
    let is_complete = input.read(Mode::Parse, ranges, &mut |output, report| match output {
        Output::Block(block, lines) => {
            is_empty &= lines.is_empty();
            reader.block(block, lines, emitter, report)
        }
        Output::Idle => flush(),
    })?;
    reader.report_losses(&mut log::stderr())?;
    // A file is not replaced because the name of the input was wrong.
    if is_complete || !is_empty {
        emitter.finish()?;
    }
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

impl Reader<'_> {
    fn block(
        &mut self,
        block: &[u8],
        lines: Vec<Range<usize>>,
        emitter: &mut dyn Emitter,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        if report.name() != self.name {
            self.report_losses(report.out())?;
            report.name().clone_into(&mut self.name);
        }
        let (mut number, mut end) = (1, 0);
        for range in lines {
            let between = block.get(end..range.start).unwrap_or_default();
            number += memchr::memchr_iter(b'\n', between).count() as u64;
            end = range.start;
            self.line(block.get(range).unwrap_or_default(), number, emitter, report)?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        line: &[u8],
        number: u64,
        emitter: &mut dyn Emitter,
        report: &mut Report<'_>,
    ) -> io::Result<()> {
        let Self { root, texts, text_bytes, missing, .. } = self;
        let mut load = |path: &str| {
            if missing.contains(path) {
                return None;
            }
            if !texts.contains_key(path) {
                let text = root.read(path);
                let len = text.as_ref().map_or(0, Vec::len);
                if *text_bytes + len > MAX_TEXT_BYTES || texts.len() > MAX_FILES {
                    texts.clear();
                    *text_bytes = 0;
                }
                *text_bytes += len;
                texts.insert(path.to_owned(), text);
            }
            texts.get(path).cloned().flatten()
        };
        let imported = match InputFormat::Rustc.read_into(self.sources.clone(), line, &mut load) {
            Ok(imported) => imported,
            Err(error) => {
                let reason = error.reason.strip_prefix("line 1: ").unwrap_or(&error.reason);
                return report.invalid_line(number, reason);
            }
        };
        self.report_missing(&imported, report)?;
        for (kind, count) in imported.losses.kinds() {
            *self.losses.entry(kind).or_default() += count;
        }
        for diagnostic in &imported.diagnostics {
            emitter.emit(&imported.sources, diagnostic)?;
        }
        let is_full = imported.sources.files().count() > MAX_FILES;
        self.sources =
            if is_full { SourceMap::with_root(self.root.dir()) } else { imported.sources };
        Ok(())
    }

    fn report_missing(&mut self, imported: &Imported, report: &mut Report<'_>) -> io::Result<()> {
        let unavailable =
            imported.sources.files().filter(|file| file.is_unavailable() && !file.is_virtual());
        for file in unavailable {
            let is_new = self.missing.insert(file.path());
            match imported.changed_files.contains(&file.id()) {
                _ if !is_new => {}
                true => root::report_changed(file.path(), report.out())?,
                false => root::report_missing(file.path(), report.out())?,
            }
        }
        Ok(())
    }

    fn report_losses(&mut self, report: &mut dyn Write) -> io::Result<()> {
        for (kind, count) in std::mem::take(&mut self.losses) {
            let name = &self.name;
            let diagnostics =
                text::plural("diagnostic", usize::try_from(count).unwrap_or(usize::MAX));
            writeln!(report, "vitte: warning: {name}: {count} {diagnostics} lost {kind}")?;
        }
        Ok(())
    }
}
