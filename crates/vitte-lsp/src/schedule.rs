//! Which document is checked next, and when.
//!
//! ```text
//! change ─▶ quiet before?  ─ yes ─▶ check at once
//!                └─ no ─▶ check when no change has followed for a while
//! ```
//!
//! So the first key is answered at once, and typing on does not start a check per key. The pause is as long as the last
//! check of the document took, within a limit: a check that takes a millisecond is not worth a longer wait.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use crate::cancel::Cancellation;
use crate::paths::Key;

/// The documents that wait to be checked, and the check that runs.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    waiting: BTreeMap<Key, Due>,
    running: Option<Running>,
    documents: HashMap<Key, Timing>,
    /// The maximum pause.
    debounce: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
struct Timing {
    /// When the document last changed.
    changed: Option<Instant>,
    /// How long its last check took.
    cost: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Due {
    at: Instant,
    /// Files that are not open wait for those that are.
    is_open: Reverse<bool>,
    /// The document itself has changed.
    is_change: bool,
}

/// A check that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) job: u64,
    pub(crate) key: Key,
    /// Whether the document itself has changed since its last check.
    pub(crate) is_change: bool,
    pub(crate) begun: Instant,
    pub(crate) cancellation: Cancellation,
}

impl Schedule {
    pub(crate) fn new(debounce: Duration) -> Self {
        Self { debounce, ..Self::default() }
    }

    /// Adds a document whose text has changed. The check of an older text is cancelled.
    pub(crate) fn changed(&mut self, key: &Key, now: Instant) {
        let timing = self.documents.entry(Key::clone(key)).or_default();
        let pause = timing.cost.min(self.debounce);
        let last = timing.changed.replace(now);
        let is_quiet = last.is_none_or(|last| now.saturating_duration_since(last) >= pause);
        let at = if is_quiet { now } else { now + pause };
        self.waiting.insert(Key::clone(key), Due { at, is_open: Reverse(true), is_change: true });
        self.cancel(key);
    }

    /// Adds a document that is to be checked again for another reason.
    pub(crate) fn add(&mut self, key: &Key, is_open: bool, now: Instant) {
        // The check that is cancelled may have been one of a change.
        let running = self.running.as_ref().filter(|running| running.key == *key);
        let is_change = running.is_some_and(|running| running.is_change);
        let due = Due { at: now, is_open: Reverse(is_open), is_change };
        self.waiting.entry(Key::clone(key)).or_insert(due);
        self.cancel(key);
    }

    /// Removes a document, and cancels its check.
    pub(crate) fn remove(&mut self, key: &Key) {
        self.waiting.remove(key);
        self.documents.remove(key);
        self.cancel(key);
    }

    fn cancel(&self, key: &Key) {
        if let Some(running) = self.running.as_ref().filter(|running| running.key == *key) {
            running.cancellation.cancel();
        }
    }

    /// Returns the document to check now, if no check runs, and whether it has changed itself.
    pub(crate) fn next(&mut self, now: Instant) -> Option<(Key, bool)> {
        if self.running.is_some() {
            return None;
        }
        let due = self.waiting.iter().filter(|(_, due)| due.at <= now);
        let (key, &due) = due.min_by_key(|(_, due)| (due.is_open, due.at))?;
        let key = Key::clone(key);
        self.waiting.remove(&key);
        Some((key, due.is_change))
    }

    /// Returns how long nothing is to be done, or `None` if only a message of the client changes that.
    pub(crate) fn pause(&self, now: Instant) -> Option<Duration> {
        if self.running.is_some() {
            return None;
        }
        let next = self.waiting.values().map(|due| due.at).min()?;
        Some(next.saturating_duration_since(now))
    }

    pub(crate) fn start(&mut self, running: Running) {
        self.running = Some(running);
    }

    pub(crate) const fn running(&self) -> Option<&Running> {
        self.running.as_ref()
    }

    /// Ends the check with a number. Returns it, or `None` if another one runs.
    pub(crate) fn end(&mut self, job: u64, now: Instant) -> Option<Running> {
        let running = self.running.take_if(|running| running.job == job)?;
        if let Some(timing) = self.documents.get_mut(&running.key) {
            timing.cost = now.saturating_duration_since(running.begun);
        }
        Some(running)
    }

    /// Returns true if a document waits to be checked, or is being checked.
    pub(crate) fn is_busy(&self, key: &Key) -> bool {
        self.waiting.contains_key(key)
            || self.running.as_ref().is_some_and(|running| running.key == *key)
    }

    /// Returns true if no document waits to be checked or is being checked.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.running.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBOUNCE: Duration = Duration::from_millis(100);

    fn running(schedule: &mut Schedule, job: u64, key: &Key, begun: Instant) -> Cancellation {
        let cancellation = Cancellation::default();
        let (key, own) = (Key::clone(key), cancellation.clone());
        schedule.start(Running { job, key, is_change: true, begun, cancellation: own });
        cancellation
    }

    #[test]
    fn the_first_change_is_checked_at_once_and_the_next_ones_after_a_pause() {
        let (mut schedule, start) = (Schedule::new(DEBOUNCE), Instant::now());
        let (a, ms) = (Key::from("a"), Duration::from_millis);
        schedule.changed(&a, start);
        assert_eq!(schedule.next(start), Some((a.clone(), true)));
        let cancellation = running(&mut schedule, 1, &a, start);
        schedule.changed(&a, start + ms(10));
        assert!(cancellation.is_cancelled() && schedule.is_busy(&a));
        assert_eq!((schedule.next(start + ms(500)), schedule.pause(start)), (None, None));
        assert!(schedule.end(2, start).is_none() && schedule.end(1, start + ms(500)).is_some());
        schedule.changed(&a, start + ms(500));
        schedule.changed(&a, start + ms(510));
        assert_eq!(schedule.next(start + ms(609)), None);
        assert_eq!(schedule.pause(start + ms(609)), Some(ms(1)));
        schedule.changed(&a, start + ms(609));
        assert_eq!(schedule.next(start + ms(708)), None);
        assert_eq!(schedule.next(start + ms(709)), Some((a.clone(), true)));
        assert!(schedule.is_idle() && schedule.pause(start).is_none());
        schedule.changed(&a, start + ms(900));
        assert_eq!(schedule.next(start + ms(900)), Some((a.clone(), true)));
        // A check that took 3 ms is repeated after a pause of 3 ms.
        running(&mut schedule, 3, &a, start + ms(900));
        schedule.end(3, start + ms(903));
        schedule.changed(&a, start + ms(1000));
        schedule.changed(&a, start + ms(1001));
        assert_eq!(schedule.next(start + ms(1003)), None);
        assert_eq!(schedule.next(start + ms(1004)), Some((a, true)));
    }

    #[test]
    fn open_documents_are_checked_before_others() {
        let (mut schedule, now) = (Schedule::new(DEBOUNCE), Instant::now());
        let [a, b, c] = ["a", "b", "c"].map(Key::from);
        schedule.add(&a, false, now);
        schedule.add(&b, true, now);
        schedule.add(&c, true, now);
        schedule.remove(&c);
        assert_eq!(
            [schedule.next(now), schedule.next(now), schedule.next(now)],
            [Some((b, false)), Some((a, false)), None]
        );
    }
}
