//! The contexts of a thread at one moment, which other threads can enter.

use super::ContextStack;
use super::entry::Snapshot;

/// The maximum number of contexts of a snapshot, half of them the innermost ones and half the outermost ones.
const MAX_CONTEXTS: usize = 64;

impl Snapshot {
    /// Returns the contexts of this stack as if `depth` were open, for work that belongs to the call `catch` of
    /// `catch_panic`.
    pub(crate) fn new(stack: Option<&ContextStack>, depth: u32, catch: u64) -> Self {
        let Some(visible) = stack.map(|stack| stack.visible(depth)) else {
            return Self::of(Vec::new(), 0, catch, Vec::new());
        };
        let all = visible.count();
        let skipped = all.saturating_sub(MAX_CONTEXTS);
        let is_kept =
            |index: usize| index < MAX_CONTEXTS / 2 || index >= MAX_CONTEXTS / 2 + skipped;
        let kept = visible.entries().enumerate().filter(|(index, _)| is_kept(*index));
        let mut texts = Vec::new();
        let entries = kept.map(|(_, entry)| entry.to_copy(&mut texts)).collect();
        let omitted = visible.omitted().saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX));
        Self::of(entries, omitted, catch, texts)
    }
}

/// The offsets at which another process finds the fields.
#[cfg(has_reporter)]
pub(super) mod offsets {
    use std::mem::offset_of;

    use super::Snapshot;

    pub(in crate::sys::slots) const ENTRIES: usize = offset_of!(Snapshot, entries);
    pub(in crate::sys::slots) const COUNT: usize = offset_of!(Snapshot, count);
    pub(in crate::sys::slots) const OMITTED: usize = offset_of!(Snapshot, omitted);
    /// The maximum number of entries.
    pub(in crate::sys::slots) const MAX: usize = super::MAX_CONTEXTS;
}
