//! Recognises that the previous handler does nothing about a fault.

use std::cell::Cell;

use super::arrival::ArrivalKey;
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

/// Counts an arrival on this thread. Returns whether the same fault has arrived too often in a short time.
///
/// A handler that recovers may let a fault arrive again at the same place, as the write barrier of a garbage collector
/// does, but not thousands of times a second without any other fault in between.
pub(super) fn is_futile(key: ArrivalKey) -> bool {
    let now = monotonic_millis();
    let last = LAST.get().filter(|last| last.key == key && now - last.since <= MAX_MILLIS);
    let Repeated { count, since, .. } = last.unwrap_or(Repeated { key, count: 0, since: now });
    LAST.set(Some(Repeated { key, count: count + 1, since }));
    count >= MAX_ARRIVALS
}
