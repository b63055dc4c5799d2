//! Starting the reporter, from inside the signal handler.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};

use super::line::Line;
use super::signals::{SIGNALS, sleep};
use super::words::{self, Word};

/// What stands before the number of the process and the address of its words, in the arguments of a
/// reporter.
const MARK: &CStr = c"--vitte-crash-reporter";

/// What the reporter is started with: made before it is needed, and never changed.
///
/// Once it is in place it stays for as long as the process does, because a handler may be reading it.
struct Arguments {
    program: *const c_char,
    /// The program's name, [`MARK`], room for the two numbers, null.
    arguments: [*const c_char; 4],
    environment: Vec<*const c_char>,
    /// The numbers, written when they are known.
    numbers: UnsafeCell<[u8; 48]>,
    /// What the pointers point to.
    _texts: Texts,
}

/// Texts one behind the other, each with a zero at its end: one allocation, as there are many.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Texts {
    /// Adds a text that is made of these parts.
    fn add(&mut self, parts: &[&[u8]]) {
        self.starts.push(self.bytes.len());
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        self.bytes.push(0);
    }

    /// Where each of them is, as long as none is added.
    fn pointers(&self) -> impl Iterator<Item = *const c_char> {
        let first = self.bytes.as_ptr();
        self.starts.iter().map(move |start| first.wrapping_add(*start).cast())
    }
}

static ARGUMENTS: AtomicPtr<Arguments> = AtomicPtr::new(null_mut());
/// Milliseconds that a reporter may take.
static LIMIT: AtomicU64 = AtomicU64::new(0);
/// Why the program could not be started as reporter, as an `errno`.
static EXEC_ERROR: AtomicI32 = AtomicI32::new(0);
/// How the reporter ended, as `wait` has it; or one of those below.
static STATUS: AtomicI32 = AtomicI32::new(NOT_STARTED);
const NOT_STARTED: c_int = -1;
const TOO_LATE: c_int = -2;

pub(super) fn limit() -> u64 {
    LIMIT.load(Ordering::Acquire)
}

/// What a reporter is asked for: the process that crashed, and the address of its [`words`].
pub(crate) fn request() -> Option<(i32, u64)> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()?.as_bytes() != MARK.to_bytes() {
        return None;
    }
    let numbers = arguments.next()?.into_string().ok()?;
    let (process, address) = numbers.split_once(' ')?;
    Some((process.parse().ok()?, u64::from_str_radix(address, 16).ok()?))
}

/// What is needed to start a reporter.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Milliseconds that it may take.
    pub(crate) limit: u64,
}

impl Plan {
    /// Makes all that is needed, of the arguments and the environment as they are now.
    pub(crate) fn put_in_place(self) {
        LIMIT.store(self.limit, Ordering::Release);
        let name = std::env::args_os().next().unwrap_or_default();
        // Where /proc is not mounted the program is started by its path, as far as that is known.
        let program = std::env::current_exe().or_else(|_| std::path::absolute(&name));
        let program = program.unwrap_or_default();
        let mut texts = Texts::default();
        texts.add(&[name.as_bytes()]);
        texts.add(&[program.as_os_str().as_bytes()]);
        for (key, value) in std::env::vars_os() {
            texts.add(&[key.as_bytes(), b"=", value.as_bytes()]);
        }
        let mut pointers = texts.pointers();
        let mut next = || pointers.next().unwrap_or(null());
        let (name, program) = (next(), next());
        let environment = pointers.chain([null()]).collect();
        let numbers = UnsafeCell::new([0; 48]);
        let made = Box::leak(Box::new(Arguments {
            program,
            arguments: [name, MARK.as_ptr(), null(), null()],
            environment,
            numbers,
            _texts: texts,
        }));
        let [_, _, numbers, _] = &mut made.arguments;
        *numbers = made.numbers.get().cast();
        ARGUMENTS.store(made, Ordering::Release);
    }
}

/// Memory for the stack of a process that shares ours.
#[repr(align(16))]
struct Room(UnsafeCell<[u8; Self::SIZE]>);

impl Room {
    const SIZE: usize = 32 << 10;

    const fn new() -> Self {
        Self(UnsafeCell::new([0; Self::SIZE]))
    }

    /// The end of it, where a stack begins.
    fn top(&self) -> *mut c_void {
        self.0.get().wrapping_add(1).cast()
    }
}

// SAFETY: one thread alone, the first one that crashes, gives each of them away, and once.
unsafe impl Sync for Room {}

static SUPERVISOR: Room = Room::new();
static REPORTER: Room = Room::new();

/// Has the report made; says why there is none.
pub(super) fn report() -> Result<(), &'static str> {
    // SAFETY: what was put in place stays.
    let Some(arguments) = (unsafe { ARGUMENTS.load(Ordering::Acquire).as_ref() }) else {
        return Err("; no report, as none was asked for");
    };
    let mut numbers = Line::new();
    // SAFETY: it takes nothing and cannot fail.
    let process = unsafe { libc::getpid() };
    numbers.number(u64::from(process.unsigned_abs()), 10);
    numbers.put(b" ");
    numbers.number(words::address() as u64, 16);
    // SAFETY: this is the one thread that crashed first, and the reporter is not there yet. The last
    // byte stays 0: the numbers have 10 and 16 digits at most.
    unsafe {
        let to = &mut *arguments.numbers.get();
        to.iter_mut().zip(numbers.bytes()).for_each(|(to, from)| *to = *from);
        // Whoever is asked whether one process may look at another says yes for now.
        libc::prctl(libc::PR_SET_PTRACER, libc::PR_SET_PTRACER_ANY);
    }
    // SAFETY: the room is used once, and is not used any more when this returns: the process that has it
    // has ended then. It shares memory with us and has no more than we have: no heap, no locks.
    let supervisor =
        unsafe { libc::clone(supervise, SUPERVISOR.top(), libc::CLONE_VM, null_mut()) };
    if supervisor < 0 {
        return Err("; no report, as no process could be started");
    }
    wait_for(supervisor, 0);
    let is_stored = words::get(Word::Stored) != 0;
    match STATUS.load(Ordering::Acquire) {
        0 => Ok(()),
        TOO_LATE if is_stored => Err("; the report is stored, and the reporter then took too long"),
        _ if is_stored => Err("; the report is stored, and the reporter then failed"),
        NOT_STARTED if EXEC_ERROR.load(Ordering::Acquire) != 0 => {
            Err("; no report, as the reporter could not be started")
        }
        NOT_STARTED => Err("; no report, as no process could be started"),
        TOO_LATE => Err("; no report, as the reporter took too long"),
        status if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == DENIED => {
            Err("; no report, as the system does not let one process look at another")
        }
        status if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == UNWRITTEN => {
            Err("; no report, as it could not be written")
        }
        _ => Err("; no report, as the reporter failed"),
    }
}

/// How a reporter ends that may not look at the process.
pub(crate) const DENIED: c_int = 71;
/// How a reporter ends that could neither store its report nor show it.
pub(crate) const UNWRITTEN: c_int = 72;

/// Waits for a child that is not told of by `SIGCHLD`; the result is that of `waitpid`.
fn wait_for(child: c_int, flags: c_int) -> (c_int, c_int) {
    loop {
        let mut status = 0;
        // SAFETY: a number to write to.
        let result = unsafe { libc::waitpid(child, &raw mut status, flags | libc::__WALL) };
        // A signal may have come between. The number of the last error is shared with the supervisor, which
        // may have written over it: what says that there is no such child is all that counts.
        // SAFETY: the number of the last error of this thread.
        if result >= 0 || unsafe { *libc::__errno_location() } == libc::ECHILD {
            return (result, status);
        }
    }
}

/// The process that starts the reporter and looks at the clock.
extern "C" fn supervise(_: *mut c_void) -> c_int {
    // SAFETY: what it changes is its own table of signals: a crash of this process is no crash of ours.
    unsafe {
        for (signal, _) in SIGNALS {
            libc::signal(signal, libc::SIG_DFL);
        }
        // Where this is ignored nobody is told how a child ended.
        libc::signal(libc::SIGCHLD, libc::SIG_DFL);
    }
    let flags = libc::CLONE_VM | libc::CLONE_VFORK;
    // SAFETY: the room is used once, and by nobody else when `clone` returns: until then this process
    // stands still, and the other one has become another program.
    let reporter = unsafe { libc::clone(execute, REPORTER.top(), flags, null_mut()) };
    if reporter < 0 || EXEC_ERROR.load(Ordering::Acquire) != 0 {
        return 1;
    }
    let end = now() + limit();
    let status = loop {
        match wait_for(reporter, libc::WNOHANG) {
            (0, _) if now() < end => sleep(300_000),
            (0, _) => {
                // SAFETY: the process is our child, and has not been waited for.
                unsafe { libc::kill(reporter, libc::SIGKILL) };
                wait_for(reporter, 0);
                break TOO_LATE;
            }
            (_, status) => break status,
        }
    };
    STATUS.store(status, Ordering::Release);
    0
}

/// Milliseconds of a clock that only goes on.
fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a time to write to.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    // Neither is negative.
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(|part| u64::try_from(part).unwrap_or(0));
    seconds * 1000 + nanos / 1_000_000
}

/// Becomes the reporter.
extern "C" fn execute(_: *mut c_void) -> c_int {
    const SELF: &CStr = c"/proc/self/exe";
    // SAFETY: what was put in place stays, and its pointers are those of texts that stay with it, with
    // null at their end. The files that are closed are those of this process, which has its own table:
    // where that was full the program could not be loaded.
    unsafe {
        let Some(arguments) = ARGUMENTS.load(Ordering::Acquire).as_ref() else { return 1 };
        libc::syscall(libc::SYS_close_range, 3, c_int::MAX, 0);
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, null_mut());
        // A limit of the size of files is an error of writing, not the end of who writes.
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        for program in [SELF.as_ptr(), arguments.program] {
            let (given, environment) =
                (arguments.arguments.as_ptr(), arguments.environment.as_ptr());
            libc::execve(program, given, environment);
        }
        EXEC_ERROR.store(*libc::__errno_location(), Ordering::Release);
        1
    }
}
