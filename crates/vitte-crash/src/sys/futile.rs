//! Recognises that the previous handler does nothing about a fault.

use std::cell::Cell;

use super::arrival::{Arrival, ArrivalKey};
use super::signals::monotonic_millis;

/// A handler that does nothing lets the same fault arrive more than this often in [`MAX_MILLIS`].
const MAX_ARRIVALS: u32 = 1000;
const MAX_MILLIS: u64 = 100;

#[derive(Clone, Copy)]
struct Repeated {
    key: ArrivalKey,
    count: u32,
    /// When the first of them arrived, in milliseconds of [`monotonic_millis`].
    since: u64,
}

thread_local! {
    static LAST: Cell<Option<Repeated>> = const { Cell::new(None) };
}

/// What the previous handler may change, before it is called.
pub(super) struct Attempt {
    key: ArrivalKey,
    registers: u64,
    /// The mapping that contains the address of the fault, if the same fault has arrived very often.
    mapping: Option<u64>,
}

impl Attempt {
    pub(super) fn begin(arrival: &Arrival) -> Self {
        let key = arrival.key();
        let is_suspicious =
            LAST.get().is_some_and(|last| last.key == key && last.count >= MAX_ARRIVALS);
        let mapping = is_suspicious.then(|| mapping(arrival));
        Self { key, registers: arrival.register_hash(), mapping }
    }

    /// Returns whether the handler has changed the registers of the program.
    pub(super) fn has_changed_registers(&self, arrival: &Arrival) -> bool {
        self.registers != arrival.register_hash()
    }

    /// Counts the call of a handler that has returned with the same registers. Returns whether it does nothing: the
    /// same fault has arrived too often in a short time.
    ///
    /// The write barrier of a garbage collector may let a fault arrive very often at the same place, but then it has
    /// made the memory accessible each time.
    pub(super) fn is_futile(&self, arrival: &Arrival) -> bool {
        if !arrival.recurs() {
            return false;
        }
        let now = monotonic_millis();
        let last = LAST.get().filter(|last| last.key == self.key && now - last.since <= MAX_MILLIS);
        let Repeated { count, since, .. } =
            last.unwrap_or(Repeated { key: self.key, count: 0, since: now });
        let is_changed = self.mapping.is_some_and(|before| before != mapping(arrival));
        let count = if is_changed { 0 } else { count + 1 };
        LAST.set(Some(Repeated { key: self.key, count, since }));
        self.mapping.is_some() && count > MAX_ARRIVALS
    }
}

/// Returns a number that identifies the mapping which contains the address of a fault, with its permissions.
fn mapping(arrival: &Arrival) -> u64 {
    #[cfg(has_reporter)]
    return super::maps::mapping_hash(arrival.address() as u64);
    #[cfg(not(has_reporter))]
    {
        _ = arrival;
        0
    }
}
