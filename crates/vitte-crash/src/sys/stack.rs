//! A stack for the signal handler of each thread, as the thread's own may be what is full.

use std::cell::Cell;
use std::ptr::null_mut;

/// Bytes of a stack; below it is a page that nobody may touch.
const SIZE: usize = 64 << 10;

thread_local! {
    /// The address of the mapping, or 0.
    static MAPPING: Cell<usize> = const { Cell::new(0) };
    static BEFORE: Cell<Option<libc::stack_t>> = const { Cell::new(None) };
}

/// Gives this thread a stack for signals, unless it has one that is as large.
pub(super) fn begin() {
    let mut old = empty();
    // SAFETY: with no new stack it only writes to `old`, which is a `stack_t`.
    let result = unsafe { libc::sigaltstack(std::ptr::null(), &raw mut old) };
    let is_large = old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= SIZE;
    if result != 0 || is_large || MAPPING.get() != 0 {
        return;
    }
    let page = page();
    let (protection, flags) = (libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANON);
    // SAFETY: a new mapping, wherever the system wants it, overlaps no memory that is in use.
    let mapping = unsafe { libc::mmap(null_mut(), SIZE + page, protection, flags, -1, 0) };
    if mapping == libc::MAP_FAILED {
        return;
    }
    let bottom = mapping.wrapping_byte_add(page);
    let stack = libc::stack_t { ss_sp: bottom, ss_flags: 0, ss_size: SIZE };
    // SAFETY: the bytes are those of the mapping above its first page, and nobody else knows them. The
    // system takes them as the stack until `end` gives another one.
    let is_set = unsafe {
        libc::mprotect(bottom, SIZE, libc::PROT_READ | libc::PROT_WRITE) == 0
            && libc::sigaltstack(&raw const stack, null_mut()) == 0
    };
    if is_set {
        MAPPING.set(mapping.addr());
        BEFORE.set(Some(old));
    } else {
        // SAFETY: the mapping was made above, and nobody uses it.
        unsafe { libc::munmap(mapping, SIZE + page) };
    }
}

/// Takes the stack away, and puts back the one that was there before.
pub(super) fn end() {
    let mapping = MAPPING.take();
    let Some(before) = BEFORE.take().filter(|_| mapping != 0) else { return };
    let page = page();
    let mut now = empty();
    // SAFETY: `now` is a `stack_t` to write to. The stack before was this thread's by then; where the
    // thread has ended so far that it has none any more, ours is not the current one either.
    unsafe {
        libc::sigaltstack(std::ptr::null(), &raw mut now);
        let is_ours = now.ss_flags & libc::SS_DISABLE == 0 && now.ss_sp.addr() == mapping + page;
        if !is_ours || libc::sigaltstack(&raw const before, null_mut()) == 0 {
            // No signal is handled on it: this is not a handler, and the system has another one.
            libc::munmap(std::ptr::with_exposed_provenance_mut(mapping), SIZE + page);
        }
    }
}

const fn empty() -> libc::stack_t {
    libc::stack_t { ss_sp: null_mut(), ss_flags: 0, ss_size: 0 }
}

/// Bytes of a page.
fn page() -> usize {
    // SAFETY: it takes a number and gives one.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(page).unwrap_or(4096)
}
