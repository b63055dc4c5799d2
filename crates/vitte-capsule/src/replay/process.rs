//! Runs a process until a deadline, kills everything that it started, and captures its output.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::output::{CapturedOutput, Reader};
use super::schedule::{Schedule, until};

mod tree;

use tree::ProcessTree;

/// How a process ended.
#[derive(Debug)]
pub(super) enum ProcessEnd {
    Exited(ExitStatus),
    TimedOut,
    Stopped,
}

#[derive(Debug)]
pub(super) struct FinishedProcess {
    pub(super) end: ProcessEnd,
    pub(super) stdout: CapturedOutput,
    pub(super) stderr: CapturedOutput,
    /// The number of processes that could not be killed, because they belong to another user for example.
    pub(super) survivors: usize,
}

/// The pause between two checks whether the process has ended doubles from the first to the second.
const MIN_POLL_INTERVAL: Duration = Duration::from_micros(500);
const MAX_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Runs a command in a new process group. When it ends, at the deadline, and when the user asks to stop, it and all
/// processes that it started are killed, see [`ProcessTree`].
///
/// `dir` is in the environment of the command. `owns_children` is whether this process has no other child processes.
///
/// # Errors
///
/// The I/O error if the command cannot be started.
pub(super) fn run(
    mut command: Command,
    schedule: &Schedule,
    dir: &Path,
    owns_children: bool,
) -> io::Result<FinishedProcess> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    let mut tree = ProcessTree::watch(dir, owns_children);
    let mut child = command.spawn()?;
    // Closes this process's copy of the standard input.
    drop(command);
    let stdout = child.stdout.take().map(Reader::start);
    let stderr = child.stderr.take().map(Reader::start);
    let end = wait(&mut child, schedule);
    let survivors = tree.kill(&mut child, schedule.read);
    let read = |reader: Option<Reader>| {
        reader.map(|reader| reader.finish(until(schedule.read))).unwrap_or_default()
    };
    let (stdout, stderr) = (read(stdout), read(stderr));
    let end = match end? {
        // The process has ended, so this does not block. Its children were killed before it is reaped, because its id
        // could name another group afterwards.
        None => ProcessEnd::Exited(child.wait()?),
        Some(end) => {
            _ = child.try_wait();
            end
        }
    };
    Ok(FinishedProcess { end, stdout, stderr, survivors })
}

/// Waits for the end of the process, and returns `None`, or why it has to be killed.
fn wait(child: &mut Child, schedule: &Schedule) -> io::Result<Option<ProcessEnd>> {
    let mut interval = MIN_POLL_INTERVAL;
    loop {
        if has_ended(child)? {
            return Ok(None);
        }
        if schedule.is_stopped() {
            return Ok(Some(ProcessEnd::Stopped));
        }
        if Instant::now() >= schedule.run {
            return Ok(Some(ProcessEnd::TimedOut));
        }
        thread::sleep(interval.min(until(schedule.run)));
        interval = (interval * 2).min(MAX_POLL_INTERVAL);
    }
}

/// Returns whether a process has ended, without reaping it.
#[cfg(target_os = "linux")]
fn has_ended(child: &Child) -> io::Result<bool> {
    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    match waitid(Id::Pid(pid(child)?), flags) {
        Ok(status) => Ok(status != WaitStatus::StillAlive),
        Err(nix::errno::Errno::EINTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn has_ended(child: &mut Child) -> io::Result<bool> {
    child.try_wait().map(|status| status.is_some())
}

#[cfg(unix)]
fn pid(child: &Child) -> io::Result<nix::unistd::Pid> {
    i32::try_from(child.id()).map(nix::unistd::Pid::from_raw).map_err(io::Error::other)
}

/// Kills a process and its process group.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(group) = pid(child) {
        _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
    }
    _ = child.kill();
}
