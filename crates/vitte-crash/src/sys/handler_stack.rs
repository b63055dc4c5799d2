//! Stacks on which signals are handled, and which signals are blocked there.
//!
//! The alternate stack of a thread may be small: std gives its threads 8 KiB, of which the kernel uses more than a third
//! for the registers. This handler, and those that it calls, would overflow it.

use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::signals::HANDLED_SIGNALS;

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
    STACK_BYTES + super::page_bytes()
}

/// Maps the stacks, once for the process. Pages that are not used take no memory.
pub(super) fn allocate() {
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
        let stack = base.wrapping_byte_add(index * stride() + super::page_bytes());
        // SAFETY: the bytes are a part of the mapping, which nothing uses yet.
        if unsafe { libc::mprotect(stack, STACK_BYTES, libc::PROT_READ | libc::PROT_WRITE) } != 0 {
            return;
        }
    }
    BASE.store(base.expose_provenance(), Ordering::Release);
}

/// Calls `work` on a stack that is large enough for it, if there is one. `work` does not panic.
#[cfg(has_reporter)]
pub(super) fn on_large_stack(work: &mut dyn FnMut()) {
    let local = 0_u8;
    let address = (&raw const local).addr();
    let base = BASE.load(Ordering::Acquire);
    let is_large =
        address.wrapping_sub(base) < stride() * COUNT || super::altstack::contains(address);
    if base == 0 || is_large {
        return work();
    }
    let is_free = |slot: &AtomicUsize| {
        slot.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    };
    let Some(index) = IN_USE.iter().position(is_free) else { return work() };
    let stack = base + index * stride() + super::page_bytes();
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

/// Calls `work`.
#[cfg(not(has_reporter))]
pub(super) fn on_large_stack(work: &mut dyn FnMut()) {
    work();
}

/// Makes the stack of [`on_large_stack`] the alternate stack of this thread. It must be called before signals are
/// unblocked: they would use the former one from its beginning, where frames of callers are.
pub(super) fn become_alternate() {
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

/// Unblocks the handled signals, so that a crash of this handler arrives at it, and blocks all others. Returns the former
/// mask.
pub(super) fn unblock_crashes() -> libc::sigset_t {
    become_alternate();
    // SAFETY: the sets are valid, and are local variables.
    unsafe {
        let (mut mask, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        let mut pending: libc::sigset_t = std::mem::zeroed();
        libc::sigpending(&raw mut pending);
        libc::sigfillset(&raw mut mask);
        for (signal, _) in &HANDLED_SIGNALS {
            // One that was sent before is for the program.
            if libc::sigismember(&raw const pending, *signal) == 0 {
                libc::sigdelset(&raw mut mask, *signal);
            }
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, &raw mut before);
        before
    }
}

/// Sets the mask of this thread.
pub(super) fn set_mask(mask: &libc::sigset_t) {
    // SAFETY: the mask is valid.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, null_mut()) };
}

/// Runs `work`, during which another thread cannot cancel this one: the process would survive its crash.
pub(super) fn without_cancellation<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    {
        unsafe extern "C" {
            fn pthread_setcancelstate(
                state: std::ffi::c_int,
                old: *mut std::ffi::c_int,
            ) -> std::ffi::c_int;
        }
        /// `PTHREAD_CANCEL_DISABLE` of glibc and musl.
        const DISABLE: std::ffi::c_int = 1;
        let mut before = 0;
        // SAFETY: it changes a number of this thread. POSIX.1-2024 lists it as async-signal-safe.
        unsafe { pthread_setcancelstate(DISABLE, &raw mut before) };
        let result = work();
        // SAFETY: as before.
        unsafe { pthread_setcancelstate(before, null_mut()) };
        result
    }
    #[cfg(not(target_os = "linux"))]
    work()
}
