//! Variables of contexts, serialised in a copy of the process.
//!
//! ```text
//! panic hook or signal handler ─ fork, clone ─▶ copy: Variable::write ═▶ Area
//!       │  waits, kills it when its time is over                         │
//!       ◀───────────────────────────── reads what is there of it ────────┘
//! ```
//!
//! What a program's `Serialize` does is not known: it may panic, wait for a lock that this thread has, or
//! crash. In the hook and in the handler none of that may happen; in a copy it ends the copy. The next one
//! goes on behind the variable that ended the one before.
//!
//! A copy has the thread that crashed and no other. It is that thread, so that what is kept for
//! each thread (such as a compiler's table of names) is there. A panic inside a panic hook
//! aborts: what aborted there is tried once more on a new thread, where a panic can be caught and said.

mod isolate;

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::{Duration, Instant};

use super::area::Area;
use super::line::Line;
use super::signals::{name_of, sleep};
use super::slots::{self, Stack};
use crate::variables::{self, Limits, Short};

/// Copies that are made for one crash at most.
const COPIES: usize = 24;
/// How long it may take to list what there was no time for.
const LISTING: Duration = Duration::from_millis(50);
/// How a copy ends whose panic is written down already.
const SAID: c_int = 3;

/// In a copy: where its [`Area`] is.
static AREA: AtomicPtr<u8> = AtomicPtr::new(null_mut());

/// Whether this is a copy, of which no crash is one.
pub(crate) fn is_copy() -> bool {
    !AREA.load(Ordering::Acquire).is_null()
}

/// A copy panics, and the process is one whose panics end it: the message is all that is left.
pub(crate) fn ends_by_panic(message: &str) {
    let base = AREA.load(Ordering::Acquire);
    if base.is_null() {
        return;
    }
    let error = Short::of(format_args!("it panicked: {message}"));
    // SAFETY: it is where the copy has its area, and whoever used that stands below on this stack, or waits
    // for this thread: nothing goes on after this.
    unsafe {
        Area::at(base).fail(error.text());
        libc::_exit(SAID);
    }
}

/// How long copies may take, in milliseconds.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) fn limit() -> u64 {
    let time = Limits::current().max_time + LISTING + Duration::from_secs(2);
    u64::try_from(time.as_millis()).unwrap_or(0)
}

/// How a copy is made.
#[derive(Clone, Copy)]
enum Way {
    /// As `fork` does: whoever has a lock of the allocator gives it back before.
    Fork,
    /// As a signal handler may: the system alone is asked. It begins on this stack.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    Clone(*mut c_void),
}

/// What a copy is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    /// To serialise all that has no record, in the thread that it is.
    All,
    /// To serialise the next one on a thread that does not panic.
    OneOnAThread,
    /// To say of each that has no record that there was no time.
    List,
}

/// The records of the variables that this thread's contexts hold, when it panics.
pub(crate) fn of_panic() -> Vec<u8> {
    let Some(stack) = slots::stack().filter(|stack| stack.holds() && !is_copy()) else {
        return Vec::new();
    };
    let Some(mut area) = Area::new() else { return Vec::new() };
    capture(&mut area, stack, Way::Fork);
    let bytes = area.bytes().to_vec();
    area.unmap();
    bytes
}

/// The same in a signal handler; what it gives is where they are. They stay there.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) fn of_signal() -> Option<(usize, usize)> {
    let stack = slots::stack().filter(|stack| stack.holds())?;
    let mut area = Area::new()?;
    match room() {
        Some(top) => capture(&mut area, stack, Way::Clone(top)),
        None => area.note("there is no memory for a copy of the process"),
    }
    Some(area.place())
}

/// A stack for a copy that a signal handler makes, where the thread's own may be full: its end.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn room() -> Option<*mut c_void> {
    const SIZE: usize = 2 << 20;
    const GUARD: usize = 64 << 10;
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping, wherever the system wants it, overlaps no memory that is in use; below the stack
    // is memory of it that nobody may touch.
    unsafe {
        let bottom = libc::mmap(null_mut(), SIZE, protection, flags, -1, 0);
        if bottom == libc::MAP_FAILED || libc::mprotect(bottom, GUARD, libc::PROT_NONE) != 0 {
            return None;
        }
        Some(bottom.wrapping_byte_add(SIZE))
    }
}

/// Has copies serialise the variables, one after the other until all have a record or time is over.
fn capture(area: &mut Area, stack: &Stack, way: Way) {
    let mut end = Instant::now() + Limits::current().max_time;
    let mut task = Task::All;
    for _ in 0..COPIES {
        let count = area.header().count.load(Ordering::Acquire);
        let Some(child) = copy(area, stack, way, task) else {
            return area.note("no copy of the process could be made");
        };
        let ended = wait_for(child, end);
        let is_further = area.header().count.load(Ordering::Acquire) > count;
        let is_done = area.header().is_done.load(Ordering::Acquire) != 0;
        match ended {
            _ if is_done => return,
            Ended::Late if task == Task::List => return area.note("there was no time for more"),
            Ended::Late => {
                if !area.fail("it took too long") {
                    area.note("they took too long");
                }
                (task, end) = (Task::List, Instant::now() + LISTING);
            }
            Ended::Exited if is_further => task = Task::All,
            Ended::Said if is_further => task = Task::All,
            // This is how a panic inside a panic hook ends.
            Ended::Lost | Ended::Signal(libc::SIGABRT | libc::SIGILL | libc::SIGTRAP)
                if matches!(way, Way::Fork) && task == Task::All =>
            {
                task = Task::OneOnAThread;
            }
            ended => {
                let mut line = Line::new();
                line.put(b"the copy of the process was stopped");
                ended.say(&mut line);
                let text = std::str::from_utf8(line.bytes()).unwrap_or_default();
                if !area.fail(text) {
                    return area.note(text);
                }
                task = Task::All;
            }
        }
    }
    area.note("too many of them ended the copy of the process");
}

/// How a copy ended.
enum Ended {
    Exited,
    Said,
    Signal(c_int),
    /// Nobody knows: somebody else waited for it.
    Lost,
    Late,
}

impl Ended {
    fn say(&self, line: &mut Line) {
        match self {
            Self::Signal(signal) => {
                line.put(b" by ");
                let number = u64::from(signal.unsigned_abs());
                match name_of(number) {
                    Some(name) => line.put(name.as_bytes()),
                    None if *signal == libc::SIGKILL => line.put(b"SIGKILL"),
                    None => {
                        line.put(b"signal ");
                        line.number(number, 10);
                    }
                }
            }
            Self::Exited => line.put(b", as it ended itself"),
            Self::Said | Self::Lost | Self::Late => {}
        }
    }
}

/// Waits for a copy, and kills it when its time is over.
fn wait_for(child: c_int, end: Instant) -> Ended {
    let mut pause = 50_000;
    let mut killed: Option<Instant> = None;
    loop {
        let mut status = 0;
        // SAFETY: a number to write to.
        let result = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG | libc::__WALL) };
        // SAFETY: the number of the last error of this thread.
        let is_interrupted = result < 0 && unsafe { *libc::__errno_location() } == libc::EINTR;
        if result != 0 && !is_interrupted {
            return match () {
                () if killed.is_some() => Ended::Late,
                // Where children are not waited for, the system has ended it all the same.
                () if result < 0 => Ended::Lost,
                () if libc::WIFSIGNALED(status) => Ended::Signal(libc::WTERMSIG(status)),
                () if libc::WEXITSTATUS(status) == SAID => Ended::Said,
                () => Ended::Exited,
            };
        }
        let now = Instant::now();
        match killed {
            None if now >= end => {
                // SAFETY: it is our child, and nobody has waited for it as far as was said just now.
                unsafe { libc::kill(child, libc::SIGKILL) };
                killed = Some(now);
                pause = 50_000;
            }
            // The system does not end it: it waits for a device.
            Some(since) if now - since > Duration::from_secs(1) => return Ended::Late,
            _ => {}
        }
        sleep(pause);
        pause = (pause * 2).min(1_000_000);
    }
}

/// What a copy is given.
struct Job<'a> {
    area: *mut u8,
    stack: &'a Stack,
    task: Task,
}

/// Makes a copy; its number.
fn copy(area: &Area, stack: &Stack, way: Way, task: Task) -> Option<c_int> {
    let mut job = Job { area: area.base(), stack, task };
    let job = (&raw mut job).cast::<c_void>();
    // SAFETY: a copy has memory of its own but for the area, so that what it does there changes nothing here, and
    // it never returns from `serve`. The job is on this stack, which the copy has as it is now. The room
    // of a clone is used by the copies alone, each of which has its own. In `fork` the signals
    // are blocked so that no handler of the program runs in the copy.
    let child = unsafe {
        match way {
            Way::Fork => {
                let mut all = std::mem::zeroed();
                let mut before = std::mem::zeroed();
                libc::sigfillset(&raw mut all);
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
                let child = libc::fork();
                if child == 0 {
                    serve(job);
                }
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, null_mut());
                child
            }
            // Who has no signal of its end is waited for by who knows its number, and by nobody else.
            #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
            Way::Clone(top) => libc::clone(serve, top, 0, job),
        }
    };
    (child > 0).then_some(child)
}

/// The copy: it does its task and ends.
extern "C" fn serve(job: *mut c_void) -> c_int {
    // SAFETY: it is the job that `copy` made, in the copy's own memory. The process that has the area too
    // does not touch it before this one has ended. To end it without all else is what is wanted.
    unsafe {
        let job = &*job.cast::<Job<'_>>();
        AREA.store(job.area, Ordering::Release);
        isolate::isolate();
        let status = work(Area::at(job.area), job.stack, job.task);
        libc::_exit(status)
    }
}

fn work(mut area: Area, stack: &Stack, task: Task) -> c_int {
    /// What is sent to a thread.
    struct Sent<'a>(Area, &'a Stack);
    // SAFETY: the thread that has all this waits until the other one is done, and there are no others in the
    // copy: whatever is behind the pointers, one thread at a time has it.
    unsafe impl Send for Sent<'_> {}
    match task {
        Task::All | Task::List => serialise(&mut area, stack, usize::MAX, task),
        Task::OneOnAThread => {
            let sent = Sent(area, stack);
            let is_done = std::thread::scope(|scope| {
                let thread = std::thread::Builder::new().stack_size(2 << 20);
                let thread = thread.spawn_scoped(scope, move || {
                    let mut sent = sent;
                    let Sent(area, stack) = &mut sent;
                    serialise(area, stack, 1, task);
                });
                thread.is_ok_and(|thread| thread.join().is_ok())
            });
            return c_int::from(!is_done);
        }
    }
    0
}

/// Writes records of the variables that have none, at most so many.
fn serialise(area: &mut Area, stack: &Stack, most: usize, task: Task) {
    let limits = Limits::current();
    let done = area.header().count.load(Ordering::Acquire);
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    let (mut seen, mut left_out) = (0, 0);
    stack.each_held(&mut |index, key, variable| {
        seen += 1;
        if seen <= done {
            return;
        }
        let at = if seen - done > most { None } else { area.begin(index, key) };
        let Some(at) = at else {
            left_out += 1;
            return;
        };
        if task == Task::List {
            return area.commit(0, "there was no time left for it");
        }
        let items = usize::try_from(area.header().items.load(Ordering::Acquire)).unwrap_or(0);
        let free = area.edit().get_mut(at..).unwrap_or_default();
        // The error stands behind the value.
        let len = free.len().saturating_sub(size_of::<Short>());
        let free = free.get_mut(..len).unwrap_or_default();
        let written = variables::write(variable, free, limits, items);
        area.header().items.store(written.items as u64, Ordering::Release);
        let error = written.error.as_ref().map_or("", Short::text);
        area.commit(written.len, error);
    });
    if left_out == 0 {
        area.header().is_done.store(1, Ordering::Release);
    } else if most > 1 {
        area.note("there is no room for all of them");
        area.header().is_done.store(1, Ordering::Release);
    }
}
