//! An alternate signal stack for each thread, because the thread's own stack may have overflowed.

use std::cell::Cell;
use std::ptr::null_mut;

use super::guarded_stack::GuardedStack;

/// The size of a signal stack in bytes. An inaccessible guard page lies below it. A handler that is installed later may run
/// on it instead of the larger stack of the thread.
const STACK_BYTES: usize = 256 << 10;

thread_local! {
    /// The signal stack of this thread.
    static STACK: Cell<Option<GuardedStack>> = const { Cell::new(None) };
    static PREVIOUS: Cell<Option<libc::stack_t>> = const { Cell::new(None) };
}

/// Gives this thread a signal stack, unless it already has one of at least [`STACK_BYTES`].
pub(super) fn install() {
    let mut old = empty();
    // SAFETY: without a new stack, the call only writes to `old`, which is a `stack_t`.
    let result = unsafe { libc::sigaltstack(std::ptr::null(), &raw mut old) };
    let is_large = old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= STACK_BYTES;
    if result != 0 || is_large || STACK.get().is_some() {
        return;
    }
    let Some(stack) = GuardedStack::map(STACK_BYTES, super::page_bytes()) else { return };
    let new = libc::stack_t { ss_sp: stack.bottom(), ss_flags: 0, ss_size: STACK_BYTES };
    // SAFETY: nothing else refers to the stack. The kernel uses it until `remove` sets another one.
    unsafe {
        if libc::sigaltstack(&raw const new, null_mut()) == 0 {
            STACK.set(Some(stack));
            PREVIOUS.set(Some(old));
        } else {
            stack.unmap();
        }
    }
}

/// Returns whether an address is in the signal stack that [`install`] gave this thread.
#[cfg(has_reporter)]
pub(super) fn contains(address: usize) -> bool {
    STACK.get().is_some_and(|stack| stack.contains(address))
}

/// Returns the signal stack that [`install`] has replaced, if it has.
#[cfg(has_reporter)]
pub(super) fn replaced() -> Option<libc::stack_t> {
    PREVIOUS.get()
}

/// Removes the signal stack of this thread and restores the previous one.
pub(super) fn remove() {
    // A handler that exits the process, or ends its thread, is still running, and this stack has the registers that it was
    // given.
    #[cfg(has_reporter)]
    if super::handler_stack::is_on_stack() {
        return;
    }
    let (Some(stack), Some(before)) = (STACK.take(), PREVIOUS.take()) else { return };
    let mut now = empty();
    // SAFETY: `now` is a `stack_t` to write to. `before` was this thread's stack when ours was set.
    // If the thread has already lost its signal stack because it is ending, ours is not the current
    // one either.
    unsafe {
        libc::sigaltstack(std::ptr::null(), &raw mut now);
        let is_ours = now.ss_flags & libc::SS_DISABLE == 0 && now.ss_sp == stack.bottom();
        if !is_ours || libc::sigaltstack(&raw const before, null_mut()) == 0 {
            // No signal is being handled on our stack: this code runs outside a handler, and the
            // kernel now uses another stack.
            stack.unmap();
        }
    }
}

const fn empty() -> libc::stack_t {
    libc::stack_t { ss_sp: null_mut(), ss_flags: 0, ss_size: 0 }
}
