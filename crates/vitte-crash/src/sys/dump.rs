//! Dumps: reports about a process that goes on.

use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::arrival::Arrival;
use super::line::LineBuffer;
use super::shared::{self, SharedField};
use super::{claim, fork, previous, registers, slots, spawn, thread};

/// The signals that can request a dump, with their names.
pub(crate) const DUMP_SIGNALS: [(c_int, &str); 3] =
    [(libc::SIGQUIT, "SIGQUIT"), (libc::SIGUSR1, "SIGUSR1"), (libc::SIGUSR2, "SIGUSR2")];

/// The value of [`SharedField::DumpKind`] for a crash.
pub(crate) const NO_DUMP: u64 = 0;
/// A signal has requested a dump.
pub(crate) const ON_SIGNAL: u64 = 1;
/// A context was open for too long.
pub(crate) const ON_TIMEOUT: u64 = 2;

/// The previous action of each of [`DUMP_SIGNALS`] for which the handler is installed. It is never freed, because a
/// handler may be reading it.
static PREVIOUS: [AtomicPtr<libc::sigaction>; DUMP_SIGNALS.len()] =
    [const { AtomicPtr::new(null_mut()) }; DUMP_SIGNALS.len()];

/// The installed handlers of the signals that request a dump. Dropping this restores the previous actions.
#[derive(Debug)]
pub(crate) struct DumpHandlers(());

impl DumpHandlers {
    /// Installs the handler for the signals in `signals`.
    pub(crate) fn new(signals: &[c_int]) -> Self {
        for ((signal, _), before) in DUMP_SIGNALS.into_iter().zip(&PREVIOUS) {
            if signals.contains(&signal) {
                // SAFETY: zeros are a valid `sigaction`, and all other arguments are those of local variables.
                unsafe {
                    let mut old: libc::sigaction = std::mem::zeroed();
                    libc::sigaction(signal, null(), &raw mut old);
                    before.store(Box::leak(Box::new(old)), Ordering::Release);
                    let mut action: libc::sigaction = std::mem::zeroed();
                    action.sa_sigaction = on_dump_signal as *const () as usize;
                    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
                    libc::sigemptyset(&raw mut action.sa_mask);
                    libc::sigaction(signal, &raw const action, null_mut());
                }
            }
        }
        Self(())
    }
}

impl Drop for DumpHandlers {
    fn drop(&mut self) {
        for ((signal, _), before) in DUMP_SIGNALS.into_iter().zip(&PREVIOUS) {
            let before = before.load(Ordering::Acquire);
            let is_ours = previous::current(signal) == Some(on_dump_signal as *const () as usize);
            if is_ours && !before.is_null() {
                // SAFETY: the action is never freed.
                unsafe { libc::sigaction(signal, before, null_mut()) };
            }
        }
    }
}

/// The handler of a signal that requests a dump. A function that handled the signal before is called afterwards.
extern "C" fn on_dump_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let error = super::errno();
    // SAFETY: these are the arguments of this handler.
    let arrival = unsafe { Arrival::new(signal, info, context) };
    let subject = DumpSubject {
        kind: ON_SIGNAL,
        thread_id: thread::thread_id(),
        contexts_address: slots::current_address(),
        ..DumpSubject::default()
    };
    dump(subject, || {
        shared::set(SharedField::Signal, u64::from(signal.unsigned_abs()));
        // SAFETY: the context is null or that of this signal.
        unsafe { registers::record(arrival.context()) };
    });
    let index = DUMP_SIGNALS.iter().position(|(known, _)| *known == signal);
    let before = index.and_then(|index| PREVIOUS.get(index)).map(|it| it.load(Ordering::Acquire));
    // SAFETY: the action is never freed.
    let before = before.and_then(|before| unsafe { before.as_ref() });
    let is_function = |action: &&libc::sigaction| {
        action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN
    };
    if let Some(before) = before.filter(is_function).filter(|_| !arrival.is_unknown()) {
        // SAFETY: the action has a function, and the arrival is that of this handler.
        unsafe { previous::call(before, &arrival, &mut || {}) };
    }
    super::set_errno(error);
}

/// What a dump is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DumpSubject {
    /// [`ON_SIGNAL`] or [`ON_TIMEOUT`].
    pub(crate) kind: u64,
    pub(crate) thread_id: u32,
    /// The address of the thread's contexts, or 0.
    pub(crate) contexts_address: usize,
    /// The 0-based depth of the context that was open for too long.
    pub(crate) depth: u32,
    /// How long it was open, in milliseconds.
    pub(crate) millis: u64,
}

/// Makes a dump, unless another report is being made. `record` records the signal and the registers of the subject's
/// thread if that is the current one. It is not called if another report is being made, because that uses the same
/// fields; then this returns false. A dump that fails is not made again: it would fail again, and stop the threads each
/// time.
pub(crate) fn dump(subject: DumpSubject, record: impl FnOnce()) -> bool {
    if fork::is_forked_child() || !claim::try_claim_for_dump() {
        return false;
    }
    shared::set(SharedField::DumpKind, subject.kind);
    shared::set(SharedField::DumpDepth, subject.depth.into());
    shared::set(SharedField::DumpMillis, subject.millis);
    shared::set(SharedField::ThreadId, subject.thread_id.into());
    shared::set(SharedField::ContextsAddress, subject.contexts_address as u64);
    shared::set(SharedField::IsStored, 0);
    shared::set(SharedField::VariablesBytes, 0);
    record();
    if let Err(reason) = spawn::run_reporter() {
        let mut line = LineBuffer::new();
        line.push(b"note: no dump of the threads");
        line.push(reason.as_bytes());
        line.push(b"\n");
        line.write();
    }
    shared::set(SharedField::DumpKind, NO_DUMP);
    claim::release();
    true
}
