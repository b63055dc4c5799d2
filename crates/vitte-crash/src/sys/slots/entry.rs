//! The entries of a stack of contexts, and copies of them that other threads can enter.

use std::cell::Cell;
use std::fmt;
use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, compiler_fence};

use vitte_diag::{FileId, Span};

use super::borrowed::BorrowedVariables;
use super::texts::{RawText, WordText};
use super::{MAX_FIELDS, Opening, RawContext, TEXT_WORDS};

/// A context, or the contexts that a thread has entered with a handle.
#[repr(C)]
pub(super) struct StackEntry {
    pub(super) name: Cell<RawText>,
    /// The file, `lo` and `hi`. The reporter reads them, and the layout of a [`Span`] is not fixed.
    pub(super) span: Cell<[u32; 3]>,
    /// The 0-based depth of the stored context. If it differs from the requested depth, a deeper
    /// context has overwritten the entry.
    pub(super) depth: Cell<u32>,
    /// The number of contexts that were opened on this thread before this one.
    pub(super) sequence: AtomicU64,
    /// The number of fields that are set.
    pub(super) count: Cell<u32>,
    /// [`IS_INHERITED`], [`OWNS_SNAPSHOT`] and [`HAS_COPIES`], or 0.
    pub(super) flags: Cell<u32>,
    /// The variables that the context borrows, or null: see [`borrowed`](super::borrowed).
    pub(super) borrowed: Cell<*const BorrowedVariables<'static>>,
    /// The contexts that the thread has entered, or null: see [`inherited`](super::inherited).
    pub(super) snapshot: Cell<*const Snapshot>,
    pub(super) opening: Cell<Opening>,
    /// The id of the span that has opened it, or 0.
    pub(super) span_id: Cell<u64>,
    pub(super) fields: [InlineField; MAX_FIELDS],
}

/// The entry is that of a snapshot, whose contexts are open. It hides the contexts outside of it.
pub(super) const IS_INHERITED: u32 = 1;
/// The entry keeps its snapshot alive.
pub(super) const OWNS_SNAPSHOT: u32 = 2;
/// The texts of the entry are [copies](super::copies), which change when the entry is used again.
pub(super) const HAS_COPIES: u32 = 4;

/// A field of a context. The value is cut after 56 bytes, possibly inside a character.
#[repr(C)]
pub(crate) struct InlineField {
    pub(super) key: Cell<RawText>,
    /// The length of the value in bytes.
    pub(super) len: Cell<u32>,
    pub(super) value: WordText<TEXT_WORDS>,
}

impl StackEntry {
    pub(super) const fn new() -> Self {
        Self {
            name: Cell::new(RawText::EMPTY),
            span: Cell::new([u32::MAX, 0, 0]),
            depth: Cell::new(0),
            sequence: AtomicU64::new(0),
            count: Cell::new(0),
            flags: Cell::new(0),
            borrowed: Cell::new(null()),
            snapshot: Cell::new(null()),
            opening: Cell::new(Opening::NONE),
            span_id: Cell::new(0),
            fields: [const { InlineField::new() }; MAX_FIELDS],
        }
    }

    /// Begins a context without fields.
    #[inline]
    pub(super) fn begin(&self, name: RawText, span: Span, opening: Opening) {
        if self.flags.get() != 0 {
            self.clear_flags();
        }
        self.name.set(name);
        self.span.set([span.file().index(), span.lo(), span.hi()]);
        self.count.set(0);
        self.borrowed.set(null());
        self.opening.set(opening);
        self.span_id.set(0);
    }

    /// Removes the flags, and the snapshot.
    #[cold]
    #[inline(never)]
    fn clear_flags(&self) {
        let (flags, snapshot) = (self.flags.replace(0), self.snapshot.replace(null()));
        // A signal handler must not find the snapshot after it was freed.
        compiler_fence(Ordering::SeqCst);
        if flags & OWNS_SNAPSHOT != 0 && !snapshot.is_null() {
            // SAFETY: `own_snapshot` or `set_snapshot` has stored the pointer of an `Arc` with the flag, and both are removed.
            drop(unsafe { Arc::from_raw(snapshot) });
        }
    }

    /// Makes this the entry of a snapshot, which it keeps alive.
    #[inline]
    pub(super) fn set_snapshot(&self, snapshot: Arc<Snapshot>) {
        self.snapshot.set(Arc::into_raw(snapshot));
        self.flags.set(IS_INHERITED | OWNS_SNAPSHOT);
    }

    /// Does the same with a snapshot that the caller keeps alive, until it calls [`release`](Self::release).
    #[inline]
    pub(super) fn borrow_snapshot(&self, snapshot: &Arc<Snapshot>) {
        self.snapshot.set(Arc::as_ptr(snapshot));
        self.flags.set(IS_INHERITED);
    }

    /// Removes a snapshot of [`borrow_snapshot`](Self::borrow_snapshot), if it is still here. While a panic unwinds, keeps
    /// it alive instead, because the closed contexts may be read when the panic is caught.
    #[inline]
    pub(super) fn release(&self, snapshot: &Arc<Snapshot>, is_panicking: bool) {
        let is_borrowed = self.flags.get() & OWNS_SNAPSHOT == 0;
        if is_borrowed && std::ptr::eq(self.snapshot.get(), Arc::as_ptr(snapshot)) {
            if is_panicking {
                return self.set_snapshot(Arc::clone(snapshot));
            }
            self.snapshot.set(null());
            compiler_fence(Ordering::SeqCst);
        }
    }

    #[inline]
    pub(super) fn is_inherited(&self) -> bool {
        self.flags.get() & IS_INHERITED != 0
    }

    /// Returns the snapshot, if the entry has one.
    pub(super) fn snapshot(&self) -> Option<&Snapshot> {
        // SAFETY: the pointer is null, or that of a snapshot which the entry or the caller of `borrow_snapshot` keeps alive
        // until the pointer is removed from the entry. Only the thread that owns the entry removes it, and it does not
        // while it uses the result.
        unsafe { self.snapshot.get().as_ref() }
    }

    /// Returns the context.
    pub(super) fn read(&self) -> RawContext {
        let fields = self.fields.iter().take(self.count.get() as usize);
        let fields = fields.map(|field| (field.key.get().read(), field.read()));
        let name = self.name.get().read();
        let (fields, span) = (fields.collect(), span_from(self.span.get()));
        let (depth, opening) = (self.depth.get(), self.opening.get());
        RawContext { depth, name, fields, span, opening, frame: None }
    }

    /// Returns a copy without variables. Texts that do not live as long as the process are copied into `texts`. The copy of
    /// an entry of a snapshot keeps it alive.
    pub(super) fn to_copy(&self, texts: &mut Vec<Box<[u8]>>) -> Self {
        let has_copies = self.flags.get() & HAS_COPIES != 0;
        let mut text = |text: RawText| if has_copies { text.to_copy(texts) } else { text };
        let copy = Self::new();
        copy.name.set(text(self.name.get()));
        copy.span.set(self.span.get());
        copy.depth.set(self.depth.get());
        copy.count.set(self.count.get());
        copy.opening.set(self.opening.get());
        copy.span_id.set(self.span_id.get());
        for (to, from) in copy.fields.iter().zip(&self.fields).take(self.count.get() as usize) {
            to.copy_from(from);
            to.key.set(text(from.key.get()));
        }
        copy.flags.set(self.flags.get() & (IS_INHERITED | HAS_COPIES));
        if let Some(snapshot) = self.snapshot() {
            // SAFETY: it is the pointer of an `Arc`, which is alive.
            unsafe { Arc::increment_strong_count(snapshot) };
            copy.snapshot.set(snapshot);
            copy.flags.set(IS_INHERITED | OWNS_SNAPSHOT);
        }
        copy
    }

    /// Replaces this by a [copy](Self::to_copy), at another depth.
    pub(super) fn replace(&self, copy: &Self, depth: u32) {
        self.clear_flags();
        self.name.set(copy.name.get());
        self.span.set(copy.span.get());
        self.depth.set(depth);
        self.count.set(copy.count.get());
        self.borrowed.set(null());
        self.opening.set(copy.opening.get());
        self.span_id.set(copy.span_id.get());
        for (to, from) in self.fields.iter().zip(&copy.fields) {
            to.copy_from(from);
        }
        // The snapshot moves.
        self.snapshot.set(copy.snapshot.replace(null()));
        self.flags.set(copy.flags.replace(0));
    }
}

impl Drop for StackEntry {
    /// The entries of stacks are never dropped, only copies of them.
    fn drop(&mut self) {
        self.clear_flags();
    }
}

/// Contexts that were open on a thread, with their fields. They never change, so that any thread may read them. Another
/// process reads them too, so the layout is fixed.
#[repr(C)]
pub(crate) struct Snapshot {
    /// The first of `count` entries, the innermost context first. None of them stands for another snapshot.
    pub(super) entries: *const StackEntry,
    pub(super) count: u64,
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
    pub(super) fn of(
        entries: Vec<StackEntry>,
        omitted: u32,
        catch: u64,
        texts: Vec<Box<[u8]>>,
    ) -> Self {
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

/// Returns the span, or `None` if it is the dummy span.
pub(super) fn span_from([file, lo, hi]: [u32; 3]) -> Option<Span> {
    let span = Span::new(FileId::new(file), lo, hi).ok()?;
    (span.file() != FileId::DUMMY).then_some(span)
}

impl InlineField {
    const fn new() -> Self {
        Self { key: Cell::new(RawText::EMPTY), len: Cell::new(0), value: WordText::new() }
    }

    fn copy_from(&self, other: &Self) {
        self.key.set(other.key.get());
        self.len.set(other.len.get());
        self.value.copy_from(&other.value);
    }

    /// Replaces the value.
    #[inline]
    pub(crate) fn set(&self, text: &str) {
        self.set_bytes(text.as_bytes());
    }

    /// Does the same with bytes that may not be UTF-8.
    #[inline]
    pub(super) fn set_bytes(&self, bytes: &[u8]) {
        self.len.set(self.value.set(bytes));
    }

    /// Appends to the value.
    pub(crate) fn push(&self, text: &str) {
        self.len.set(self.value.push(self.len.get(), text.as_bytes()));
    }

    /// Returns the value, which is a number of at most eight digits.
    #[cfg(test)]
    pub(super) fn read_number(&self) -> u32 {
        let digits = self.value.first_word().to_ne_bytes();
        let digits = digits.iter().take(self.len.get() as usize);
        digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    }

    fn read(&self) -> String {
        self.value.read(self.len.get())
    }
}
