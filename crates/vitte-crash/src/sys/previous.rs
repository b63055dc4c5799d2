//! The actions of the handled signals: ours, and those that were in place before.

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::arrival::Arrival;
use super::handler_stack;
use super::signals::{HANDLED_SIGNALS, is_always_fatal};

const COUNT: usize = HANDLED_SIGNALS.len();

/// The actions that were in place before for each of [`HANDLED_SIGNALS`].
struct PreviousActions(UnsafeCell<[MaybeUninit<libc::sigaction>; COUNT]>);

// SAFETY: only `install` and `replace` write it. The first does so before the handler that reads it is installed, and at
// most one set of handlers is installed at any time. The second writes each action once, before it is marked as valid.
unsafe impl Sync for PreviousActions {}

static PREVIOUS_ACTIONS: PreviousActions =
    PreviousActions(UnsafeCell::new([MaybeUninit::uninit(); COUNT]));
/// For which of [`HANDLED_SIGNALS`] the handler was installed, so that its previous action is known.
static IS_INSTALLED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
/// For which of [`HANDLED_SIGNALS`] the previous handler has reset the action to the default.
static IS_RESET: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

/// The actions that previous handlers have set when they gave up. They replace the previous ones.
static REPLACEMENTS: PreviousActions =
    PreviousActions(UnsafeCell::new([MaybeUninit::uninit(); COUNT]));
/// The state of each of [`REPLACEMENTS`]: none, being written, or valid. A valid one stays until the
/// handlers are installed again.
static REPLACEMENT_STATES: [AtomicU8; COUNT] = [const { AtomicU8::new(NO_REPLACEMENT) }; COUNT];
const NO_REPLACEMENT: u8 = 0;
const WRITING: u8 = 1;
const VALID: u8 = 2;

/// The type of a handler that is installed with `SA_SIGINFO`.
pub(super) type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// What happens at a signal without our handler.
pub(super) enum Previous {
    Default,
    Ignored,
    Function(libc::sigaction),
}

fn index_of(signal: c_int) -> Option<usize> {
    HANDLED_SIGNALS.iter().position(|(known, _)| *known == signal)
}

impl PreviousActions {
    fn action(&self, index: usize) -> *mut libc::sigaction {
        self.0.get().cast::<libc::sigaction>().wrapping_add(index)
    }
}

fn previous_action(index: usize) -> *mut libc::sigaction {
    PREVIOUS_ACTIONS.action(index)
}

/// Returns an action without flags and with an empty mask.
fn empty_action() -> libc::sigaction {
    // SAFETY: zeros are a valid `sigaction`.
    unsafe { std::mem::zeroed() }
}

/// Returns the address of the current handler of a signal, `SIG_DFL` or `SIG_IGN`.
pub(super) fn current(signal: c_int) -> Option<usize> {
    let mut now = empty_action();
    // SAFETY: without a new action, the call only writes to `now`.
    let result = unsafe { libc::sigaction(signal, null(), &raw mut now) };
    (result == 0).then_some(now.sa_sigaction)
}

/// Installs `handler` for one of [`HANDLED_SIGNALS`], unless the program ignores or handles a signal that is not
/// always fatal.
pub(super) fn install(signal: c_int, handler: Handler) {
    let Some(index) = index_of(signal) else { return };
    let before = previous_action(index);
    // SAFETY: `before` is inside the array, and nothing reads it now, see `PreviousActions`.
    unsafe {
        // A signal may arrive as soon as the handler is installed, so the previous action is read first.
        if libc::sigaction(signal, null(), before) != 0 {
            return;
        }
        let before = (*before).sa_sigaction;
        let is_used = before != libc::SIG_DFL;
        if is_used && (!is_always_fatal(signal) || (before == libc::SIG_IGN && is_sendable(signal)))
        {
            return;
        }
    }
    set(&IS_RESET, index, false);
    if let Some(state) = REPLACEMENT_STATES.get(index) {
        state.store(NO_REPLACEMENT, Ordering::Release);
    }
    set(&IS_INSTALLED, index, true);
    if !put(signal, handler) {
        set(&IS_INSTALLED, index, false);
    }
}

/// Returns whether a program that ignores the signal continues after it. An ignored fault ends the process.
const fn is_sendable(signal: c_int) -> bool {
    matches!(signal, libc::SIGABRT | libc::SIGTRAP)
}

fn set(flags: &[AtomicBool; COUNT], index: usize, value: bool) {
    if let Some(flag) = flags.get(index) {
        flag.store(value, Ordering::Release);
    }
}

/// Sets our action. Returns whether that succeeded.
pub(super) fn put(signal: c_int, handler: Handler) -> bool {
    let mut action = empty_action();
    action.sa_sigaction = handler as *const () as usize;
    // All signals are blocked until the handler is on a stack that is large enough. If the alternate stack is too small
    // even for that, the process ends; otherwise the kernel would start the handler again and again.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: `action` is valid, and its mask is initialised.
    unsafe {
        libc::sigfillset(&raw mut action.sa_mask);
        // Debuggers and sandboxes send these at any instruction.
        for signal in [libc::SIGTRAP, libc::SIGSYS] {
            libc::sigdelset(&raw mut action.sa_mask, signal);
        }
        libc::sigaction(signal, &raw const action, null_mut()) == 0
    }
}

/// Restores the previous action of a signal, if the current handler is still `handler`.
///
/// A handler that was installed later may go on calling ours, so the previous action stays known.
pub(super) fn restore(signal: c_int, handler: Handler) {
    let Some(index) = index_of(signal) else { return };
    let is_installed = IS_INSTALLED.get(index).is_some_and(|flag| flag.load(Ordering::Acquire));
    if !is_installed || current(signal) != Some(handler as *const () as usize) {
        return;
    }
    match previous(signal) {
        Previous::Default => set_default(signal),
        // SAFETY: `install` wrote a valid action before it set `IS_INSTALLED`.
        _ => unsafe { _ = libc::sigaction(signal, previous_action(index), null_mut()) },
    }
}

/// Returns what happened at a signal before the handler was installed.
pub(super) fn previous(signal: c_int) -> Previous {
    let Some(index) = index_of(signal) else { return Previous::Default };
    let is = |flags: &[AtomicBool; COUNT]| {
        flags.get(index).is_some_and(|flag| flag.load(Ordering::Acquire))
    };
    if is(&IS_RESET) || !is(&IS_INSTALLED) {
        return Previous::Default;
    }
    let state = REPLACEMENT_STATES.get(index).map(|state| state.load(Ordering::Acquire));
    let from = if state == Some(VALID) { &REPLACEMENTS } else { &PREVIOUS_ACTIONS };
    // SAFETY: `install` wrote a valid action before it set `IS_INSTALLED`, and `replace` before it set `VALID`.
    let action = unsafe { *from.action(index) };
    match action.sa_sigaction {
        libc::SIG_DFL => Previous::Default,
        libc::SIG_IGN => Previous::Ignored,
        _ => Previous::Function(action),
    }
}

/// Makes the current action the previous one, because the previous handler has set it and given up.
pub(super) fn replace(signal: c_int) {
    let Some(index) = index_of(signal) else { return };
    if current(signal) == Some(libc::SIG_DFL) {
        return set_previous_to_default(signal);
    }
    let Some(state) = REPLACEMENT_STATES.get(index) else { return };
    let order = (Ordering::AcqRel, Ordering::Acquire);
    if state.compare_exchange(NO_REPLACEMENT, WRITING, order.0, order.1).is_ok() {
        // SAFETY: the action is inside the array, and only this thread has set `WRITING`.
        let result = unsafe { libc::sigaction(signal, null(), REPLACEMENTS.action(index)) };
        state.store(if result == 0 { VALID } else { NO_REPLACEMENT }, Ordering::Release);
    }
}

/// Makes the default action the previous one, because the previous handler has chosen that.
pub(super) fn set_previous_to_default(signal: c_int) {
    if let Some(index) = index_of(signal) {
        set(&IS_RESET, index, true);
    }
}

/// Calls a handler as the kernel would: with its mask and flags. `before_unblocking` is called when it has returned,
/// while the signals of its mask are still blocked.
///
/// # Safety
///
/// `action` has a function, and the arrival is that of the current handler.
pub(super) unsafe fn call(
    action: &libc::sigaction,
    arrival: &Arrival,
    before_unblocking: &mut dyn FnMut(),
) {
    let signal = arrival.signal;
    let (info, context) = (arrival.info(), arrival.context().cast::<c_void>());
    handler_stack::become_alternate();
    // SAFETY: the sets are valid, and the function is a handler that takes these arguments.
    unsafe {
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::pthread_sigmask(libc::SIG_BLOCK, null(), &raw mut before);
        let [mask, returned] = masks_of(action, arrival, &before);
        if action.sa_flags & libc::SA_RESETHAND != 0 {
            set_default(signal);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, null_mut());
        let function = std::ptr::with_exposed_provenance::<()>(action.sa_sigaction);
        if action.sa_flags & libc::SA_SIGINFO != 0 {
            std::mem::transmute::<*const (), Handler>(function)(signal, info, context);
        } else {
            std::mem::transmute::<*const (), extern "C" fn(c_int)>(function)(signal);
        }
        before_unblocking();
        // A signal that the handler has sent to its thread arrives when it returns.
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const returned, null_mut());
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, null_mut());
    }
}

/// Returns the signals that are blocked while a handler runs, and the handled signals that are not blocked after it has
/// returned. `now` is the mask of this handler.
///
/// It is a function of its own, because its frame need not be on the stack while the other handler runs.
#[inline(never)]
fn masks_of(
    action: &libc::sigaction,
    arrival: &Arrival,
    now: &libc::sigset_t,
) -> [libc::sigset_t; 2] {
    // SAFETY: the sets are valid, and the context is null or that of this signal.
    unsafe {
        let mut mask: libc::sigset_t = std::mem::zeroed();
        let mut unblocked: libc::sigset_t = std::mem::zeroed();
        // The mask of the thread before the signal, not that of our handler.
        #[cfg(target_os = "linux")]
        let own = arrival.context().as_ref().map_or(now, |context| &context.uc_sigmask);
        #[cfg(not(target_os = "linux"))]
        let own = now;
        libc::sigemptyset(&raw mut mask);
        libc::sigemptyset(&raw mut unblocked);
        for signal in 1..=64 {
            let is_own = libc::sigismember(own, signal) == 1;
            if is_own || libc::sigismember(&raw const action.sa_mask, signal) == 1 {
                libc::sigaddset(&raw mut mask, signal);
            }
            if !is_own && index_of(signal).is_some() {
                libc::sigaddset(&raw mut unblocked, signal);
            }
        }
        if action.sa_flags & libc::SA_NODEFER == 0 {
            libc::sigaddset(&raw mut mask, arrival.signal);
        }
        [mask, unblocked]
    }
}

/// Sets the default action, by the same function as other actions: libraries that replace it write a warning if a program
/// mixes it with `signal`.
fn set_default(signal: c_int) {
    let action = empty_action();
    // SAFETY: the action is valid, and has no function.
    unsafe { libc::sigaction(signal, &raw const action, null_mut()) };
}

/// Sets the default action, and lets the signal arrive again after the handler returns.
pub(super) fn default_action(arrival: &Arrival) {
    set_default(arrival.signal);
    // A fault recurs when the instruction is executed again, with the registers that a core dump should contain.
    if !arrival.recurs() {
        send_again(arrival);
    }
}

/// Ends the process by the default action of a signal, without returning to the program.
pub(super) fn die(arrival: &Arrival) -> ! {
    let signal = arrival.signal;
    set_default(signal);
    // SAFETY: the set is valid, and all other arguments are numbers.
    unsafe {
        let mut only: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut only);
        libc::sigaddset(&raw mut only, signal);
        send_again(arrival);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const only, null_mut());
        // Still alive: the first process of a container ignores the default actions of signals that it sends itself.
        libc::_exit(128 + signal)
    }
}

/// Sends this thread the signal again, with the same `siginfo`.
fn send_again(arrival: &Arrival) {
    #[cfg(target_os = "linux")]
    if !arrival.info().is_null() {
        // SAFETY: a process may send its own threads any signal with any `siginfo`.
        let result = unsafe {
            let (process, thread) = (libc::getpid(), libc::gettid());
            libc::syscall(
                libc::SYS_rt_tgsigqueueinfo,
                process,
                thread,
                arrival.signal,
                arrival.info(),
            )
        };
        if result == 0 {
            return;
        }
    }
    // SAFETY: the argument is a number.
    unsafe { libc::raise(arrival.signal) };
}
