//! Which contexts were open when a panic began to unwind.
//!
//! The panic hook reads the contexts of the thread that panics. A thread that throws the panic of another thread again
//! calls no hook. Its contexts are closed while it unwinds, so the first one that is closed records how many there were.

use super::ContextStack;

/// The number of open contexts before the first and after the last one that the current panic closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct UnwindingRecord {
    before: u32,
    after: u32,
}

impl UnwindingRecord {
    pub(super) const NONE: Self = Self { before: 0, after: u32::MAX };
}

impl Default for UnwindingRecord {
    fn default() -> Self {
        Self::NONE
    }
}

impl ContextStack {
    /// Records that a panic is about to close the contexts from `depth` on.
    #[cold]
    #[inline(never)]
    pub(crate) fn record_unwinding(&self, depth: u32) {
        let (open, UnwindingRecord { before, after }) = (self.depth(), self.unwinding.get());
        // Otherwise contexts were opened or closed meanwhile, so this is another panic.
        let before = if open == after { before } else { open };
        self.unwinding.set(UnwindingRecord { before, after: depth.min(open) });
    }

    /// Begins a new record, and returns the previous one.
    pub(crate) fn begin_unwinding_record(&self) -> UnwindingRecord {
        self.unwinding.replace(UnwindingRecord::NONE)
    }

    /// Returns the number of contexts that were open when the last panic began to unwind, or `None` if it closed none.
    /// Restores the previous record.
    pub(crate) fn end_unwinding_record(&self, previous: UnwindingRecord) -> Option<u32> {
        let record = self.unwinding.replace(previous);
        (record != UnwindingRecord::NONE).then_some(record.before)
    }
}
