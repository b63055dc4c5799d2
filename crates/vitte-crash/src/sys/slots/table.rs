//! The threads that have contexts.
//!
//! A thread claims a slot of the table when it opens its first context, and releases it when it ends. The slot's stack is
//! reused by the next thread.

use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use super::trail::Trail;
use super::{ContextStack, RawBreadcrumb};
use crate::sys::thread;

/// Maximum number of threads that can have contexts at the same time.
pub(crate) const MAX_THREADS: usize = 512;

/// An entry of the table of threads, which the reporter reads too.
#[repr(C)]
pub(super) struct Slot {
    /// The id of the thread, or 0 if the slot is free.
    pub(super) thread_id: AtomicU32,
    /// The stack, or null if no thread has had the slot yet. It is never freed.
    pub(super) stack: AtomicPtr<ContextStack>,
}

static TABLE: [Slot; MAX_THREADS] =
    [const { Slot { thread_id: AtomicU32::new(0), stack: AtomicPtr::new(null_mut()) } };
        MAX_THREADS];

thread_local! {
    static STACK: Cell<Option<&'static ContextStack>> = const { Cell::new(None) };
    /// Releases the slot when the thread ends.
    static RELEASE_SLOT: ReleaseSlotOnExit = const { ReleaseSlotOnExit { slot: Cell::new(None) } };
}

struct ReleaseSlotOnExit {
    slot: Cell<Option<&'static Slot>>,
}

impl Drop for ReleaseSlotOnExit {
    fn drop(&mut self) {
        STACK.set(None);
        thread::on_thread_exit();
        if let Some(slot) = self.slot.take() {
            slot.thread_id.store(0, Ordering::Release);
        }
    }
}

/// Returns this thread's stack, if it has one.
#[inline]
pub(crate) fn current() -> Option<&'static ContextStack> {
    STACK.get()
}

/// Returns this thread's stack, claiming a slot first if necessary. Returns `None` if all slots are
/// taken or the thread is ending.
#[inline]
pub(crate) fn current_or_claim() -> Option<&'static ContextStack> {
    STACK.get().or_else(claim)
}

#[cold]
#[inline(never)]
fn claim() -> Option<&'static ContextStack> {
    let thread_id = thread::thread_id();
    // A thread that is ending must not claim a slot, because it could not release it.
    RELEASE_SLOT
        .try_with(|release| {
            let free = |slot: &&Slot| {
                slot.thread_id
                    .compare_exchange(0, thread_id, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            };
            let slot = TABLE.iter().find(free)?;
            let stack = slot.stack_or_new();
            stack.task_base.set(0);
            stack.breadcrumbs.set(0);
            stack.truncate(0);
            release.slot.set(Some(slot));
            STACK.set(Some(stack));
            thread::on_first_context();
            Some(stack)
        })
        .ok()
        .flatten()
}

impl Slot {
    /// Returns the stack of a slot that this thread has claimed.
    fn stack_or_new(&self) -> &'static ContextStack {
        let mut stack = self.stack.load(Ordering::Acquire);
        if stack.is_null() {
            stack = Box::leak(ContextStack::boxed());
            self.stack.store(stack, Ordering::Release);
        }
        // SAFETY: the stack is never freed. Only the thread whose id is in the slot accesses its cells: it has acquired
        // what the previous owner released at its end.
        unsafe { &*stack }
    }
}

/// Returns the breadcrumbs of all threads, those of each thread together, the oldest first.
pub(crate) fn all_breadcrumbs() -> Vec<RawBreadcrumb> {
    let trails = TABLE.iter().filter_map(|slot| {
        // SAFETY: a stack is never freed. Only its atomic field `trail` is read.
        let stack = unsafe { slot.stack.load(Ordering::Acquire).as_ref() }?;
        // SAFETY: a trail is never freed, and all of its fields are atomic.
        unsafe { stack.trail.load(Ordering::Acquire).as_ref() }
    });
    trails.flat_map(Trail::read).collect()
}

/// Returns the address of this thread's stack, or 0. Safe to call in a signal handler.
#[cfg(unix)]
pub(in crate::sys) fn current_address() -> usize {
    STACK.get().map_or(0, |stack| std::ptr::from_ref(stack).addr())
}

/// Returns the address at which another process finds the table.
#[cfg(has_reporter)]
pub(in crate::sys) fn address() -> usize {
    TABLE.as_ptr().addr()
}

/// Calls `read` with the name of the innermost context, if there is one. `read` must not open or close contexts. Safe to
/// call in a signal handler.
#[cfg(unix)]
pub(in crate::sys) fn with_innermost_name(read: impl FnOnce(&[u8])) {
    let Some(stack) = STACK.get() else { return };
    if let Some(entry) = stack.visible(stack.depth()).entries().next() {
        read(entry.name.get().bytes());
    }
}

/// The contexts of a thread, as another thread of the process may look at them while they change.
#[cfg(has_reporter)]
#[derive(Clone, Copy)]
pub(crate) struct OpenContexts {
    pub(crate) thread_id: u32,
    /// The address of the contexts.
    pub(crate) address: usize,
    stack: &'static ContextStack,
}

#[cfg(has_reporter)]
impl OpenContexts {
    /// Returns the number of the last context that was opened before the one at the 0-based `depth` and all inside of
    /// it, which identifies that context; `None` if it is not open or not recorded.
    pub(crate) fn sequence_at(self, depth: u32) -> Option<u64> {
        let entry = self.stack.entries.get(super::entry_position(depth))?;
        (depth < self.stack.depth()).then(|| entry.sequence.load(Ordering::Relaxed))
    }

    /// Returns the number of open contexts.
    pub(crate) fn depth(self) -> u32 {
        self.stack.depth()
    }
}

/// Returns the threads that have contexts.
#[cfg(has_reporter)]
pub(crate) fn threads() -> impl Iterator<Item = OpenContexts> {
    TABLE.iter().filter_map(|slot| {
        let thread_id = slot.thread_id.load(Ordering::Acquire);
        let stack = slot.stack.load(Ordering::Acquire);
        // SAFETY: a stack is never freed. Through `OpenContexts` only its atomic fields are read.
        let shared = unsafe { stack.as_ref() }.filter(|_| thread_id != 0)?;
        Some(OpenContexts { thread_id, address: stack.addr(), stack: shared })
    })
}
