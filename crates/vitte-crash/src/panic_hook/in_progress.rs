//! How many threads of this process are reporting a panic.

use std::sync::atomic::{AtomicU64, Ordering};

/// The id of the process in the upper half, and the number of threads in the lower one. A process that was forked does not have
/// the threads.
static IN_PROGRESS: AtomicU64 = AtomicU64::new(0);

/// Adds to the number of threads.
pub(super) fn change(by: i32) {
    let own = u64::from(std::process::id()) << 32;
    let changed =
        |state: u64| Some(own | u64::from(of_process(state, own).saturating_add_signed(by)));
    // The function never refuses.
    _ = IN_PROGRESS.fetch_update(Ordering::AcqRel, Ordering::Acquire, changed);
}

/// Returns the number of threads.
pub(super) fn count() -> u32 {
    of_process(IN_PROGRESS.load(Ordering::Acquire), u64::from(std::process::id()) << 32)
}

fn of_process(state: u64, own: u64) -> u32 {
    let count = u32::try_from(state & u64::from(u32::MAX)).unwrap_or(0);
    if state & !u64::from(u32::MAX) == own { count } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_of_another_process_do_not_count() {
        let own = 7 << 32;
        assert_eq!(of_process(own | 3, own), 3);
        assert_eq!(of_process(8 << 32 | 3, own), 0);
        assert_eq!(of_process(0, own), 0);
    }
}
