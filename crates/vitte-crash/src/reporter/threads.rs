//! Stops the threads of the crashed process while they are inspected.

use std::fs;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// How long to wait for the threads to stop. A thread in uninterruptible sleep does not stop.
const STOP_TIMEOUT: Duration = Duration::from_millis(200);
/// The maximum number of threads to inspect, in addition to the crashed one.
const MAX_THREADS: usize = 512;
/// The maximum number of times that the threads are listed: one that is not stopped yet may create new ones.
const MAX_LISTINGS: usize = 4;

/// A thread that is stopped by ptrace.
#[derive(Debug)]
pub(super) struct StoppedThread {
    pub(super) id: Pid,
    pub(super) name: String,
    /// A signal that arrived while the thread was being stopped. It is delivered when the thread
    /// continues.
    signal: Option<Signal>,
}

/// Stops the threads of a process until the result is dropped. `first` is the one that must be
/// stopped. No signals are sent, so a shell that waits for the process does not notice.
///
/// # Errors
///
/// Returns the error of ptrace if `first` cannot be traced.
pub(super) fn stop_all(process: Pid, first: Pid) -> Result<Threads, Errno> {
    let mut threads = Threads { stopped: vec![seize(first)?] };
    let mut seized = Vec::new();
    for _ in 0..MAX_LISTINGS {
        let is_new = |id: &Pid| *id != first && !seized.contains(id);
        let max_new = MAX_THREADS - seized.len();
        let new: Vec<Pid> = thread_ids(process).into_iter().filter(is_new).take(max_new).collect();
        if new.is_empty() {
            break;
        }
        for id in new {
            seized.push(id);
            // The thread may just have ended.
            if let Ok(thread) = seize(id) {
                threads.stopped.push(thread);
            }
        }
    }
    let end = Instant::now() + STOP_TIMEOUT;
    // The crashed thread waits for this process, so it is inspected even if a busy system does not stop it in time.
    threads.stopped.retain_mut(|thread| thread.wait(end) || thread.id == first);
    threads.read_names(process);
    Ok(threads)
}

/// Returns the process that traces a process, such as a debugger: `TracerPid` of proc\_pid\_status(5).
pub(super) fn tracer(process: Pid) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("TracerPid:"))?;
    line.trim().parse().ok().filter(|tracer| *tracer != 0)
}

/// Returns the ids of the threads in `/proc`, in ascending order.
fn thread_ids(process: Pid) -> Vec<Pid> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let names = tasks.filter_map(|task| task.ok()?.file_name().into_string().ok());
    let mut ids: Vec<i32> = names.filter_map(|name| name.parse().ok()).collect();
    ids.sort_unstable();
    ids.into_iter().map(Pid::from_raw).collect()
}

/// Attaches to a thread, and asks it to stop.
fn seize(id: Pid) -> Result<StoppedThread, Errno> {
    ptrace::seize(id, Options::empty())?;
    ptrace::interrupt(id)?;
    Ok(StoppedThread { id, name: String::new(), signal: None })
}

impl StoppedThread {
    /// Waits until `end` for the thread to stop; returns true if it did.
    fn wait(&mut self, end: Instant) -> bool {
        loop {
            match waitpid(self.id, Some(WaitPidFlag::__WALL | WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::PtraceEvent(..)) => return true,
                Ok(WaitStatus::Stopped(_, signal)) => {
                    self.signal = Some(signal);
                    return true;
                }
                Ok(WaitStatus::StillAlive) if Instant::now() < end => {
                    std::thread::sleep(Duration::from_micros(50));
                }
                Err(Errno::EINTR) => {}
                _ => return false,
            }
        }
    }

    /// Returns the registers with which unwinding the thread starts.
    pub(super) fn registers(&self) -> Option<super::unwind::UnwindStart> {
        let registers = ptrace::getregs(self.id).ok()?;
        #[cfg(target_arch = "x86_64")]
        let start = super::unwind::UnwindStart {
            pc: registers.rip,
            sp: registers.rsp,
            fp: registers.rbp,
            lr: 0,
        };
        #[cfg(target_arch = "aarch64")]
        let start = super::unwind::UnwindStart {
            pc: registers.pc,
            sp: registers.sp,
            fp: registers.regs[29],
            lr: registers.regs[30],
        };
        Some(start)
    }
}

/// Threads that are stopped until this is dropped.
#[derive(Debug)]
pub(super) struct Threads {
    pub(super) stopped: Vec<StoppedThread>,
}

impl Threads {
    /// Returns the threads of a process that cannot be traced, `first` before the others. Their frames are unknown.
    pub(super) fn untraced(process: Pid, first: Pid) -> Self {
        let others = thread_ids(process).into_iter().filter(|id| *id != first).take(MAX_THREADS);
        let thread = |id| StoppedThread { id, name: String::new(), signal: None };
        let mut threads =
            Self { stopped: std::iter::once(first).chain(others).map(thread).collect() };
        threads.read_names(process);
        threads
    }

    /// Reads the names of the threads. It comes last: reading each takes a file descriptor, which may be scarce.
    fn read_names(&mut self, process: Pid) {
        for thread in &mut self.stopped {
            let name = fs::read(format!("/proc/{process}/task/{}/comm", thread.id));
            thread.name = String::from_utf8_lossy(&name.unwrap_or_default()).trim_end().to_owned();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        for thread in &self.stopped {
            // If the thread was killed in the meantime, there is nothing to detach.
            _ = ptrace::detach(thread.id, thread.signal);
        }
    }
}
