//! The output of a compilation, whichever way the compiler was run.

use std::io::Write as _;

use vitte_diag::{Diagnostic, EmitterOptions, FileId, Format, SourceMap};

use crate::files::CaseFile;
use crate::options::CaseOptions;
use crate::problem::Problem;

/// What is compiled: the source of a case, or its fixed source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a> {
    pub(crate) case: &'a CaseFile,
    /// The source, which may be another one than that of the file on disk.
    pub(crate) text: &'a [u8],
    /// Whether `text` is not that of the file on disk.
    pub(crate) is_changed: bool,
    pub(crate) revision: Option<&'a str>,
    pub(crate) options: &'a CaseOptions,
}

/// The output of a compilation.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) sources: SourceMap,
    /// The file of the case in `sources`.
    pub(crate) file: FileId,
    /// The diagnostics in the order of output.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What is wrong with the compilation itself: a crash, or an exit code that does not fit.
    pub(crate) problems: Vec<Problem>,
    /// Whether the compiler crashed or was ended, so that nothing else can be expected of the output.
    pub(crate) is_crashed: bool,
    /// Lines of output that are not diagnostics.
    pub(crate) raw: Vec<String>,
}

impl Output {
    /// Returns the output of a compiler that wrote nothing.
    pub(crate) const fn empty(sources: SourceMap, file: FileId) -> Self {
        Self {
            sources,
            file,
            diagnostics: Vec::new(),
            problems: Vec::new(),
            is_crashed: false,
            raw: Vec::new(),
        }
    }

    /// Writes the diagnostics in a format.
    pub(crate) fn render(&self, format: Format, options: &EmitterOptions) -> String {
        let mut out = Vec::new();
        let mut emitter = format.emitter(out.by_ref(), options);
        // Writing to memory cannot fail.
        for diagnostic in &self.diagnostics {
            _ = emitter.emit(&self.sources, diagnostic);
        }
        _ = emitter.finish();
        drop(emitter);
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// Compiles inputs.
pub(crate) trait Compile {
    fn compile(&self, input: Input<'_>) -> Output;
}
