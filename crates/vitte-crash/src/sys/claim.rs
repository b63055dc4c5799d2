//! Which thread reports a crash.
//!
//! ```text
//! Idle ─ claim ─▶ Reporting ─▶ Reported ─┬▶ Idle     the program goes on
//!                                        └▶ Doomed   the process ends
//! ```
//!
//! The state lies in memory that a child of `vfork` shares with its parent, so it has the id of the process that it
//! belongs to.

use std::ffi::c_int;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::signals::{monotonic_millis, sleep};

const IDLE: u32 = 0;
/// A report is being made.
const REPORTING: u32 = 1;
/// The report is done, and the previous handler is running.
const REPORTED: u32 = 2;
/// The process is about to end.
const DOOMED: u32 = 3;
/// A dump is being made. The process goes on.
const DUMPING: u32 = 4;

/// The thread that has the claim, or 0: the address of one of its thread locals.
static OWNER: AtomicUsize = AtomicUsize::new(0);
static PHASE: AtomicU32 = AtomicU32::new(IDLE);
/// The process of the claim, or 0 if it is not known yet.
static PROCESS: AtomicI32 = AtomicI32::new(0);
/// When the process was doomed, in milliseconds of [`monotonic_millis`].
static DOOMED_SINCE: AtomicU64 = AtomicU64::new(0);

/// A process that has not ended after this time has survived: a handler that was installed later has recovered.
const MAX_DOOMED_MILLIS: u64 = 2000;

thread_local! {
    static TOKEN: u8 = const { 0 };
}

/// The result of [`claim`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Claim {
    /// This thread has the claim now.
    Free,
    /// This thread is already reporting a crash.
    Reporting,
    /// The process is ending.
    Doomed,
    /// Another thread has reported its crash in the meantime.
    ReportedByOther,
}

/// Returns a number that identifies this thread, without a system call.
fn token() -> usize {
    TOKEN.with(|token| std::ptr::from_ref(token).addr())
}

/// Claims the report for this thread. Waits while another thread is reporting its crash.
pub(super) fn claim() -> Claim {
    let token = token();
    let Err(owner) = OWNER.compare_exchange(0, token, Ordering::AcqRel, Ordering::Acquire) else {
        return take(token);
    };
    if is_of_another_process() {
        return take(token);
    }
    match PHASE.load(Ordering::Acquire) {
        REPORTING | DUMPING if owner == token => Claim::Reporting,
        DOOMED if is_doomed() => Claim::Doomed,
        DOOMED => take(token),
        // The previous handler has left by `longjmp`.
        REPORTED if owner == token => take(token),
        _ => wait(token),
    }
}

fn take(token: usize) -> Claim {
    OWNER.store(token, Ordering::Release);
    PROCESS.store(0, Ordering::Release);
    PHASE.store(REPORTING, Ordering::Release);
    Claim::Free
}

/// Claims a dump for this thread, unless a report or another dump is being made.
#[cfg(has_reporter)]
pub(super) fn try_claim_for_dump() -> bool {
    let is_free = OWNER.compare_exchange(0, token(), Ordering::AcqRel, Ordering::Acquire).is_ok();
    if is_free {
        // SAFETY: `getpid` takes no arguments and cannot fail.
        set_process(unsafe { libc::getpid() });
        PHASE.store(DUMPING, Ordering::Release);
    }
    is_free
}

/// Waits until the thread that has the claim is done, or takes the claim over after the longest time of a report.
fn wait(token: usize) -> Claim {
    let limit = super::reporter_timeout_millis() + 500;
    let is_dump = PHASE.load(Ordering::Acquire) == DUMPING;
    for _ in 0..limit {
        match PHASE.load(Ordering::Acquire) {
            DOOMED => return Claim::Doomed,
            _ if OWNER.load(Ordering::Acquire) != 0 => sleep(1_000_000),
            // A dump says nothing about this crash.
            _ if is_dump => return claim(),
            _ => return Claim::ReportedByOther,
        }
    }
    match PHASE.load(Ordering::Acquire) {
        // The reporter hangs, and so does what ends it.
        REPORTING => Claim::ReportedByOther,
        _ => take(token),
    }
}

fn is_doomed() -> bool {
    let since = DOOMED_SINCE.load(Ordering::Acquire);
    monotonic_millis().saturating_sub(since) < MAX_DOOMED_MILLIS
}

/// Returns whether a child of `vfork` has left the claim behind, or this process was forked while it was held.
fn is_of_another_process() -> bool {
    let process = PROCESS.load(Ordering::Acquire);
    // SAFETY: `getpid` takes no arguments and cannot fail.
    process != 0 && process != unsafe { libc::getpid() }
}

/// Sets the process of this thread's claim.
pub(super) fn set_process(process: c_int) {
    PROCESS.store(process, Ordering::Release);
}

/// Records that the report of this thread is done.
pub(super) fn set_reported() {
    PHASE.store(REPORTED, Ordering::Release);
}

/// Gives the claim up: the program goes on.
pub(super) fn release() {
    if OWNER.load(Ordering::Acquire) == token() {
        PHASE.store(IDLE, Ordering::Release);
        OWNER.store(0, Ordering::Release);
    }
}

/// Records that the process is about to end.
pub(super) fn doom() {
    OWNER.store(token(), Ordering::Release);
    // SAFETY: `getpid` takes no arguments and cannot fail.
    set_process(unsafe { libc::getpid() });
    DOOMED_SINCE.store(monotonic_millis(), Ordering::Release);
    PHASE.store(DOOMED, Ordering::Release);
}
