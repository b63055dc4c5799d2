//! The handler of fatal signals.

use std::cell::{Cell, UnsafeCell};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::line::LineBuffer;
use super::shared::{self, SharedField};
use super::signals::{self, HANDLED_SIGNALS, signal_name, sleep};
use super::thread::thread_id;
use super::{altstack, slots};

/// The actions that were in place before for each of [`HANDLED_SIGNALS`].
struct PreviousActions(UnsafeCell<[MaybeUninit<libc::sigaction>; HANDLED_SIGNALS.len()]>);

// SAFETY: only `SignalHandlers::new` writes it, before any handler that reads it is installed, and
// at most one `SignalHandlers` exists at any time.
unsafe impl Sync for PreviousActions {}

static PREVIOUS_ACTIONS: PreviousActions =
    PreviousActions(UnsafeCell::new([MaybeUninit::uninit(); HANDLED_SIGNALS.len()]));
/// For which of [`HANDLED_SIGNALS`] the handler is installed.
static IS_HANDLED: [AtomicBool; HANDLED_SIGNALS.len()] =
    [const { AtomicBool::new(false) }; HANDLED_SIGNALS.len()];
/// The id of the thread that crashed first, or 0.
static CRASHED_THREAD: AtomicU32 = AtomicU32::new(0);
/// Whether the crash was handled: the process may end now.
static IS_REPORT_DONE: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether a panic that is about to end the process was reported on this thread.
    static IS_PANIC_FATAL: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` with `SIGXFSZ` ignored: exceeding the file size limit (`ulimit -f`) is then a write
/// error and does not terminate the process.
pub(crate) fn with_sigxfsz_ignored<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: ignoring a signal is safe at any time, and so is restoring the previous action.
    let before = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let result = work();
    if before != libc::SIG_ERR {
        // SAFETY: `before` is the previous action of this signal.
        unsafe { libc::signal(libc::SIGXFSZ, before) };
    }
    result
}

/// Records that a panic of this thread was reported and that the process is about to abort.
pub(crate) fn mark_panic_fatal() {
    IS_PANIC_FATAL.set(true);
}

/// The installed signal handlers. Dropping this restores the previous actions.
#[derive(Debug)]
pub(crate) struct SignalHandlers {
    /// The id of the thread that installed the handlers.
    thread_id: u32,
}

impl SignalHandlers {
    /// Installs the handlers. The caller ensures that at most one instance exists.
    pub(crate) fn new() -> Self {
        shared::set(SharedField::Magic, shared::MAGIC);
        CRASHED_THREAD.store(0, Ordering::Release);
        IS_REPORT_DONE.store(false, Ordering::Release);
        altstack::install();
        for (index, (signal, _)) in HANDLED_SIGNALS.into_iter().enumerate() {
            install(index, signal);
        }
        signals::ARE_HANDLERS_INSTALLED.store(true, Ordering::Release);
        Self { thread_id: thread_id() }
    }
}

impl Drop for SignalHandlers {
    fn drop(&mut self) {
        signals::ARE_HANDLERS_INSTALLED.store(false, Ordering::Release);
        for (index, (signal, _)) in HANDLED_SIGNALS.into_iter().enumerate() {
            restore(index, signal);
        }
        shared::set(SharedField::Magic, 0);
        // The stack belongs to the thread that installed the handlers. Another thread must not free it.
        if self.thread_id == thread_id() {
            altstack::remove();
        }
    }
}

fn install(index: usize, signal: c_int) {
    let Some(handled) = IS_HANDLED.get(index) else { return };
    let before = PREVIOUS_ACTIONS.0.get().cast::<libc::sigaction>().wrapping_add(index);
    // SAFETY: `before` is inside the array, and nothing reads it now, see `PreviousActions`. A
    // zeroed `sigaction` is valid and has no flags; `sigfillset` initialises its mask.
    unsafe {
        // A signal may arrive as soon as the handler is installed, so the previous action is read
        // first.
        if libc::sigaction(signal, std::ptr::null(), before) != 0 {
            return;
        }
        // Programs that ignore SIGABRT or SIGTRAP continue after it. An ignored fault still ends
        // the process.
        let is_fault = !matches!(signal, libc::SIGABRT | libc::SIGTRAP);
        if (*before).sa_sigaction == libc::SIG_IGN && !is_fault {
            return;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        // A crash in the handler must reach the handler again; otherwise the process would end
        // silently.
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        libc::sigfillset(&raw mut action.sa_mask);
        for (signal, _) in HANDLED_SIGNALS {
            libc::sigdelset(&raw mut action.sa_mask, signal);
        }
        handled.store(true, Ordering::Release);
        if libc::sigaction(signal, &raw const action, null_mut()) != 0 {
            handled.store(false, Ordering::Release);
        }
    }
}

/// Restores the previous action of a signal, if the current handler is still ours.
fn restore(index: usize, signal: c_int) {
    let Some(handled) = IS_HANDLED.get(index) else { return };
    if !handled.swap(false, Ordering::AcqRel) {
        return;
    }
    let before = PREVIOUS_ACTIONS.0.get().cast::<libc::sigaction>().wrapping_add(index);
    // SAFETY: `install` wrote a valid action before it set `IS_HANDLED`.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        let is_known = libc::sigaction(signal, std::ptr::null(), &raw mut now) == 0;
        if is_known && now.sa_sigaction == on_signal as *const () as usize {
            libc::sigaction(signal, before, null_mut());
        }
    }
}

/// The signal handler.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let own_thread_id = thread_id();
    if !IS_REPORT_DONE.load(Ordering::Acquire) && !IS_PANIC_FATAL.get() {
        match CRASHED_THREAD.compare_exchange(0, own_thread_id, Ordering::AcqRel, Ordering::Acquire)
        {
            Ok(_) => {
                // SAFETY: the kernel passes both pointers to a handler with `SA_SIGINFO`.
                unsafe { record_signal(signal, info, context) };
                report(signal);
                IS_REPORT_DONE.store(true, Ordering::Release);
            }
            Err(first) if first == own_thread_id => {
                IS_REPORT_DONE.store(true, Ordering::Release);
                write_crash_line(signal, b"; a second crash while the first was being reported");
                terminate(signal, info);
            }
            Err(_) => wait_for_report(),
        }
    }
    chain_to_previous(signal, info);
}

/// Waits until the thread that crashed first has its report, or ends the process.
fn wait_for_report() {
    let limit = reporter_timeout_millis() + 500;
    for _ in 0..limit {
        if IS_REPORT_DONE.load(Ordering::Acquire) {
            break;
        }
        sleep(1_000_000);
    }
}

/// The longest time that a report may take, in milliseconds.
fn reporter_timeout_millis() -> u64 {
    #[cfg(has_reporter)]
    return super::spawn::timeout_millis() + super::fork::max_millis();
    #[cfg(not(has_reporter))]
    0
}

/// Records the signal in the shared fields, where the reporter reads it.
///
/// # Safety
///
/// Both pointers are those that the kernel passed to the handler.
unsafe fn record_signal(signal: c_int, info: *const libc::siginfo_t, context: *const c_void) {
    // SAFETY: `info` belongs to this signal. `si_addr` only reads a number, which any signal has.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr()) };
    shared::set(SharedField::Signal, u64::from(signal.unsigned_abs()));
    shared::set(SharedField::SignalCode, shared::to_bits(code.into()));
    shared::set(SharedField::FaultAddress, address.addr() as u64);
    shared::set(SharedField::ThreadId, u64::from(thread_id()));
    shared::set(SharedField::ContextsAddress, slots::current_address() as u64);
    // SAFETY: `context` belongs to this signal.
    unsafe { record_registers(context.cast()) };
    #[cfg(has_reporter)]
    if let Some((address, len)) = super::fork::capture_for_signal() {
        shared::set(SharedField::VariablesAddress, address as u64);
        shared::set(SharedField::VariablesBytes, len as u64);
    }
}

/// Records the registers in the order of [`shared::REGISTERS`].
///
/// # Safety
///
/// `context` points to the context that the kernel passed to the handler.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
unsafe fn record_registers(context: *const libc::ucontext_t) {
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
    // SAFETY: guaranteed by the caller.
    let registers = unsafe { &(*context).uc_mcontext.gregs };
    for (index, register) in ORDER.into_iter().enumerate() {
        let register = usize::try_from(register).ok().and_then(|at| registers.get(at));
        let value = register.copied().unwrap_or(0);
        shared::set_register(index, shared::to_bits(value));
    }
}

/// Records the registers in the order of [`shared::REGISTERS`].
///
/// # Safety
///
/// `context` points to the context that the kernel passed to the handler.
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
unsafe fn record_registers(context: *const libc::ucontext_t) {
    // SAFETY: guaranteed by the caller.
    let machine = unsafe { &(*context).uc_mcontext };
    let [general @ .., frame, link] = &machine.regs;
    shared::set_register(0, machine.pc);
    shared::set_register(1, machine.sp);
    shared::set_register(2, *frame);
    shared::set_register(3, *link);
    for (index, value) in general.iter().enumerate() {
        shared::set_register(4 + index, *value);
    }
    shared::set_register(4 + general.len(), machine.pstate);
}

/// Does nothing: without a reporter, the registers are not read.
///
/// # Safety
///
/// This function is always safe to call.
#[cfg(not(has_reporter))]
unsafe fn record_registers(_context: *const c_void) {}

/// Runs the reporter. If there is no report, writes one line about the crash instead.
fn report(signal: c_int) {
    #[cfg(has_reporter)]
    match super::spawn::run_reporter() {
        Ok(()) => {}
        Err(reason) => write_crash_line(signal, reason.as_bytes()),
    }
    #[cfg(not(has_reporter))]
    write_crash_line(signal, b"");
}

/// Writes one line to standard error: the signal, its address, the thread and its innermost
/// context.
///
/// ```text
/// fatal[F0002]: SIGSEGV at address 0x0 in thread `main` while typeck; no report: …
/// ```
fn write_crash_line(signal: c_int, end: &[u8]) {
    let mut line = LineBuffer::new();
    let number = u64::from(signal.unsigned_abs());
    line.push(if signal == libc::SIGABRT { b"fatal[F0005]: " } else { b"fatal[F0002]: " });
    line.push(signal_name(number).unwrap_or("a signal").as_bytes());
    if signal != libc::SIGABRT {
        line.push(b" at address 0x");
        line.push_number(shared::get(SharedField::FaultAddress), 16);
    }
    line.push(b" in thread `");
    // The name is padded with zeros.
    line.push_escaped(thread_name().split(|byte| *byte == 0).next().unwrap_or_default());
    line.push(b"`");
    if let Some(context) = slots::innermost_name() {
        line.push(b" while ");
        line.push_escaped(context.as_bytes());
    }
    line.push(end);
    line.push(b"\n");
    let bytes = line.bytes();
    // SAFETY: the pointer and the length are those of a slice. A write error cannot be reported
    // anywhere.
    unsafe { libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len()) };
}

/// Returns the name that the system has for this thread, or its number.
fn thread_name() -> [u8; 16] {
    let mut name = [0; 16];
    #[cfg(target_os = "linux")]
    // SAFETY: it writes at most 16 bytes.
    unsafe {
        libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr());
    }
    if name == [0; 16] {
        let mut line = LineBuffer::new();
        line.push_number(u64::from(thread_id()), 10);
        name.iter_mut().zip(line.bytes()).for_each(|(to, from)| *to = *from);
    }
    name
}

/// Ends the process by the default action of a signal.
fn terminate(signal: c_int, info: *const libc::siginfo_t) {
    // SAFETY: both arguments are numbers.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    resend(signal, info);
}

/// Restores the previous action and lets the signal arrive again.
fn chain_to_previous(signal: c_int, info: *mut libc::siginfo_t) {
    if let Some(index) = HANDLED_SIGNALS.iter().position(|(known, _)| *known == signal) {
        restore(index, signal);
    }
    // SAFETY: the kernel passed `info` to the handler.
    let code = unsafe { (*info).si_code };
    let is_fault = matches!(signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE);
    // A fault recurs when the instruction is executed again. It then has its address, by which
    // Rust's own handler recognises a stack overflow, and the registers that a core dump should
    // contain.
    const BUS_MCEERR_AO: c_int = 5;
    let is_late = signal == libc::SIGBUS && code == BUS_MCEERR_AO;
    if is_fault && code > 0 && !is_late {
        return;
    }
    resend(signal, info);
}

/// Sends this thread the signal again, with the same `siginfo`.
fn resend(signal: c_int, info: *const libc::siginfo_t) {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: a process may send its own threads any signal with any `siginfo`.
        let result = unsafe {
            let (process, thread) = (libc::getpid(), libc::gettid());
            libc::syscall(libc::SYS_rt_tgsigqueueinfo, process, thread, signal, info)
        };
        if result == 0 {
            return;
        }
    }
    _ = info;
    // SAFETY: the argument is a number.
    unsafe { libc::raise(signal) };
}
