//! The active contexts of each thread, in memory that another process can read.
//!
//! ```text
//! TABLE: thread 4711 ─▶ ContextStack: depth 2, entries: parse │ block │ … │
//!        thread 4712 ─▶ ContextStack: depth 1, entries: typeck │ …
//! ```
//!
//! Opening a context takes a few stores to memory that only this thread writes. The thread reads its stack directly. The reporter reads the
//! stack of the crashed thread from another process, at the address that the signal handler records,
//! so the layout of these types is fixed (`repr(C)`).

mod borrowed;
mod copies;
mod entry;
mod inherited;
mod opening;
#[cfg(has_reporter)]
mod remote;
mod ring;
mod snapshot;
#[cfg(feature = "tracing")]
mod spans;
mod table;
mod texts;
mod trail;
mod unwinding;

use std::cell::Cell;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, compiler_fence};

pub(crate) use copies::FieldProblem;
use copies::TextCopies;
use entry::StackEntry;
pub(crate) use entry::{InlineField, Snapshot};
pub(crate) use inherited::Suspended;
pub(crate) use opening::Opening;
#[cfg(has_reporter)]
pub(crate) use remote::{read, read_breadcrumbs, read_threads};
#[cfg(has_reporter)]
pub(super) use table::address;
pub(crate) use table::{MAX_THREADS, all_breadcrumbs, current, current_or_claim};
#[cfg(has_reporter)]
pub(crate) use table::{OpenContexts, threads};
#[cfg(unix)]
pub(super) use table::{current_address, with_innermost_name};
use texts::RawText;
use trail::Trail;
pub(crate) use trail::{BreadcrumbTexts, RawBreadcrumb};
pub(crate) use unwinding::UnwindingRecord;
use vitte_diag::Span;

/// Number of outermost contexts that are stored.
const MAX_OUTER: u32 = 32;
/// Number of innermost contexts, of those deeper than `MAX_OUTER`, that are stored.
const MAX_INNER: u32 = 32;
/// Maximum number of fields of one context.
pub(crate) const MAX_FIELDS: usize = 3;
/// The depth of a context of another thread or of a task, which this thread has entered.
const INHERITED_DEPTH: u32 = u32::MAX;
/// Size of a field's value, in words of eight bytes.
const TEXT_WORDS: usize = 7;

/// The contexts of one thread. Other threads read only the atomic fields.
#[repr(C)]
pub(crate) struct ContextStack {
    depth: AtomicU32,
    /// The number of contexts that were opened so far.
    opened: AtomicU64,
    /// The depth inside of the innermost entry of a snapshot, or 0. It is at most `depth`.
    base: Cell<u32>,
    /// The same for the innermost task. Guards count from it, because a task may be polled at another depth each time. It is
    /// at most `depth`.
    task_base: Cell<u32>,
    entries: [StackEntry; (MAX_OUTER + MAX_INNER) as usize],
    unwinding: Cell<UnwindingRecord>,
    /// The names and keys that are not `'static`, or null before the first one. They are never freed.
    copies: Cell<*const TextCopies>,
    /// The breadcrumbs, or null before the first one. They are never freed.
    trail: AtomicPtr<Trail>,
    /// The number of breadcrumbs of the thread that has the stack now.
    breadcrumbs: Cell<u64>,
}

/// A context that was read from a stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RawContext {
    /// The 0-based depth of the context, or [`INHERITED_DEPTH`].
    pub(crate) depth: u32,
    pub(crate) name: String,
    /// The keys and values of the fields.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) span: Option<Span>,
    pub(crate) opening: Opening,
    /// The 0-based index of the frame that it belongs to, in the backtrace of the report, if that was found.
    pub(crate) frame: Option<u32>,
}

/// Returns the position in `entries` of the context at `depth`. Each of the outermost contexts has
/// its own entry. Deeper ones share the other entries; each of these contains the context that was
/// opened last.
#[inline]
const fn entry_position(depth: u32) -> usize {
    (if depth < MAX_OUTER { depth } else { MAX_OUTER + depth % MAX_INNER }) as usize
}

impl ContextStack {
    const fn new() -> Self {
        Self {
            depth: AtomicU32::new(0),
            opened: AtomicU64::new(0),
            base: Cell::new(0),
            task_base: Cell::new(0),
            entries: [const { StackEntry::new() }; (MAX_OUTER + MAX_INNER) as usize],
            unwinding: Cell::new(UnwindingRecord::NONE),
            copies: Cell::new(null()),
            trail: AtomicPtr::new(null_mut()),
            breadcrumbs: Cell::new(0),
        }
    }

    /// Returns a new stack on the heap. It is not created on the thread's stack, which may be smaller.
    fn boxed() -> Box<Self> {
        struct Empty(ContextStack);
        // SAFETY: the value is never changed, it is only copied.
        unsafe impl Sync for Empty {}
        static EMPTY: Empty = Empty(ContextStack::new());
        let mut stack = Box::<Self>::new_uninit();
        // SAFETY: both pointers are valid for one value, which has no destructor. The copy initialises the box.
        unsafe {
            std::ptr::copy_nonoverlapping(&raw const EMPTY.0, stack.as_mut_ptr(), 1);
            stack.assume_init()
        }
    }

    /// Opens a context and returns its 0-based depth.
    #[inline]
    pub(crate) fn push(&self, name: &'static str, span: Span, opening: Opening) -> u32 {
        self.push_with(RawText::of(name), span, opening, |_| ())
    }

    #[inline]
    fn push_with(
        &self,
        name: RawText,
        span: Span,
        opening: Opening,
        set: impl FnOnce(&StackEntry),
    ) -> u32 {
        let depth = self.depth();
        // Only this thread writes, so no atomic addition is needed.
        let sequence = self.opened.load(Ordering::Relaxed);
        self.opened.store(sequence + 1, Ordering::Relaxed);
        if let Some(entry) = self.entries.get(entry_position(depth)) {
            entry.sequence.store(sequence, Ordering::Relaxed);
            entry.begin(name, span, opening);
            entry.depth.set(depth);
            set(entry);
        }
        // A signal may arrive between any two instructions, so the entry is written before it is
        // counted.
        compiler_fence(Ordering::Release);
        self.set_depth(depth.saturating_add(1));
        depth
    }

    /// Closes the context at `depth` and all deeper ones, of those of the current task.
    #[inline]
    pub(crate) fn truncate(&self, depth: u32) {
        // If closing an outer context has already closed this one, the depth must not grow again.
        let depth = self.depth().min(depth).max(self.task_base.get());
        self.set_depth(depth);
        if depth < self.base.get() {
            self.find_base(depth);
        }
    }

    #[inline]
    fn set_depth(&self, depth: u32) {
        self.depth.store(depth, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn depth(&self) -> u32 {
        self.depth.load(Ordering::Relaxed)
    }

    /// Sets the field with the 0-based index `field_index` of the context at `depth`; `write` writes
    /// its value.
    #[inline]
    pub(crate) fn set_field(
        &self,
        depth: u32,
        field_index: u32,
        key: &'static str,
        write: impl FnOnce(&InlineField),
    ) {
        let Some(entry) = self.entries.get(entry_position(depth)) else { return };
        let Some(field) = entry.fields.get(field_index as usize) else { return };
        field.key.set(RawText::of(key));
        field.len.set(0);
        write(field);
        compiler_fence(Ordering::Release);
        entry.count.set(field_index + 1);
    }

    /// Returns the stored contexts, innermost first, and the number of omitted ones.
    pub(crate) fn read(&self) -> (Vec<RawContext>, u32) {
        self.read_to(self.depth())
    }

    /// Does the same as [`read`](Self::read), as if `depth` contexts were open. The entries of closed contexts remain
    /// until others are opened.
    pub(crate) fn read_to(&self, depth: u32) -> (Vec<RawContext>, u32) {
        let visible = self.visible(depth);
        (visible.read(), visible.omitted())
    }

    /// Returns the depth from which the guards of the current task count.
    #[inline]
    pub(crate) fn task_base(&self) -> u32 {
        self.task_base.get()
    }
}

/// Returns the depths of the contexts that may be stored, innermost first. `depth` is the number of
/// open contexts.
fn stored_depths(depth: u32) -> impl Iterator<Item = u32> {
    let inner = depth.saturating_sub(MAX_INNER).max(MAX_OUTER)..depth;
    inner.rev().chain((0..depth.min(MAX_OUTER)).rev())
}
