//! Works on blocks on several threads, and returns the results in the order of the input.
//!
//! ```text
//!            ┌▶ worker ─┐
//! inputs ────┼▶ worker ─┼──▶ results by number ──▶ sink
//!            └▶ worker ─┘
//! ```
//!
//! A worker reads a block itself, so that the block is in the cache of its core. The bytes between the inputs and the
//! sink are bounded: while there are too many, nothing is read.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::blocks::{Blocks, Item};

/// What the sink receives.
#[derive(Debug)]
pub(super) enum Event<T> {
    /// Lines, and the result of the worker.
    Lines(Vec<u8>, T),
    /// Another item.
    Other(Item),
    /// Nothing else is there yet: what is buffered should be written.
    Idle,
}

/// What the threads share.
struct Shared<F> {
    source: Mutex<Source>,
    in_flight: Mutex<InFlight>,
    /// Notified if there are fewer bytes in flight.
    left: Condvar,
    /// The blocks that are read, worked on, or wait for the sink, in bytes. One block may be larger.
    max_in_flight: usize,
    work: F,
}

struct Source {
    blocks: Blocks,
    /// The number of the next item.
    next: u64,
}

#[derive(Default)]
struct InFlight {
    bytes: usize,
    is_stopped: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A result, its number, and the bytes that it had in flight.
type Numbered<T> = (u64, usize, Event<T>);

/// Calls `work` for each block on `jobs` threads, with `max_in_flight` bytes at most, and `sink` for each result in the order of the input. Returns the first
/// error of `sink`; a thread that waits for input is then abandoned.
pub(super) fn run<T: Send + 'static>(
    blocks: Blocks,
    jobs: NonZeroUsize,
    max_in_flight: usize,
    work: impl Fn(&[u8]) -> T + Send + Sync + 'static,
    sink: &mut dyn FnMut(Event<T>) -> io::Result<Option<Vec<u8>>>,
) -> io::Result<()> {
    let shared = Arc::new(Shared {
        source: Mutex::new(Source { blocks, next: 0 }),
        in_flight: Mutex::default(),
        left: Condvar::new(),
        max_in_flight,
        work,
    });
    let (sender, receiver) = mpsc::channel();
    for _ in 0..jobs.get() {
        let (shared, sender) = (Arc::clone(&shared), sender.clone());
        thread::Builder::new().name("lines".to_owned()).spawn(move || shared.run(&sender))?;
    }
    drop(sender);
    let done = shared.collect(&receiver, sink);
    lock(&shared.in_flight).is_stopped = true;
    shared.left.notify_all();
    done
}

impl<F> Shared<F> {
    fn run<T>(&self, sender: &Sender<Numbered<T>>)
    where
        F: Fn(&[u8]) -> T,
    {
        loop {
            let mut source = lock(&self.source);
            let Some(item) = source.blocks.next() else { return };
            let (number, size) = (source.next, item.size());
            source.next += 1;
            // Still with the lock: items enter in their order, so the one that the sink waits for is never behind.
            if !self.enter(size) {
                return;
            }
            drop(source);
            let event = match item {
                Item::Lines(lines) => {
                    let result = (self.work)(&lines);
                    Event::Lines(lines, result)
                }
                other => Event::Other(other),
            };
            if sender.send((number, size, event)).is_err() {
                return;
            }
        }
    }

    /// Waits until there is room for `size` bytes. Returns false if the work is stopped.
    fn enter(&self, size: usize) -> bool {
        let mut now = lock(&self.in_flight);
        while now.bytes > 0 && now.bytes + size > self.max_in_flight && !now.is_stopped {
            now = self.left.wait(now).unwrap_or_else(PoisonError::into_inner);
        }
        now.bytes += size;
        !now.is_stopped
    }

    fn leave(&self, size: usize) {
        lock(&self.in_flight).bytes -= size;
        self.left.notify_all();
    }

    fn collect<T>(
        &self,
        receiver: &Receiver<Numbered<T>>,
        sink: &mut dyn FnMut(Event<T>) -> io::Result<Option<Vec<u8>>>,
    ) -> io::Result<()> {
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        loop {
            let received = match receiver.try_recv() {
                Err(TryRecvError::Empty) => {
                    sink(Event::Idle)?;
                    receiver.recv().ok()
                }
                Err(TryRecvError::Disconnected) => None,
                Ok(received) => Some(received),
            };
            let Some((number, size, event)) = received else { break };
            waiting.insert(number, (size, event));
            while let Some((size, event)) = waiting.remove(&next) {
                let unused = sink(event)?;
                self.leave(size);
                next += 1;
                // Not while a worker waits for input with the lock.
                if let (Some(block), Ok(mut source)) = (unused, self.source.try_lock()) {
                    source.blocks.reuse(block);
                }
            }
        }
        match waiting.is_empty() {
            true => Ok(()),
            false => Err(io::Error::other("a thread ended early")),
        }
    }
}
