//! Child processes: their output is read while they run, and they are ended after a limit.

mod descendants;

use std::borrow::Cow;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use vitte_diag::text;

/// What a process wrote, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// `None` if the process was ended because of the limit.
    pub(crate) status: Option<ExitStatus>,
}

/// The maximum number of bytes of each stream that are kept.
const MAX_BYTES: usize = 64 << 20;

/// How long the output of a process is read after its end. Another process that it started may keep the pipe open.
const DRAIN: Duration = Duration::from_millis(500);

/// How often the end of a process is looked for while it does not write.
const POLL: Duration = Duration::from_millis(50);

/// How many blocks of output wait to be kept.
const MAX_BLOCKS: usize = 4;
/// Size of a block in bytes.
const BLOCK: usize = 1 << 16;

/// The maximum number of bytes that are read after the end of a process. It is more than its pipes and the blocks can
/// contain, so the rest is from another process.
const MAX_REST: usize = 1 << 20;

/// Runs a command without standard input, for at most `limit`.
///
/// # Errors
///
/// The command cannot be started.
pub(crate) fn run(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let mut streams = Streams::of(&mut child);
    let mut status = None;
    let (mut end, mut next_look, mut rest) = (limit, POLL, MAX_REST);
    loop {
        let left = end.saturating_sub(begun.elapsed());
        match streams.read(left.min(POLL)) {
            Ok(count) if status.is_some() => rest = rest.saturating_sub(count),
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
            Err(_) => break,
        }
        let now = begun.elapsed();
        if rest == 0 || (status.is_none() && now >= limit) {
            break;
        }
        if status.is_none() && now >= next_look {
            next_look = now + POLL;
            status = child.try_wait()?;
            if status.is_some() {
                end = now + DRAIN;
            }
        }
    }
    if status.is_none() {
        status = wait(&mut child, begun, limit)?;
    }
    if status.is_none() {
        self::end(&mut child);
        while rest > 0 {
            let Ok(count) = streams.read(POLL) else { break };
            rest = rest.saturating_sub(count);
        }
    }
    let [stdout, stderr] = streams.output;
    Ok(Ended { stdout, stderr, status })
}

/// The output of a process, which threads read.
struct Streams {
    blocks: Receiver<(usize, Vec<u8>)>,
    output: [Vec<u8>; 2],
}

impl Streams {
    fn of(child: &mut Child) -> Self {
        let (sender, blocks) = mpsc::sync_channel(MAX_BLOCKS);
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
            child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        ];
        for (index, stream) in streams.into_iter().enumerate() {
            let sender = sender.clone();
            // The thread ends when the last process closes the pipe, or when the receiver is dropped.
            thread::spawn(move || {
                if let Some(mut stream) = stream {
                    forward(&mut *stream, index, &sender);
                }
            });
        }
        Self { blocks, output: [Vec::new(), Vec::new()] }
    }

    /// Waits for a block, and keeps it. Returns its length.
    fn read(&mut self, limit: Duration) -> Result<usize, RecvTimeoutError> {
        let (index, block) = self.blocks.recv_timeout(limit)?;
        if let Some(stream) = self.output.get_mut(index) {
            let room = MAX_BYTES.saturating_sub(stream.len()).min(block.len());
            stream.extend_from_slice(block.get(..room).unwrap_or_default());
        }
        Ok(block.len())
    }
}

fn forward(stream: &mut dyn Read, index: usize, sender: &SyncSender<(usize, Vec<u8>)>) {
    let mut buffer = vec![0; BLOCK];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        let block = buffer.get(..count).unwrap_or_default().to_vec();
        if sender.send((index, block)).is_err() {
            break;
        }
    }
}

/// Waits for a process that has closed its output, until the limit. Returns `None` if it still runs then.
fn wait(child: &mut Child, begun: Instant, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let mut pause = Duration::from_micros(50);
    loop {
        let status = child.try_wait()?;
        if status.is_some() || begun.elapsed() >= limit {
            return Ok(status);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Ends a process, and on Linux also those that it has started.
pub(crate) fn end(child: &mut Child) {
    let started = descendants::of(child.id());
    // It may have ended by itself.
    _ = child.kill();
    descendants::end(&started);
    _ = child.wait();
}

/// Describes how a process ended: `exit code 3`, `signal: 11 (SIGSEGV)`.
pub(crate) fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// The maximum number of bytes of a captured output that are shown. The last ones are the most interesting.
const MAX_SHOWN: usize = 16 << 10;

/// Returns the end of a captured output, safe for a terminal, below a heading. It is empty if the output is.
pub(crate) fn shown(name: &str, bytes: &[u8]) -> String {
    let begin = bytes.len().saturating_sub(MAX_SHOWN);
    let lossy = String::from_utf8_lossy(bytes.get(begin..).unwrap_or_default());
    if lossy.trim().is_empty() {
        return String::new();
    }
    let omitted =
        if begin > 0 { format!(" (without its first {begin} bytes)") } else { String::new() };
    let shown = |line| text::one_line(&without_thread_id(line)).into_owned() + "\n";
    let lines: String = lossy.trim_end().lines().map(shown).collect();
    format!("{name}{omitted}:\n{lines}")
}

/// Removes the number of the thread from `thread 'main' (4711) panicked at …`, which is another one in each run.
fn without_thread_id(line: &str) -> Cow<'_, str> {
    let parts = || {
        let (head, rest) = line.split_once("' (")?;
        let (id, rest) = rest.split_once(')')?;
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let is_panic = head.starts_with("thread '") && rest.starts_with(" panicked at ");
        (is_id && is_panic).then(|| format!("{head}'{rest}").into())
    };
    parts().unwrap_or(Cow::Borrowed(line))
}

#[cfg(test)]
mod tests {

    use super::*;

    #[cfg(unix)]
    fn shell(script: &str, limit: Duration) -> Ended {
        run(Command::new("sh").args(["-c", script]), limit).unwrap()
    }

    #[test]
    #[cfg(unix)]
    fn both_streams_are_read() {
        let long = Duration::from_secs(60);
        let ended = shell("seq 1 100000; echo oops >&2; exit 3", long);
        assert_eq!((ended.stdout.len(), ended.stderr.as_slice()), (588_895, b"oops\n".as_slice()));
        assert_eq!(describe(ended.status.unwrap()), "exit code 3");
        let ended = shell("kill -SEGV $$", long);
        assert!(describe(ended.status.unwrap()).contains("SIGSEGV"));
        assert!(run(&mut Command::new("/does/not/exist"), long).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_process_is_ended_after_the_limit() {
        let short = Duration::from_millis(300);
        assert!(shell("echo begun; exec sleep 100", short).status.is_none());
        assert!(shell("exec sleep 100 >&- 2>&-", short).status.is_none());
        assert!(shell("yes & wait", short).status.is_none());
        // Another process keeps the pipe open, or writes without end.
        assert!(shell("yes & exit 0", Duration::from_secs(60)).status.is_some());
        let ended = shell("sleep 100 & exit 0", Duration::from_secs(60));
        assert!(ended.status.is_some_and(|status| status.success()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_processes_that_a_process_started_are_ended_too() {
        let ended =
            shell("(sleep 100 & echo $!; wait) & echo $!; wait", Duration::from_millis(500));
        assert!(ended.status.is_none());
        let ids = String::from_utf8(ended.stdout).unwrap();
        assert_eq!(ids.lines().count(), 2, "{ids}");
        let state = |id: &str| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            stat.rsplit(')').next()?.trim().chars().next()
        };
        // A process that was ended may remain as a zombie, if nothing waits for it.
        let is_over = || ids.lines().all(|id| matches!(state(id), None | Some('Z' | 'X')));
        let begun = Instant::now();
        while !is_over() {
            assert!(begun.elapsed() < Duration::from_secs(60), "{ids}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_end_of_an_output_is_shown() {
        assert_eq!(shown("stderr", b" \n"), "");
        assert_eq!(shown("stderr", b"a\x1b[1m\nb\n"), "stderr:\na␛[1m\nb\n");
        let panic = "thread 'main' (4711) panicked at src/a.rs:1:2:\nthread 'b' (1) is here\n";
        let expected = "stderr:\nthread 'main' panicked at src/a.rs:1:2:\nthread 'b' (1) is here\n";
        assert_eq!(shown("stderr", panic.as_bytes()), expected);
        let long = shown("stdout", &[b'x'; 20_000]);
        assert!(long.starts_with("stdout (without its first 3616 bytes):\nxxx"), "{long}");
    }
}
