//! Memory that a process and its copies share: what a copy writes is there when it has ended.
//!
//! ```text
//! Header │ record │ record │ record that is open │ free
//!        ◀───── used ─────▶
//! ```
//!
//! Who writes is the copy as long as it runs, and the process when it has ended. A copy may die at any
//! instruction: what it committed before counts, and the record that is open says what it was about.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::variables::records;

/// Bytes of all.
const SIZE: usize = 4 << 20;
const FIRST: usize = size_of::<Header>();
/// Bytes that stay free for the last word.
const RESERVE: usize = 1 << 10;

#[repr(C)]
#[derive(Default)]
pub(super) struct Header {
    /// Bytes of the records that are committed.
    used: AtomicU64,
    /// Variables that have one.
    pub(super) count: AtomicU64,
    /// Whether one is open behind them.
    is_open: AtomicU64,
    /// Items of all of them.
    pub(super) items: AtomicU64,
    /// Not 0 when there is nothing left to do.
    pub(super) is_done: AtomicU64,
}

/// The memory; it is given back by [`unmap`](Self::unmap) alone.
pub(super) struct Area {
    base: *mut u8,
}

impl Area {
    /// New memory, with nothing in it. This is one system call, and so safe in a signal handler.
    pub(super) fn new() -> Option<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping, wherever the system wants it, overlaps no memory that is in use.
        let base = unsafe { libc::mmap(null_mut(), SIZE, protection, flags, -1, 0) };
        (base != libc::MAP_FAILED).then(|| Self { base: base.cast() })
    }

    /// The memory that one has at an address.
    ///
    /// # Safety
    ///
    /// It is that of an area which is still mapped, and nobody else uses it as long as this is used.
    pub(super) const unsafe fn at(base: *mut u8) -> Self {
        Self { base }
    }

    pub(super) const fn base(&self) -> *mut u8 {
        self.base
    }

    pub(super) fn unmap(self) {
        // SAFETY: it was mapped by `new`, with this size, and is not used any more.
        unsafe { libc::munmap(self.base.cast(), SIZE) };
    }

    pub(super) const fn header(&self) -> &Header {
        // SAFETY: it is at the beginning of the mapping, which is a page's, and zeros are one.
        unsafe { &*self.base.cast::<Header>() }
    }

    fn used(&self) -> usize {
        let used = self.header().used.load(Ordering::Acquire);
        // A copy that is broken may have written anything.
        usize::try_from(used).unwrap_or(usize::MAX).min(SIZE - FIRST)
    }

    /// The address of the records and their length.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.base.wrapping_add(FIRST).addr(), self.used())
    }

    /// The records.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the bytes are inside the mapping, which begins as zeros, and are not written again.
        unsafe { std::slice::from_raw_parts(self.base.wrapping_add(FIRST), self.used()) }
    }

    /// What is behind the records.
    fn free(&mut self) -> &mut [u8] {
        let used = self.used();
        let begin = self.base.wrapping_add(FIRST + used);
        // SAFETY: the bytes are inside the mapping, which begins as zeros, and behind those of `bytes`. Who
        // has this is the only one who uses them, see above.
        unsafe { std::slice::from_raw_parts_mut(begin, SIZE - FIRST - used) }
    }

    /// Begins the record of a variable; where its value will be in the memory that [`edit`](Self::edit) gives.
    pub(super) fn begin(&mut self, index: u32, key: &str) -> Option<usize> {
        self.header().is_open.store(0, Ordering::Release);
        let at = records::begin(self.edit(), index, key)?;
        self.header().is_open.store(1, Ordering::Release);
        Some(at)
    }

    /// The memory of the record that is open.
    pub(super) fn edit(&mut self) -> &mut [u8] {
        let free = self.free();
        let len = free.len().saturating_sub(RESERVE);
        free.get_mut(..len).unwrap_or_default()
    }

    /// Ends the record that is open, whose value has so many bytes.
    pub(super) fn commit(&mut self, value: usize, error: &str) {
        let Some(len) = records::end(self.edit(), value, error) else { return };
        self.add(len);
        self.header().count.fetch_add(1, Ordering::AcqRel);
    }

    /// Says why there is no value where one was to come, whatever that is.
    pub(super) fn fail(&mut self, error: &str) -> bool {
        let is_open = self.header().is_open.load(Ordering::Acquire) != 0;
        if is_open {
            self.commit(0, error);
        }
        is_open && self.header().is_open.load(Ordering::Acquire) == 0
    }

    /// Says why there is nothing more.
    pub(super) fn note(&mut self, error: &str) {
        if let Some(len) = records::note(self.free(), error) {
            self.add(len);
        }
    }

    fn add(&self, len: usize) {
        let header = self.header();
        header.used.store((self.used() + len) as u64, Ordering::Release);
        header.is_open.store(0, Ordering::Release);
    }
}
