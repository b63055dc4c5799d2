//! Several outputs of the same diagnostics.

use std::{fmt, io};

use super::Emitter;
use crate::bag::{Entry, Summary};
use crate::model::Diagnostic;
use crate::source::SourceMap;

/// An emitter that passes each diagnostic to several others, in the order in which they were added.
///
/// ```
/// use vitte_diag::{DiagnosticBag, HumanEmitter, JsonEmitter, SourceMap, Tee};
///
/// let (mut text, mut lines) = (Vec::new(), Vec::new());
/// let mut tee = Tee::new().with(HumanEmitter::new(&mut text)).with(JsonEmitter::new(&mut lines));
/// DiagnosticBag::new().emit(&SourceMap::new(), &mut tee)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// If an output fails, it gets no more diagnostics, and the others are written to their end: its error is returned by
/// [`finish`](Emitter::finish), or at once if no other output is left.
#[derive(Default)]
pub struct Tee<'e> {
    outputs: Vec<Output<'e>>,
    /// The first error of any output.
    error: Option<io::Error>,
}

/// One output.
struct Output<'e> {
    emitter: Box<dyn Emitter + 'e>,
    has_failed: bool,
}

impl<'e> Tee<'e> {
    /// Creates an emitter without outputs. It accepts every diagnostic and writes nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { outputs: Vec::new(), error: None }
    }

    /// Adds an output.
    #[must_use]
    pub fn with(mut self, emitter: impl Emitter + 'e) -> Self {
        self.outputs.push(Output { emitter: Box::new(emitter), has_failed: false });
        self
    }

    /// Calls a function for each output that has not failed. Returns the first error if none is left.
    fn each(
        &mut self,
        mut call: impl FnMut(&mut (dyn Emitter + 'e)) -> io::Result<()>,
    ) -> io::Result<()> {
        for output in self.outputs.iter_mut().filter(|output| !output.has_failed) {
            if let Err(error) = call(&mut *output.emitter) {
                output.has_failed = true;
                self.error.get_or_insert(error);
            }
        }
        if self.outputs.iter().all(|output| output.has_failed) { self.take_error() } else { Ok(()) }
    }

    fn take_error(&mut self) -> io::Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }
}

impl Emitter for Tee<'_> {
    fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
        self.each(|emitter| emitter.emit(sources, diagnostic))
    }

    fn emit_all(&mut self, sources: &SourceMap, entries: &[Entry<'_>]) -> io::Result<()> {
        self.each(|emitter| emitter.emit_all(sources, entries))
    }

    fn set_summary(&mut self, summary: Summary) {
        let outputs = self.outputs.iter_mut().filter(|output| !output.has_failed);
        outputs.for_each(|output| output.emitter.set_summary(summary));
    }

    fn finish(&mut self) -> io::Result<()> {
        self.each(Emitter::finish)?;
        self.take_error()
    }
}

impl fmt::Debug for Tee<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.outputs.iter().filter(|output| output.has_failed).count();
        f.debug_struct("Tee")
            .field("outputs", &self.outputs.len())
            .field("failed", &failed)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bag::DiagnosticBag;
    use crate::model::Severity;

    /// Counts calls, and fails from a number of them on.
    struct Counter<'a> {
        calls: &'a mut usize,
        limit: usize,
    }

    impl Counter<'_> {
        fn call(&mut self) -> io::Result<()> {
            *self.calls += 1;
            if *self.calls > self.limit { Err(io::Error::other("full")) } else { Ok(()) }
        }
    }

    impl Emitter for Counter<'_> {
        fn emit(&mut self, _: &SourceMap, _: &Diagnostic) -> io::Result<()> {
            self.call()
        }

        fn finish(&mut self) -> io::Result<()> {
            self.call()
        }
    }

    #[test]
    fn outputs_fail_one_by_one() {
        let without =
            |text: &str| Diagnostic::without_location(Severity::Error, None, text.to_owned());
        let bag: DiagnosticBag = ["a", "b", "c"].into_iter().map(without).collect();
        let sources = SourceMap::new();
        for (limits, expected) in [([9, 9], [4, 4]), ([1, 9], [2, 4]), ([3, 2], [4, 3])] {
            let [mut first, mut second] = [0, 0];
            let mut tee = Tee::new()
                .with(Counter { calls: &mut first, limit: limits[0] })
                .with(Counter { calls: &mut second, limit: limits[1] });
            let result = bag.emit(&sources, &mut tee);
            assert_eq!(result.is_ok(), limits == [9, 9], "{limits:?}");
            drop(tee);
            assert_eq!([first, second], expected, "{limits:?}");
        }
        assert!(bag.emit(&sources, &mut Tee::new()).is_ok());
    }
}
