//! Contexts of other threads and of tasks, which a thread has entered.
//!
//! ```text
//! entries:  serve │ accept │ ▸snapshot │ parse │ block
//!                               └─▶ request, serve        the contexts that were open when the task was created
//! visible:                     block, parse, request, serve
//! ```
//!
//! An entry can be that of a [`Snapshot`], whose contexts are open then. It hides the contexts outside of it: a thread that runs
//! a task, or that waits for a job and runs another one meanwhile, has contexts which the task does not belong to.
//!
//! Why the snapshot of an entry is always valid: an entry with the flag `OWNS_SNAPSHOT` keeps it alive until the entry is used
//! again. Without that flag, only [`ContextStack::within`] writes a pointer. Its frame has a reference to the snapshot, and
//! removes the pointer before it ends. No other code can prevent that.

use std::fmt;
use std::iter::repeat;
use std::sync::Arc;
use std::sync::atomic::{Ordering, compiler_fence};

use vitte_diag::Span;

use super::entry::{HAS_COPIES, Snapshot, StackEntry};
use super::texts::RawText;
use super::{ContextStack, INHERITED_DEPTH, Opening, RawContext, entry_position, stored_depths};

/// The contexts of a stack that are visible.
pub(super) struct Visible<'a> {
    stack: &'a ContextStack,
    /// The number of open contexts.
    depth: u32,
    /// The depth of the innermost entry of a snapshot, which hides those outside of it.
    inherited: Option<u32>,
}

impl<'a> Visible<'a> {
    fn own(&self) -> impl Iterator<Item = &'a StackEntry> {
        let (stack, inherited) = (self.stack, self.inherited);
        stored_depths(self.depth)
            .take_while(move |depth| inherited.is_none_or(|inherited| *depth > inherited))
            .filter_map(|depth| stack.entry_at(depth))
    }

    fn snapshot(&self) -> Option<&'a Snapshot> {
        self.stack.entry_at(self.inherited?)?.snapshot()
    }

    /// Returns the visible contexts, the innermost first.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'a StackEntry> {
        self.own().chain(self.snapshot().map(Snapshot::entries).unwrap_or_default())
    }

    /// Returns the visible contexts, the innermost first. The innermost one of a snapshot has the depth at which the snapshot
    /// was entered.
    pub(super) fn read(&self) -> Vec<RawContext> {
        let own = self.own().map(StackEntry::read);
        let snapshot = self.snapshot().map(Snapshot::entries).unwrap_or_default();
        let depths = self.inherited.into_iter().chain(repeat(INHERITED_DEPTH));
        let inherited = snapshot.iter().zip(depths);
        own.chain(inherited.map(|(entry, depth)| RawContext { depth, ..entry.read() })).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.entries().count()
    }

    /// Returns the number of contexts that are open and not recorded.
    pub(super) fn omitted(&self) -> u32 {
        let own = u32::try_from(self.own().count()).unwrap_or(u32::MAX);
        let first = self.inherited.map_or(0, |inherited| inherited + 1);
        let omitted = self.depth.saturating_sub(first).saturating_sub(own);
        omitted.saturating_add(self.snapshot().map_or(0, |snapshot| snapshot.omitted))
    }
}

/// Contexts that a thread has entered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entered {
    /// The call of `catch_panic` to which they belong, or 0.
    pub(crate) catch: u64,
    /// The number of contexts that were open when they were entered.
    pub(crate) depth: u32,
    /// Whether they are those of a task, which is being polled.
    pub(crate) is_task: bool,
}

/// Returns the depth of the innermost entry of a snapshot, if `depth` contexts are open. `base` is the depth
/// inside of the innermost one of all, also if deeper contexts have overwritten its entry.
pub(super) fn innermost_inherited(
    depth: u32,
    base: u32,
    is_inherited: impl Fn(u32) -> bool,
) -> Option<u32> {
    let stored = stored_depths(depth).find(|depth| is_inherited(*depth));
    stored.max(base.checked_sub(1).filter(|_| base <= depth))
}

/// The contexts that a task has left open when its last poll ended. They are open again during the next one.
#[derive(Default)]
pub(crate) struct Suspended {
    /// The outermost first.
    entries: Vec<StackEntry>,
    /// The number of open contexts, of which the entries are those that are recorded.
    depth: u32,
}

// SAFETY: nothing refers to the entries, which are copies. What they refer to lives as long as the process, or is an `Arc` of
// a type that is `Send` and `Sync`.
unsafe impl Send for Suspended {}
// SAFETY: nothing is accessible by a shared reference.
unsafe impl Sync for Suspended {}

impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suspended").field("depth", &self.depth).finish_non_exhaustive()
    }
}

/// Ends [`ContextStack::within`].
struct Leave<'a> {
    stack: &'a ContextStack,
    snapshot: &'a Arc<Snapshot>,
    suspended: &'a mut Suspended,
    depth: u32,
    outer_base: u32,
    outer_task_base: u32,
}

impl ContextStack {
    /// Returns the entry of the context at `depth`, unless a deeper context has overwritten it.
    pub(super) fn entry_at(&self, depth: u32) -> Option<&StackEntry> {
        self.entries.get(entry_position(depth)).filter(|entry| entry.depth.get() == depth)
    }

    /// Returns whether the entry at `depth` is that of a snapshot.
    pub(super) fn is_inherited_at(&self, depth: u32) -> bool {
        self.entry_at(depth).is_some_and(StackEntry::is_inherited)
    }

    /// Returns the contexts that are visible as if `depth` were open.
    pub(super) fn visible(&self, depth: u32) -> Visible<'_> {
        let inherited =
            innermost_inherited(depth, self.base.get(), |depth| self.is_inherited_at(depth));
        Visible { stack: self, depth, inherited }
    }

    /// Returns the first field of each visible context, which is a number of at most eight digits, and how many contexts are
    /// omitted.
    #[cfg(test)]
    pub(crate) fn read_numbers(&self) -> (Vec<u32>, u32) {
        let visible = self.visible(self.depth());
        let numbers = visible.entries().map(|entry| entry.fields[0].read_number());
        (numbers.collect(), visible.omitted())
    }

    /// Returns which contexts this thread has entered last.
    pub(crate) fn entered(&self) -> Option<Entered> {
        let visible = self.visible(self.depth());
        let depth = visible.inherited?;
        let catch = visible.snapshot().map_or(0, Snapshot::catch);
        Some(Entered { catch, depth, is_task: self.task_base.get() == depth + 1 })
    }

    /// Enters the contexts of a snapshot: they are visible, and all others are not. Returns the depth at which
    /// [`truncate`](Self::truncate) leaves them.
    #[inline]
    pub(crate) fn enter(&self, snapshot: Arc<Snapshot>) -> u32 {
        let depth = self.push_inherited(|entry| entry.set_snapshot(snapshot));
        self.base.set(depth + 1);
        depth
    }

    #[inline]
    fn push_inherited(&self, set: impl FnOnce(&StackEntry)) -> u32 {
        self.push_with(RawText::EMPTY, Span::DUMMY, Opening::NONE, set)
    }

    /// Runs `work` inside of the contexts of a snapshot, and inside of those that it has left open the last time.
    #[inline]
    pub(crate) fn within<T>(
        &self,
        snapshot: &Arc<Snapshot>,
        suspended: &mut Suspended,
        work: impl FnOnce() -> T,
    ) -> T {
        let depth = self.push_inherited(|entry| entry.borrow_snapshot(snapshot));
        let base = depth + 1;
        let leave = Leave {
            stack: self,
            snapshot,
            suspended,
            depth,
            outer_base: self.base.replace(base),
            outer_task_base: self.task_base.replace(base),
        };
        if leave.suspended.depth > 0 {
            leave.stack.resume(leave.suspended);
        }
        compiler_fence(Ordering::SeqCst);
        work()
    }

    /// Opens suspended contexts again.
    #[cold]
    #[inline(never)]
    fn resume(&self, suspended: &mut Suspended) {
        let base = self.depth();
        for entry in suspended.entries.drain(..) {
            let depth = base + entry.depth.get();
            let Some(own) = self.entries.get(entry_position(depth)) else { continue };
            own.replace(&entry, depth);
            if own.is_inherited() {
                self.base.set(depth + 1);
            }
        }
        self.set_depth(base.saturating_add(std::mem::take(&mut suspended.depth)));
    }

    /// Stores the contexts from `base` on, which are open. Those of other languages, which have no tasks, are closed.
    #[cold]
    #[inline(never)]
    fn suspend(&self, base: u32, suspended: &mut Suspended) {
        let depth = self.depth();
        let open = stored_depths(depth).take_while(|depth| *depth >= base);
        let open = open.filter_map(|depth| self.entry_at(depth));
        let own = open.filter(|entry| entry.flags.get() & HAS_COPIES == 0);
        let copies = own.map(|entry| {
            let copy = entry.to_copy(&mut Vec::new());
            copy.depth.set(entry.depth.get() - base);
            copy
        });
        suspended.entries = copies.collect();
        suspended.entries.reverse();
        suspended.depth = depth - base;
    }

    /// Finds the innermost entry of a snapshot, of those outside of `depth`.
    #[cold]
    #[inline(never)]
    pub(super) fn find_base(&self, depth: u32) {
        let inherited = stored_depths(depth).find(|depth| self.is_inherited_at(*depth));
        self.base.set(inherited.map_or(0, |depth| depth + 1));
    }
}

impl Drop for Leave<'_> {
    #[inline]
    fn drop(&mut self) {
        let Self { stack, snapshot, depth, .. } = *self;
        let is_panicking = std::thread::panicking();
        if stack.depth() > depth + 1 && !is_panicking {
            stack.suspend(depth + 1, self.suspended);
        }
        if is_panicking {
            stack.record_unwinding(depth);
        }
        stack.task_base.set(self.outer_task_base);
        stack.base.set(self.outer_base);
        stack.truncate(depth);
        if let Some(entry) = stack.entry_at(depth) {
            entry.release(snapshot, is_panicking);
        }
    }
}
