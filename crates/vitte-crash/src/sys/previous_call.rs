//! Calls of the handler that was installed before, and signals that arrive inside of them.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicU64, Ordering};

use super::arrival::{Arrival, ArrivalKey, is_readable};
use super::futile::Attempt;
use super::{handler_stack, previous, signals};

thread_local! {
    /// The last call that has not returned.
    static CURRENT: Cell<Option<PreviousCall>> = const { Cell::new(None) };
}

/// The number of the last call of any thread.
static LAST_NUMBER: AtomicU64 = AtomicU64::new(0);

/// A call of the previous handler.
#[derive(Clone, Copy)]
pub(super) struct PreviousCall {
    pub(super) arrival: Arrival,
    pub(super) key: ArrivalKey,
    /// Whether the arrival is not reported yet, because the previous handler is asked first.
    pub(super) is_asked: bool,
    /// Different for each call. The frame of the call has a copy at the address `marker`.
    number: u64,
    marker: usize,
}

/// What a call of the previous handler has led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// The handler has set the default action or restored an older one, and has not changed the registers.
    GivenUp,
    /// The fault arrives again and again, and the handler does nothing about it.
    Futile,
    /// The handler has returned, and the program goes on. Whether it has recovered from the fault is not known.
    Returned,
    /// The handler has changed the registers.
    Recovered,
}

impl PreviousCall {
    /// Returns whether a signal arrived inside of this call.
    ///
    /// A handler that leaves by `longjmp` leaves its [`CURRENT`] call behind. What is called by a handler, and what that
    /// code then interrupts, is further down the stack, where its frame is still unchanged.
    fn contains(&self, arrival: &Arrival) -> bool {
        (&raw const *arrival).addr() < self.marker
            && arrival.stack_pointer() < self.marker as u64
            && is_readable(self.marker)
            // SAFETY: the memory at the aligned address can be read.
            && unsafe { std::ptr::with_exposed_provenance::<u64>(self.marker).read_volatile() }
                == self.number
            && self.arrival.is_still_at(&self.key)
    }
}

/// Returns the call inside of which a signal arrived, if there is one.
pub(super) fn outer(arrival: &Arrival) -> Option<PreviousCall> {
    CURRENT.get().filter(|call| call.contains(arrival))
}

/// Returns the arrival about which the previous handler is being asked, if this thread is inside of that call.
#[cfg(has_reporter)]
pub(super) fn asked() -> Option<Arrival> {
    let local = 0_u8;
    let address = (&raw const local).addr();
    let call = CURRENT.get().filter(|call| call.is_asked)?;
    // A handler that has left by `longjmp` leaves its call behind, and the program goes on with another stack.
    let is_inside = handler_stack::is_same_stack(address, call.marker) && address < call.marker;
    is_inside.then_some(call.arrival)
}

/// Returns the arrival about which a handler is being asked that has overflowed the stack near `address`, if that has not
/// overwritten the arrival.
pub(super) fn asked_elsewhere(address: usize) -> Option<Arrival> {
    let call = CURRENT.get().filter(|call| call.is_asked)?;
    let info = call.arrival.info().addr();
    let is_safe = !handler_stack::is_same_stack(address, info);
    (is_safe && call.arrival.is_still_at(&call.key)).then_some(call.arrival)
}

/// Returns whether the last call on this thread was left by `longjmp`, and forgets it. Called if the signal did not
/// arrive inside of that call.
pub(super) fn take_abandoned() -> bool {
    CURRENT.take().is_some()
}

/// Calls the handler that was installed before. `own` is the address of this one.
///
/// If it installs itself again, `put_back` puts this handler back in its place. That also happens if it is asked and
/// gives up, so that a signal which it has sent to this thread does not end the process before the report.
pub(super) fn call(
    action: &libc::sigaction,
    arrival: &Arrival,
    is_asked: bool,
    own: usize,
    put_back: fn(c_int),
) -> Outcome {
    let number = LAST_NUMBER.fetch_add(1, Ordering::Relaxed) + 1;
    let key = arrival.key();
    let copy = std::hint::black_box(number);
    let marker = (&raw const copy).expose_provenance();
    let call = PreviousCall { arrival: *arrival, key, is_asked, number, marker };
    let outer = CURRENT.replace(Some(call));
    let attempt = Attempt::begin(arrival);
    let mut has_given_up = false;
    let mut before_unblocking = || {
        let current = previous::current(arrival.signal).unwrap_or(own);
        let is_back = current == action.sa_sigaction;
        let is_other = current != own && !is_back;
        has_given_up = is_other && (is_asked || current == libc::SIG_DFL) && arrival.key() == key;
        if is_asked && has_given_up {
            // What it has set handles a signal that it has sent, and the fault if that arrives again.
            previous::replace(arrival.signal);
        }
        if (is_back || (is_asked && has_given_up)) && signals::are_handlers_installed() {
            put_back(arrival.signal);
        }
    };
    // SAFETY: the action has a function, and the arrival is that of this handler.
    unsafe { previous::call(action, arrival, &mut before_unblocking) };
    CURRENT.set(outer);
    std::hint::black_box(&copy);
    match () {
        () if has_given_up => Outcome::GivenUp,
        () if attempt.has_changed_registers(arrival) => Outcome::Recovered,
        () if attempt.is_futile(arrival) => Outcome::Futile,
        () => Outcome::Returned,
    }
}
