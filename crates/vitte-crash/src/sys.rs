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
//! The handler does only what is safe in a signal handler: no heap and no locks. The only file that
//! it opens is `/proc/self/maps`. [`SignalHandlers::new`] and [`ReporterSetup::install`] allocate
//! everything it needs in advance. The supervisor shares the memory of the process but is a process
//! of its own: the reporter stops every thread of the crashed process, so none of those could
//! enforce the timeout.

#![allow(
    unsafe_code,
    reason = "signals, processes and their memory; each block states what makes it sound"
)]

#[cfg(unix)]
mod abort;
#[cfg(unix)]
mod action;
#[cfg(has_reporter)]
pub(super) mod alloc_error;
#[cfg(unix)]
mod altstack;
#[cfg(target_os = "linux")]
mod area;
#[cfg(unix)]
mod arrival;
#[cfg(has_reporter)]
mod big_stack;
#[cfg(unix)]
mod claim;
#[cfg(unix)]
mod crash_line;
#[cfg(has_reporter)]
mod delivery;
#[cfg(has_reporter)]
pub(super) mod dump;
mod exit;
#[cfg(unix)]
mod file_limit;
#[cfg(target_os = "linux")]
pub(super) mod fork;
#[cfg(has_reporter)]
mod frames;
#[cfg(unix)]
mod futile;
#[cfg(unix)]
mod guarded_stack;
#[cfg(unix)]
mod handler_stack;
pub(super) mod held_output;
#[cfg(has_reporter)]
mod library;
#[cfg(unix)]
mod line;
#[cfg(has_reporter)]
mod load_counts;
#[cfg(has_reporter)]
mod maps;
#[cfg(unix)]
mod previous;
#[cfg(unix)]
mod previous_call;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[cfg(target_os = "linux")]
mod raw_clone;
#[cfg(has_reporter)]
mod registers;
#[cfg(has_reporter)]
pub(super) mod serve;
#[cfg(unix)]
pub(super) mod shared;
#[cfg(unix)]
mod signals;
pub(super) mod slots;
#[cfg(has_reporter)]
mod spawn;
mod thread;
#[cfg(has_reporter)]
mod unwind;

#[cfg(unix)]
pub(super) use abort::mark_panic_fatal;
#[cfg(unix)]
pub(super) use action::{SignalHandlers, report_before_exit};
#[cfg(has_reporter)]
pub(super) use arrival::UNKNOWN_CODE;
#[cfg(has_reporter)]
pub(super) use big_stack::{StackKind, with_big_stack};
#[cfg(unix)]
pub(super) use claim::wait_for_crash;
pub(super) use exit::at_exit;
#[cfg(all(feature = "tests", unix))]
pub(super) use exit::{at_exit_of_tests, call_before_main};
#[cfg(unix)]
pub(super) use file_limit::without_sigxfsz;
#[cfg(has_reporter)]
pub(super) use load_counts::{LoadCounts, load_counts};
#[cfg(has_reporter)]
pub(super) use serve::ReporterRequest;
#[cfg(has_reporter)]
pub(super) use signals::signal_name;
#[cfg(has_reporter)]
pub(super) use spawn::{EXIT_DENIED, EXIT_UNWRITTEN, ReporterSetup, reporter_request};

/// Returns the id of this thread.
#[cfg(target_os = "linux")]
pub(super) fn thread_id() -> u32 {
    thread::thread_id()
}

/// Runs `work`. Other systems have no `SIGXFSZ`.
#[cfg(not(unix))]
pub(super) fn without_sigxfsz<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Does nothing: on other systems no signals are handled.
#[cfg(not(unix))]
pub(super) fn wait_for_crash() {}

/// The stack that `work` of [`with_big_stack`] runs on.
#[cfg(not(has_reporter))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StackKind {
    /// The thread's own.
    Own,
}

/// Calls `work` on this stack: other systems are not known to have threads with very small stacks.
#[cfg(not(has_reporter))]
pub(super) fn with_big_stack(work: &mut dyn FnMut(StackKind)) {
    work(StackKind::Own);
}

/// Exits this process immediately, without running exit handlers.
#[cfg(has_reporter)]
pub(super) fn exit(status: i32) -> ! {
    // SAFETY: `_exit` takes a number and does not return.
    unsafe { libc::_exit(status) }
}

/// Returns the longest time that a report may take, in milliseconds.
#[cfg(unix)]
fn reporter_timeout_millis() -> u64 {
    #[cfg(has_reporter)]
    return spawn::timeout_millis() + fork::max_millis();
    #[cfg(not(has_reporter))]
    0
}

/// Returns this thread's `errno`.
#[cfg(unix)]
fn errno() -> std::ffi::c_int {
    nix::errno::Errno::last_raw()
}

#[cfg(unix)]
fn set_errno(error: std::ffi::c_int) {
    nix::errno::Errno::set_raw(error);
}

/// Returns the size of a page in bytes.
#[cfg(unix)]
fn page_bytes() -> usize {
    // SAFETY: `sysconf` takes and returns a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(page).unwrap_or(4096)
}
