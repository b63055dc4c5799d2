//! Baselines: the diagnostics that a project has already.

use std::io::{self, Write};

use super::Emitter;
use super::options::{EmitterOptions, FromOptions};
use crate::bag::Summary;
use crate::baseline::Baseline;
use crate::model::Diagnostic;
use crate::source::SourceMap;
use crate::text;

/// Writes a [baseline](crate::baseline) of the diagnostics when it [finishes](Emitter::finish).
///
/// ```text
/// {"baseline":1}
/// {"severity":"warning","code":"W0100","path":"src/a.vitte","message":"unused `x`","line":"5f…","context":"09…"}
/// ```
///
/// If a limit of errors has suppressed some diagnostics, [`finish`](Emitter::finish) is an error, and writes nothing: they would be
/// reported as new.
#[derive(Clone, Debug)]
pub struct BaselineEmitter<W> {
    writer: W,
    baseline: Baseline,
    suppressed: u64,
}

impl<W: Write> BaselineEmitter<W> {
    /// Creates an emitter that writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { writer, baseline: Baseline::default(), suppressed: 0 }
    }

    /// Returns the writer.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> FromOptions<W> for BaselineEmitter<W> {
    fn from_options(writer: W, _options: &EmitterOptions) -> Self {
        Self::new(writer)
    }
}

impl<W: Write> Emitter for BaselineEmitter<W> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.baseline.add(sources, diagnostic);
        Ok(())
    }

    fn set_summary(&mut self, summary: Summary) {
        self.suppressed = summary.suppressed;
    }

    fn finish(&mut self) -> io::Result<()> {
        let suppressed = std::mem::take(&mut self.suppressed);
        if suppressed > 0 {
            self.baseline = Baseline::default();
            let noun =
                text::plural("diagnostic", usize::try_from(suppressed).unwrap_or(usize::MAX));
            return Err(io::Error::other(format!(
                "the baseline would lack {suppressed} {noun} that the limit of errors has suppressed"
            )));
        }
        std::mem::take(&mut self.baseline).write(&mut self.writer)?;
        self.writer.flush()
    }
}
