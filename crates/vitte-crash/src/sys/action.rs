//! What is done when a fatal signal comes.

use std::cell::{Cell, UnsafeCell};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::line::Line;
use super::signals::{self, SIGNALS, name_of, sleep};
use super::thread::thread_number;
use super::words::{self, Word};
use super::{slots, stack};

/// What was done at each of [`SIGNALS`] before.
struct Before(UnsafeCell<[MaybeUninit<libc::sigaction>; SIGNALS.len()]>);

// SAFETY: it is written by `Installed::new` alone, before any handler that reads it is there, and one
// `Installed` at most is at any time.
unsafe impl Sync for Before {}

static BEFORE: Before = Before(UnsafeCell::new([MaybeUninit::uninit(); SIGNALS.len()]));
/// For which of them the handler is there.
static HANDLED: [AtomicBool; SIGNALS.len()] = [const { AtomicBool::new(false) }; SIGNALS.len()];
/// The thread that crashed first, or 0.
static CRASHED: AtomicU32 = AtomicU32::new(0);
/// Whether all is done that is done before the process ends.
static DONE: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether a panic of this thread has been reported that is about to end the process.
    static ENDING: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` so that a file that would be larger than files may be (`ulimit -f`) is an error, and not the
/// end of the process.
pub(crate) fn with_limited_files<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: to ignore a signal is safe at any time, and so is what was done at it before.
    let before = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let done = work();
    if before != libc::SIG_ERR {
        // SAFETY: as above.
        unsafe { libc::signal(libc::SIGXFSZ, before) };
    }
    done
}

/// A panic of this thread has been reported; what the process does now is abort.
pub(crate) fn panic_ends_the_process() {
    ENDING.set(true);
}

/// The handlers, until it is dropped: then what was there before is there again.
#[derive(Debug)]
pub(crate) struct Installed {
    thread: u32,
}

impl Installed {
    /// Puts the handlers in place. The caller makes sure that there is one at most.
    pub(crate) fn new() -> Self {
        words::set(Word::Magic, words::MAGIC);
        CRASHED.store(0, Ordering::Release);
        DONE.store(false, Ordering::Release);
        stack::begin();
        for (index, (signal, _)) in SIGNALS.into_iter().enumerate() {
            install(index, signal);
        }
        signals::INSTALLED.store(true, Ordering::Release);
        Self { thread: thread_number() }
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        signals::INSTALLED.store(false, Ordering::Release);
        for (index, (signal, _)) in SIGNALS.into_iter().enumerate() {
            restore(index, signal);
        }
        words::set(Word::Magic, 0);
        // The stack is this thread's: whoever else drops it leaves it to the thread.
        if self.thread == thread_number() {
            stack::end();
        }
    }
}

fn install(index: usize, signal: c_int) {
    let Some(handled) = HANDLED.get(index) else { return };
    let before = BEFORE.0.get().cast::<libc::sigaction>().wrapping_add(index);
    // SAFETY: `before` is inside the array, and nobody reads it now, see `Before`. An action of zeros is
    // one without flags, and the mask is made by `sigfillset`.
    unsafe {
        // A signal may come as soon as the handler is there: what was before has to be known by then.
        if libc::sigaction(signal, std::ptr::null(), before) != 0 {
            return;
        }
        // A program that ignores it goes on; only faults end it all the same.
        let is_fault = !matches!(signal, libc::SIGABRT | libc::SIGTRAP);
        if (*before).sa_sigaction == libc::SIG_IGN && !is_fault {
            return;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        // A crash in the handler has to come to the handler, or it would end without a word.
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        libc::sigfillset(&raw mut action.sa_mask);
        for (signal, _) in SIGNALS {
            libc::sigdelset(&raw mut action.sa_mask, signal);
        }
        handled.store(true, Ordering::Release);
        if libc::sigaction(signal, &raw const action, null_mut()) != 0 {
            handled.store(false, Ordering::Release);
        }
    }
}

/// Puts back what was done at a signal before, where the handler is still ours.
fn restore(index: usize, signal: c_int) {
    let Some(handled) = HANDLED.get(index) else { return };
    if !handled.swap(false, Ordering::AcqRel) {
        return;
    }
    let before = BEFORE.0.get().cast::<libc::sigaction>().wrapping_add(index);
    // SAFETY: `install` wrote it before it said that the signal is handled, and it is an action.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        let is_known = libc::sigaction(signal, std::ptr::null(), &raw mut now) == 0;
        if is_known && now.sa_sigaction == on_signal as *const () as usize {
            libc::sigaction(signal, before, null_mut());
        }
    }
}

/// The handler.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let me = thread_number();
    if !DONE.load(Ordering::Acquire) && !ENDING.get() {
        match CRASHED.compare_exchange(0, me, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                // SAFETY: the system gives a handler with `SA_SIGINFO` both of them.
                unsafe { tell(signal, info, context) };
                report(signal);
                DONE.store(true, Ordering::Release);
            }
            Err(first) if first == me => {
                DONE.store(true, Ordering::Release);
                say(signal, b"; it came while a crash was being reported");
                die(signal, info);
            }
            Err(_) => wait(),
        }
    }
    pass_on(signal, info);
}

/// Waits for the thread that crashed first: it ends the process, or its report is done.
fn wait() {
    let limit = limit() + 500;
    for _ in 0..limit {
        if DONE.load(Ordering::Acquire) {
            break;
        }
        sleep(1_000_000);
    }
}

/// How long a reporter may take, in milliseconds.
fn limit() -> u64 {
    #[cfg(has_reporter)]
    return super::spawn::limit() + super::copy::limit();
    #[cfg(not(has_reporter))]
    0
}

/// Writes down what came, where the reporter looks for it.
///
/// # Safety
///
/// Both are what the system gave the handler.
unsafe fn tell(signal: c_int, info: *const libc::siginfo_t, context: *const c_void) {
    // SAFETY: it is that of this signal; `si_addr` is a number, whatever the signal is.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr()) };
    words::set(Word::Signal, u64::from(signal.unsigned_abs()));
    words::set(Word::Code, words::bits(code.into()));
    words::set(Word::Address, address.addr() as u64);
    words::set(Word::Thread, u64::from(thread_number()));
    words::set(Word::Stack, slots::address() as u64);
    // SAFETY: it is that of this signal.
    unsafe { tell_registers(context.cast()) };
    #[cfg(has_reporter)]
    if let Some((address, len)) = super::copy::of_signal() {
        words::set(Word::Variables, address as u64);
        words::set(Word::VariablesLen, len as u64);
    }
}

/// Writes down the registers in the order of [`words::REGISTERS`].
///
/// # Safety
///
/// It points to the context that the system gave the handler.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
unsafe fn tell_registers(context: *const libc::ucontext_t) {
    const ORDER: [c_int; 18] = [
        libc::REG_RIP,
        libc::REG_RSP,
        libc::REG_RBP,
        libc::REG_RAX,
        libc::REG_RBX,
        libc::REG_RCX,
        libc::REG_RDX,
        libc::REG_RSI,
        libc::REG_RDI,
        libc::REG_R8,
        libc::REG_R9,
        libc::REG_R10,
        libc::REG_R11,
        libc::REG_R12,
        libc::REG_R13,
        libc::REG_R14,
        libc::REG_R15,
        libc::REG_EFL,
    ];
    // SAFETY: the caller's.
    let registers = unsafe { &(*context).uc_mcontext.gregs };
    for (index, register) in ORDER.into_iter().enumerate() {
        let register = usize::try_from(register).ok().and_then(|at| registers.get(at));
        let value = register.copied().unwrap_or(0);
        words::set_register(index, words::bits(value));
    }
}

/// As above.
///
/// # Safety
///
/// As above.
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
unsafe fn tell_registers(context: *const libc::ucontext_t) {
    // SAFETY: the caller's.
    let machine = unsafe { &(*context).uc_mcontext };
    let [general @ .., frame, link] = &machine.regs;
    words::set_register(0, machine.pc);
    words::set_register(1, machine.sp);
    words::set_register(2, *frame);
    words::set_register(3, *link);
    for (index, value) in general.iter().enumerate() {
        words::set_register(4 + index, *value);
    }
    words::set_register(4 + general.len(), machine.pstate);
}

/// As above: elsewhere nobody reads them.
///
/// # Safety
///
/// None is needed.
#[cfg(not(has_reporter))]
unsafe fn tell_registers(_context: *const c_void) {}

/// Has the report made, or says in one line what happened.
fn report(signal: c_int) {
    #[cfg(has_reporter)]
    match super::spawn::report() {
        Ok(()) => {}
        Err(reason) => say(signal, reason.as_bytes()),
    }
    #[cfg(not(has_reporter))]
    say(signal, b"");
}

/// Writes one line to standard error: the signal, its address, the thread, and what it was doing.
///
/// ```text
/// fatal[F0002]: SIGSEGV at address 0x0 in thread `main` while typeck; no report, …
/// ```
fn say(signal: c_int, end: &[u8]) {
    let mut line = Line::new();
    let number = u64::from(signal.unsigned_abs());
    line.put(if signal == libc::SIGABRT { b"fatal[F0005]: " } else { b"fatal[F0002]: " });
    line.put(name_of(number).unwrap_or("a signal").as_bytes());
    if signal != libc::SIGABRT {
        line.put(b" at address 0x");
        line.number(words::get(Word::Address), 16);
    }
    line.put(b" in thread `");
    // What is behind the name is zeros.
    line.put_safe(thread_name().split(|byte| *byte == 0).next().unwrap_or_default());
    line.put(b"`");
    if let Some(context) = slots::innermost() {
        line.put(b" while ");
        line.put_safe(context.as_bytes());
    }
    line.put(end);
    line.put(b"\n");
    let bytes = line.bytes();
    // SAFETY: they are bytes that are there. Where it cannot be written there is nobody to tell.
    unsafe { libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len()) };
}

/// The name that the system has of this thread, or its number.
fn thread_name() -> [u8; 16] {
    let mut name = [0; 16];
    #[cfg(target_os = "linux")]
    // SAFETY: it writes at most 16 bytes.
    unsafe {
        libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr());
    }
    if name == [0; 16] {
        let mut line = Line::new();
        line.number(u64::from(thread_number()), 10);
        name.iter_mut().zip(line.bytes()).for_each(|(to, from)| *to = *from);
    }
    name
}

/// Ends the process by a signal, whatever else would have been done at it.
fn die(signal: c_int, info: *const libc::siginfo_t) {
    // SAFETY: it takes numbers.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    raise(signal, info);
}

/// Lets happen what would have happened: the old action is there again, and the signal comes once more.
fn pass_on(signal: c_int, info: *mut libc::siginfo_t) {
    if let Some(index) = SIGNALS.iter().position(|(known, _)| *known == signal) {
        restore(index, signal);
    }
    // SAFETY: it is what the system gave the handler.
    let code = unsafe { (*info).si_code };
    let is_fault = matches!(signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE);
    // A fault comes again by itself when the instruction does: with its address, which tells Rust's own
    // handler that a stack is full, and with the registers that a core dump should have.
    const BUS_MCEERR_AO: c_int = 5;
    let is_late = signal == libc::SIGBUS && code == BUS_MCEERR_AO;
    if is_fault && code > 0 && !is_late {
        return;
    }
    raise(signal, info);
}

/// Sends this thread the signal again, with all that came with it.
fn raise(signal: c_int, info: *const libc::siginfo_t) {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: a process may send its own thread any signal with any information.
        let result = unsafe {
            let (process, thread) = (libc::getpid(), libc::gettid());
            libc::syscall(libc::SYS_rt_tgsigqueueinfo, process, thread, signal, info)
        };
        if result == 0 {
            return;
        }
    }
    _ = info;
    // SAFETY: it takes a number.
    unsafe { libc::raise(signal) };
}
