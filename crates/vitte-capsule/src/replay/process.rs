//! Runs a process with a time limit and captures its output.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The captured output of one stream.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct CapturedOutput {
    /// The last bytes, at most [`MAX_BYTES`](Self::MAX_BYTES).
    pub tail: Vec<u8>,
    /// The number of all bytes that were written.
    pub total_bytes: u64,
}

impl CapturedOutput {
    /// The maximum number of bytes that are captured per stream.
    pub const MAX_BYTES: usize = 1 << 20;

    fn push(&mut self, bytes: &[u8]) {
        self.total_bytes += bytes.len() as u64;
        self.tail.extend_from_slice(bytes);
        // Not trimmed at every read, because trimming moves the remaining bytes.
        if self.tail.len() > 2 * Self::MAX_BYTES {
            self.trim();
        }
    }

    fn trim(&mut self) {
        let excess = self.tail.len().saturating_sub(Self::MAX_BYTES);
        self.tail.drain(..excess);
    }
}

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
}

/// How long to read from a stream that a process outside of the group keeps open.
const READ_TIMEOUT: Duration = Duration::from_millis(500);
/// The pause between two checks whether the process has ended doubles from the first to the second.
const MIN_POLL_INTERVAL: Duration = Duration::from_micros(500);
const MAX_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Runs a command in a new process group. At the time limit, when `stop` becomes true, and when the command
/// exits, the whole group is killed, so that no child process remains unless it left the group.
///
/// # Errors
///
/// The I/O error if the command cannot be started.
pub(super) fn run(
    mut command: Command,
    limit: Duration,
    stop: &AtomicBool,
) -> io::Result<FinishedProcess> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    let start = Instant::now();
    let mut child = command.spawn()?;
    // Closes this process's copy of the standard input.
    drop(command);
    let stdout = child.stdout.take().map(Reader::start);
    let stderr = child.stderr.take().map(Reader::start);
    let end = wait(&mut child, start + limit, stop);
    if end.is_err() {
        kill(&mut child);
    }
    let read = |reader: Option<Reader>| reader.map(Reader::finish).unwrap_or_default();
    Ok(FinishedProcess { stdout: read(stdout), stderr: read(stderr), end: end? })
}

fn wait(child: &mut Child, deadline: Instant, stop: &AtomicBool) -> io::Result<ProcessEnd> {
    let mut interval = MIN_POLL_INTERVAL;
    loop {
        if has_ended(child)? {
            // Kills its children before `wait` frees the process id, which could then name another group.
            kill(child);
            return child.wait().map(ProcessEnd::Exited);
        }
        let now = Instant::now();
        let (is_late, is_stopped) = (now >= deadline, stop.load(Ordering::Relaxed));
        if is_late || is_stopped {
            kill(child);
            _ = child.wait();
            return Ok(if is_late { ProcessEnd::TimedOut } else { ProcessEnd::Stopped });
        }
        thread::sleep(interval.min(deadline - now));
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

/// Reads a stream to its end in a thread.
struct Reader {
    output: Arc<Mutex<CapturedOutput>>,
    done: Receiver<()>,
}

impl Reader {
    fn start(mut stream: impl Read + Send + 'static) -> Self {
        let output = Arc::new(Mutex::new(CapturedOutput::default()));
        let (sender, done) = mpsc::channel();
        let shared = Arc::clone(&output);
        let read = move || {
            let mut buffer = [0; 16 << 10];
            loop {
                match stream.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(len) => {
                        let bytes = buffer.get(..len).unwrap_or_default();
                        shared.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            _ = sender.send(());
        };
        // If no thread can be started, the stream is closed and the output is empty.
        _ = thread::Builder::new().name("output".to_owned()).spawn(read);
        Self { output, done }
    }

    /// Returns the output. If another process keeps the stream open, it waits only for [`READ_TIMEOUT`].
    fn finish(self) -> CapturedOutput {
        _ = self.done.recv_timeout(READ_TIMEOUT);
        let mut output =
            std::mem::take(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner));
        output.trim();
        output
    }
}
