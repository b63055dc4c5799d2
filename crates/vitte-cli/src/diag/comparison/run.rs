//! One of the two runs, which is read twice.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::NamedTempFile;
use vitte_diag::baseline::{Baseline, BaselineEntry, Identity};
use vitte_diag::input;
use vitte_diag::read::{Imported, InputFormat};
use vitte_diag::{Diagnostic, Emitter, SourceMap, Tool, text};

use crate::diag::input::{InputArgs, MAX_INPUT_BYTES, Mode, Output, parse_all, reason};
use crate::diag::origin::Origin;
use crate::diag::root::Root;
use crate::diag::sources::Sources;
use crate::log;

/// The diagnostics of a run.
pub(in crate::diag) enum Run {
    /// JSON Lines.
    Lines {
        input: InputArgs,
        root: Root,
        has_texts: bool,
        /// What standard input contained.
        _spool: Option<NamedTempFile>,
    },
    /// The output of another tool.
    Imported(Vec<Imported>),
    /// Its entries, in files without text.
    Baseline(Baseline),
}

/// A diagnostic of a run.
pub(in crate::diag) struct One<'a> {
    pub(in crate::diag) sources: &'a SourceMap,
    pub(in crate::diag) diagnostic: &'a Diagnostic,
    entry: Option<&'a BaselineEntry>,
}

impl One<'_> {
    pub(in crate::diag) fn identity(&self) -> Identity {
        match self.entry {
            Some(entry) => Identity::of_entry(entry),
            None => Identity::of(self.sources, self.diagnostic),
        }
    }
}

/// The maximum number of diagnostics in a baseline. Each takes memory or disk.
const MAX_KNOWN: u64 = 1_000_000_000;

/// The maximum size of the first line of a baseline in bytes.
const MAX_ENTRY_BYTES: u64 = 1 << 20;

/// What is done with each diagnostic.
type Visit<'v> = dyn FnMut(&One<'_>) -> io::Result<()> + 'v;

impl Run {
    /// Opens the inputs. Without a root the texts of the sources are unknown.
    pub(in crate::diag) fn open(
        from: Origin,
        input: &InputArgs,
        root: Option<&Path>,
        temp_dir: &Path,
    ) -> Result<Self, String> {
        let mut input = input.clone();
        if input.files.is_empty() {
            input.files.push(PathBuf::from("-"));
        }
        // Each run is read twice.
        let spool = input.has_stdin().then(|| spool_stdin(temp_dir)).transpose()?;
        input.stdin_copy = spool.as_ref().map(|spool| spool.path().to_owned());
        for path in &input.files {
            let is_stdin = path == Path::new("-");
            let real = input.stdin_copy.as_deref().filter(|_| is_stdin).unwrap_or(path);
            let cannot_read = |error| format!("cannot read `{}`: {}", name(path), reason(&error));
            let file = input::open_file(real).map_err(cannot_read)?;
            if input.files.len() == 1 && is_baseline(&file) {
                return read_baseline(real, path).map(Self::Baseline);
            }
        }
        let open_root = Root::new(root.unwrap_or(Path::new(".")));
        if let Some(format) = from.input_format() {
            return import(format, &input, &open_root).map(Self::Imported);
        }
        Ok(Self::Lines { input, root: open_root, has_texts: root.is_some(), _spool: spool })
    }

    /// Opens a baseline, or the JSON of an earlier run without its sources.
    pub(in crate::diag) fn open_known(path: &Path) -> Result<Self, String> {
        read_baseline(path, path).map(Self::Baseline)
    }

    /// Returns the tool that the run names.
    pub(in crate::diag) fn tool(&self) -> Option<Tool> {
        match self {
            Self::Imported(all) => all.iter().find_map(|imported| imported.tool.clone()),
            Self::Lines { .. } | Self::Baseline(_) => None,
        }
    }

    /// Visits the diagnostics in their order. Returns false if some could not be read, which is reported for the first time.
    pub(in crate::diag) fn each(&self, is_first: bool, visit: &mut Visit<'_>) -> io::Result<bool> {
        match self {
            Self::Lines { input, root, has_texts, .. } => {
                let mut sources = Sources::quiet(root, *has_texts);
                let mut input = input.clone();
                input.is_quiet = !is_first;
                let mut visitor = Visitor(visit);
                let is_complete =
                    input.read(Mode::Parse, parse_all, &mut |output, report| match output {
                        Output::Block(_, diagnostics) => diagnostics
                            .iter()
                            .try_for_each(|one| sources.emit(one, &mut visitor, report)),
                        Output::Idle | Output::End => Ok(()),
                    })?;
                if is_first {
                    report_missing(sources.missing())?;
                }
                Ok(is_complete)
            }
            Self::Imported(all) => {
                for imported in all {
                    for diagnostic in &imported.diagnostics {
                        visit(&One { sources: &imported.sources, diagnostic, entry: None })?;
                    }
                }
                Ok(true)
            }
            Self::Baseline(baseline) => each_entry(baseline, visit).map(|()| true),
        }
    }
}

fn report_missing(count: usize) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    let files = text::plural("file", count);
    let are = if count == 1 { "is missing or has" } else { "are missing or have" };
    writeln!(
        log::stderr(),
        "vitte: warning: {count} {files} {are} changed; diagnostics there are compared by their positions"
    )
}

/// Visits the diagnostics that the entries stand for.
fn each_entry(baseline: &Baseline, visit: &mut Visit<'_>) -> io::Result<()> {
    for (entry, count) in baseline.entries() {
        let mut sources = SourceMap::new();
        let mut diagnostic =
            Diagnostic::without_location(entry.severity, entry.code, entry.message.clone());
        if !entry.path.is_empty() {
            let file = sources.add_unavailable(&*entry.path, []).map_err(io::Error::other)?;
            diagnostic = diagnostic.with_file(file);
        }
        let one = One { sources: &sources, diagnostic: &diagnostic, entry: Some(entry) };
        for _ in 0..count {
            visit(&one)?;
        }
    }
    Ok(())
}

/// Passes diagnostics on, with their sources.
struct Visitor<'a, 'v>(&'a mut Visit<'v>);

impl Emitter for Visitor<'_, '_> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        (self.0)(&One { sources, diagnostic, entry: None })
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns true if a file is a baseline: its first line is one of a baseline, and no diagnostic.
fn is_baseline(file: &File) -> bool {
    let mut line = Vec::new();
    let read = BufReader::new(file.take(MAX_ENTRY_BYTES)).read_until(b'\n', &mut line);
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line);
    let parsed: Result<Value, _> = serde_json::from_slice(line);
    let is_one = |line: Value| {
        let has = |name: &str| line.get(name).is_some();
        has("baseline") || has("severity") && !has("labels")
    };
    read.is_ok() && parsed.is_ok_and(is_one)
}

fn import(format: InputFormat, input: &InputArgs, root: &Root) -> Result<Vec<Imported>, String> {
    let mut copy = input.stdin_copy.as_deref();
    let mut read = |path: &PathBuf| {
        let is_stdin = path == Path::new("-");
        let name = name(path);
        let real = copy.take_if(|_| is_stdin).unwrap_or(path);
        let bytes = input::read_file(real, MAX_INPUT_BYTES);
        let bytes = bytes.map_err(|error| format!("cannot read `{name}`: {}", reason(&error)))?;
        let sources = SourceMap::with_root(root.dir());
        let imported = format.read_into(sources, &bytes, &mut |path| root.read(path));
        imported.map_err(|error| format!("{name}: {error}"))
    };
    input.files.iter().map(&mut read).collect()
}

/// Returns the name of an input for messages.
fn name(path: &Path) -> String {
    let name = if path == Path::new("-") { "<stdin>".into() } else { path.to_string_lossy() };
    text::one_line(&name).into_owned()
}

/// Reads a baseline from `real`, which messages call `path`.
fn read_baseline(real: &Path, path: &Path) -> Result<Baseline, String> {
    let name = name(path);
    let baseline =
        Baseline::read(real).map_err(|error| format!("cannot read `{name}`: {error}"))?;
    match baseline.len() {
        0..=MAX_KNOWN => Ok(baseline),
        more => Err(format!("`{name}` has {more} diagnostics, and the limit is {MAX_KNOWN}")),
    }
}

/// Copies standard input to a temporary file.
fn spool_stdin(dir: &Path) -> Result<NamedTempFile, String> {
    let copy = || {
        let mut file = NamedTempFile::new_in(dir)?;
        io::copy(&mut io::stdin().lock(), &mut file)?;
        file.flush().map(|()| file)
    };
    copy().map_err(|error| {
        let dir = dir.to_string_lossy();
        format!("cannot copy standard input to `{}`: {error}", text::one_line(&dir))
    })
}
