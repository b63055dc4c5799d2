//! Stacks of 256 KiB for threads whose own may be smaller.

use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// The size of a stack in bytes. An inaccessible page lies below it. A handler that was installed before may need as much
/// as it would have on the stack of the thread: some name all frames.
const STACK_BYTES: usize = 256 << 10;
/// The number of threads that can use one at the same time. Others stay on the stack on which they are.
const COUNT: usize = 8;

/// The address of the stacks, or 0.
static BASE: AtomicUsize = AtomicUsize::new(0);
/// Which of them are in use: 0, [`UNKNOWN_THREAD`], or the id of the thread whose alternate stack it is. A handler that
/// leaves by `longjmp` leaves it so until the thread ends.
static USERS: [AtomicU32; COUNT] = [const { AtomicU32::new(0) }; COUNT];
/// Stands for the thread that uses a stack. No thread of a program has this id.
const UNKNOWN_THREAD: u32 = u32::MAX;

thread_local! {
    /// The index of this thread's stack.
    static CURRENT: Cell<Option<usize>> = const { Cell::new(None) };
    /// The alternate stack that [`become_alternate`] has replaced.
    static REPLACED: Cell<Option<libc::stack_t>> = const { Cell::new(None) };
}

fn stride() -> usize {
    STACK_BYTES + crate::sys::page_bytes()
}

/// Returns the lowest address of a stack.
fn bottom(index: usize) -> *mut u8 {
    let base = BASE.load(Ordering::Acquire);
    std::ptr::with_exposed_provenance_mut(base + index * stride() + crate::sys::page_bytes())
}

/// Reserves a stack that is not in use, or whose thread has ended.
fn reserve() -> Option<usize> {
    let take = |slot: &AtomicU32, user: u32| {
        slot.compare_exchange(user, UNKNOWN_THREAD, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    };
    let take_of_ended = |slot: &AtomicU32| {
        let user = slot.load(Ordering::Acquire);
        let Ok(thread) = libc::pid_t::try_from(user) else { return false };
        // SAFETY: the signal 0 only finds out whether there is such a thread.
        let result = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, 0) };
        result == -1 && crate::sys::errno() == libc::ESRCH && take(slot, user)
    };
    let free = USERS.iter().position(|slot| take(slot, 0));
    free.or_else(|| USERS.iter().position(take_of_ended))
}

/// Maps the stacks, once for the process. Pages that are not used take no memory.
pub(in crate::sys) fn allocate() {
    if BASE.load(Ordering::Acquire) != 0 {
        return;
    }
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
    // SAFETY: a new mapping at an address that the kernel chooses overlaps no memory that is in use.
    let base = unsafe { libc::mmap(null_mut(), stride() * COUNT, libc::PROT_NONE, flags, -1, 0) };
    if base == libc::MAP_FAILED {
        return;
    }
    for index in 0..COUNT {
        let stack = base.wrapping_byte_add(index * stride() + crate::sys::page_bytes());
        // SAFETY: the bytes are a part of the mapping, which nothing uses yet.
        if unsafe { libc::mprotect(stack, STACK_BYTES, libc::PROT_READ | libc::PROT_WRITE) } != 0 {
            return;
        }
    }
    BASE.store(base.expose_provenance(), Ordering::Release);
}

/// Calls `work` on a stack that is large enough for it, if there is one. `work` does not panic.
pub(in crate::sys) fn on_large_stack(work: &mut dyn FnMut()) {
    let local = 0_u8;
    let address = (&raw const local).addr();
    let base = BASE.load(Ordering::Acquire);
    if base == 0 || address.wrapping_sub(base) < stride() * COUNT {
        return work();
    }
    let Some(index) = reserve() else { return work() };
    let before = (CURRENT.replace(Some(index)), REPLACED.replace(None));
    // SAFETY: the memory is a part of the mapping of `allocate`, which is never unmapped, and nothing else uses it. Its
    // address and its size are multiples of the page size, which is more than the alignment of a stack.
    unsafe {
        psm::on_stack(bottom(index), STACK_BYTES, work);
        if let Some(replaced) = REPLACED.get() {
            libc::sigaltstack(&raw const replaced, null_mut());
        }
    }
    CURRENT.set(before.0);
    REPLACED.set(before.1);
    if let Some(slot) = USERS.get(index) {
        slot.store(0, Ordering::Release);
    }
}

/// Returns whether this thread is using one of these stacks now.
pub(in crate::sys) fn is_on_stack() -> bool {
    let local = 0_u8;
    let address = (&raw const local).addr();
    is_same_stack(address, address)
}

/// Returns whether two addresses are on the same of these stacks.
pub(in crate::sys) fn is_same_stack(first: usize, second: usize) -> bool {
    let base = BASE.load(Ordering::Acquire);
    let [first, second] = [first, second].map(|address| address.wrapping_sub(base) / stride());
    base != 0 && first == second && first < COUNT
}

/// Returns whether an address is in the inaccessible page below one of these stacks.
pub(in crate::sys) fn is_guard(address: usize) -> bool {
    let base = BASE.load(Ordering::Acquire);
    let offset = address.wrapping_sub(base);
    base != 0 && offset < stride() * COUNT && offset % stride() < crate::sys::page_bytes()
}

/// Returns the alternate stack of this thread that [`become_alternate`] has replaced, if it has.
pub(in crate::sys) fn replaced() -> Option<libc::stack_t> {
    REPLACED.get()
}

/// Makes the stack of [`on_large_stack`] the alternate stack of this thread. It must be called before signals are
/// unblocked: they would use the former one from its beginning, where frames of callers are.
pub(in crate::sys) fn become_alternate() {
    let Some(index) = CURRENT.get().filter(|_| REPLACED.get().is_none()) else { return };
    let new = libc::stack_t { ss_sp: bottom(index).cast(), ss_flags: 0, ss_size: STACK_BYTES };
    let mut old = libc::stack_t { ss_sp: null_mut(), ss_flags: 0, ss_size: 0 };
    // SAFETY: the memory is a stack of this thread. When the handler returns, the former alternate stack is restored.
    if unsafe { libc::sigaltstack(&raw const new, &raw mut old) } == 0 {
        REPLACED.set(Some(old));
        if let Some(slot) = USERS.get(index) {
            // SAFETY: `gettid` takes no arguments and cannot fail.
            let thread = unsafe { libc::gettid() };
            slot.store(u32::try_from(thread).unwrap_or(UNKNOWN_THREAD), Ordering::Release);
        }
    }
}
