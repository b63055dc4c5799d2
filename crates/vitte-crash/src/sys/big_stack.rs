//! Runs code on a large stack of its own, for threads and fibers whose stacks are small.
//!
//! ```text
//! the thread's stack:  … panicking function │ panic hook │ with_big_stack
//! the mapped stack:    guard page │ ………………… free ………………… │ work │
//! ```
//!
//! The thread stays the same, so its thread-local variables do too. Unwinders pass from one stack to
//! the other by the unwind information of `psm`, so a backtrace of `work` has the frames of the
//! panicking function.

use std::cell::Cell;
use std::ptr::null_mut;

use super::guarded_stack::GuardedStack;

/// The sizes that are tried, in bytes. Pages that are not used take no memory.
const SIZES: [usize; 3] = [4 << 20, 1 << 20, 192 << 10];
/// The size of the inaccessible area below the stack, in bytes: one page of the largest size.
const GUARD_BYTES: usize = 64 << 10;

thread_local! {
    static IS_ON_BIG_STACK: Cell<bool> = const { Cell::new(false) };
}

/// The stack that `work` runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StackKind {
    /// A mapped stack of at least 192 KiB.
    Big,
    /// The thread's own, because the system refused another one.
    Own,
}

/// Calls `work` once, on a mapped stack if the system has memory for it. `work` must not panic.
///
/// The function itself and its callers need little of the thread's own stack: keep what they move
/// by value small.
#[inline(never)]
pub(crate) fn with_big_stack(work: &mut dyn FnMut(StackKind)) {
    if IS_ON_BIG_STACK.get() {
        return work(StackKind::Big);
    }
    let map = |bytes| GuardedStack::map(bytes, GUARD_BYTES);
    let Some(stack) = SIZES.into_iter().find_map(map) else { return work(StackKind::Own) };
    IS_ON_BIG_STACK.set(true);
    let signals = block_signals_on_signal_stack();
    // SAFETY: nothing else uses the new stack. Its address and its size are multiples of the page size, which is more than
    // the alignment of a stack. A panic in `work` would end the process, as it runs in a panic hook or catches its panics.
    unsafe { psm::on_stack(stack.bottom().cast(), stack.bytes(), || work(StackKind::Big)) };
    restore_signals(signals.as_ref());
    IS_ON_BIG_STACK.set(false);
    // SAFETY: the code that ran on it has returned.
    unsafe { stack.unmap() };
}

/// Blocks the signals that do not report crashes if this thread is on its alternate signal stack.
/// Otherwise the kernel would use that stack again from its beginning, below frames that are still in use.
/// Returns the previous mask if it was changed.
fn block_signals_on_signal_stack() -> Option<libc::sigset_t> {
    // SAFETY: zeroed values of these types are valid. The calls write to them and read them.
    unsafe {
        let mut stack: libc::stack_t = std::mem::zeroed();
        let is_known = libc::sigaltstack(std::ptr::null(), &raw mut stack) == 0;
        if !is_known || stack.ss_flags & libc::SS_ONSTACK == 0 {
            return None;
        }
        let (mut blocked, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        libc::sigfillset(&raw mut blocked);
        for (signal, _) in &super::signals::HANDLED_SIGNALS {
            libc::sigdelset(&raw mut blocked, *signal);
        }
        let result = libc::pthread_sigmask(libc::SIG_BLOCK, &raw const blocked, &raw mut before);
        (result == 0).then_some(before)
    }
}

fn restore_signals(before: Option<&libc::sigset_t>) {
    if let Some(before) = before {
        // SAFETY: `before` is the mask that the thread had.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before, null_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address_of_local() -> usize {
        let local = 0_u8;
        std::hint::black_box(&raw const local).addr()
    }

    #[test]
    fn work_runs_on_another_stack_of_the_same_thread() {
        let (own, thread) = (address_of_local(), std::thread::current().id());
        let mut seen = None;
        with_big_stack(&mut |kind| {
            let mut inner = None;
            with_big_stack(&mut |kind| inner = Some((kind, address_of_local())));
            seen = Some((kind, address_of_local(), std::thread::current().id(), inner));
        });
        let (kind, address, same_thread, inner) = seen.unwrap();
        let (inner_kind, inner_address) = inner.unwrap();
        assert_eq!((kind, inner_kind, same_thread), (StackKind::Big, StackKind::Big, thread));
        assert!(own.abs_diff(address) > 256 << 10, "{own:#x} {address:#x}");
        assert!(address.abs_diff(inner_address) < 64 << 10, "a nested call maps no other stack");
        assert!(!IS_ON_BIG_STACK.get());
    }

    #[test]
    fn a_backtrace_has_the_frames_of_both_stacks() {
        #[inline(never)]
        fn outer_function(work: &mut dyn FnMut(StackKind)) {
            with_big_stack(work);
            std::hint::black_box(());
        }
        let mut names = String::new();
        outer_function(&mut |_| names = std::backtrace::Backtrace::force_capture().to_string());
        assert!(names.contains("outer_function"), "{names}");
    }
}
