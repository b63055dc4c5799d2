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
    /// The thread, and what ends it when it is dropped.
    thread: Option<(Sender<()>, JoinHandle<()>)>,
    /// The id of the process that has the thread.
    process: u32,
}

impl Watchdog {
    /// Starts the thread. Returns `None` if the system refuses a thread.
    pub(crate) fn start(limit: Duration) -> Option<Self> {
        let (stop, stopped) = channel();
        let tick = (limit / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
        let watch = move || {
            let mut open = OpenSince::default();
            while stopped.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                open.dump_late(slots::threads(), Instant::now(), limit, |late| dump(late, || {}));
            }
        };
        let thread = std::thread::Builder::new().name("vitte-watchdog".into()).spawn(watch);
        Some(Self { thread: Some((stop, thread.ok()?)), process: std::process::id() })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let Some((stop, thread)) = self.thread.take() else { return };
        if self.process != std::process::id() {
            // A forked process does not have the thread, and cannot join it. The thread may have held a lock of the
            // channel.
            return std::mem::forget((stop, thread));
        }
        drop(stop);
        // A dump that is being made needs the configuration of the handler.
        _ = thread.join();
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
    /// Looks at the open contexts, and calls `dump` with one that is open for longer than `limit`. It returns false if
    /// it has made no dump because another report is being made. Then the context is found again the next time.
    fn dump_late(
        &mut self,
        threads: impl Iterator<Item = OpenContexts>,
        now: Instant,
        limit: Duration,
        dump: impl FnOnce(DumpSubject) -> bool,
    ) {
        let Some(subject) = self.look(threads, now, limit) else { return };
        if dump(subject) {
            // All contexts of the thread are part of the dump.
            let shown = self.since.iter_mut().filter(|((id, _), _)| *id == subject.thread_id);
            shown.for_each(|(_, since)| *since = None);
        }
    }

    /// Looks at the open contexts. Returns the innermost one that is open for longer than `limit` and was not part of a
    /// dump, of the first thread that has one.
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
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_that_is_open_for_too_long_is_dumped_once() {
        std::thread::spawn(|| {
            let own = crate::sys::thread_id();
            let mut open = OpenSince::default();
            let limit = Duration::from_secs(2);
            let begin = Instant::now();
            // Returns the context about which a dump is made, which succeeds if `is_free`.
            let mut look = |seconds, is_free| {
                let threads = slots::threads().filter(|thread| thread.thread_id == own);
                let mut subject = None;
                let dump = |late: DumpSubject| {
                    subject = Some((late.depth, late.millis));
                    is_free
                };
                open.dump_late(threads, begin + Duration::from_secs(seconds), limit, dump);
                subject
            };
            let _outer = crate::context("outer", None);
            assert_eq!(look(0, true), None);
            let inner = crate::context("inner", None);
            assert_eq!(look(1, true), None);
            drop(inner);
            let _again = crate::context("inner", None);
            assert_eq!(look(2, true), Some((0, 2000)), "the inner context was closed meanwhile");
            assert_eq!(look(5, true), None, "the dump has shown both");
            let _new = crate::context("new", None);
            assert_eq!(look(6, true), None);
            assert_eq!(look(8, false), Some((2, 2000)));
            assert_eq!(look(9, true), Some((2, 3000)), "the dump was refused before");
            assert_eq!(look(10, true), None);
        })
        .join()
        .unwrap();
    }
}
