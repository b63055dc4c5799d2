//! Worker processes: this program again, which compiles cases one after another.
//!
//! ```text
//! thread of the runner ──▶ job, one line of JSON on stdin ──▶ worker: function of the compiler, checks
//!                      ◀── outcome, a line of JSON that begins with a token on stdout ◀──
//! ```
//!
//! A case that panics, crashes, exits, hangs or changes environment variables ends its worker and nothing else; the next case
//! gets a new one. What a case prints is captured. The token is different in each run, so no output of a case is mistaken for an outcome.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use vitte_diag::SourceMap;

use crate::check::{Job, Outcome, finish};
use crate::problem::Problem;
use crate::process;

/// The usual reason why the test program does not become a worker.
const HARNESS: &str =
    "a suite runs in `main` of a test with `harness = false` in Cargo.toml, not in a `#[test]`";

/// How long a stream of a worker is read after the worker has ended, or has written an outcome.
const DRAIN: Duration = Duration::from_secs(2);

/// How often the end of a worker is looked for while it does not write.
const POLL: Duration = Duration::from_millis(50);

/// The number of streams that a worker writes to.
const STREAMS: usize = 2;

/// What a worker writes before its first job.
const READY: &str = "ready";

/// Compiles and checks the jobs of standard input until it ends.
pub(crate) fn serve(token: &str, check: impl Fn(&Job) -> Outcome) -> io::Result<()> {
    let mut line = String::new();
    writeln!(io::stdout(), "{token}{READY}")?;
    // The stream is not locked between two jobs, because the compiler may lock it.
    while io::stdin().read_line(&mut line)? > 0 {
        let job = serde_json::from_str(&line);
        line.clear();
        let Ok(job) = job else { continue };
        let outcome = check(&job);
        let json = serde_json::to_string(&outcome)?;
        // The case may have printed a line without its end.
        let mut stderr = io::stderr().lock();
        writeln!(stderr, "\n{token}")?;
        stderr.flush()?;
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "\n{token}{json}")?;
        stdout.flush()?;
    }
    Ok(())
}

/// Starts workers and keeps those that are idle.
#[derive(Debug)]
pub(crate) struct Pool {
    /// The arguments with which this program is a worker of the suite.
    args: Vec<String>,
    token: String,
    idle: Mutex<Vec<Worker>>,
}

impl Pool {
    pub(crate) fn new(args: Vec<String>, token: String) -> Self {
        Self { args, token, idle: Mutex::default() }
    }

    /// Runs a job in a worker, for at most `limit`.
    pub(crate) fn run(&self, job: &Job, limit: Duration) -> Outcome {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = idle.map_or_else(|| Worker::start(&self.args, &self.token), Ok);
        let mut worker = match worker {
            Ok(worker) => worker,
            Err(error) => {
                return failure(Problem::message(format!(
                    "cannot start a process for the case: {error}"
                )));
            }
        };
        match worker.run(job, limit) {
            // The next case gets a new worker, so that its result does not depend on this one.
            Ok(outcome) if outcome.has_leftovers => outcome,
            Ok(outcome) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                outcome
            }
            Err(problem) => failure(problem.with_text(worker.captured())),
        }
    }

    /// Runs a job in a worker of its own.
    pub(crate) fn run_alone(&self, job: &Job, limit: Duration) -> Outcome {
        let alone =
            Self { args: self.args.clone(), token: self.token.clone(), idle: Mutex::default() };
        alone.run(job, limit)
    }
}

fn failure(problem: Problem) -> Outcome {
    finish(&[problem], &SourceMap::new())
}

/// What the threads that read the output of a worker report.
#[derive(Debug)]
enum Event {
    /// The worker waits for jobs.
    Ready,
    /// A line of stdout with an outcome.
    Outcome(String),
    /// The line of stderr that ends the output of a case.
    CaseEnd,
    /// A stream has ended.
    Closed,
}

type Captured = Arc<Mutex<Vec<u8>>>;

/// The maximum number of bytes of a stream that are kept for a case.
const MAX_CAPTURED: usize = 1 << 20;
/// The maximum number of bytes that are read as one line.
const MAX_LINE: u64 = 1 << 26;

#[derive(Debug)]
struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    events: Receiver<Event>,
    stdout: Captured,
    stderr: Captured,
    /// Whether the program has become a worker.
    is_ready: bool,
    /// The number of streams that have ended.
    closed: usize,
}

impl Worker {
    fn start(args: &[String], token: &str) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (sender, events) = mpsc::channel();
        let read = |stream: Option<Box<dyn Read + Send>>| {
            let captured = Captured::default();
            let (sender, token, copy) = (sender.clone(), token.to_owned(), Arc::clone(&captured));
            thread::spawn(move || {
                if let Some(stream) = stream {
                    read_lines(stream, &token, &copy, &sender);
                }
                // The receiver does not exist if the worker was dropped.
                _ = sender.send(Event::Closed);
            });
            captured
        };
        let stdout =
            read(child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>));
        let stderr =
            read(child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>));
        let stdin = child.stdin.take();
        Ok(Self { child, stdin, events, stdout, stderr, is_ready: false, closed: 0 })
    }

    /// Runs a job. After an error the worker has ended.
    fn run(&mut self, job: &Job, limit: Duration) -> Result<Outcome, Problem> {
        for captured in [&self.stdout, &self.stderr] {
            captured.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        let job = serde_json::to_string(job).map_err(|_| {
            Problem::message("the path of the case is not UTF-8").with_help("rename the file")
        })?;
        if let Some(stdin) = &mut self.stdin {
            // If the worker cannot read the job, it has ended, which `receive` reports.
            _ = writeln!(stdin, "{job}").and_then(|()| stdin.flush());
        }
        let json = self.receive(limit)?;
        let mut outcome: Outcome = serde_json::from_str(&json).map_err(|error| {
            Problem::message(format!("the outcome of the case is not valid: {error}"))
        })?;
        if let Some(failure) = &mut outcome.failure {
            let captured = self.captured();
            if !captured.is_empty() {
                *failure += &format!("\n{captured}");
            }
        }
        Ok(outcome)
    }

    /// Waits for an outcome and for the end of the output of the case.
    fn receive(&mut self, limit: Duration) -> Result<String, Problem> {
        let begun = Instant::now();
        let (mut outcome, mut is_output_read) = (None, false);
        let mut until = limit;
        loop {
            let left = until.saturating_sub(begun.elapsed());
            match self.events.recv_timeout(left.min(POLL)) {
                Ok(Event::Outcome(json)) => {
                    outcome = Some(json);
                    until = begun.elapsed() + DRAIN;
                }
                Ok(event) => is_output_read |= self.note(&event),
                Err(RecvTimeoutError::Timeout) if left.is_zero() && outcome.is_none() => {
                    return Err(self.end_after(limit));
                }
                Err(RecvTimeoutError::Timeout) => {
                    is_output_read |= left.is_zero();
                    // Another process may keep its streams open.
                    if outcome.is_none() && !matches!(self.child.try_wait(), Ok(None)) {
                        return Err(self.ended());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
            }
            if let Some(json) = outcome.take_if(|_| is_output_read || self.closed > 0) {
                return Ok(json);
            }
            if self.closed == STREAMS {
                return Err(self.ended());
            }
        }
    }

    /// Records what a stream reports. Returns true at the end of the output of a case.
    fn note(&mut self, event: &Event) -> bool {
        self.is_ready |= matches!(event, Event::Ready);
        self.closed += usize::from(matches!(event, Event::Closed));
        matches!(event, Event::CaseEnd)
    }

    fn end_after(&mut self, limit: Duration) -> Problem {
        process::end(&mut self.child);
        let message =
            format!("the case was ended because it ran longer than {} s", limit.as_secs_f64());
        Problem::message(message).with_help("a directive `timeout: SECONDS` sets another limit")
    }

    /// Describes how the worker ended, after the rest of its output has been read.
    fn ended(&mut self) -> Problem {
        self.stdin = None;
        let begun = Instant::now();
        while self.closed < STREAMS {
            match self.events.recv_timeout(DRAIN.saturating_sub(begun.elapsed())) {
                Ok(event) => _ = self.note(&event),
                Err(_) => break,
            }
        }
        let status = match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            _ => {
                // It closed its output and still runs.
                thread::sleep(Duration::from_millis(10));
                process::end(&mut self.child);
                self.child.wait()
            }
        };
        match status {
            Ok(status) if !self.is_ready => {
                let status = process::describe(status);
                Problem::message(format!("the test program did not reach the suite: {status}"))
                    .with_help(HARNESS)
            }
            Ok(status) if status.code().is_some() => Problem::message(format!(
                "the compiler ended the process of the test: {}",
                process::describe(status)
            )),
            Ok(status) => {
                Problem::message(format!("the compiler crashed: {}", process::describe(status)))
            }
            Err(error) => Problem::message(format!("the process of the case was lost: {error}")),
        }
    }

    /// Returns what the case printed.
    fn captured(&self) -> String {
        let shown = |name, captured: &Captured| {
            process::shown(name, &captured.lock().unwrap_or_else(PoisonError::into_inner))
        };
        shown("stdout", &self.stdout) + &shown("stderr", &self.stderr)
    }
}

/// Ends the worker: it stops when its standard input ends.
impl Drop for Worker {
    fn drop(&mut self) {
        self.stdin = None;
        let begun = Instant::now();
        while begun.elapsed() < DRAIN {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(1)),
                _ => return,
            }
        }
        process::end(&mut self.child);
    }
}

/// Reads a stream of a worker line by line, and keeps what the case printed.
fn read_lines(stream: impl Read, token: &str, captured: &Captured, sender: &Sender<Event>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A case may print without end and without a line feed.
        match reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(1..) => {}
            _ => return,
        }
        let event = match line.strip_prefix(token.as_bytes()) {
            Some(b"\n") => Event::CaseEnd,
            Some(rest) if rest.trim_ascii_end() == READY.as_bytes() => Event::Ready,
            Some(json) => Event::Outcome(String::from_utf8_lossy(json).into_owned()),
            None => {
                let mut captured = captured.lock().unwrap_or_else(PoisonError::into_inner);
                captured.extend_from_slice(&line);
                let excess = captured.len().saturating_sub(MAX_CAPTURED);
                captured.drain(..excess);
                continue;
            }
        };
        if sender.send(event).is_err() {
            return;
        }
    }
}
