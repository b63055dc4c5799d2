//! The configuration of a handler, and the report that begins with it.

#[cfg(has_reporter)]
mod remote;

use std::any::Any;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use siphasher::sip::SipHasher13;
use vitte_capsule::{CrashReport, Repository};
use vitte_diag::Code;

/// Maximum number of arguments in a report.
const MAX_ARGS: usize = 64;
/// Maximum length of an argument in a report, in bytes.
const MAX_ARG_BYTES: usize = 512;

/// Describes the payload of a panic.
pub(crate) type DescribePayload = fn(&(dyn Any + Send)) -> Option<String>;

/// The functions of the program that a handler calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Callbacks {
    pub(crate) describe_payload: Option<DescribePayload>,
    pub(crate) before_report: Option<fn()>,
}

/// The configuration of a handler. Creating it is part of every start of a program, so anything that only a report
/// needs is determined when there is one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Config {
    /// The name of the program, or `None` for the name of its file.
    pub(crate) program: Option<String>,
    pub(crate) version: String,
    pub(crate) commit: Option<String>,
    pub(crate) build: Option<String>,
    /// When the handler was configured, in nanoseconds since the Unix epoch, modulo 2^64.
    start_nanos: u64,
    process_id: u64,
    /// The session that the process has joined, or `None` if it has its own.
    pub(crate) joined_session: Option<String>,
    /// Where the program runs, such as `production`.
    pub(crate) deployment: Option<String>,
    /// The directory in which crashes are stored, or `None` to store none. Absolute after installation.
    pub(crate) dir: Option<PathBuf>,
    /// Whether `dir` is the [default](Repository::default_dir). If it cannot be written, the temporary directory
    /// replaces it.
    pub(crate) is_default_dir: bool,
    /// Where users report crashes.
    pub(crate) report_url: Option<String>,
    /// The command that shows reports, or `None` for `vitte`.
    pub(crate) command_name: Option<String>,
    /// How long reporting a signal may take.
    pub(crate) timeout: Duration,
    /// Maximum number of innermost and of outermost frames of a stack.
    pub(crate) max_frames: (usize, usize),
    /// Maximum number of contexts in a report, the innermost ones.
    pub(crate) max_contexts: usize,
    /// Whether the capsule of a signal contains a minidump. Needs the feature `minidump`.
    pub(crate) minidump: bool,
    /// Whether signal handlers that were installed before are asked first.
    pub(crate) is_previous_first: bool,
}

impl Config {
    pub(crate) fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let start_nanos = u64::try_from(now.as_nanos() & u128::from(u64::MAX)).unwrap_or(0);
        Self {
            program: None,
            version: String::new(),
            commit: None,
            build: Some(if cfg!(debug_assertions) { "debug" } else { "release" }.into()),
            start_nanos,
            process_id: u64::from(std::process::id()),
            joined_session: None,
            deployment: None,
            dir: Some(PathBuf::from(Repository::DEFAULT_DIR)),
            is_default_dir: true,
            report_url: None,
            command_name: None,
            timeout: Duration::from_secs(2),
            max_frames: (64, 32),
            max_contexts: usize::MAX,
            minidump: false,
            is_previous_first: false,
        }
    }

    /// Determines the directory in which crashes are stored: the one that the program has set, or the default one,
    /// unless `from_environment` replaces it. The program may change its current directory before it crashes, so it is
    /// absolute.
    pub(crate) fn resolve_dir(&mut self, from_environment: Option<OsString>) {
        let Some(dir) = self.dir.take() else { return };
        let dir = match from_environment {
            Some(dir) => {
                self.is_default_dir = false;
                PathBuf::from(dir)
            }
            None if self.is_default_dir => {
                let args = limited_args(std::env::args_os().take(1));
                Repository::default_dir(
                    &self.program.clone().unwrap_or_else(|| program_name(&args)),
                )
            }
            None => dir,
        };
        self.dir = Some(std::path::absolute(&dir).unwrap_or(dir));
    }

    /// Creates a report of a crash of this process that happened just now. The message has a [limited
    /// length](crate::panic_message::limited).
    pub(crate) fn report(&self, code: Code, message: String, thread: String) -> CrashReport {
        self.report_of(std::process::id(), std::env::args_os(), code, message, thread)
    }

    /// Creates a report of a crash of a process with this id and these arguments.
    pub(crate) fn report_of(
        &self,
        process: u32,
        args: impl Iterator<Item = OsString>,
        code: Code,
        message: String,
        thread: String,
    ) -> CrashReport {
        let args = limited_args(args);
        let mut report = CrashReport::new(code, format!("{:.3}", Timestamp::now()), message);
        report.version.clone_from(&self.version);
        report.program = self.program.clone().unwrap_or_else(|| program_name(&args));
        report.thread = thread;
        report.process = Some(process);
        report.session = self.session();
        report.deployment.clone_from(&self.deployment);
        report.build.clone_from(&self.build);
        report.commit.clone_from(&self.commit);
        report.args = args;
        report.report_url.clone_from(&self.report_url);
        report.command_name.clone_from(&self.command_name);
        report
    }

    /// Returns how long the reporter may unwind and read names, which leaves time for the rest of a report.
    #[cfg(has_reporter)]
    pub(crate) fn signal_symbol_budget(&self) -> Duration {
        self.timeout / 2
    }

    /// Returns how long reading the names of a panic may take, which no timeout ends.
    pub(crate) fn panic_symbol_budget(&self) -> Duration {
        self.timeout.max(Duration::from_secs(30))
    }

    /// Makes the reports of this process part of the session of another one, whose id has this form.
    pub(crate) fn join_session(&mut self, id: Option<OsString>) {
        let id = id.and_then(|id| id.into_string().ok());
        let is_id = |id: &String| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
        self.joined_session = id.filter(is_id);
    }

    /// Returns the session that this process has joined, or an id of this run of the program: a hash of its start time and
    /// process id.
    pub(crate) fn session(&self) -> String {
        if let Some(joined) = &self.joined_session {
            return joined.clone();
        }
        let bytes = [self.start_nanos.to_le_bytes(), self.process_id.to_le_bytes()].concat();
        format!("{:016x}", SipHasher13::new().hash(&bytes))
    }
}

/// Returns the name of the program's file.
pub(crate) fn program_name(args: &[String]) -> String {
    let name = args.first().and_then(|path| Path::new(path).file_stem());
    name.map_or_else(|| "program".into(), |name| name.to_string_lossy().into_owned())
}

fn limited_args(args: impl Iterator<Item = OsString>) -> Vec<String> {
    let args = args
        .take(MAX_ARGS)
        .map(|arg| vitte_diag::text::truncate(&arg.to_string_lossy(), MAX_ARG_BYTES).to_owned());
    args.collect()
}
