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
mod opening;
#[cfg(has_reporter)]
mod remote;
mod table;
mod texts;
mod unwinding;

use std::cell::Cell;
use std::ptr::null;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, compiler_fence};

use borrowed::BorrowedVariables;
pub(crate) use copies::FieldProblem;
use copies::TextCopies;
pub(crate) use opening::Opening;
#[cfg(has_reporter)]
pub(crate) use remote::{read, read_threads};
#[cfg(has_reporter)]
pub(super) use table::address;
pub(crate) use table::{MAX_THREADS, current, current_or_claim};
#[cfg(has_reporter)]
pub(crate) use table::{OpenContexts, threads};
#[cfg(unix)]
pub(super) use table::{current_address, with_innermost_name};
use texts::{RawText, WordText};
pub(crate) use unwinding::UnwindingRecord;
use vitte_diag::{FileId, Span};

/// Number of outermost contexts that are stored.
const MAX_OUTER: u32 = 32;
/// Number of innermost contexts, of those deeper than `MAX_OUTER`, that are stored.
const MAX_INNER: u32 = 32;
/// Maximum number of fields of one context.
pub(crate) const MAX_FIELDS: usize = 3;
/// Size of a field's value, in words of eight bytes.
const TEXT_WORDS: usize = 7;

/// The contexts of one thread. Other threads read only the atomic fields.
#[repr(C)]
pub(crate) struct ContextStack {
    depth: AtomicU32,
    /// The number of contexts that were opened so far.
    opened: AtomicU64,
    entries: [StackEntry; (MAX_OUTER + MAX_INNER) as usize],
    unwinding: Cell<UnwindingRecord>,
    /// The names and keys that are not `'static`, or null before the first one. They are never freed.
    copies: Cell<*const TextCopies>,
}

#[repr(C)]
struct StackEntry {
    name: Cell<RawText>,
    /// The file, `lo` and `hi`. The reporter reads them, and the layout of a [`Span`] is not fixed.
    span: Cell<[u32; 3]>,
    /// The 0-based depth of the stored context. If it differs from the requested depth, a deeper
    /// context has overwritten the entry.
    depth: Cell<u32>,
    /// The number of contexts that were opened on this thread before this one.
    sequence: AtomicU64,
    /// The number of fields that are set.
    count: Cell<u32>,
    /// The variables that the context borrows, or null: see [`borrowed`].
    borrowed: Cell<*const BorrowedVariables<'static>>,
    opening: Cell<Opening>,
    fields: [InlineField; MAX_FIELDS],
}

/// A field of a context. The value is cut after 56 bytes, possibly inside a character.
#[repr(C)]
pub(crate) struct InlineField {
    key: Cell<RawText>,
    /// The length of the value in bytes.
    len: Cell<u32>,
    value: WordText<TEXT_WORDS>,
}

/// A context that was read from a stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RawContext {
    /// The 0-based depth of the context.
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
            entries: [const { StackEntry::new() }; (MAX_OUTER + MAX_INNER) as usize],
            unwinding: Cell::new(UnwindingRecord::NONE),
            copies: Cell::new(null()),
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
        self.push_raw(RawText::of(name), span, opening)
    }

    #[inline]
    fn push_raw(&self, name: RawText, span: Span, opening: Opening) -> u32 {
        let depth = self.depth();
        // Only this thread writes, so no atomic addition is needed.
        let sequence = self.opened.load(Ordering::Relaxed);
        self.opened.store(sequence + 1, Ordering::Relaxed);
        if let Some(entry) = self.entries.get(entry_position(depth)) {
            entry.sequence.store(sequence, Ordering::Relaxed);
            entry.name.set(name);
            entry.span.set([span.file().index(), span.lo(), span.hi()]);
            entry.depth.set(depth);
            entry.count.set(0);
            entry.borrowed.set(null());
            entry.opening.set(opening);
        }
        // A signal may arrive between any two instructions, so the entry is written before it is
        // counted.
        compiler_fence(Ordering::Release);
        self.set_depth(depth.saturating_add(1));
        depth
    }

    /// Closes the context at `depth` and all deeper ones.
    #[inline]
    pub(crate) fn truncate(&self, depth: u32) {
        // If closing an outer context has already closed this one, the depth must not grow again.
        self.set_depth(self.depth().min(depth));
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
        let contexts = stored_depths(depth)
            .filter_map(|depth| self.entries.get(entry_position(depth))?.read(depth));
        let contexts: Vec<_> = contexts.collect();
        let omitted = depth.saturating_sub(u32::try_from(contexts.len()).unwrap_or(u32::MAX));
        (contexts, omitted)
    }
}

/// Returns the depths of the contexts that may be stored, innermost first. `depth` is the number of
/// open contexts.
fn stored_depths(depth: u32) -> impl Iterator<Item = u32> {
    let inner = depth.saturating_sub(MAX_INNER).max(MAX_OUTER)..depth;
    inner.rev().chain((0..depth.min(MAX_OUTER)).rev())
}

impl StackEntry {
    const fn new() -> Self {
        Self {
            name: Cell::new(RawText::EMPTY),
            span: Cell::new([u32::MAX, 0, 0]),
            depth: Cell::new(0),
            sequence: AtomicU64::new(0),
            count: Cell::new(0),
            borrowed: Cell::new(null()),
            opening: Cell::new(Opening::NONE),
            fields: [const { InlineField::new() }; MAX_FIELDS],
        }
    }

    fn read(&self, depth: u32) -> Option<RawContext> {
        if self.depth.get() != depth {
            return None;
        }
        let fields = self.fields.iter().take(self.count.get() as usize);
        let fields = fields.map(|field| (field.key.get().read(), field.read()));
        let name = self.name.get().read();
        let (fields, span) = (fields.collect(), span_from(self.span.get()));
        Some(RawContext { depth, name, fields, span, opening: self.opening.get(), frame: None })
    }
}

/// Returns the span, or `None` if it is the dummy span.
fn span_from([file, lo, hi]: [u32; 3]) -> Option<Span> {
    let span = Span::new(FileId::new(file), lo, hi).ok()?;
    (span.file() != FileId::DUMMY).then_some(span)
}

impl InlineField {
    const fn new() -> Self {
        Self { key: Cell::new(RawText::EMPTY), len: Cell::new(0), value: WordText::new() }
    }

    /// Replaces the value.
    #[inline]
    pub(crate) fn set(&self, text: &str) {
        self.set_bytes(text.as_bytes());
    }

    /// Does the same with bytes that may not be UTF-8.
    #[inline]
    fn set_bytes(&self, bytes: &[u8]) {
        self.len.set(self.value.set(bytes));
    }

    /// Appends to the value.
    pub(crate) fn push(&self, text: &str) {
        self.len.set(self.value.push(self.len.get(), text.as_bytes()));
    }

    fn read(&self) -> String {
        self.value.read(self.len.get())
    }
}
