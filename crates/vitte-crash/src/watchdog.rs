//! Makes a dump when a context is open for too long.

use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::sys::dump::{DumpSubject, ON_TIMEOUT, dump};
use crate::sys::slots::{self, OpenContexts};

/// Maximum number of contexts of a thread that are watched, the outermost ones.
const MAX_DEPTH: u32 = 64;

/// A thread that looks at the contexts of all threads. It ends when this is dropped.
pub(crate) struct Watchdog {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Starts the thread. Returns `None` if the system refuses a thread.
    pub(crate) fn start(limit: Duration) -> Option<Self> {
        let (stop, stopped) = channel();
        let tick = (limit / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
        let watch = move || {
            let mut open = OpenSince::default();
            while stopped.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                if let Some(subject) = open.look(slots::threads(), Instant::now(), limit) {
                    dump(subject, || {});
                }
            }
        };
        let thread = std::thread::Builder::new().name("vitte-watchdog".into()).spawn(watch);
        Some(Self { stop: Some(stop), thread: Some(thread.ok()?) })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop = None;
        // A dump that is being made needs the configuration of the handler.
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// Identifies a context: the id of its thread, and the number of contexts that were opened there before.
type ContextId = (u32, u64);

/// The open contexts that were seen, and when for the first time.
#[derive(Default)]
struct OpenSince {
    /// `None` if the context was part of a dump already.
    since: HashMap<ContextId, Option<Instant>>,
}

impl OpenSince {
    /// Looks at the open contexts. Returns the innermost one that is open for longer than `limit`, of the first thread
    /// that has one. All contexts of that thread are part of the dump, so none of them is returned again.
    fn look(
        &mut self,
        threads: impl Iterator<Item = OpenContexts>,
        now: Instant,
        limit: Duration,
    ) -> Option<DumpSubject> {
        let mut seen = HashMap::new();
        let mut found: Option<DumpSubject> = None;
        for thread in threads {
            for depth in 0..thread.depth().min(MAX_DEPTH) {
                let Some(sequence) = thread.sequence_at(depth) else { break };
                let id = (thread.thread_id, sequence);
                let since = self.since.get(&id).copied().unwrap_or(Some(now));
                seen.insert(id, since);
                let time = since.map(|since| now.saturating_duration_since(since));
                let Some(time) = time.filter(|time| *time >= limit) else { continue };
                if found.is_none_or(|found| found.thread_id == thread.thread_id) {
                    found = Some(DumpSubject {
                        kind: ON_TIMEOUT,
                        thread_id: thread.thread_id,
                        contexts_address: thread.address,
                        depth,
                        millis: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
                    });
                }
            }
        }
        self.since = seen;
        if let Some(found) = found {
            let shown = self.since.iter_mut().filter(|((thread, _), _)| *thread == found.thread_id);
            shown.for_each(|(_, since)| *since = None);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_that_is_open_for_too_long_is_found_once() {
        std::thread::spawn(|| {
            let own = crate::sys::thread_id();
            let mut open = OpenSince::default();
            let limit = Duration::from_secs(2);
            let begin = Instant::now();
            let mut look = |seconds| {
                let threads = slots::threads().filter(|thread| thread.thread_id == own);
                let subject = open.look(threads, begin + Duration::from_secs(seconds), limit);
                subject.map(|subject| (subject.depth, subject.millis))
            };
            let _outer = crate::context("outer", None);
            assert_eq!(look(0), None);
            let inner = crate::context("inner", None);
            assert_eq!(look(1), None);
            drop(inner);
            let _again = crate::context("inner", None);
            assert_eq!(look(2), Some((0, 2000)), "the inner context was closed meanwhile");
            assert_eq!(look(5), None, "the dump has shown both");
            let _new = crate::context("new", None);
            assert_eq!(look(6), None);
            assert_eq!(look(8), Some((2, 2000)));
        })
        .join()
        .unwrap();
    }
}
