//! The outputs of `vitte diag convert`.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use vitte_diag::cli::{Destination, OutputFile, OutputSpec, Outputs, OutputsError};
use vitte_diag::{Diagnostic, Emitter, EmitterOptions, Format, SourceMap, Stream, Tee, Terminal};

use super::fallback::WithFallback;

/// Returns the outputs. All of them that have no file go to standard output, also those that a compiler writes to standard
/// error.
pub(super) fn outputs(specs: &[OutputSpec]) -> Result<Outputs, OutputsError> {
    Outputs::new(specs.iter().cloned().map(|mut spec| {
        if matches!(spec.destination, Destination::Stream(_)) {
            spec.destination = Destination::Stream(Stream::Stdout);
        }
        spec
    }))
}

/// The canonical JSON of the current diagnostic, with its line feed, for outputs that are copies of the input.
pub(super) type CurrentLine = Rc<RefCell<Vec<u8>>>;

/// An emitter of all outputs.
pub(super) struct OutputsEmitter<'w> {
    inner: Box<dyn Emitter + 'w>,
    is_empty: bool,
}

impl OutputsEmitter<'_> {
    /// Ends the outputs. Unless all input was read, a file is not replaced by one without diagnostics: the name of the input may
    /// be wrong.
    pub(super) fn end(mut self, is_complete: bool) -> io::Result<()> {
        if is_complete || !self.is_empty { self.finish() } else { Ok(()) }
    }
}

impl Emitter for OutputsEmitter<'_> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.is_empty = false;
        self.inner.emit(sources, diagnostic)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.inner.finish()
    }
}

/// Returns an emitter of all outputs. With `line`, those in JSON contain its lines.
pub(super) fn emitter<'w>(
    outputs: &Outputs,
    out: &'w SharedOutput<'_>,
    options: &EmitterOptions,
    line: Option<&CurrentLine>,
) -> io::Result<OutputsEmitter<'w>> {
    let one = |spec: &OutputSpec| -> io::Result<Box<dyn Emitter + 'w>> {
        let line = line.filter(|_| spec.format == Format::Json).cloned();
        Ok(match (&spec.destination, line) {
            (Destination::File(path), Some(line)) => {
                let file = OutputFile::new(path);
                Box::new(Copied { line, out: file.clone(), commit: Some(file) })
            }
            (_, Some(line)) => Box::new(Copied { line, out, commit: None }),
            _ if spec.format.requires_path() && options.fallback_path.is_none() => {
                let spec = spec.clone();
                let create = move |options: &EmitterOptions| formatted(&spec, out, options);
                Box::new(WithFallback::new(options, Box::new(create)))
            }
            _ => formatted(spec, out, options)?,
        })
    };
    let inner = match outputs.specs() {
        [spec] => one(spec)?,
        specs => {
            let mut tee = Tee::new();
            for spec in specs {
                tee = tee.with(one(spec)?);
            }
            Box::new(tee)
        }
    };
    Ok(OutputsEmitter { inner, is_empty: true })
}

/// Returns an emitter of the format of an output. Text in a file has no colours.
fn formatted<'w>(
    spec: &OutputSpec,
    out: &'w SharedOutput<'_>,
    options: &EmitterOptions,
) -> io::Result<Box<dyn Emitter + 'w>> {
    match spec.destination {
        Destination::Stream(_) => Ok(spec.format.emitter(out, options)),
        _ => {
            let mut plain = options.clone();
            plain.terminal = Terminal::PLAIN.with_width(options.terminal.width);
            plain.terminal.backtraces = options.terminal.backtraces;
            let outputs = Outputs::new([spec.clone()]).map_err(io::Error::other)?;
            Ok(outputs.emitter(|_| plain.clone()))
        }
    }
}

/// An output that is a copy of the input.
struct Copied<W> {
    line: CurrentLine,
    out: W,
    commit: Option<OutputFile>,
}

impl<W: Write> Emitter for Copied<W> {
    fn emit(&mut self, _: &SourceMap, _: &Diagnostic) -> io::Result<()> {
        self.out.write_all(&self.line.borrow())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.commit.as_ref().map_or(Ok(()), OutputFile::commit)
    }
}

/// Standard output, which emitters write to and which is flushed while they exist.
pub(super) struct SharedOutput<'w>(RefCell<&'w mut dyn Write>);

impl<'w> SharedOutput<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self(RefCell::new(out))
    }
}

impl Write for &SharedOutput<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}
