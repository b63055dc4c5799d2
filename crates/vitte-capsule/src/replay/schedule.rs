//! One time limit for all steps of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The steps after the program share at most this part of the time limit.
const MAX_RESERVE: Duration = Duration::from_secs(2);

/// When each step of a run must have ended:
///
/// ```text
/// layout, program           kill  read the crashes  remove the directory
/// ├───────────────────────────┼──────────────────────┼────────────────────┤
/// start                      run                    read                 end
/// ```
///
/// The steps after the program take a fifth of the time limit, and at most 2 seconds.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// The program is killed at this time.
    pub(super) run: Instant,
    /// Crashes that were not read at this time are ignored.
    pub(super) read: Instant,
    /// A directory that was not removed at this time stays.
    pub(super) end: Instant,
    stop: Arc<AtomicBool>,
}

impl Schedule {
    pub(super) fn new(limit: Duration, stop: &Arc<AtomicBool>) -> Self {
        // About a century if the limit is too large for this clock.
        let now = Instant::now();
        let end = now.checked_add(limit).unwrap_or(now + Duration::from_secs(1 << 31));
        let reserve = (limit / 5).min(MAX_RESERVE);
        let before_end = |time: Duration| end.checked_sub(time).unwrap_or(now);
        Self {
            run: before_end(reserve),
            read: before_end(reserve / 2),
            end,
            stop: Arc::clone(stop),
        }
    }

    /// Returns whether the user has asked to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Returns whether the program has to end: the time is over, or the user has asked to stop.
    pub(super) fn is_run_over(&self) -> bool {
        self.is_stopped() || Instant::now() >= self.run
    }
}

/// Returns the time until an instant; zero if it has passed.
pub(super) fn until(instant: Instant) -> Duration {
    instant.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_share_the_limit() {
        for (limit, reserve) in [(10, 2000), (1, 200), (86400, 2000), (0, 0)] {
            let schedule = Schedule::new(Duration::from_secs(limit), &Arc::default());
            assert_eq!(schedule.end - schedule.run, Duration::from_millis(reserve));
            assert_eq!(schedule.end - schedule.read, Duration::from_millis(reserve / 2));
        }
        let schedule = Schedule::new(Duration::MAX, &Arc::default());
        assert!(!schedule.is_run_over());
    }
}
