//! The threads of a crashed process, stopped for as long as they are looked at.

use std::fs;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// How long it is waited for a thread to stop: one that waits for a disk does not.
const PATIENCE: Duration = Duration::from_millis(200);
/// The most threads that are looked at.
const MOST: usize = 512;

/// A thread that stands still.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) id: Pid,
    pub(super) name: String,
    /// What came while it was being stopped, and goes on to it.
    signal: Option<Signal>,
}

/// Stops all threads of a process, `first` the one without which there is nothing to look at; they go on
/// when the result is dropped. Nobody is sent a signal: a shell that waits for the process sees nothing.
///
/// # Errors
///
/// What the system says where it does not let one process look at the other.
pub(super) fn stop(process: Pid, first: Pid) -> Result<Threads, Errno> {
    let mut threads = Threads { stopped: vec![seize(first)?] };
    let mut seized = Vec::new();
    // A thread that is not stopped yet may begin new ones.
    for _ in 0..4 {
        let known = |id: &Pid| *id == first || seized.contains(id);
        let new: Vec<Pid> = ids(process).into_iter().filter(|id| !known(id)).take(MOST).collect();
        if new.is_empty() {
            break;
        }
        for id in new {
            seized.push(id);
            // One that has just ended is none.
            if let Ok(thread) = seize(id) {
                threads.stopped.push(thread);
            }
        }
    }
    let end = Instant::now() + PATIENCE;
    threads.stopped.retain_mut(|thread| thread.wait(end));
    // The names come last: each takes a file, of which there may be few.
    for thread in &mut threads.stopped {
        let name = fs::read(format!("/proc/{process}/task/{}/comm", thread.id));
        thread.name = String::from_utf8_lossy(&name.unwrap_or_default()).trim_end().to_owned();
    }
    Ok(threads)
}

/// The threads of a process, as far as the system tells.
fn ids(process: Pid) -> Vec<Pid> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let names = tasks.filter_map(|task| task.ok()?.file_name().into_string().ok());
    let mut ids: Vec<i32> = names.filter_map(|name| name.parse().ok()).collect();
    ids.sort_unstable();
    ids.into_iter().map(Pid::from_raw).collect()
}

fn seize(id: Pid) -> Result<Stopped, Errno> {
    ptrace::seize(id, Options::empty())?;
    ptrace::interrupt(id)?;
    Ok(Stopped { id, name: String::new(), signal: None })
}

impl Stopped {
    /// Whether it stands still before `end`.
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

    /// Where it stands, as `walk` begins.
    pub(super) fn registers(&self) -> Option<super::walk::Start> {
        let registers = ptrace::getregs(self.id).ok()?;
        #[cfg(target_arch = "x86_64")]
        let start =
            super::walk::Start { pc: registers.rip, sp: registers.rsp, fp: registers.rbp, lr: 0 };
        #[cfg(target_arch = "aarch64")]
        let start = super::walk::Start {
            pc: registers.pc,
            sp: registers.sp,
            fp: registers.regs[29],
            lr: registers.regs[30],
        };
        Some(start)
    }
}

/// Threads that stand still until this is dropped.
#[derive(Debug)]
pub(super) struct Threads {
    pub(super) stopped: Vec<Stopped>,
}

impl Drop for Threads {
    fn drop(&mut self) {
        for thread in &self.stopped {
            // One that was killed meanwhile needs nothing.
            _ = ptrace::detach(thread.id, thread.signal);
        }
    }
}
