//! An alternate signal stack for each thread, because the thread's own stack may have overflowed.

use std::cell::Cell;
use std::ptr::null_mut;

/// The size of a signal stack in bytes. An inaccessible guard page lies below it.
const STACK_BYTES: usize = 64 << 10;

thread_local! {
    /// The address of the mapping, or 0.
    static MAPPING_ADDRESS: Cell<usize> = const { Cell::new(0) };
    static PREVIOUS: Cell<Option<libc::stack_t>> = const { Cell::new(None) };
}

/// Gives this thread a signal stack, unless it already has one of at least [`STACK_BYTES`].
pub(super) fn install() {
    let mut old = empty();
    // SAFETY: without a new stack, the call only writes to `old`, which is a `stack_t`.
    let result = unsafe { libc::sigaltstack(std::ptr::null(), &raw mut old) };
    let is_large = old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= STACK_BYTES;
    if result != 0 || is_large || MAPPING_ADDRESS.get() != 0 {
        return;
    }
    let page = super::page_bytes();
    let (protection, flags) = (libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANON);
    // SAFETY: a new mapping at an address that the kernel chooses overlaps no memory that is in
    // use.
    let mapping = unsafe { libc::mmap(null_mut(), STACK_BYTES + page, protection, flags, -1, 0) };
    if mapping == libc::MAP_FAILED {
        return;
    }
    let bottom = mapping.wrapping_byte_add(page);
    let stack = libc::stack_t { ss_sp: bottom, ss_flags: 0, ss_size: STACK_BYTES };
    // SAFETY: the bytes are those of the mapping above its first page, and nothing else refers to
    // them. The kernel uses them as the stack until `remove` sets another one.
    let is_set = unsafe {
        libc::mprotect(bottom, STACK_BYTES, libc::PROT_READ | libc::PROT_WRITE) == 0
            && libc::sigaltstack(&raw const stack, null_mut()) == 0
    };
    if is_set {
        MAPPING_ADDRESS.set(mapping.addr());
        PREVIOUS.set(Some(old));
    } else {
        // SAFETY: the mapping was created above, and nothing uses it.
        unsafe { libc::munmap(mapping, STACK_BYTES + page) };
    }
}

/// Returns whether an address is in the signal stack that [`install`] gave this thread.
#[cfg(has_reporter)]
pub(super) fn contains(address: usize) -> bool {
    let mapping = MAPPING_ADDRESS.get();
    mapping != 0 && address.wrapping_sub(mapping) < STACK_BYTES + super::page_bytes()
}

/// Removes the signal stack of this thread and restores the previous one.
pub(super) fn remove() {
    let mapping = MAPPING_ADDRESS.take();
    let Some(before) = PREVIOUS.take().filter(|_| mapping != 0) else { return };
    let page = super::page_bytes();
    let mut now = empty();
    // SAFETY: `now` is a `stack_t` to write to. `before` was this thread's stack when ours was set.
    // If the thread has already lost its signal stack because it is ending, ours is not the current
    // one either.
    unsafe {
        libc::sigaltstack(std::ptr::null(), &raw mut now);
        let is_ours = now.ss_flags & libc::SS_DISABLE == 0 && now.ss_sp.addr() == mapping + page;
        if !is_ours || libc::sigaltstack(&raw const before, null_mut()) == 0 {
            // No signal is being handled on our stack: this code runs outside a handler, and the
            // kernel now uses another stack.
            libc::munmap(std::ptr::with_exposed_provenance_mut(mapping), STACK_BYTES + page);
        }
    }
}

const fn empty() -> libc::stack_t {
    libc::stack_t { ss_sp: null_mut(), ss_flags: 0, ss_size: 0 }
}
