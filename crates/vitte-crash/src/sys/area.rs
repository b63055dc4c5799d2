//! Memory shared by a process and its forked children. What a child writes stays after it has
//! ended.
//!
//! ```text
//! AreaHeader │ record │ record │ open record │ free
//!            ◀───── used ─────▶
//! ```
//!
//! The child writes while it runs, and the process after the child has ended. A child may crash at
//! any instruction: the committed records stay valid, and the open record is that of the variable at
//! which it crashed.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::variables::records;

/// The size of the shared memory in bytes.
const AREA_BYTES: usize = 4 << 20;
/// The size of the header in bytes.
const HEADER_BYTES: usize = size_of::<AreaHeader>();
/// The number of bytes that stay free for a final note.
const RESERVED_NOTE_BYTES: usize = 1 << 10;

#[repr(C)]
#[derive(Default)]
pub(super) struct AreaHeader {
    /// The length of the committed records in bytes.
    used: AtomicU64,
    /// The number of variables with a committed record.
    pub(super) count: AtomicU64,
    /// Not 0 if an open record follows the committed ones.
    is_open: AtomicU64,
    /// The number of items of all variables together.
    pub(super) items: AtomicU64,
    /// Not 0 if no variable without a record is left, or the area is full.
    pub(super) is_done: AtomicU64,
}

/// The shared memory. Only [`unmap`](Self::unmap) frees it.
pub(super) struct RecordArea {
    base: *mut u8,
}

impl RecordArea {
    /// Maps a new, empty area. Returns `None` if the system refuses it. Safe in a signal handler,
    /// because it is one system call.
    pub(super) fn new() -> Option<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address that the kernel chooses overlaps no memory that is in
        // use.
        let base = unsafe { libc::mmap(null_mut(), AREA_BYTES, protection, flags, -1, 0) };
        (base != libc::MAP_FAILED).then(|| Self { base: base.cast() })
    }

    /// Returns the area whose mapping starts at `base`.
    ///
    /// # Safety
    ///
    /// `base` is the [`base`](Self::base) of an area that is still mapped, and nothing else uses the
    /// area while the result is used.
    pub(super) const unsafe fn at(base: *mut u8) -> Self {
        Self { base }
    }

    /// Returns the address of the mapping.
    pub(super) const fn base(&self) -> *mut u8 {
        self.base
    }

    /// Frees the memory.
    pub(super) fn unmap(self) {
        // SAFETY: `new` mapped it with this size, and it is not used afterwards.
        unsafe { libc::munmap(self.base.cast(), AREA_BYTES) };
    }

    pub(super) const fn header(&self) -> &AreaHeader {
        // SAFETY: the header is at the beginning of the mapping, which is aligned to a page, and
        // zeros are a valid header.
        unsafe { &*self.base.cast::<AreaHeader>() }
    }

    /// Returns the length of the committed records in bytes.
    fn used(&self) -> usize {
        let used = self.header().used.load(Ordering::Acquire);
        // A child that crashes may have written any number.
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
        let start = self.base.wrapping_add(HEADER_BYTES + used);
        // SAFETY: the bytes are inside the mapping, which is initialised with zeros, and after
        // those of `bytes`. The owner of the area is its only user, see `at`.
        unsafe { std::slice::from_raw_parts_mut(start, AREA_BYTES - HEADER_BYTES - used) }
    }

    /// Opens the record of a variable of the context at the 0-based `depth`. Returns the offset of
    /// its value in [`open_record_bytes`](Self::open_record_bytes), or `None` if the area is full.
    pub(super) fn open_record(&mut self, depth: u32, key: &str) -> Option<usize> {
        self.header().is_open.store(0, Ordering::Release);
        let value_offset = records::begin(self.open_record_bytes(), depth, key)?;
        self.header().is_open.store(1, Ordering::Release);
        Some(value_offset)
    }

    /// Returns the bytes that the open record may use.
    pub(super) fn open_record_bytes(&mut self) -> &mut [u8] {
        let free = self.free_bytes();
        let len = free.len().saturating_sub(RESERVED_NOTE_BYTES);
        free.get_mut(..len).unwrap_or_default()
    }

    /// Commits the open record, whose value has `value_len` bytes. `error` is empty if there is none.
    pub(super) fn commit(&mut self, value_len: usize, error: &str) {
        let bytes = self.open_record_bytes();
        let Some(record_len) = records::end(bytes, value_len, error) else { return };
        self.advance(record_len);
        self.header().count.fetch_add(1, Ordering::AcqRel);
    }

    /// Commits the open record with an error and no value. Returns true if a record was committed.
    pub(super) fn commit_error(&mut self, error: &str) -> bool {
        let is_open = self.header().is_open.load(Ordering::Acquire) != 0;
        if is_open {
            self.commit(0, error);
        }
        is_open && self.header().is_open.load(Ordering::Acquire) == 0
    }

    /// Appends a note that states why no more variables follow.
    pub(super) fn append_note(&mut self, error: &str) {
        if let Some(len) = records::note(self.free_bytes(), error) {
            self.advance(len);
        }
    }

    /// Adds the `len` bytes after the committed records to them, so that no record is open.
    fn advance(&self, len: usize) {
        let header = self.header();
        header.used.store((self.used() + len) as u64, Ordering::Release);
        header.is_open.store(0, Ordering::Release);
    }
}
