//! Whether the kernel could call a handler if this one were not installed.
//!
//! A thread whose stack has overflowed has no space for a handler that does not run on an alternate stack: the kernel ends
//! the process by SIGSEGV. This handler has a stack, but the process ends as without it.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use super::arrival::Arrival;
use super::{altstack, handler_stack};

/// Returns whether the kernel could call the handler of `action`.
pub(super) fn is_possible(action: &libc::sigaction, arrival: &Arrival) -> bool {
    /// The kernel puts what it passes to a handler near the top of the stack.
    const NEAR: u64 = 64 << 10;
    let stack_pointer = arrival.stack_pointer();
    if stack_pointer == 0 {
        return true;
    }
    // This handler was called on the stack that the signal has interrupted.
    let is_same_stack = stack_pointer.wrapping_sub(arrival.context().addr() as u64) < NEAR;
    let has_other_stack = action.sa_flags & libc::SA_ONSTACK != 0 && has_alternate_stack();
    is_same_stack || has_other_stack || has_space(stack_pointer)
}

/// Returns whether this thread has an alternate stack without those of this handler.
fn has_alternate_stack() -> bool {
    let mut now = libc::stack_t { ss_sp: null_mut(), ss_flags: 0, ss_size: 0 };
    // SAFETY: without a new stack, the call only writes to `now`.
    unsafe { libc::sigaltstack(null(), &raw mut now) };
    let now = handler_stack::replaced().unwrap_or(now);
    let own = altstack::replaced().filter(|_| altstack::contains(now.ss_sp.addr()));
    own.unwrap_or(now).ss_flags & libc::SS_DISABLE == 0
}

/// Returns whether the kernel could write the frame of a signal below a stack pointer.
///
/// The memory there is unused, and the kernel would write to it. So does this function: each system call stores a mask.
fn has_space(stack_pointer: u64) -> bool {
    /// What the ABI of x86-64 reserves below the stack pointer.
    const RED_ZONE_BYTES: u64 = 128;
    // SAFETY: the argument is a number.
    let frame = unsafe { libc::getauxval(libc::AT_MINSIGSTKSZ) }.max(2048);
    let page = super::page_bytes() as u64;
    let top = stack_pointer.saturating_sub(RED_ZONE_BYTES) & !15;
    let bottom = top.saturating_sub(frame);
    let pages = (bottom / page * page..top).step_by(super::page_bytes());
    pages.map(|start| start.max(bottom)).all(|address| {
        let Ok(address) = usize::try_from(address) else { return false };
        let place = std::ptr::with_exposed_provenance_mut::<c_void>(address);
        // SAFETY: without a new mask, the kernel only writes the 8 bytes of the old one. It checks the address, and nothing
        // uses that memory.
        unsafe { libc::syscall(libc::SYS_rt_sigprocmask, 0, null::<c_void>(), place, 8) == 0 }
    })
}
