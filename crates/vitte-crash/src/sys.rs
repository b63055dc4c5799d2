//! Fatal signals: the one room with `unsafe` code.
//!
//! ```text
//! thread ─ signal ─▶ on_signal ─ clone ─▶ supervisor ─ clone, exec ─▶ reporter
//!                       │  waits              │  waits, kills it when its time is over
//!                       ◀─────────────────────┘◀──────────────────────── reads, writes the report
//!                    the old action, the signal again
//! ```
//!
//! Before that, where contexts hold variables, copies of the process serialise these: see [`copy`].
//!
//! What the handler does is safe in a signal handler: no heap, no locks, no new file descriptors. All that
//! it needs is made by [`Installed::new`]. The supervisor shares the memory of the process but is one of
//! its own: the reporter stops every thread of the crashed one, which so cannot look at the clock.

#![allow(
    unsafe_code,
    reason = "signals, processes and their memory; each block says what makes it sound"
)]

#[cfg(unix)]
mod action;
#[cfg(target_os = "linux")]
mod area;
#[cfg(target_os = "linux")]
pub(super) mod copy;
#[cfg(unix)]
mod line;
#[cfg(unix)]
mod signals;
pub(super) mod slots;
#[cfg(has_reporter)]
mod spawn;
#[cfg(unix)]
mod stack;
mod thread;
#[cfg(unix)]
pub(super) mod words;

#[cfg(unix)]
pub(super) use action::{Installed, panic_ends_the_process, with_limited_files};
#[cfg(has_reporter)]
pub(super) use signals::name_of;
#[cfg(has_reporter)]
pub(super) use spawn::{DENIED, Plan, UNWRITTEN, request};

/// Does `work`: only on Unix does a file that is too large end the process.
#[cfg(not(unix))]
pub(super) fn with_limited_files<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Ends this process, and nothing else: what a program does at its end is not done.
#[cfg(has_reporter)]
pub(super) fn exit(status: i32) -> ! {
    // SAFETY: it takes a number and does not return.
    unsafe { libc::_exit(status) }
}
