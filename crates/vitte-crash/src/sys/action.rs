//! The handler of fatal signals.
//!
//! ```text
//! signal ─▶ on_signal ─▶ ask ─▶ claim ─▶ report ─▶ chain ─▶ previous handler, or the default action
//!                         │ if the previous handler is to be asked first and recovers, that is all
//! ```
//!
//! Other handlers may stand before and after this one. Those that were installed earlier are called as functions, so
//! ours stays in place if they recover from a fault. Those that were installed later may call ours and return, so that
//! the same fault arrives again: then the process ends, whatever they do.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

use super::arrival::{Arrival, ArrivalKey};
use super::claim::{self, Claim};
use super::previous::{self, Previous};
use super::previous_call::{self, Outcome};
use super::shared::{self, SharedField};
use super::signals::{self, HANDLED_SIGNALS};
use super::thread::thread_id;
use super::{abort, altstack, crash_line, handler_stack, held_output, slots};

/// Whether the handlers that were installed before are asked first: because that was set, or because they have recovered
/// from a fault.
static IS_PREVIOUS_FIRST: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The last arrival that was reported on this thread, and the process that it belongs to.
    static REPORTED: Cell<Option<(ArrivalKey, c_int)>> = const { Cell::new(None) };
    /// The last fault after which the previous handler has returned. If another one arrives, the program has gone on.
    static RETURNED: Cell<Option<ArrivalKey>> = const { Cell::new(None) };
}

/// The installed signal handlers. Dropping this restores the previous actions.
#[derive(Debug)]
pub(crate) struct SignalHandlers {
    /// The id of the thread that installed the handlers.
    thread_id: u32,
}

impl SignalHandlers {
    /// Installs the handlers. The caller ensures that at most one instance exists. If `is_previous_first`, a handler
    /// that is already installed is asked before a fault is reported.
    pub(crate) fn new(is_previous_first: bool) -> Self {
        IS_PREVIOUS_FIRST.store(is_previous_first, Ordering::Release);
        claim::release();
        handler_stack::allocate();
        altstack::install();
        for (signal, _) in &HANDLED_SIGNALS {
            previous::install(*signal, on_signal);
        }
        signals::ARE_HANDLERS_INSTALLED.store(true, Ordering::Release);
        Self { thread_id: thread_id() }
    }
}

impl Drop for SignalHandlers {
    fn drop(&mut self) {
        signals::ARE_HANDLERS_INSTALLED.store(false, Ordering::Release);
        for (signal, _) in &HANDLED_SIGNALS {
            previous::restore(*signal, on_signal);
        }
        // The stack belongs to the thread that installed the handlers. Another thread must not free it.
        if self.thread_id == thread_id() {
            altstack::remove();
        }
    }
}

/// The signal handler.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let error = super::errno();
    // SAFETY: these are the arguments of this handler.
    let arrival = unsafe { Arrival::new(signal, info, context) };
    handler_stack::on_large_stack(&mut || handle(&arrival));
    // The program may go on.
    super::set_errno(error);
}

fn handle(arrival: &Arrival) {
    if arrival.recurs() && handler_stack::is_guard(arrival.address()) {
        // The handlers have called one another without end. The system would start this one again from the top of its
        // stack, again and again.
        if let Some(outer) = previous_call::asked_elsewhere(arrival.address()) {
            report_if_first(&outer);
        }
        previous::die(arrival);
    }
    if !signals::are_handlers_installed() {
        return chain(arrival);
    }
    if abort::is_abort_of_reported_panic() {
        held_output::write_all();
        return chain(arrival);
    }
    let mut is_futile = false;
    match previous_call::outer(arrival) {
        // The previous handler leads back to this one: the chain ends here.
        Some(outer) if outer.key == arrival.key() => return previous::default_action(arrival),
        // The previous handler crashes or aborts, or has sent itself the signal. The failure is that for which it was
        // called.
        Some(outer) => {
            if outer.is_asked {
                report_if_first(&outer.arrival);
            }
            return chain(arrival);
        }
        None => {
            detect_recovery(arrival);
            if should_ask(arrival) {
                match ask(arrival) {
                    Outcome::GivenUp if arrival.recurs() => {}
                    Outcome::Futile => is_futile = true,
                    _ => return,
                }
            }
        }
    }
    report_if_first(arrival);
    if is_futile {
        claim::set_ending();
        previous::default_action(arrival);
    } else {
        chain(arrival);
    }
}

/// Finds out whether the program has survived the last fault of this thread, though that was reported as a crash. If
/// so, the previous handler recovers from faults, and is asked first from now on.
fn detect_recovery(arrival: &Arrival) {
    let is_abandoned = previous_call::take_abandoned();
    if is_abandoned || RETURNED.take().is_some_and(|key| key != arrival.key()) {
        IS_PREVIOUS_FIRST.store(true, Ordering::Release);
    }
}

/// Reports an arrival, unless it or the crash of another thread was reported before.
fn report_if_first(arrival: &Arrival) {
    handler_stack::without_cancellation(|| {
        if claim_for(arrival) {
            report(arrival);
        }
    });
}

/// Waits until this thread may report the arrival. Returns false if it must not be reported.
fn claim_for(arrival: &Arrival) -> bool {
    let is_repeated = || {
        let reported = REPORTED.get().filter(|(key, _)| *key == arrival.key());
        // SAFETY: `getpid` takes no arguments and cannot fail.
        reported.is_some_and(|(_, process)| process == unsafe { libc::getpid() })
    };
    match claim::claim() {
        // The previous handler has recovered from the fault, or does nothing about it.
        Claim::Free if is_repeated() => {
            claim::release();
            false
        }
        Claim::Free => true,
        // A handler that was installed later has called this one, and returned.
        Claim::Ending if is_repeated() => previous::die(arrival),
        Claim::Ending | Claim::ReportedByOther => false,
        Claim::Reporting => {
            let end = b"; a second crash while the first was being reported";
            crash_line::write_instead_of_report(arrival, end);
            previous::die(arrival)
        }
    }
}

/// Reports an arrival that this thread has claimed.
fn report(arrival: &Arrival) {
    // Nothing before this may be a system call: see `write_first`.
    crash_line::write_first(arrival);
    // SAFETY: `getpid` takes no arguments and cannot fail.
    let process = unsafe { libc::getpid() };
    claim::set_process(process);
    REPORTED.set(Some((arrival.key(), process)));
    record(arrival);
    let mask = handler_stack::unblock_crashes();
    run_reporter(arrival);
    handler_stack::set_mask(&mask);
    claim::set_reported();
}

fn run_reporter(arrival: &Arrival) {
    #[cfg(has_reporter)]
    {
        if let Some((address, len)) = super::fork::capture_for_signal() {
            shared::set(SharedField::VariablesAddress, address as u64);
            shared::set(SharedField::VariablesBytes, len as u64);
        }
        super::fork::callback::call();
    }
    #[cfg(has_reporter)]
    if let Err(reason) = super::spawn::run_reporter() {
        crash_line::write_instead_of_report(arrival, reason.as_bytes());
        if shared::get(SharedField::IsStored) == 0 {
            super::frames::write();
        }
    }
    #[cfg(not(has_reporter))]
    crash_line::write_instead_of_report(arrival, b"");
    held_output::write_all();
}

/// Records the signal in the shared fields, where the reporter reads it.
fn record(arrival: &Arrival) {
    shared::set(SharedField::Signal, u64::from(arrival.signal.unsigned_abs()));
    shared::set(SharedField::SignalCode, shared::to_bits(arrival.code().into()));
    shared::set(SharedField::FaultAddress, arrival.address() as u64);
    shared::set(SharedField::ThreadId, u64::from(thread_id()));
    shared::set(SharedField::ContextsAddress, slots::current_address() as u64);
    shared::set(SharedField::IsStored, 0);
    shared::set(SharedField::VariablesBytes, 0);
    #[cfg(has_reporter)]
    // SAFETY: the context is null or that of this signal.
    unsafe {
        super::registers::record(arrival.context());
    }
}

/// Returns whether the handler that was installed before decides about an arrival first.
fn should_ask(arrival: &Arrival) -> bool {
    IS_PREVIOUS_FIRST.load(Ordering::Acquire)
        && !arrival.is_sent()
        // A crash of this handler is not that of the program.
        && !claim::is_reporting()
        && matches!(previous::previous(arrival.signal), Previous::Function(action) if can_call(&action, arrival))
}

/// Asks the handler that was installed before.
///
/// The handler may change the registers, or map memory and return so that the instruction is executed again. One that
/// does nothing looks like that too, so it is asked again until that is evidently [futile](super::futile).
fn ask(arrival: &Arrival) -> Outcome {
    match previous::previous(arrival.signal) {
        Previous::Function(action) => call_previous(&action, arrival, true),
        _ => Outcome::Futile,
    }
}

/// Passes an arrival on to what handles the signal without this handler.
fn chain(arrival: &Arrival) {
    let action = match previous::previous(arrival.signal) {
        Previous::Function(action) if can_call(&action, arrival) => action,
        // An ignored fault ends the process.
        Previous::Ignored if arrival.is_sent() => return claim::release(),
        _ => {
            claim::set_ending();
            return previous::default_action(arrival);
        }
    };
    let key = arrival.key();
    match call_previous(&action, arrival, false) {
        Outcome::GivenUp if arrival.recurs() => return claim::set_ending(),
        Outcome::Futile => previous::die(arrival),
        // Other threads do not have to find that out, too.
        Outcome::Recovered => IS_PREVIOUS_FIRST.store(true, Ordering::Release),
        Outcome::Returned if arrival.recurs() => RETURNED.set(Some(key)),
        Outcome::Returned | Outcome::GivenUp => {}
    }
    let is_default = previous::current(arrival.signal) == Some(libc::SIG_DFL);
    if is_default && signals::are_handlers_installed() {
        // The program survives a signal that was sent, or a fault that it handles only once.
        previous::set_previous_to_default(arrival.signal);
        previous::put(arrival.signal, on_signal);
    }
    claim::release();
}

/// Returns whether the handler that was installed before can be called, and the kernel could have called it.
fn can_call(action: &libc::sigaction, arrival: &Arrival) -> bool {
    #[cfg(has_reporter)]
    return !arrival.is_unknown() && super::delivery::is_possible(action, arrival);
    #[cfg(not(has_reporter))]
    {
        _ = action;
        !arrival.is_unknown()
    }
}

/// Reports the fault about which the previous handler is being asked, because that handler exits the process.
pub(crate) fn report_before_exit() {
    #[cfg(has_reporter)]
    if let Some(arrival) = previous_call::asked() {
        report_if_first(&arrival);
    }
}

/// Calls the handler that was installed before.
fn call_previous(action: &libc::sigaction, arrival: &Arrival, is_asked: bool) -> Outcome {
    let put_back = |signal| _ = previous::put(signal, on_signal);
    let own = on_signal as *const () as usize;
    previous_call::call(action, arrival, is_asked, own, put_back)
}
