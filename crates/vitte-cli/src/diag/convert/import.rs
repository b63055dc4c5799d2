//! `vitte diag convert --from`: reads the output of other tools.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use vitte_diag::input::{self, InputError};
use vitte_diag::read::{Imported, InputFormat, ReadError};
use vitte_diag::{Emitter as _, SourceMap, text};

use super::Setup;
use super::outputs::{SharedOutput, emitter};
use super::streamed::{self, CodeUrls};
use crate::diag::input::{
    InputArgs, MAX_INPUT_BYTES, MAX_REPORTED_LINES, reason, report_more_lines,
};
use crate::diag::missing::MissingFiles;
use crate::diag::root::Root;

/// Converts the output of other tools from one format to another.
pub(super) struct Import<'a> {
    pub(super) from: InputFormat,
    pub(super) setup: &'a Setup<'a>,
    pub(super) root: &'a Root,
}

impl Import<'_> {
    /// Reads files in order; `-` or no file is standard input. What cannot be read or kept is written to `report`.
    /// Returns false if some input could not be read.
    pub(super) fn convert(
        &self,
        input: &InputArgs,
        out: &mut dyn Write,
        report: &mut dyn Write,
    ) -> io::Result<bool> {
        if matches!(self.from, InputFormat::Rustc | InputFormat::Gcc) {
            let mut shared = &SharedOutput::new(out);
            let urls = CodeUrls::default();
            let options = self.setup.options(Some(urls.tool(self.from.name())));
            let emitter = emitter(self.setup.outputs, shared, &options, None)?;
            let mut flush = || shared.flush();
            return streamed::convert(self.from, input, self.root, urls, emitter, &mut flush);
        }
        let (paths, stdin) = (&*input.files, &mut io::stdin().lock());
        let (mut all, mut is_complete) = (Vec::new(), true);
        let mut missing = MissingFiles::default();
        let standard_input = [PathBuf::from("-")];
        for path in if paths.is_empty() { &standard_input } else { paths } {
            let (name, bytes) = read(path, stdin);
            let imported = bytes
                .map_err(|error| format!("cannot read `{name}`: {}", reason(&error)))
                .and_then(|bytes| self.read(&bytes).map_err(|error| format!("{name}: {error}")));
            match imported {
                Err(error) => {
                    writeln!(report, "vitte: {error}")?;
                    is_complete = false;
                }
                Ok(imported) => {
                    is_complete &= imported.invalid_lines.is_empty();
                    report_losses(&name, &imported, report)?;
                    missing.add_all(&imported, report)?;
                    all.push(imported);
                }
            }
        }
        missing.report_more(report)?;
        self.emit(&all, is_complete, out)?;
        Ok(is_complete)
    }

    fn read(&self, bytes: &[u8]) -> Result<Imported, ReadError> {
        let sources = SourceMap::with_root(self.root.dir());
        self.from.read_into(sources, bytes, &mut |path| self.root.read(path))
    }

    fn emit(&self, all: &[Imported], is_complete: bool, out: &mut dyn Write) -> io::Result<()> {
        let options = self.setup.options(all.iter().find_map(|imported| imported.tool.clone()));
        let out = &SharedOutput::new(out);
        let mut emitter = emitter(self.setup.outputs, out, &options, None)?;
        for imported in all {
            for diagnostic in &imported.diagnostics {
                emitter.emit(&imported.sources, diagnostic)?;
            }
        }
        emitter.end(is_complete)
    }
}

/// Returns the name of a file for messages, and its bytes.
fn read(path: &Path, mut stdin: &mut dyn BufRead) -> (String, Result<Vec<u8>, InputError>) {
    if path == Path::new("-") {
        return ("<stdin>".to_owned(), input::read_stream(&mut stdin, MAX_INPUT_BYTES));
    }
    let name = text::one_line(&path.to_string_lossy()).into_owned();
    (name, input::read_file(path, MAX_INPUT_BYTES))
}

/// Writes the lines that are invalid, and what could not be kept.
fn report_losses(name: &str, imported: &Imported, report: &mut dyn Write) -> io::Result<()> {
    let lines = &imported.invalid_lines;
    let max = usize::try_from(MAX_REPORTED_LINES).unwrap_or(usize::MAX);
    for (number, reason) in lines.iter().take(max) {
        let reason = text::one_line(reason);
        writeln!(report, "vitte: {name}:{number}: not a diagnostic: {reason}")?;
    }
    let more = lines.len().saturating_sub(max) as u64 + imported.more_invalid_lines;
    if more > 0 {
        report_more_lines(name, more, report)?;
    }
    for loss in imported.losses.to_string().lines() {
        writeln!(report, "vitte: warning: {name}: {loss}")?;
    }
    Ok(())
}
