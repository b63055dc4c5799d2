//! The file of diagnostics without a location, if only a later part of the input names one.

use std::io;
use std::path::Path;

use vitte_diag::{Diagnostic, Emitter, EmitterOptions, SourceFile, SourceMap};

/// The number of diagnostics that wait. If none of them names a file, they are written without one.
const MAX_HELD: usize = 256;

type Create<'w> = Box<dyn FnMut(&EmitterOptions) -> io::Result<Box<dyn Emitter + 'w>> + 'w>;

/// An emitter of a format whose readers [need a file](vitte_diag::Format::requires_path). Created when a diagnostic names one,
/// which becomes the fallback; those before it wait.
pub(super) struct WithFallback<'w> {
    options: EmitterOptions,
    create: Create<'w>,
    held: Vec<(SourceMap, Diagnostic)>,
    emitter: Option<Box<dyn Emitter + 'w>>,
}

impl<'w> WithFallback<'w> {
    pub(super) fn new(options: &EmitterOptions, create: Create<'w>) -> Self {
        Self { options: options.clone(), create, held: Vec::new(), emitter: None }
    }

    /// Creates the emitter, and writes what waits.
    fn start(&mut self, path: Option<String>) -> io::Result<&mut Box<dyn Emitter + 'w>> {
        self.options.fallback_path = path;
        let mut emitter = (self.create)(&self.options)?;
        for (sources, diagnostic) in self.held.drain(..) {
            emitter.emit(&sources, &diagnostic)?;
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
        if path.is_none() && self.held.len() < MAX_HELD {
            self.held.push((sources.clone(), diagnostic.clone()));
            return Ok(());
        }
        self.start(path)?.emit(sources, diagnostic)
    }

    fn finish(&mut self) -> io::Result<()> {
        match &mut self.emitter {
            Some(emitter) => emitter.finish(),
            None => self.start(None)?.finish(),
        }
    }
}

/// Returns the path of the first file of the repository.
fn path(sources: &SourceMap) -> Option<String> {
    let is_one = |file: &&SourceFile| !file.is_virtual() && Path::new(file.path()).is_relative();
    sources.files().find(is_one).map(|file| file.path().to_owned())
}
