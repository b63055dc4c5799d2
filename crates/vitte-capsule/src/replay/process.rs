//! A process under a time limit, whose output is kept in part.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What a process wrote to one of its streams.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Output {
    /// The last bytes of it, [`MOST_BYTES`](Self::MOST_BYTES) at most.
    pub end: Vec<u8>,
    /// How many bytes it was altogether.
    pub bytes: u64,
}

impl Output {
    /// The most bytes that are kept of a stream.
    pub const MOST_BYTES: usize = 1 << 20;

    fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.end.extend_from_slice(bytes);
        // Not with every read: what is left would be moved each time.
        if self.end.len() > 2 * Self::MOST_BYTES {
            self.trim();
        }
    }

    fn trim(&mut self) {
        let more = self.end.len().saturating_sub(Self::MOST_BYTES);
        self.end.drain(..more);
    }
}

/// How a process ended.
#[derive(Debug)]
pub(super) enum End {
    Itself(ExitStatus),
    TimedOut,
    Stopped,
}

#[derive(Debug)]
pub(super) struct Ran {
    pub(super) end: End,
    pub(super) stdout: Output,
    pub(super) stderr: Output,
}

/// How long a stream is read that a process outside of the group still holds.
const PATIENCE: Duration = Duration::from_millis(500);
const SHORTEST_NAP: Duration = Duration::from_micros(500);
const LONGEST_NAP: Duration = Duration::from_millis(10);

/// Runs a command in a process group of its own. At the limit, when it is to stop, and at its end, all of
/// the group is killed: so nothing of it is left, unless it left the group.
///
/// # Errors
///
/// Where it cannot be started.
pub(super) fn run(mut command: Command, limit: Duration, stop: &AtomicBool) -> io::Result<Ran> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    let begin = Instant::now();
    let mut child = command.spawn()?;
    // Who waits for it does not hold its input open.
    drop(command);
    let stdout = child.stdout.take().map(Reader::start);
    let stderr = child.stderr.take().map(Reader::start);
    let end = wait(&mut child, begin + limit, stop);
    if end.is_err() {
        kill(&mut child);
    }
    let read = |reader: Option<Reader>| reader.map(Reader::finish).unwrap_or_default();
    Ok(Ran { stdout: read(stdout), stderr: read(stderr), end: end? })
}

fn wait(child: &mut Child, until: Instant, stop: &AtomicBool) -> io::Result<End> {
    let mut nap = SHORTEST_NAP;
    loop {
        if has_ended(child)? {
            // Its children go before its number is free for another group.
            kill(child);
            return child.wait().map(End::Itself);
        }
        let now = Instant::now();
        let (is_late, is_stopped) = (now >= until, stop.load(Ordering::Relaxed));
        if is_late || is_stopped {
            kill(child);
            _ = child.wait();
            return Ok(if is_late { End::TimedOut } else { End::Stopped });
        }
        thread::sleep(nap.min(until - now));
        nap = (nap * 2).min(LONGEST_NAP);
    }
}

/// Whether a process has ended; it is still there for whoever waits for it.
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

/// Kills a process and those that it started.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(group) = pid(child) {
        _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
    }
    _ = child.kill();
}

/// Reads a stream to its end.
struct Reader {
    output: Arc<Mutex<Output>>,
    end: Receiver<()>,
}

impl Reader {
    fn start(mut stream: impl Read + Send + 'static) -> Self {
        let output = Arc::new(Mutex::new(Output::default()));
        let (is_read, end) = mpsc::channel();
        let own = Arc::clone(&output);
        let read = move || {
            let mut buffer = [0; 16 << 10];
            loop {
                match stream.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(len) => {
                        let bytes = buffer.get(..len).unwrap_or_default();
                        own.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            _ = is_read.send(());
        };
        // Where no thread can be had the stream is closed, and nothing of it is known.
        _ = thread::Builder::new().name("output".to_owned()).spawn(read);
        Self { output, end }
    }

    /// What was read. Who else holds the stream is not waited for.
    fn finish(self) -> Output {
        _ = self.end.recv_timeout(PATIENCE);
        let mut output =
            std::mem::take(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner));
        output.trim();
        output
    }
}
