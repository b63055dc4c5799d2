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
/// When the claim became `REPORTED` or `DOOMED`, in milliseconds of [`monotonic_millis`].
static SINCE: AtomicU64 = AtomicU64::new(0);

/// How long other threads wait for the previous handler, which usually ends the process. A handler that leaves by
/// `longjmp` leaves the claim behind.
const MAX_REPORTED_MILLIS: u64 = 500;

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
        DOOMED if is_within(MAX_DOOMED_MILLIS) => Claim::Doomed,
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
    let token = token();
    let owner = OWNER.compare_exchange(0, token, Ordering::AcqRel, Ordering::Acquire);
    let is_free = owner.is_ok() || {
        let is_abandoned =
            PHASE.load(Ordering::Acquire) == REPORTED && !is_within(MAX_REPORTED_MILLIS);
        let replace = |owner| {
            OWNER.compare_exchange(owner, token, Ordering::AcqRel, Ordering::Acquire).is_ok()
        };
        is_abandoned && owner.is_err_and(replace)
    };
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
            REPORTED if !is_within(MAX_REPORTED_MILLIS) => return take(token),
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

/// Returns whether the claim became `REPORTED` or `DOOMED` at most this time ago.
fn is_within(millis: u64) -> bool {
    monotonic_millis().saturating_sub(SINCE.load(Ordering::Acquire)) < millis
}

/// Returns whether this thread is making a report.
pub(super) fn is_reporting() -> bool {
    OWNER.load(Ordering::Acquire) == token()
        && PHASE.load(Ordering::Acquire) == REPORTING
        && !is_of_another_process()
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
    SINCE.store(monotonic_millis(), Ordering::Release);
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
    SINCE.store(monotonic_millis(), Ordering::Release);
    PHASE.store(DOOMED, Ordering::Release);
}
