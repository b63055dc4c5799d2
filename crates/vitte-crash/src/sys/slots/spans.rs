//! Contexts that spans of `tracing` open, which have no guards.

use std::sync::Arc;

use vitte_diag::Span;

use super::entry::Snapshot;
use super::{ContextStack, InlineField, Opening, stored_depths};

impl ContextStack {
    /// Returns the id of the span that has opened the innermost context, or 0 if no span has.
    pub(crate) fn innermost_span(&self) -> u64 {
        let innermost = self.depth().checked_sub(1).and_then(|depth| self.entry_at(depth));
        innermost.map_or(0, |entry| entry.span_id.get())
    }

    /// Enters the contexts of a snapshot for a span.
    pub(crate) fn enter_for_span(&self, snapshot: Arc<Snapshot>, id: u64) {
        let depth = self.enter(snapshot);
        self.set_span(depth, id);
    }

    /// Opens the context of a span, with these fields; `write` writes the value of one.
    pub(crate) fn push_span<T>(
        &self,
        name: &'static str,
        id: u64,
        fields: &[(&'static str, T)],
        write: impl Fn(&InlineField, &T),
    ) {
        let depth = self.push(name, Span::DUMMY, Opening::NONE);
        self.set_span(depth, id);
        for (index, (key, value)) in (0..).zip(fields) {
            self.set_field(depth, index, key, |field| write(field, value));
        }
    }

    fn set_span(&self, depth: u32, id: u64) {
        if let Some(entry) = self.entry_at(depth) {
            entry.span_id.set(id);
        }
    }

    /// Closes the innermost contexts of a span, and those inside of them.
    pub(crate) fn close_span(&self, id: u64) {
        let base = self.task_base();
        // Deeper contexts have overwritten the innermost one, so it is probably that of the span.
        if self.depth() > base && self.entry_at(self.depth() - 1).is_none() {
            return self.truncate(self.depth() - 1);
        }
        let is_of_span =
            |depth: &u32| self.entry_at(*depth).is_some_and(|entry| entry.span_id.get() == id);
        let mut depths = stored_depths(self.depth()).filter(|depth| *depth >= base);
        let Some(innermost) = depths.find(is_of_span) else { return };
        // The entry of the contexts in which the span was opened.
        let outer = innermost
            .checked_sub(1)
            .filter(|depth| *depth >= base && is_of_span(depth) && self.is_inherited_at(*depth));
        let depth = outer.unwrap_or(innermost);
        if std::thread::panicking() {
            self.record_unwinding(depth);
        }
        self.truncate(depth);
    }
}
