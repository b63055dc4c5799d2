//! Memory for stacks, with an inaccessible area below it.

use std::ffi::c_void;
use std::ptr::null_mut;

/// A mapped stack, above a guard area. It is not unmapped when this is dropped.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuardedStack {
    /// The address of the guard area.
    base: *mut c_void,
    guard_bytes: usize,
    stack_bytes: usize,
}

impl GuardedStack {
    /// Maps a stack of this size, and a guard area of at least one page. Both sizes are multiples of the page size. Pages
    /// that are not used take no memory. Returns `None` if the system has none.
    pub(super) fn map(stack_bytes: usize, guard_bytes: usize) -> Option<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let bytes = guard_bytes + stack_bytes;
        // SAFETY: a new mapping at an address that the kernel chooses overlaps no memory that is in use.
        let base = unsafe { libc::mmap(null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return None;
        }
        let stack = Self { base, guard_bytes, stack_bytes };
        // SAFETY: the memory is a part of the mapping, which nothing uses yet.
        unsafe {
            if libc::mprotect(stack.bottom(), stack_bytes, access) != 0 {
                stack.unmap();
                return None;
            }
        }
        Some(stack)
    }

    /// Returns the lowest address of the stack.
    pub(super) const fn bottom(self) -> *mut c_void {
        self.base.wrapping_byte_add(self.guard_bytes)
    }

    /// Returns the end of the stack, where it begins to grow.
    #[cfg(has_reporter)]
    pub(super) const fn top(self) -> *mut c_void {
        self.bottom().wrapping_byte_add(self.stack_bytes)
    }

    /// Returns the size of the stack without the guard area, in bytes.
    #[cfg(has_reporter)]
    pub(super) const fn bytes(self) -> usize {
        self.stack_bytes
    }

    /// Returns whether an address is in the stack or its guard area.
    #[cfg(has_reporter)]
    pub(super) fn contains(self, address: usize) -> bool {
        (self.base.addr()..self.top().addr()).contains(&address)
    }

    /// # Safety
    ///
    /// Nothing uses the stack any more.
    pub(super) unsafe fn unmap(self) {
        // SAFETY: `map` has created this mapping. The caller guarantees the rest.
        unsafe { libc::munmap(self.base, self.guard_bytes + self.stack_bytes) };
    }
}
