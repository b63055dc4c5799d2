//! The active calls of `catch_panic` of all threads, and the panics that they may take as their cause.
//!
//! ```text
//! thread 1: catch_panic ──────────────── waits for thread 2 ──── panics ─▶ takes the report of thread 2
//! thread 2:      work ─ panics ─▶ hook: report stored, held ───────┘
//! ```
//!
//! Calls and panics have numbers in one sequence. A panic is held until all calls that were active when it happened
//! have ended. Then no call can take it any more, and it is shown.

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
    /// Its number in the sequence.
    number: u64,
    process: u32,
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
    /// The numbers of the active calls.
    active: Vec<u64>,
    held: Vec<Held>,
    caught: Vec<CaughtPanic>,
}

static REGISTRY: Mutex<Registry> =
    Mutex::new(Registry { last: 0, active: Vec::new(), held: Vec::new(), caught: Vec::new() });

/// Locks the registry. Returns `None` if it belongs to a thread that does not exist in this process, which was forked.
fn lock() -> Option<MutexGuard<'static, Registry>> {
    lock_briefly(&REGISTRY)
}

impl Registry {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

/// Begins a call of `catch_panic`, and returns its number, or 0 if it cannot catch panics.
pub(super) fn begin() -> u64 {
    let Some(mut registry) = lock() else { return 0 };
    let number = registry.next();
    registry.active.push(number);
    number
}

/// Ends a call. Returns the held reports that no call can take any more.
pub(super) fn end(catch: u64) -> Vec<Held> {
    let Some(mut registry) = lock() else { return Vec::new() };
    let registry = &mut *registry;
    if let Some(at) = registry.active.iter().rposition(|active| *active == catch) {
        registry.active.swap_remove(at);
    }
    if registry.held.is_empty() && registry.caught.is_empty() {
        return Vec::new();
    }
    let oldest = registry.active.iter().copied().min().unwrap_or(u64::MAX);
    let active = &registry.active;
    registry.caught.retain(|caught| caught.number > oldest || active.contains(&caught.catch));
    let is_over = |caught: &CaughtPanic| !active.contains(&caught.catch);
    if registry.caught.len() > MAX_ENTRIES {
        registry.caught.iter().position(is_over).map(|at| registry.caught.swap_remove(at));
    }
    let (released, held) =
        std::mem::take(&mut registry.held).into_iter().partition(|held| held.number < oldest);
    registry.held = held;
    released
}

/// Returns whether any thread is in a call.
pub(super) fn has_catches() -> bool {
    lock().is_some_and(|registry| !registry.active.is_empty())
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

/// Takes the first held report since the call `catch` began: with this key, or any.
pub(super) fn take_held(catch: u64, key: Option<&PanicKey>) -> Option<Held> {
    let mut registry = lock()?;
    let is_it = |held: &Held| held.number > catch && key.is_none_or(|key| held.key == *key);
    let at = registry.held.iter().position(is_it)?;
    Some(registry.held.remove(at))
}

/// Holds a report that was stored. Returns it if no call is active any more, or too many are held.
pub(crate) fn hold(
    key: PanicKey,
    report: Box<CrashReport>,
    sources: Option<SourceMap>,
    output: HeldOutput,
) -> Option<Held> {
    let process = std::process::id();
    let mut held = Held { key, report, sources, output, number: 0, process };
    let Some(mut registry) = lock() else { return Some(held) };
    if registry.active.is_empty() || registry.held.len() >= MAX_ENTRIES {
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
