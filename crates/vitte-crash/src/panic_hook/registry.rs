//! The active calls of `catch_panic` of all threads, and the panics that they may take as their cause.
//!
//! ```text
//! thread 1: catch_panic ──────────────── waits for thread 2 ──── panics ─▶ takes the report of thread 2
//! thread 2:      work ─ panics ─▶ hook: report stored, held ───────┘
//! ```
//!
//! Calls and panics have numbers in one sequence. A panic of a thread that has entered the contexts of a call is held until that
//! call has ended, and any other one until all calls that were active when it happened have ended. Then no call can take it
//! any more, and it is shown.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};

use vitte_capsule::CrashReport;
use vitte_diag::SourceMap;

use super::{PanicCapture, PanicKey};
use crate::brief_lock::lock_briefly;
use crate::sys::held_output::HeldOutput;

/// The report of a panic of a thread that catches no panics itself. It is stored, but not shown.
pub(crate) struct Held {
    key: PanicKey,
    pub(crate) report: Box<CrashReport>,
    pub(crate) sources: Option<SourceMap>,
    /// What is shown of it.
    pub(crate) output: HeldOutput,
    /// Whether the thread has entered the contexts of another one, so that the report has those of the call.
    pub(crate) has_entered: bool,
    /// The call that the panic belongs to, or 0 if that is not known.
    catch: u64,
    /// Its number in the sequence.
    number: u64,
    process: u32,
}

/// How the work of a call runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallKind {
    /// At once, so that the panics of other threads are probably those of its workers.
    Blocking,
    /// As a task among others, for an unknown time.
    Task,
}

impl Held {
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.process == std::process::id()
    }
}

/// The last panic inside of a call of `catch_panic`.
struct CaughtPanic {
    /// The number of the call.
    catch: u64,
    capture: Box<PanicCapture>,
    /// Its number in the sequence.
    number: u64,
}

/// Maximum number of held reports, and of panics of calls that have ended.
const MAX_ENTRIES: usize = 64;

struct Registry {
    /// The last number of the sequence.
    last: u64,
    /// The active calls of each kind. A service may have many tasks.
    blocking: BTreeSet<u64>,
    tasks: BTreeSet<u64>,
    held: Vec<Held>,
    caught: Vec<CaughtPanic>,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    last: 0,
    blocking: BTreeSet::new(),
    tasks: BTreeSet::new(),
    held: Vec::new(),
    caught: Vec::new(),
});

/// Locks the registry. Returns `None` if it belongs to a thread that does not exist in this process, which was forked.
fn lock() -> Option<MutexGuard<'static, Registry>> {
    lock_briefly(&REGISTRY)
}

impl Registry {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn is_active(&self, call: u64) -> bool {
        self.blocking.contains(&call) || self.tasks.contains(&call)
    }
}

/// Begins a call of `catch_panic`, and returns its number, or 0 if it cannot catch panics.
pub(super) fn begin(kind: CallKind) -> u64 {
    let Some(mut registry) = lock() else { return 0 };
    let number = registry.next();
    match kind {
        CallKind::Blocking => registry.blocking.insert(number),
        CallKind::Task => registry.tasks.insert(number),
    };
    number
}

/// Ends a call. Returns the held reports that no call can take any more.
pub(super) fn end(catch: u64) -> Vec<Held> {
    let Some(mut registry) = lock() else { return Vec::new() };
    let registry = &mut *registry;
    if !registry.blocking.remove(&catch) {
        registry.tasks.remove(&catch);
    }
    if registry.held.is_empty() && registry.caught.is_empty() {
        return Vec::new();
    }
    let oldest = registry.blocking.first().copied().unwrap_or(u64::MAX);
    let caught = std::mem::take(&mut registry.caught);
    let (mut active, mut over): (Vec<_>, Vec<_>) =
        caught.into_iter().partition(|caught| registry.is_active(caught.catch));
    over.retain(|caught| caught.number > oldest);
    if active.len() + over.len() > MAX_ENTRIES && !over.is_empty() {
        over.remove(0);
    }
    active.append(&mut over);
    registry.caught = active;
    let held = std::mem::take(&mut registry.held);
    let (released, held) = held.into_iter().partition(|held| match held.catch {
        0 => held.number < oldest,
        catch => !registry.is_active(catch),
    });
    registry.held = held;
    released
}

/// Returns whether any thread is in a call that may take the panics of any thread.
pub(super) fn has_catches() -> bool {
    lock().is_some_and(|registry| !registry.blocking.is_empty())
}

/// Returns the first of these calls that is active.
pub(super) fn first_active(calls: [u64; 2]) -> Option<u64> {
    let registry = lock()?;
    calls.into_iter().find(|call| registry.is_active(*call))
}

/// Records the panic of a call, which replaces an earlier one.
pub(super) fn set_caught(catch: u64, mut capture: Box<PanicCapture>) {
    let Some(mut registry) = lock() else { return };
    let registry = &mut *registry;
    if let Some(at) = registry.caught.iter().position(|caught| caught.catch == catch) {
        capture.earlier = Some(registry.caught.swap_remove(at).capture.note());
    }
    let number = registry.next();
    registry.caught.push(CaughtPanic { catch, capture, number });
}

/// Takes the panic of a call.
pub(super) fn take_caught(catch: u64) -> Option<Box<PanicCapture>> {
    let mut registry = lock()?;
    let at = registry.caught.iter().position(|caught| caught.catch == catch)?;
    Some(registry.caught.swap_remove(at).capture)
}

/// Takes the panic with this key that another call has seen since the call `catch` began. A thread of a pool that waits
/// in its own call runs work of other threads meanwhile.
pub(super) fn take_caught_elsewhere(catch: u64, key: &PanicKey) -> Option<Box<PanicCapture>> {
    let mut registry = lock()?;
    let is_it = |caught: &CaughtPanic| caught.number > catch && caught.capture.key() == key;
    let at = registry.caught.iter().position(is_it)?;
    Some(registry.caught.swap_remove(at).capture)
}

/// Takes the report of a panic that belongs to the call `catch`: with this key, or any. If there is none, takes one since the
/// call began that could belong to it.
pub(super) fn take_held(catch: u64, key: Option<&PanicKey>) -> Option<Held> {
    let mut registry = lock()?;
    let has_key = |held: &Held| key.is_none_or(|key| held.key == *key);
    let is_blocking = registry.blocking.contains(&catch);
    let could_be = |held: &Held| match key {
        Some(_) => held.number > catch,
        None => held.number > catch && held.catch == 0 && is_blocking,
    };
    let mut held = registry.held.iter();
    let at = held
        .position(|held| held.catch == catch && has_key(held))
        .or_else(|| registry.held.iter().position(|held| could_be(held) && has_key(held)))?;
    Some(registry.held.remove(at))
}

/// Why a report is held.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) key: PanicKey,
    /// The call that the panic belongs to, or 0 if that is not known.
    pub(crate) catch: u64,
    /// Whether the thread has entered the contexts of another one.
    pub(crate) has_entered: bool,
}

/// Holds a report that was stored. Returns it if no call can take it any more, or too many are held.
pub(crate) fn hold(
    holding: Holding,
    report: Box<CrashReport>,
    sources: Option<SourceMap>,
    output: HeldOutput,
) -> Option<Held> {
    let process = std::process::id();
    let Holding { key, catch, has_entered } = holding;
    let mut held = Held { key, report, sources, output, has_entered, catch, number: 0, process };
    let Some(mut registry) = lock() else { return Some(held) };
    let can_be_taken = match catch {
        0 => !registry.blocking.is_empty(),
        catch => registry.is_active(catch),
    };
    if !can_be_taken || registry.held.len() >= MAX_ENTRIES {
        return Some(held);
    }
    held.number = registry.next();
    registry.held.push(held);
    None
}

/// Takes all held reports.
pub(crate) fn take_all_held() -> Vec<Held> {
    lock().map(|mut registry| std::mem::take(&mut registry.held)).unwrap_or_default()
}
