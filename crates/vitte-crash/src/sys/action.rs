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
use std::ptr::null;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arrival::{Arrival, ArrivalKey};
use super::claim::{self, Claim};
use super::previous::{self, Previous};
use super::shared::{self, SharedField};
use super::signals::{self, HANDLED_SIGNALS};
use super::thread::thread_id;
use super::{abort, altstack, crash_line, futile, held_output, slots};

/// Whether the handlers that were installed before are asked first.
static IS_PREVIOUS_FIRST: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The last arrival that was reported on this thread, and the process that it belongs to.
    static REPORTED: Cell<Option<(ArrivalKey, c_int)>> = const { Cell::new(None) };
    /// The arrival whose previous handler is running, or null.
    static CALLED_PREVIOUS: Cell<*const PreviousCall> = const { Cell::new(null()) };
}

/// A call of the previous handler.
struct PreviousCall {
    arrival: Arrival,
    key: ArrivalKey,
    /// Whether the arrival is not reported yet, because the previous handler is asked first.
    is_asked: bool,
}

impl PreviousCall {
    /// Returns whether the previous handler gives up with a signal: it aborts, or sends itself the same signal. The
    /// failure is then the arrival that it was called for.
    fn is_given_up_by(&self, arrival: &Arrival) -> bool {
        let is_same = arrival.signal == self.arrival.signal;
        arrival.signal == libc::SIGABRT || (is_same && arrival.is_sent())
    }
}

/// Runs `work` with `SIGXFSZ` ignored: exceeding the file size limit (`ulimit -f`) is then a write
/// error and does not terminate the process.
pub(crate) fn with_sigxfsz_ignored<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: ignoring a signal is safe at any time, and so is restoring the previous action.
    let before = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let result = work();
    if before != libc::SIG_ERR {
        // SAFETY: `before` is the previous action of this signal.
        unsafe { libc::signal(libc::SIGXFSZ, before) };
    }
    result
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
        altstack::install();
        for (signal, _) in HANDLED_SIGNALS {
            previous::install(signal, on_signal);
        }
        signals::ARE_HANDLERS_INSTALLED.store(true, Ordering::Release);
        Self { thread_id: thread_id() }
    }
}

impl Drop for SignalHandlers {
    fn drop(&mut self) {
        signals::ARE_HANDLERS_INSTALLED.store(false, Ordering::Release);
        for (signal, _) in HANDLED_SIGNALS {
            previous::restore(signal, on_signal);
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
    handle(&arrival);
    // The program may go on.
    super::set_errno(error);
}

fn handle(arrival: &Arrival) {
    if !signals::are_handlers_installed() {
        return chain(arrival);
    }
    if abort::is_abort_of_reported_panic() {
        held_output::write_all();
        return chain(arrival);
    }
    let mut arrival = *arrival;
    let mut is_declined = false;
    match outer_call(&arrival) {
        // The previous handler leads back to this one: the chain ends here.
        Some(outer) if outer.key == arrival.key() => return previous::default_action(&arrival),
        Some(outer) if outer.is_given_up_by(&arrival) => {
            if outer.is_asked && claim_for(&outer.arrival) {
                report(&outer.arrival);
            }
            claim::doom();
            return previous::default_action(&arrival);
        }
        // The previous handler has crashed itself.
        Some(outer) if outer.is_asked => arrival = outer.arrival,
        Some(_) => return chain(&arrival),
        None if should_ask(&arrival) => match ask(&arrival) {
            true => return,
            false => is_declined = true,
        },
        None => {}
    }
    if claim_for(&arrival) {
        report(&arrival);
    }
    if is_declined {
        claim::doom();
        previous::default_action(&arrival);
    } else {
        chain(&arrival);
    }
}

/// Returns the call of the previous handler inside of which this signal arrived, if there is one.
fn outer_call(arrival: &Arrival) -> Option<&'static PreviousCall> {
    let outer = CALLED_PREVIOUS.get();
    // A handler that leaves by `longjmp` leaves the pointer behind. Calls inside of it are further down the stack.
    let is_inside = !outer.is_null() && (&raw const *arrival).addr() < outer.addr();
    if !is_inside {
        CALLED_PREVIOUS.set(null());
        return None;
    }
    // SAFETY: the frame of `call_previous` that owns the value is further out on this stack.
    unsafe { outer.as_ref() }
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
            if futile::is_futile(arrival.key()) {
                previous::die(arrival);
            }
            claim::release();
            false
        }
        Claim::Free => true,
        // A handler that was installed later has called this one, and returned.
        Claim::Doomed if is_repeated() => previous::die(arrival),
        Claim::Doomed | Claim::ReportedByOther => false,
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
    #[cfg(has_reporter)]
    super::fork::callback::call();
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
    claim::set_reported();
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
    {
        // SAFETY: the context is null or that of this signal.
        unsafe { super::registers::record(arrival.context()) };
        if let Some((address, len)) = super::fork::capture_for_signal() {
            shared::set(SharedField::VariablesAddress, address as u64);
            shared::set(SharedField::VariablesBytes, len as u64);
        }
    }
}

/// Returns whether the handler that was installed before decides about an arrival first.
fn should_ask(arrival: &Arrival) -> bool {
    IS_PREVIOUS_FIRST.load(Ordering::Acquire)
        && !arrival.is_sent()
        && matches!(previous::previous(arrival.signal), Previous::Function(_))
}

/// Asks the handler that was installed before. Returns whether the program goes on.
///
/// The handler may change the registers, or map memory and return so that the instruction is executed again. One that
/// does nothing looks like that too, so it is asked again until that is evidently [futile].
fn ask(arrival: &Arrival) -> bool {
    if futile::is_futile(arrival.key()) {
        return false;
    }
    match previous::previous(arrival.signal) {
        Previous::Function(action) => !call_previous(&action, arrival, true),
        Previous::Default | Previous::Ignored => false,
    }
}

/// Passes an arrival on to what handles the signal without this handler.
fn chain(arrival: &Arrival) {
    let action = match previous::previous(arrival.signal) {
        Previous::Function(action) if !arrival.is_unknown() => action,
        // An ignored fault ends the process.
        Previous::Ignored if arrival.is_sent() => return claim::release(),
        _ => {
            claim::doom();
            return previous::default_action(arrival);
        }
    };
    let has_given_up = call_previous(&action, arrival, false);
    if has_given_up && arrival.recurs() {
        return claim::doom();
    }
    let is_default = previous::current(arrival.signal) == Some(libc::SIG_DFL);
    if is_default && signals::are_handlers_installed() {
        // The program survives a signal that was sent, or a fault that it handles only once.
        previous::set_previous_to_default(arrival.signal);
        previous::put(arrival.signal, on_signal);
    }
    claim::release();
}

/// Calls the handler that was installed before. Returns whether it has given up: it has set the default action or
/// restored an older one, and has not changed the registers.
///
/// If it installs itself again, this handler is put back in its place. That also happens if it is asked and gives up,
/// so that a signal which it has sent to this thread does not end the process before the report.
fn call_previous(action: &libc::sigaction, arrival: &Arrival, is_asked: bool) -> bool {
    let call = PreviousCall { arrival: *arrival, key: arrival.key(), is_asked };
    let outer = CALLED_PREVIOUS.replace(&raw const call);
    let own = on_signal as *const () as usize;
    let mut has_given_up = false;
    let mut before_unblocking = || {
        let current = previous::current(arrival.signal).unwrap_or(own);
        let is_back = current == action.sa_sigaction;
        let is_other = current != own && !is_back;
        has_given_up =
            is_other && (is_asked || current == libc::SIG_DFL) && arrival.key() == call.key;
        if (is_back || (is_asked && has_given_up)) && signals::are_handlers_installed() {
            previous::put(arrival.signal, on_signal);
        }
    };
    // SAFETY: the action has a function, and the arrival is that of this handler.
    unsafe { previous::call(action, arrival, &mut before_unblocking) };
    CALLED_PREVIOUS.set(outer);
    has_given_up
}
