//! Which thread reports a crash.
//!
//! ```text
//! Idle ─ claim ─▶ Reporting ─▶ Reported ─┬▶ Idle     the program goes on
//!                                        └▶ Ending   the process ends
//! ```
//!
//! The state lies in memory that a child of `vfork` shares with its parent, so it has the id of the process that it
//! belongs to.

use std::ffi::c_int;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};

use super::signals::{monotonic_millis, sleep};

/// What the thread that has the claim is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// No thread has the claim.
    Idle = 0,
    /// A report is being made.
    Reporting = 1,
    /// The report is done, and the previous handler is running.
    Reported = 2,
    /// The process is about to end.
    Ending = 3,
    /// A dump is being made. The process goes on.
    Dumping = 4,
}

/// The thread that has the claim, and its phase, as one number, so that both change at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct State(usize);

impl State {
    const IDLE: Self = Self(0);

    const fn new(owner: Token, phase: Phase) -> Self {
        Self(owner.0 | phase as usize)
    }

    fn load() -> Self {
        Self(STATE.load(Ordering::Acquire))
    }

    fn store(self) {
        STATE.store(self.0, Ordering::Release);
    }

    /// Replaces this state, unless another thread has changed it. Returns the state that is there instead.
    fn replace(self, new: Self) -> Result<(), Self> {
        let result = STATE.compare_exchange(self.0, new.0, Ordering::AcqRel, Ordering::Acquire);
        result.map(|_| ()).map_err(Self)
    }

    const fn phase(self) -> Phase {
        match self.0 % Token::ALIGN {
            1 => Phase::Reporting,
            2 => Phase::Reported,
            3 => Phase::Ending,
            4 => Phase::Dumping,
            _ => Phase::Idle,
        }
    }

    const fn is_of(self, token: Token) -> bool {
        self.0 - self.0 % Token::ALIGN == token.0
    }

    /// Returns whether the process is about to end because of a crash. A handler that leaves by `longjmp` does not
    /// reset the state, so a state is current only for a limited time.
    fn is_current(self) -> bool {
        match self.phase() {
            Phase::Reporting => true,
            Phase::Reported => is_within(MAX_REPORTED_MILLIS),
            Phase::Ending => is_within(MAX_ENDING_MILLIS),
            Phase::Idle | Phase::Dumping => false,
        }
    }
}

/// A number that identifies a thread: the address of one of its thread locals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Token(usize);

impl Token {
    /// All tokens are multiples of this.
    const ALIGN: usize = 8;

    /// Returns the token of this thread, without a system call.
    fn current() -> Self {
        #[repr(align(8))]
        struct Aligned(u8);

        thread_local! {
            static TOKEN: Aligned = const { Aligned(0) };
        }
        TOKEN.with(|token| Self((&raw const token.0).addr()))
    }
}

static STATE: AtomicUsize = AtomicUsize::new(State::IDLE.0);
/// The process of the claim, or 0 if it is not known yet.
static PROCESS: AtomicI32 = AtomicI32::new(0);
/// When the claim became `Reported` or `Ending`, in milliseconds of [`monotonic_millis`].
static SINCE: AtomicU64 = AtomicU64::new(0);

/// How long other threads wait for the previous handler, which usually ends the process. A handler that leaves by
/// `longjmp` leaves the claim behind.
const MAX_REPORTED_MILLIS: u64 = 500;

/// A process that has not ended after this time has survived: a handler that was installed later has recovered.
const MAX_ENDING_MILLIS: u64 = 2000;

/// The result of [`claim`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Claim {
    /// This thread has the claim now.
    Free,
    /// This thread is already reporting a crash.
    Reporting,
    /// The process is ending.
    Ending,
    /// Another thread has reported its crash in the meantime.
    ReportedByOther,
}

/// Claims the report for this thread. Waits while another thread is reporting its crash.
pub(super) fn claim() -> Claim {
    let token = Token::current();
    let Err(state) = State::IDLE.replace(State::new(token, Phase::Reporting)) else {
        return Claim::Free;
    };
    if forget_other_process() {
        return take_over(state, token);
    }
    match state.phase() {
        Phase::Reporting | Phase::Dumping if state.is_of(token) => Claim::Reporting,
        Phase::Ending if state.is_current() => Claim::Ending,
        Phase::Ending => take_over(state, token),
        // The previous handler has left by `longjmp`.
        Phase::Reported if state.is_of(token) => take_over(state, token),
        _ => wait(token),
    }
}

/// Takes the claim over, or waits if another thread was faster.
fn take_over(state: State, token: Token) -> Claim {
    match state.replace(State::new(token, Phase::Reporting)) {
        Ok(()) => Claim::Free,
        Err(_) => wait(token),
    }
}

/// Claims a dump for this thread, unless a report or another dump is being made.
#[cfg(has_reporter)]
pub(super) fn try_claim_for_dump() -> bool {
    let state = State::load();
    let is_free = match state.phase() {
        Phase::Idle => true,
        Phase::Reported => !state.is_current(),
        Phase::Reporting | Phase::Ending | Phase::Dumping => false,
    };
    let is_claimed = is_free && state.replace(State::new(Token::current(), Phase::Dumping)).is_ok();
    if is_claimed {
        // SAFETY: `getpid` takes no arguments and cannot fail.
        set_process(unsafe { libc::getpid() });
    }
    is_claimed
}

/// Waits until the thread that has the claim is done, or takes the claim over after the longest time of a report.
fn wait(token: Token) -> Claim {
    let is_dump = State::load().phase() == Phase::Dumping;
    for _ in 0..max_report_millis() {
        let state = State::load();
        match state.phase() {
            Phase::Ending => return Claim::Ending,
            Phase::Reported if !state.is_current() => return take_over(state, token),
            // A dump says nothing about this crash.
            Phase::Idle if is_dump => return claim(),
            Phase::Idle => return Claim::ReportedByOther,
            Phase::Reporting | Phase::Reported | Phase::Dumping => sleep(1_000_000),
        }
    }
    let state = State::load();
    match state.phase() {
        // The reporter hangs, and so does what ends it.
        Phase::Reporting => Claim::ReportedByOther,
        _ => take_over(state, token),
    }
}

/// Waits while another thread reports its crash. That ends the process, so a thread that exits calls this first:
/// otherwise a crash would be lost, and the process would end with another status than without a handler.
pub(crate) fn wait_for_crash() {
    for _ in 0..max_report_millis() {
        let state = State::load();
        if !state.is_current() || state.is_of(Token::current()) || is_of_another_process() {
            return;
        }
        sleep(1_000_000);
    }
}

/// Returns the longest time for which a thread has the claim before the process ends, in milliseconds.
fn max_report_millis() -> u64 {
    super::reporter_timeout_millis() + MAX_REPORTED_MILLIS
}

/// Returns whether the claim became `Reported` or `Ending` at most this time ago.
fn is_within(millis: u64) -> bool {
    monotonic_millis().saturating_sub(SINCE.load(Ordering::Acquire)) < millis
}

/// Returns whether this thread is making a report.
pub(super) fn is_reporting() -> bool {
    State::load() == State::new(Token::current(), Phase::Reporting) && !is_of_another_process()
}

/// Returns whether a child of `vfork` has left the claim behind, or this process was forked while it was held.
fn is_of_another_process() -> bool {
    let process = PROCESS.load(Ordering::Acquire);
    // SAFETY: `getpid` takes no arguments and cannot fail.
    process != 0 && process != unsafe { libc::getpid() }
}

/// Returns true to one thread if the claim [is of another process](is_of_another_process).
fn forget_other_process() -> bool {
    let process = PROCESS.load(Ordering::Acquire);
    let forget = || PROCESS.compare_exchange(process, 0, Ordering::AcqRel, Ordering::Acquire);
    // SAFETY: `getpid` takes no arguments and cannot fail.
    process != 0 && process != unsafe { libc::getpid() } && forget().is_ok()
}

/// Sets the process of this thread's claim.
pub(super) fn set_process(process: c_int) {
    PROCESS.store(process, Ordering::Release);
}

/// Records that the report of this thread is done.
pub(super) fn set_reported() {
    SINCE.store(monotonic_millis(), Ordering::Release);
    State::new(Token::current(), Phase::Reported).store();
}

/// Gives the claim up: the program goes on.
pub(super) fn release() {
    if State::load().is_of(Token::current()) {
        PROCESS.store(0, Ordering::Release);
        State::IDLE.store();
    }
}

/// Records that the process is about to end.
pub(super) fn set_ending() {
    // SAFETY: `getpid` takes no arguments and cannot fail.
    set_process(unsafe { libc::getpid() });
    SINCE.store(monotonic_millis(), Ordering::Release);
    State::new(Token::current(), Phase::Ending).store();
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicU32;

    use super::*;

    /// One test, because the state belongs to the process.
    #[test]
    fn only_one_thread_takes_over_an_abandoned_claim() {
        const THREADS: usize = 8;
        for _ in 0..20 {
            let abandon = || {
                assert_eq!(claim(), Claim::Free);
                set_reported();
                SINCE.store(0, Ordering::Release);
            };
            std::thread::spawn(abandon).join().unwrap();
            let (barrier, holders, count) =
                (Barrier::new(THREADS), AtomicU32::new(0), AtomicU32::new(0));
            let take = || {
                barrier.wait();
                if claim() == Claim::Free {
                    assert_eq!(holders.fetch_add(1, Ordering::AcqRel), 0);
                    count.fetch_add(1, Ordering::AcqRel);
                    sleep(1_000_000);
                    holders.fetch_sub(1, Ordering::AcqRel);
                    release();
                }
            };
            std::thread::scope(|scope| (0..THREADS).for_each(|_| _ = scope.spawn(take)));
            assert_ne!(count.load(Ordering::Acquire), 0);
            assert_eq!(State::load(), State::IDLE);
        }
    }
}
