//! Memory shared by a process and its forked children. What a child writes stays after it has
//! ended.
//!
//! ```text
//! AreaHeader │ record │ record │ open record │ free
//!            ◀───── used ─────▶
//! ```
//!
//! The child writes while it runs, the process after the child has ended. A child may die at any
//! instruction: records that it committed are valid, and the open record names the variable at
//! which it died.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::variables::records;

/// The size of the area in bytes.
const AREA_BYTES: usize = 4 << 20;
const HEADER_BYTES: usize = size_of::<AreaHeader>();
/// Bytes that stay free for a final note.
const RESERVED_NOTE_BYTES: usize = 1 << 10;

#[repr(C)]
#[derive(Default)]
pub(super) struct AreaHeader {
    /// Bytes of the committed records.
    used: AtomicU64,
    /// Number of variables with a committed record.
    pub(super) count: AtomicU64,
    /// Not 0 if an open record follows the committed ones.
    is_open: AtomicU64,
    /// Items of all variables together.
    pub(super) items: AtomicU64,
    /// Not 0 once nothing is left to do.
    pub(super) is_done: AtomicU64,
}

/// The shared memory. Only [`unmap`](Self::unmap) frees it.
pub(super) struct RecordArea {
    base: *mut u8,
}

impl RecordArea {
    /// Maps a new, empty area. This is one system call and so safe in a signal handler.
    pub(super) fn new() -> Option<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address that the kernel chooses overlaps no memory that is in
        // use.
        let base = unsafe { libc::mmap(null_mut(), AREA_BYTES, protection, flags, -1, 0) };
        (base != libc::MAP_FAILED).then(|| Self { base: base.cast() })
    }

    /// Returns the area that is mapped at `base`.
    ///
    /// # Safety
    ///
    /// `base` is that of an area that is still mapped, and nothing else uses the area while the
    /// result is used.
    pub(super) const unsafe fn at(base: *mut u8) -> Self {
        Self { base }
    }

    pub(super) const fn base(&self) -> *mut u8 {
        self.base
    }

    pub(super) fn unmap(self) {
        // SAFETY: `new` mapped it with this size, and it is not used afterwards.
        unsafe { libc::munmap(self.base.cast(), AREA_BYTES) };
    }

    pub(super) const fn header(&self) -> &AreaHeader {
        // SAFETY: the header is at the beginning of the mapping, which is aligned to a page, and
        // zeros are a valid header.
        unsafe { &*self.base.cast::<AreaHeader>() }
    }

    fn used(&self) -> usize {
        let used = self.header().used.load(Ordering::Acquire);
        // A crashing child may have written any number.
        usize::try_from(used).unwrap_or(usize::MAX).min(AREA_BYTES - HEADER_BYTES)
    }

    /// Returns the address of the records and their length in bytes.
    pub(super) fn records_location(&self) -> (usize, usize) {
        (self.base.wrapping_add(HEADER_BYTES).addr(), self.used())
    }

    /// Returns the committed records.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the bytes are inside the mapping, which is initialised with zeros, and are never
        // written again.
        unsafe { std::slice::from_raw_parts(self.base.wrapping_add(HEADER_BYTES), self.used()) }
    }

    /// Returns the bytes after the committed records.
    fn free_bytes(&mut self) -> &mut [u8] {
        let used = self.used();
        let begin = self.base.wrapping_add(HEADER_BYTES + used);
        // SAFETY: the bytes are inside the mapping, which is initialised with zeros, and after
        // those of `bytes`. The owner of the area is its only user, see `at`.
        unsafe { std::slice::from_raw_parts_mut(begin, AREA_BYTES - HEADER_BYTES - used) }
    }

    /// Begins the record of a variable. Returns the offset of its value in [`edit`](Self::edit), or
    /// `None` if the area is full.
    pub(super) fn begin(&mut self, index: u32, key: &str) -> Option<usize> {
        self.header().is_open.store(0, Ordering::Release);
        let at = records::begin(self.edit(), index, key)?;
        self.header().is_open.store(1, Ordering::Release);
        Some(at)
    }

    /// Returns the bytes of the open record.
    pub(super) fn edit(&mut self) -> &mut [u8] {
        let free = self.free_bytes();
        let len = free.len().saturating_sub(RESERVED_NOTE_BYTES);
        free.get_mut(..len).unwrap_or_default()
    }

    /// Commits the open record, whose value has `value` bytes.
    pub(super) fn commit(&mut self, value: usize, error: &str) {
        let Some(len) = records::end(self.edit(), value, error) else { return };
        self.add(len);
        self.header().count.fetch_add(1, Ordering::AcqRel);
    }

    /// Commits the open record with an error instead of a value. Returns whether a record was open.
    pub(super) fn fail(&mut self, error: &str) -> bool {
        let is_open = self.header().is_open.load(Ordering::Acquire) != 0;
        if is_open {
            self.commit(0, error);
        }
        is_open && self.header().is_open.load(Ordering::Acquire) == 0
    }

    /// Adds a note on why there are no more variables.
    pub(super) fn note(&mut self, error: &str) {
        if let Some(len) = records::note(self.free_bytes(), error) {
            self.add(len);
        }
    }

    fn add(&self, len: usize) {
        let header = self.header();
        header.used.store((self.used() + len) as u64, Ordering::Release);
        header.is_open.store(0, Ordering::Release);
    }
}
