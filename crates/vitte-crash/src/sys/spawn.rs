//! Starts the reporter from inside the signal handler.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};
use std::time::Instant;

use super::fork;
use super::line::LineBuffer;
use super::serve::{self, ReporterRequest, Served};
use super::shared::{self, SharedField};
use super::signals::{self, HANDLED_SIGNALS, monotonic_millis, sleep};
use super::{library, raw_clone};

/// The argument that makes a process the reporter. The process id, the address of the shared fields, and whether the
/// supervisor [serves the memory](serve) follow it.
const REPORTER_FLAG: &CStr = c"--vitte-crash-reporter";

/// The command line and environment of the reporter, prepared in advance and never changed.
///
/// Once installed, it is never freed, because a handler may be reading it.
struct ReporterCommand {
    program: *const c_char,
    /// The program's name, [`REPORTER_FLAG`], the request, null.
    arguments: [*const c_char; 4],
    environment: Vec<*const c_char>,
    /// The process, the address of the shared fields, and whether the supervisor serves the memory, as words. Written when
    /// the process crashes.
    request: UnsafeCell<[u8; 48]>,
    /// The memory that the pointers refer to.
    _strings: CStrings,
}

/// Zero-terminated strings, one after the other in one allocation.
#[derive(Default)]
struct CStrings {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl CStrings {
    /// Adds a string that is the concatenation of `parts`.
    fn add(&mut self, parts: &[&[u8]]) {
        self.starts.push(self.bytes.len());
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        self.bytes.push(0);
    }

    /// Returns the address of each string. Adding another string invalidates them.
    fn pointers(&self) -> impl Iterator<Item = *const c_char> {
        let first = self.bytes.as_ptr();
        self.starts.iter().map(move |start| first.wrapping_add(*start).cast())
    }
}

impl ReporterCommand {
    /// Writes the last argument of the reporter.
    fn set_request(&self, server: &str) {
        let mut request = LineBuffer::new();
        request.push_number(CRASHED_PROCESS.load(Ordering::Acquire), 10);
        request.push(b" ");
        request.push_number(shared::address() as u64, 16);
        request.push(b" ");
        request.push(server.as_bytes());
        request.push(b"\0");
        // SAFETY: only the thread that has the claim on the report and its supervisor get here, one after the other,
        // and no reporter is running. The text is shorter than the buffer.
        let to = unsafe { &mut *self.request.get() };
        to.iter_mut().zip(request.bytes()).for_each(|(to, from)| *to = *from);
    }
}

/// The id of the process that crashed.
static CRASHED_PROCESS: AtomicU64 = AtomicU64::new(0);
static REPORTER_COMMAND: AtomicPtr<ReporterCommand> = AtomicPtr::new(null_mut());
/// The timeout of the reporter, in milliseconds.
static TIMEOUT_MILLIS: AtomicU64 = AtomicU64::new(0);
/// The `errno` of the failed `execve` of the reporter, or 0.
static EXEC_ERROR: AtomicI32 = AtomicI32::new(0);
/// The wait status of the reporter, or one of the constants below.
static REPORTER_STATUS: AtomicI32 = AtomicI32::new(NOT_STARTED);
const NOT_STARTED: c_int = -1;
const TIMED_OUT: c_int = -2;

pub(super) fn timeout_millis() -> u64 {
    TIMEOUT_MILLIS.load(Ordering::Acquire)
}

/// Returns the request if this process was started as the reporter.
pub(crate) fn reporter_request() -> Option<ReporterRequest> {
    let mut arguments = std::env::args_os().skip(1);
    // A program with more permissions than its caller must not read the configuration from a process of that.
    // SAFETY: `getauxval` takes a number.
    let is_privileged = unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    if arguments.next()?.as_bytes() != REPORTER_FLAG.to_bytes() || is_privileged {
        return None;
    }
    let request = arguments.next()?.into_string().ok()?;
    let mut words = request.split(' ');
    let process = words.next()?.parse().ok()?;
    let address = u64::from_str_radix(words.next()?, 16).ok()?;
    let has_server = words.next() == Some(HAS_SERVER);
    // SAFETY: the supervisor has opened this file for the reporter, which asks for the request once.
    Some(unsafe { ReporterRequest::new(process, address, has_server) })
}

/// The last part of the reporter's argument if there is a socket.
const HAS_SERVER: &str = "served";

/// What is needed to start a reporter.
#[derive(Debug)]
pub(crate) struct ReporterSetup {
    /// The timeout of the reporter, in milliseconds.
    pub(crate) timeout_millis: u64,
    /// Reports in a forked child, if the program cannot be started again.
    pub(crate) report_in_child: fn(ReporterRequest) -> !,
}

impl ReporterSetup {
    /// Prepares the command of the reporter from the current arguments and environment.
    pub(crate) fn install(self) {
        TIMEOUT_MILLIS.store(self.timeout_millis, Ordering::Release);
        library::install(self.report_in_child);
        shared::set(SharedField::Magic, shared::MAGIC);
        let name = std::env::args_os().next().unwrap_or_default();
        // Without `/proc` the program is started by its path, if that is known.
        let program = std::env::current_exe().or_else(|_| std::path::absolute(&name));
        let program = program.unwrap_or_default();
        let mut strings = CStrings::default();
        strings.add(&[name.as_bytes()]);
        strings.add(&[program.as_os_str().as_bytes()]);
        for (key, value) in std::env::vars_os() {
            strings.add(&[key.as_bytes(), b"=", value.as_bytes()]);
        }
        let mut pointers = strings.pointers();
        let mut next = || pointers.next().unwrap_or(null());
        let (name, program) = (next(), next());
        let environment = pointers.chain([null()]).collect();
        let request = UnsafeCell::new([0; 48]);
        let command = Box::leak(Box::new(ReporterCommand {
            program,
            arguments: [name, REPORTER_FLAG.as_ptr(), null(), null()],
            environment,
            request,
            _strings: strings,
        }));
        let [_, _, request, _] = &mut command.arguments;
        *request = command.request.get().cast();
        REPORTER_COMMAND.store(command, Ordering::Release);
    }
}

/// The stack of a process that shares our memory.
#[repr(align(16))]
struct SignalStack(UnsafeCell<[u8; Self::SIZE]>);

impl SignalStack {
    const SIZE: usize = 32 << 10;

    const fn new() -> Self {
        Self(UnsafeCell::new([0; Self::SIZE]))
    }

    /// Returns the end of the memory, where the stack begins.
    fn top(&self) -> *mut c_void {
        self.0.get().wrapping_add(1).cast()
    }
}

// SAFETY: only the thread that has the claim on the report passes each of them to a process, and waits until that
// process has ended.
unsafe impl Sync for SignalStack {}

static SUPERVISOR_STACK: SignalStack = SignalStack::new();
static REPORTER_STACK: SignalStack = SignalStack::new();

/// Runs the reporter to its end. The error states why there is no complete report.
pub(super) fn run_reporter() -> Result<(), &'static str> {
    EXEC_ERROR.store(0, Ordering::Release);
    REPORTER_STATUS.store(NOT_STARTED, Ordering::Release);
    // SAFETY: an installed command is never freed.
    let Some(command) = (unsafe { REPORTER_COMMAND.load(Ordering::Acquire).as_ref() }) else {
        return Err("; no report: no reporter is installed");
    };
    // SAFETY: `getpid` takes no arguments and cannot fail.
    let process = unsafe { libc::getpid() };
    CRASHED_PROCESS.store(process.unsigned_abs().into(), Ordering::Release);
    command.set_request("");
    shared::set(SharedField::ThreadsAddress, super::slots::address() as u64);
    // SAFETY: the arguments are numbers.
    unsafe {
        // Lets the reporter trace this process where the Yama security module restricts that.
        libc::prctl(libc::PR_SET_PTRACER, libc::PR_SET_PTRACER_ANY);
    }
    // SAFETY: nothing uses the stack when this function returns, because the supervisor has ended by then. It shares our
    // memory and follows the same rules: no heap, no locks.
    let supervisor =
        unsafe { raw_clone::clone(supervise, SUPERVISOR_STACK.top(), libc::CLONE_VM, null_mut()) };
    if supervisor < 0 {
        return Err("; no report: cannot start a process");
    }
    wait_for(supervisor, 0);
    // The process may go on, and no other process may trace it then.
    // SAFETY: the arguments are numbers.
    unsafe { libc::prctl(libc::PR_SET_PTRACER, 0) };
    let is_stored = shared::get(SharedField::IsStored) != 0;
    match REPORTER_STATUS.load(Ordering::Acquire) {
        0 => Ok(()),
        TIMED_OUT if is_stored => Err("; the report is stored, but the reporter then timed out"),
        _ if is_stored => Err("; the report is stored, but the reporter then failed"),
        NOT_STARTED if EXEC_ERROR.load(Ordering::Acquire) != 0 => {
            Err("; no report: cannot start the reporter")
        }
        NOT_STARTED => Err("; no report: cannot start a process"),
        TIMED_OUT => Err("; no report: the reporter timed out"),
        status if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == EXIT_DENIED => {
            Err("; no report: the system does not permit one process to inspect another")
        }
        status if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == EXIT_UNWRITTEN => {
            Err("; no report: the reporter can neither store nor print it")
        }
        _ => Err("; no report: the reporter failed"),
    }
}

/// Exit status of a reporter that is not permitted to inspect the process.
pub(crate) const EXIT_DENIED: c_int = 71;
/// Exit status of a reporter that could neither store nor print its report.
pub(crate) const EXIT_UNWRITTEN: c_int = 72;

/// Waits for a child that sends no `SIGCHLD`. Returns the result and the status of `waitpid`.
fn wait_for(child: c_int, flags: c_int) -> (c_int, c_int) {
    loop {
        let mut status = 0;
        // SAFETY: `status` is a number to write to.
        let result = unsafe { libc::waitpid(child, &raw mut status, flags | libc::__WALL) };
        // A signal may have interrupted the call. The supervisor shares `errno` and may have
        // overwritten it, so only `ECHILD` ends the loop: there is no such child.
        if result >= 0 || super::errno() == libc::ECHILD {
            return (result, status);
        }
    }
}

/// The supervisor: starts the reporter and enforces its timeout.
extern "C" fn supervise(_: *mut c_void) -> c_int {
    // A crash of this process must not be handled as one of the program.
    for (signal, _) in &HANDLED_SIGNALS {
        signals::set_kernel_action(*signal, libc::SIG_DFL);
    }
    // If `SIGCHLD` is ignored, the exit status of a child is lost.
    signals::set_kernel_action(libc::SIGCHLD, libc::SIG_DFL);
    let has_server = serve::create_socket(library::is_used());
    let reporter = start_reporter(has_server);
    if reporter < 0 || EXEC_ERROR.load(Ordering::Acquire) != 0 {
        return 1;
    }
    serve::close_reporter_end();
    let mut is_served = has_server;
    let end = monotonic_millis() + timeout_millis();
    let status = loop {
        match wait_for(reporter, libc::WNOHANG) {
            // A process that ends closes its end of the socket, so it is noticed at once.
            (0, _) if is_served && monotonic_millis() < end => {
                is_served = serve::serve(end) == Served::Open;
            }
            (0, _) if monotonic_millis() < end => sleep(300_000),
            (0, _) => {
                fork::wait_for(reporter, Instant::now());
                break TIMED_OUT;
            }
            (_, status) => break status,
        }
    };
    REPORTER_STATUS.store(status, Ordering::Release);
    0
}

/// Starts the reporter. Returns its process id, or a negative number.
fn start_reporter(has_server: bool) -> c_int {
    if library::is_used() {
        let process = CRASHED_PROCESS.load(Ordering::Acquire);
        return library::fork_reporter(process.try_into().unwrap_or(-1), has_server);
    }
    // SAFETY: an installed command is never freed.
    if let Some(command) = unsafe { REPORTER_COMMAND.load(Ordering::Acquire).as_ref() } {
        command.set_request(if has_server { HAS_SERVER } else { "" });
    }
    let flags = libc::CLONE_VM | libc::CLONE_VFORK;
    // SAFETY: the stack is used once. Until `clone` returns this process is suspended, and by then
    // the child runs another program or has ended.
    unsafe { raw_clone::clone(exec_reporter, REPORTER_STACK.top(), flags, null_mut()) }
}

/// Replaces this process by the reporter.
extern "C" fn exec_reporter(_: *mut c_void) -> c_int {
    const SELF: &CStr = c"/proc/self/exe";
    // SAFETY: an installed command is never freed; its arrays end with null, and their pointers
    // refer to strings that it owns. This process has a file descriptor table of its own, in
    // which only the standard streams and the socket are open.
    unsafe {
        let Some(command) = REPORTER_COMMAND.load(Ordering::Acquire).as_ref() else { return 1 };
        // The other end of the socket and all other files are closed already, or closed by `execve`.
        libc::fcntl(serve::reporter_end(), libc::F_SETFD, 0);
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, null_mut());
        // Exceeding the file size limit is then a write error and does not end the reporter.
        signals::set_kernel_action(libc::SIGXFSZ, libc::SIG_IGN);
        for program in [SELF.as_ptr(), command.program] {
            let (argv, envp) = (command.arguments.as_ptr(), command.environment.as_ptr());
            libc::execve(program, argv, envp);
        }
        EXEC_ERROR.store(super::errno(), Ordering::Release);
        1
    }
}
