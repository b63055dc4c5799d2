//! Reads and writes the pipes of a process without threads, so that nothing waits for another process that keeps a pipe
//! open.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ChildStdin};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;

use super::{BLOCK, End, Ended, Limits, MAX_REST, POLL, kill};

/// Waits for the end of a process, and reads its output.
///
/// # Errors
///
/// The errors of the system. The process is ended then.
pub(super) fn wait(
    mut child: Child,
    stdin: &[u8],
    begun: Instant,
    limits: &Limits<'_>,
) -> io::Result<Ended> {
    let ended = Pipes::new(&mut child, stdin).and_then(|mut pipes| {
        let end = pipes.wait(&mut child, begun, limits)?;
        Ok(Ended { stdout: pipes.stdout.bytes, stderr: pipes.stderr.bytes, end })
    });
    if ended.is_err() {
        kill(&mut child);
    }
    ended
}

struct Pipes<'a> {
    stdout: Output,
    stderr: Output,
    stdin: Option<ChildStdin>,
    /// What was not written yet.
    input: &'a [u8],
}

impl<'a> Pipes<'a> {
    fn new(child: &mut Child, input: &'a [u8]) -> io::Result<Self> {
        let stdout = child.stdout.take().map(|pipe| -> Box<dyn Pipe> { Box::new(pipe) });
        let stderr = child.stderr.take().map(|pipe| -> Box<dyn Pipe> { Box::new(pipe) });
        let stdin = child.stdin.take();
        if let Some(pipe) = &stdin {
            ioctl_fionbio(pipe, true)?;
        }
        let mut pipes =
            Self { stdout: Output::new(stdout)?, stderr: Output::new(stderr)?, stdin, input };
        // Closes an empty one.
        pipes.write();
        Ok(pipes)
    }

    fn wait(&mut self, child: &mut Child, begun: Instant, limits: &Limits<'_>) -> io::Result<End> {
        let (mut next_look, mut pause) = (POLL, Duration::from_micros(50));
        loop {
            let is_open = self.stdout.pipe.is_some() || self.stderr.pipe.is_some();
            let left = limits.time.saturating_sub(begun.elapsed()).min(POLL);
            self.poll(if is_open { left } else { pause })?;
            if let Some(reason) = limits.reason(begun, &self.stdout.bytes, &self.stderr.bytes) {
                kill(child);
                return Ok(reason);
            }
            let now = begun.elapsed();
            if is_open && now < next_look {
                continue;
            }
            next_look = now + POLL;
            if !is_open {
                pause = (pause * 2).min(POLL);
            }
            if let Some(status) = child.try_wait()? {
                // What it wrote is in the pipes. Another process may have them open, too.
                self.stdout.read(MAX_REST);
                self.stderr.read(MAX_REST);
                return Ok(End::Exited(status));
            }
        }
    }

    /// Waits until a pipe is ready, and reads and writes what is possible.
    fn poll(&mut self, limit: Duration) -> io::Result<()> {
        let mut fds = Vec::with_capacity(3);
        for output in [&self.stdout, &self.stderr] {
            if let Some(pipe) = &output.pipe {
                fds.push(PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN));
            }
        }
        if let Some(pipe) = &self.stdin {
            fds.push(PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::OUT));
        }
        let timeout = Timespec {
            tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: limit.subsec_nanos().into(),
        };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        self.stdout.read(BLOCK);
        self.stderr.read(BLOCK);
        self.write();
        Ok(())
    }

    /// Writes what fits into the pipe, and closes it at the end. A process that does not read its input is no error.
    fn write(&mut self) {
        while let Some(pipe) = &mut self.stdin {
            if self.input.is_empty() {
                self.stdin = None;
                return;
            }
            match pipe.write(self.input) {
                Ok(count) => self.input = self.input.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.stdin = None,
            }
        }
    }
}

trait Pipe: Read + AsFd {}

impl<T: Read + AsFd> Pipe for T {}

/// A stream of the process.
struct Output {
    /// `None` after its end.
    pipe: Option<Box<dyn Pipe>>,
    bytes: Vec<u8>,
}

impl Output {
    fn new(pipe: Option<Box<dyn Pipe>>) -> io::Result<Self> {
        if let Some(pipe) = &pipe {
            ioctl_fionbio(pipe, true)?;
        }
        Ok(Self { pipe, bytes: Vec::new() })
    }

    /// Reads what is in the pipe, and at least `limit` bytes if it has more.
    fn read(&mut self, limit: usize) {
        let mut left = limit;
        let mut block = [0; BLOCK / 4];
        while let Some(pipe) = self.pipe.as_mut().filter(|_| left > 0) {
            match pipe.read(&mut block) {
                Ok(0) => self.pipe = None,
                Ok(count) => {
                    left = left.saturating_sub(count);
                    self.bytes.extend_from_slice(block.get(..count).unwrap_or_default());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.pipe = None,
            }
        }
    }
}
