//! The contexts of a thread at one moment, which other threads can enter.

use std::fmt;

use super::ContextStack;
use super::entry::StackEntry;

/// The maximum number of contexts of a snapshot, half of them the innermost ones and half the outermost ones.
const MAX_CONTEXTS: usize = 64;

/// Contexts that were open on a thread, with their fields. They never change, so that any thread may read them. Another
/// process reads them too, so the layout is fixed.
#[repr(C)]
pub(crate) struct Snapshot {
    /// The first of `count` entries, the innermost context first. None of them stands for another snapshot.
    entries: *const StackEntry,
    count: u64,
    /// The number of contexts that were open, but not recorded.
    pub(super) omitted: u32,
    /// The call of `catch_panic` that was active, or 0.
    catch: u64,
    /// The texts of entries that do not live as long as the process.
    _texts: Vec<Box<[u8]>>,
}

// SAFETY: nothing changes a snapshot or its entries after they are created, and all that they refer to belongs to the snapshot
// or lives as long as the process.
unsafe impl Send for Snapshot {}
// SAFETY: the same.
unsafe impl Sync for Snapshot {}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries().iter().map(|entry| entry.name.get().read())).finish()
    }
}

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
        let omitted = visible.omitted() + u32::try_from(skipped).unwrap_or(u32::MAX);
        Self::of(entries, omitted, catch, texts)
    }

    fn of(entries: Vec<StackEntry>, omitted: u32, catch: u64, texts: Vec<Box<[u8]>>) -> Self {
        let count = entries.len() as u64;
        let entries = Box::into_raw(entries.into_boxed_slice()).cast_const().cast();
        Self { entries, count, omitted, catch, _texts: texts }
    }

    /// Returns the contexts, the innermost first.
    pub(super) const fn entries(&self) -> &[StackEntry] {
        // SAFETY: `of` has created the pointer from a box of `count` entries, which lives as long as this.
        unsafe { std::slice::from_raw_parts(self.entries, self.len()) }
    }

    #[allow(clippy::cast_possible_truncation, reason = "it was a `usize`")]
    const fn len(&self) -> usize {
        self.count as usize
    }

    /// Returns the call of `catch_panic` that was active, or 0.
    pub(crate) const fn catch(&self) -> u64 {
        self.catch
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let entries = std::ptr::slice_from_raw_parts_mut(self.entries.cast_mut(), self.len());
        // SAFETY: `of` has created the pointer from such a box, and nothing else frees it.
        drop(unsafe { Box::from_raw(entries) });
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
