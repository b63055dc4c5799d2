//! Converts JSON diagnostics to another format, while they are read.

use std::cell::RefCell;
use std::io::{self, Write};

use vitte_diag::json::JsonDiagnostic;
use vitte_diag::{Emitter, EmitterOptions, Format};

use super::root::Root;
use super::sources::Sources;
use crate::diag::input::{BlockLines, InputArgs, Output};
use crate::diag::line;
use crate::diag::select::Kept;

/// Writes the diagnostics in another format, in the order of the input. Missing sources are reported. Returns false if
/// some input could not be read.
pub(super) fn convert(
    input: &InputArgs,
    format: Format,
    options: &EmitterOptions,
    root: &Root,
    out: &mut dyn Write,
) -> io::Result<bool> {
    if format == Format::Json {
        return copy(input, out);
    }
    let out = &Shared::new(out);
    let mut emitter = format.emitter(out, options);
    let is_complete = emit(input, root, &mut *emitter, &mut || out.flush())?;
    emitter.finish()?;
    Ok(is_complete)
}

/// Writes the canonical form of each line, which needs no sources.
fn copy(input: &InputArgs, out: &mut dyn Write) -> io::Result<bool> {
    let work = |lines: &mut BlockLines<'_>| Kept::select(lines, |_| Ok(true));
    let is_complete = input.read(true, work, &mut |output, _| match output {
        Output::Block(block, kept) => kept.write(block, out),
        Output::Idle => out.flush(),
    })?;
    out.flush()?;
    Ok(is_complete)
}

/// Emits the diagnostics. `flush` is called when nothing else is there to be read.
fn emit(
    input: &InputArgs,
    root: &Root,
    emitter: &mut dyn Emitter,
    flush: &mut dyn FnMut() -> io::Result<()>,
) -> io::Result<bool> {
    let mut sources = Sources::new(root);
    input.read(true, parse_all, &mut |output, report| match output {
        Output::Block(_, diagnostics) => {
            diagnostics.iter().try_for_each(|diagnostic| sources.emit(diagnostic, emitter, report))
        }
        Output::Idle => flush(),
    })
}

fn parse_all(lines: &mut BlockLines<'_>) -> Vec<JsonDiagnostic<'static>> {
    let mut all = Vec::new();
    lines.each(|line, _| {
        all.push(line::parse(line)?);
        Ok(())
    });
    all
}

/// The output, which the emitter writes to and which is flushed while it exists.
struct Shared<'w>(RefCell<&'w mut dyn Write>);

impl<'w> Shared<'w> {
    fn new(out: &'w mut dyn Write) -> Self {
        Self(RefCell::new(out))
    }

    fn with<T>(&self, work: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        let mut out = self.0.try_borrow_mut().map_err(io::Error::other)?;
        work(&mut **out)
    }

    fn flush(&self) -> io::Result<()> {
        self.with(|out| out.flush())
    }
}

impl Write for &Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        (**self).flush()
    }
}
