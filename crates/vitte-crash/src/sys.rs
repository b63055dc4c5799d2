//! Fatal signals. This is the only module with `unsafe` code.
//!
//! ```text
//! thread ─ signal ─▶ on_signal ─ clone ─▶ supervisor ─ clone, exec ─▶ reporter
//!                       │  waits              │  waits, kills it after the timeout
//!                       ◀─────────────────────┘◀──────────────────────── reads, writes the report
//!                    previous action, the signal again
//! ```
//!
//! If contexts borrow variables, forked children of the process serialise those first: see
//! [`fork`].
//!
//! The handler does only what is safe in a signal handler: no heap, no locks, no new file
//! descriptors. [`SignalHandlers::new`] and [`ReporterSetup::install`] allocate everything it needs
//! in advance. The supervisor shares the memory of the process but is a process of its own: the
//! reporter stops every thread of the crashed process, so none of those could enforce the timeout.

#![allow(
    unsafe_code,
    reason = "signals, processes and their memory; each block states what makes it sound"
)]

#[cfg(unix)]
mod action;
#[cfg(unix)]
mod altstack;
#[cfg(target_os = "linux")]
mod area;
#[cfg(target_os = "linux")]
pub(super) mod fork;
#[cfg(unix)]
mod line;
#[cfg(unix)]
pub(super) mod shared;
#[cfg(unix)]
mod signals;
pub(super) mod slots;
#[cfg(has_reporter)]
mod spawn;
mod thread;

#[cfg(unix)]
pub(super) use action::{SignalHandlers, mark_panic_fatal, with_sigxfsz_ignored};
#[cfg(has_reporter)]
pub(super) use signals::signal_name;
#[cfg(has_reporter)]
pub(super) use spawn::{EXIT_DENIED, EXIT_UNWRITTEN, ReporterSetup, reporter_request};

/// Runs `work`. Other systems have no `SIGXFSZ`, so nothing is ignored.
#[cfg(not(unix))]
pub(super) fn with_sigxfsz_ignored<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Exits this process immediately, without running exit handlers.
#[cfg(has_reporter)]
pub(super) fn exit(status: i32) -> ! {
    // SAFETY: `_exit` takes a number and does not return.
    unsafe { libc::_exit(status) }
}
