//! Stacks of 64 KiB for threads whose own may be smaller.

use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The size of a stack in bytes. An inaccessible page lies below it.
const STACK_BYTES: usize = 64 << 10;
/// The number of threads that can use one at the same time. Others stay on the stack on which they are.
const COUNT: usize = 8;

/// The address of the stacks, or 0.
static BASE: AtomicUsize = AtomicUsize::new(0);
/// Which of them are in use: 0 or 1. A handler that leaves by `longjmp` keeps its stack, as the alternate one.
static IN_USE: [AtomicUsize; COUNT] = [const { AtomicUsize::new(0) }; COUNT];

thread_local! {
    /// The lowest address of this thread's stack of [`IN_USE`], or 0.
    static CURRENT: Cell<usize> = const { Cell::new(0) };
    /// The alternate stack that [`become_alternate`] has replaced.
    static REPLACED: Cell<Option<libc::stack_t>> = const { Cell::new(None) };
}

fn stride() -> usize {
    STACK_BYTES + crate::sys::page_bytes()
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
    let is_large =
        address.wrapping_sub(base) < stride() * COUNT || crate::sys::altstack::contains(address);
    if base == 0 || is_large {
        return work();
    }
    let is_free = |slot: &AtomicUsize| {
        slot.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    };
    let Some(index) = IN_USE.iter().position(is_free) else { return work() };
    let stack = base + index * stride() + crate::sys::page_bytes();
    let before = (CURRENT.replace(stack), REPLACED.replace(None));
    // SAFETY: the memory is a part of the mapping of `allocate`, which is never unmapped, and nothing else uses it. Its
    // address and its size are multiples of the page size, which is more than the alignment of a stack.
    unsafe {
        let bottom = std::ptr::with_exposed_provenance_mut::<u8>(stack);
        psm::on_stack(bottom, STACK_BYTES, work);
        if let Some(replaced) = REPLACED.get() {
            libc::sigaltstack(&raw const replaced, null_mut());
        }
    }
    CURRENT.set(before.0);
    REPLACED.set(before.1);
    if let Some(slot) = IN_USE.get(index) {
        slot.store(0, Ordering::Release);
    }
}

/// Makes the stack of [`on_large_stack`] the alternate stack of this thread. It must be called before signals are
/// unblocked: they would use the former one from its beginning, where frames of callers are.
pub(in crate::sys) fn become_alternate() {
    let stack = CURRENT.get();
    if stack == 0 || REPLACED.get().is_some() {
        return;
    }
    let bottom = std::ptr::with_exposed_provenance_mut(stack);
    let new = libc::stack_t { ss_sp: bottom, ss_flags: 0, ss_size: STACK_BYTES };
    let mut old = libc::stack_t { ss_sp: null_mut(), ss_flags: 0, ss_size: 0 };
    // SAFETY: the memory is a stack of this thread. When the handler returns, the former alternate stack is restored.
    if unsafe { libc::sigaltstack(&raw const new, &raw mut old) } == 0 {
        REPLACED.set(Some(old));
    }
}
