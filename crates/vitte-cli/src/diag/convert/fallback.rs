//! The file of diagnostics without a location, if only a later part of the input names one.

use std::io;
use std::path::Path;

use vitte_diag::{Child, Diagnostic, Emitter, EmitterOptions, SourceFile, SourceMap, Summary};

/// The number of diagnostics that wait, and of the bytes of their texts. If none of them names a file, they are written without
/// one.
const MAX_HELD: usize = 256;
const MAX_HELD_BYTES: usize = 1 << 20;

type Create<'w> = Box<dyn FnMut(&EmitterOptions) -> io::Result<Box<dyn Emitter + 'w>> + 'w>;

/// An emitter of a format whose readers [need a file](vitte_diag::Format::requires_path). Created when a diagnostic names one,
/// which becomes the fallback; those before it wait.
pub(super) struct WithFallback<'w> {
    options: EmitterOptions,
    create: Create<'w>,
    held: Vec<(SourceMap, Diagnostic)>,
    held_bytes: usize,
    summary: Option<Summary>,
    emitter: Option<Box<dyn Emitter + 'w>>,
}

impl<'w> WithFallback<'w> {
    pub(super) fn new(options: &EmitterOptions, create: Create<'w>) -> Self {
        let options = options.clone();
        Self { options, create, held: Vec::new(), held_bytes: 0, summary: None, emitter: None }
    }

    /// Creates the emitter, and writes what waits.
    fn start(&mut self, path: Option<String>) -> io::Result<&mut Box<dyn Emitter + 'w>> {
        self.options.fallback_path = path;
        let mut emitter = (self.create)(&self.options)?;
        for (sources, diagnostic) in self.held.drain(..) {
            emitter.emit(&sources, &diagnostic)?;
        }
        if let Some(summary) = self.summary.take() {
            emitter.set_summary(summary);
        }
        Ok(self.emitter.insert(emitter))
    }
}

impl Emitter for WithFallback<'_> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        if let Some(emitter) = &mut self.emitter {
            return emitter.emit(sources, diagnostic);
        }
        let path = path(sources);
        self.held_bytes += text_bytes(diagnostic);
        let has_room = self.held.len() < MAX_HELD && self.held_bytes <= MAX_HELD_BYTES;
        if path.is_none() && has_room {
            self.held.push((sources.clone(), diagnostic.clone()));
            return Ok(());
        }
        self.start(path)?.emit(sources, diagnostic)
    }

    fn set_summary(&mut self, summary: Summary) {
        match &mut self.emitter {
            Some(emitter) => emitter.set_summary(summary),
            None => self.summary = Some(summary),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match &mut self.emitter {
            Some(emitter) => emitter.finish(),
            None => self.start(None)?.finish(),
        }
    }
}

/// Returns the memory that a diagnostic takes for its texts, in bytes, roughly.
fn text_bytes(diagnostic: &Diagnostic) -> usize {
    let notes = diagnostic.notes().map(|note| note.len() + size_of::<String>());
    let others =
        diagnostic.labels().count() + diagnostic.children().len() + diagnostic.trace().len();
    diagnostic.message().len() + notes.sum::<usize>() + others * size_of::<Child>()
}

/// Returns the path of the first file of the repository.
fn path(sources: &SourceMap) -> Option<String> {
    let is_one = |file: &&SourceFile| !file.is_virtual() && Path::new(file.path()).is_relative();
    sources.files().find(is_one).map(|file| file.path().to_owned())
}
