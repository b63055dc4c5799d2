//! Serialises the variables of contexts in forked children of the process.
//!
//! ```text
//! panic hook or signal handler ─ fork, clone ─▶ child: Variable::write ═▶ RecordArea
//!       │  waits, kills it after the timeout                             │
//!       ◀────────────────────────────────────── reads the records ───────┘
//! ```
//!
//! A program's `Serialize` may panic, wait for a lock that this thread holds, or crash. None of
//! that may happen in a panic hook or a signal handler; in a forked child it ends only the child.
//! The next child continues after the variable that ended the previous one.
//!
//! A child has only the thread that crashed, so that thread-local state (such as a compiler's
//! string interner) is available. A panic inside a panic hook aborts: a variable at which the child
//! aborted is tried again on a new thread, where its panic can be caught and reported.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) mod callback;
mod isolate;
mod source;

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::{Duration, Instant};

use source::{One, VariableSource};

use super::area::RecordArea;
use super::guarded_stack::GuardedStack;
use super::line::LineBuffer;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::raw_clone;
use super::signals::{signal_name, sleep};
use super::slots;
use crate::variables::{self, ShortText, Variable, VariableLimits};

/// The maximum number of children for one crash.
const MAX_CHILDREN: usize = 24;
/// How long it may take to list the variables for which no time was left.
const LISTING_TIME: Duration = Duration::from_millis(50);
/// The exit status of a child that has already recorded its panic.
const EXIT_PANIC_RECORDED: c_int = 3;

/// In a forked child: the address of its [`RecordArea`]. Otherwise null.
static CHILD_AREA: AtomicPtr<u8> = AtomicPtr::new(null_mut());

/// Returns true in a forked child, whose crashes are not reported.
pub(crate) fn is_forked_child() -> bool {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    if callback::is_child() {
        return true;
    }
    !CHILD_AREA.load(Ordering::Acquire).is_null()
}

/// Records the panic and exits, if this is a forked child. It is called where panics abort the
/// process, so that nothing could catch the panic.
pub(crate) fn exit_child_on_panic(message: &str) {
    let base = CHILD_AREA.load(Ordering::Acquire);
    if base.is_null() {
        if is_forked_child() {
            // SAFETY: `_exit` takes a number and does not return.
            unsafe { libc::_exit(EXIT_PANIC_RECORDED) };
        }
        return;
    }
    let error = ShortText::new(format_args!("panicked: {message}"));
    // SAFETY: it is the address of the child's area. The code that used the area is further out on
    // this stack or waits for this thread, and `_exit` ends all of it.
    unsafe {
        RecordArea::at(base).commit_error(error.text());
        libc::_exit(EXIT_PANIC_RECORDED);
    }
}

/// Returns the longest time that children may take, in milliseconds.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) fn max_millis() -> u64 {
    let time = VariableLimits::current().max_time + LISTING_TIME + Duration::from_secs(2);
    u64::try_from(time.as_millis()).unwrap_or(0)
}

/// How a child is created.
#[derive(Clone, Copy)]
enum ForkMethod {
    /// By `fork`, which acquires the locks of the allocator first, so that the child's heap is
    /// consistent.
    Fork,
    /// By the `clone` system call alone, as a signal handler may. The child begins on this stack.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    Clone(*mut c_void),
}

/// What a child does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Serialises all variables without a record, on the child's own thread.
    All,
    /// Serialises the next variable without a record, on a new thread that is not panicking.
    NextOnNewThread,
    /// Records for each variable without a record that no time was left.
    ListRemaining,
}

/// Returns the record of one variable. It may be called in a panic hook.
pub(crate) fn capture_one(variable: &dyn Variable) -> Vec<u8> {
    capture_by_fork(&One(variable))
}

/// Returns the records of the variables that the contexts of this thread borrow. It is called in
/// the panic hook.
pub(crate) fn capture_for_panic() -> Vec<u8> {
    let stack = slots::current().filter(|stack| stack.has_borrowed());
    stack.map(|stack| capture_by_fork(stack)).unwrap_or_default()
}

fn capture_by_fork(source: &dyn VariableSource) -> Vec<u8> {
    let area = if is_forked_child() { None } else { RecordArea::new() };
    let Some(mut area) = area else { return Vec::new() };
    capture(&mut area, source, ForkMethod::Fork);
    let bytes = area.bytes().to_vec();
    area.unmap();
    bytes
}

/// Captures the variables in a signal handler. Returns the address and length of the records, which
/// stay mapped.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) fn capture_for_signal() -> Option<(usize, usize)> {
    let stack = slots::current().filter(|stack| stack.has_borrowed())?;
    let mut area = RecordArea::new()?;
    match map_clone_stack() {
        Some(top) => capture(&mut area, stack, ForkMethod::Clone(top)),
        None => area.append_note("cannot allocate a stack for the forked child"),
    }
    Some(area.records_location())
}

/// Maps a stack for a child of a signal handler, as the thread's own may have overflowed. Returns
/// its upper end.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn map_clone_stack() -> Option<*mut c_void> {
    const STACK_BYTES: usize = 2 << 20;
    const GUARD_BYTES: usize = 64 << 10;
    GuardedStack::map(STACK_BYTES, GUARD_BYTES).map(GuardedStack::top)
}

/// Creates one child after the other until each variable has a record or the time limit is reached.
fn capture(area: &mut RecordArea, source: &dyn VariableSource, method: ForkMethod) {
    let mut end = Instant::now() + VariableLimits::current().max_time;
    let mut task = Task::All;
    for _ in 0..MAX_CHILDREN {
        let count = area.header().count.load(Ordering::Acquire);
        let Some(child) = fork_child(area, source, method, task) else {
            return area.append_note("cannot fork the process");
        };
        let exit = wait_for(child, end);
        let made_progress = area.header().count.load(Ordering::Acquire) > count;
        let is_done = area.header().is_done.load(Ordering::Acquire) != 0;
        match exit {
            _ if is_done => return,
            ChildExit::TimedOut if task == Task::ListRemaining => {
                return area.append_note("timed out");
            }
            ChildExit::TimedOut => {
                if !area.commit_error("timed out") {
                    area.append_note("timed out");
                }
                (task, end) = (Task::ListRemaining, Instant::now() + LISTING_TIME);
            }
            ChildExit::Exited if made_progress => task = Task::All,
            ChildExit::PanicRecorded if made_progress => task = Task::All,
            // A panic inside a panic hook ends the process in one of these ways.
            ChildExit::Unknown
            | ChildExit::Signal(libc::SIGABRT | libc::SIGILL | libc::SIGTRAP)
                if matches!(method, ForkMethod::Fork) && task == Task::All =>
            {
                task = Task::NextOnNewThread;
            }
            exit => {
                let mut line = LineBuffer::new();
                line.push(b"the forked child ");
                exit.describe(&mut line);
                let text = std::str::from_utf8(line.bytes()).unwrap_or_default();
                if !area.commit_error(text) {
                    return area.append_note(text);
                }
                task = Task::All;
            }
        }
    }
    area.append_note("too many of them terminated the forked child");
}

/// How a child ended.
pub(super) enum ChildExit {
    Exited,
    PanicRecorded,
    Signal(c_int),
    /// Its status is not available: another thread has already waited for it.
    Unknown,
    TimedOut,
}

impl ChildExit {
    fn describe(&self, line: &mut LineBuffer) {
        match self {
            Self::Signal(signal) => {
                line.push(b"was terminated by ");
                let number = u64::from(signal.unsigned_abs());
                match signal_name(number) {
                    Some(name) => line.push(name.as_bytes()),
                    None if *signal == libc::SIGKILL => line.push(b"SIGKILL"),
                    None => {
                        line.push(b"signal ");
                        line.push_number(number, 10);
                    }
                }
            }
            Self::Exited => line.push(b"exited"),
            Self::PanicRecorded | Self::Unknown | Self::TimedOut => line.push(b"ended"),
        }
    }
}

/// Waits for a child, and kills it at `end`.
pub(super) fn wait_for(child: c_int, end: Instant) -> ChildExit {
    let mut pause = 50_000;
    let mut killed: Option<Instant> = None;
    loop {
        let mut status = 0;
        // SAFETY: `status` is a number to write to.
        let result = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG | libc::__WALL) };
        let is_interrupted = result < 0 && super::errno() == libc::EINTR;
        if result != 0 && !is_interrupted {
            return match () {
                () if killed.is_some() => ChildExit::TimedOut,
                // If the program ignores `SIGCHLD`, the kernel reaps the child itself.
                () if result < 0 => ChildExit::Unknown,
                () if libc::WIFSIGNALED(status) => ChildExit::Signal(libc::WTERMSIG(status)),
                () if libc::WEXITSTATUS(status) == EXIT_PANIC_RECORDED => ChildExit::PanicRecorded,
                () => ChildExit::Exited,
            };
        }
        let now = Instant::now();
        match killed {
            None if now >= end => {
                // SAFETY: it is our child, and `waitpid` has just returned that it is still
                // running.
                unsafe { libc::kill(child, libc::SIGKILL) };
                killed = Some(now);
                pause = 50_000;
            }
            // The kernel cannot end it yet: it waits for a device.
            Some(since) if now - since > Duration::from_secs(1) => return ChildExit::TimedOut,
            _ => {}
        }
        sleep(pause);
        pause = (pause * 2).min(1_000_000);
    }
}

/// The argument of [`child_main`].
struct ChildJob<'a> {
    area: *mut u8,
    source: &'a dyn VariableSource,
    task: Task,
}

/// Creates a child. Returns its process id, or `None` if that fails.
fn fork_child(
    area: &RecordArea,
    source: &dyn VariableSource,
    method: ForkMethod,
    task: Task,
) -> Option<c_int> {
    let mut job = ChildJob { area: area.base(), source, task };
    let job = (&raw mut job).cast::<c_void>();
    // SAFETY: the child has memory of its own except for the area, so nothing else that it does
    // there changes this process, and it never returns from `child_main`. The job is on this stack,
    // of which the child has a copy. The stack of a `Clone` is used only by children, each of which
    // has its own copy of it. Around `fork` the signals are blocked, so that no handler of the
    // program runs in the child.
    let child = unsafe {
        match method {
            ForkMethod::Fork => {
                let mut all = std::mem::zeroed();
                let mut before = std::mem::zeroed();
                libc::sigfillset(&raw mut all);
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
                let child = libc::fork();
                if child == 0 {
                    child_main(job);
                }
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, null_mut());
                child
            }
            // Without an exit signal, only a wait for this process id (`__WALL`) reaps the
            // child.
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            ForkMethod::Clone(top) => raw_clone::clone(child_main, top, 0, job),
        }
    };
    (child > 0).then_some(child)
}

/// The child: runs its task and exits.
extern "C" fn child_main(job: *mut c_void) -> c_int {
    // SAFETY: `job` is the one that `fork_child` made, in the child's own memory. The parent
    // process does not touch the shared area before this child has ended. `_exit` skips exit
    // handlers, which must not run in a child.
    unsafe {
        let job = &*job.cast::<ChildJob<'_>>();
        CHILD_AREA.store(job.area, Ordering::Release);
        isolate::isolate();
        let status = run_task(RecordArea::at(job.area), job.source, job.task);
        libc::_exit(status)
    }
}

fn run_task(mut area: RecordArea, source: &dyn VariableSource, task: Task) -> c_int {
    /// The values that are moved to the new thread.
    struct SendToThread<'a>(RecordArea, &'a dyn VariableSource);
    // SAFETY: the sending thread waits until the new one has ended, and the child has no other
    // threads. So only one thread at a time uses the memory behind the pointers.
    unsafe impl Send for SendToThread<'_> {}
    match task {
        Task::All | Task::ListRemaining => serialise_variables(&mut area, source, usize::MAX, task),
        Task::NextOnNewThread => {
            let sent = SendToThread(area, source);
            let is_done = std::thread::scope(|scope| {
                let thread = std::thread::Builder::new().stack_size(2 << 20);
                let thread = thread.spawn_scoped(scope, move || {
                    let mut sent = sent;
                    let SendToThread(area, source) = &mut sent;
                    serialise_variables(area, *source, 1, task);
                });
                thread.is_ok_and(|thread| thread.join().is_ok())
            });
            return c_int::from(!is_done);
        }
    }
    0
}

/// Writes records for at most `max_variables` of the variables that have none.
fn serialise_variables(
    area: &mut RecordArea,
    source: &dyn VariableSource,
    max_variables: usize,
    task: Task,
) {
    let limits = VariableLimits::current();
    let done = area.header().count.load(Ordering::Acquire);
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    let (mut seen, mut skipped) = (0, 0);
    source.visit(&mut |depth, key, variable| {
        seen += 1;
        if seen <= done {
            return;
        }
        let is_over_limit = seen - done > max_variables;
        let offset = if is_over_limit { None } else { area.open_record(depth, key) };
        let Some(offset) = offset else {
            skipped += 1;
            return;
        };
        if task == Task::ListRemaining {
            return area.commit(0, "skipped: the time limit was reached");
        }
        let items = usize::try_from(area.header().items.load(Ordering::Acquire)).unwrap_or(0);
        let free = area.open_record_bytes().get_mut(offset..).unwrap_or_default();
        // The error is stored after the value.
        let len = free.len().saturating_sub(size_of::<ShortText>());
        let free = free.get_mut(..len).unwrap_or_default();
        let written = variables::write(variable, free, limits, items);
        area.header().items.store(written.items as u64, Ordering::Release);
        let error = written.error.as_ref().map_or("", ShortText::text);
        area.commit(written.len, error);
    });
    if skipped == 0 {
        area.header().is_done.store(1, Ordering::Release);
    } else if max_variables > 1 {
        area.append_note("the shared memory is full");
        area.header().is_done.store(1, Ordering::Release);
    }
}
