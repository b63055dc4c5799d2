//! Child processes: their output is read while they run, and they are ended when they are no longer needed.

#[cfg(any(not(unix), test))]
mod threads;
#[cfg(unix)]
mod unix;

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use vitte_diag::text::{one_line, truncate};

/// What a process wrote, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) end: End,
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Exited(ExitStatus),
    /// It was ended because its result is not needed.
    Cancelled,
    /// It was ended because of the time limit.
    TimedOut,
    /// It was ended because it wrote more than [`Limits::bytes`] to one of its streams.
    TooMuchOutput,
}

/// The limits of a process.
pub(crate) struct Limits<'a> {
    pub(crate) time: Duration,
    /// The maximum number of bytes of each stream.
    pub(crate) bytes: usize,
    /// Whether the process is no longer needed.
    pub(crate) is_cancelled: &'a dyn Fn() -> bool,
}

/// The maximum number of bytes of each stream of a compiler.
pub(crate) const MAX_BYTES: usize = 64 << 20;

/// How often a process and the cancellation are looked at.
const POLL: Duration = Duration::from_millis(10);

/// The maximum number of bytes of each stream that are read after the end of a process. A pipe cannot contain more, so the
/// rest is from another process.
const MAX_REST: usize = 1 << 20;

/// Size of a block in bytes.
const BLOCK: usize = 1 << 16;

/// How long the end of a killed process is waited for.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Runs a command with `stdin`, or without standard input. It has a process group of its own on Unix.
///
/// # Errors
///
/// The command cannot be started, or the system does not tell how it ended.
pub(crate) fn run(
    mut command: Command,
    stdin: Option<&[u8]>,
    limits: &Limits<'_>,
) -> io::Result<Ended> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let begun = Instant::now();
    let child = command.spawn()?;
    #[cfg(unix)]
    return unix::wait(child, stdin.unwrap_or_default(), begun, limits);
    #[cfg(not(unix))]
    threads::wait(child, stdin.unwrap_or_default(), begun, limits)
}

impl Limits<'_> {
    /// Returns why a process has to be ended.
    fn reason(&self, begun: Instant, stdout: &[u8], stderr: &[u8]) -> Option<End> {
        if (self.is_cancelled)() {
            return Some(End::Cancelled);
        }
        if stdout.len().max(stderr.len()) > self.bytes {
            return Some(End::TooMuchOutput);
        }
        (begun.elapsed() >= self.time).then_some(End::TimedOut)
    }
}

/// Ends a process, and on Unix the others of its group.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // It may have ended by itself. Its id is not used again, because nothing has waited for it.
        _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    _ = child.kill();
    let begun = Instant::now();
    let mut pause = Duration::from_micros(50);
    while matches!(child.try_wait(), Ok(None)) && begun.elapsed() < MAX_WAIT {
        std::thread::sleep(pause);
        pause = (pause * 2).min(POLL);
    }
}

/// Describes an abnormal end: `SIGSEGV`, `signal 42`. Returns `None` if the process exited with a code.
pub(crate) fn signal(status: ExitStatus) -> Option<String> {
    if status.code().is_some() {
        return None;
    }
    #[cfg(unix)]
    if let Some(number) = std::os::unix::process::ExitStatusExt::signal(&status) {
        // `signal: 11 (SIGSEGV) (core dumped)`, of which the name is missing if std does not know it.
        let text = status.to_string();
        let name = text.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        let name = name.map(|(name, _)| name).filter(|name| name.starts_with("SIG"));
        return Some(name.map_or_else(|| format!("signal {number}"), str::to_owned));
    }
    Some(status.to_string())
}

/// The maximum number of bytes of a captured output that are shown. The last ones are the most interesting.
const MAX_SHOWN_BYTES: usize = 4 << 10;
/// The maximum number of lines of a captured output that are shown.
const MAX_SHOWN_LINES: usize = 20;

/// Returns the last lines of a captured output, safe for a terminal, below a heading. Returns `None` if it is blank.
pub(crate) fn shown(heading: &str, output: &str) -> Option<String> {
    let lines = output.trim_end().lines().rev().take(MAX_SHOWN_LINES);
    let mut left = MAX_SHOWN_BYTES;
    let mut shown = Vec::new();
    for line in lines {
        let line = one_line(line);
        let cut = truncate(&line, left);
        left -= cut.len();
        shown.push(cut.to_owned());
    }
    shown.push(format!("{heading}:"));
    shown.reverse();
    (!output.trim().is_empty()).then(|| shown.join("\n"))
}

#[cfg(test)]
mod tests;
