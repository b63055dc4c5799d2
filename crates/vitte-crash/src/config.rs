//! What is known of a program before it crashes.

#[cfg(has_reporter)]
mod outside;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use siphasher::sip::SipHasher13;
use vitte_capsule::{CrashReport, Repository};
use vitte_diag::Code;

/// Arguments that a report has of the command line, and bytes of each.
const ARGUMENTS: usize = 64;
const ARGUMENT_BYTES: usize = 512;

/// What every report of a run says. Making it is part of every start of a program, so that what is needed
/// for a report alone is found when there is one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Config {
    /// The name of the program; that of its file where nobody gave one.
    pub(crate) program: Option<String>,
    pub(crate) version: String,
    pub(crate) commit: Option<String>,
    pub(crate) build: Option<String>,
    /// When the run began, in nanoseconds, and the number of its process.
    began: (u64, u64),
    /// The folder of the reports, absolute; nothing where none are stored.
    pub(crate) dir: Option<PathBuf>,
    /// How long a reporter may take.
    pub(crate) timeout: Duration,
    /// Calls that are kept of a deep stack: innermost and outermost ones.
    pub(crate) max_frames: (usize, usize),
    /// Contexts that a report has: the innermost ones.
    pub(crate) max_contexts: usize,
    /// Whether there is a minidump in the capsule of a signal, where the crate is built for that.
    pub(crate) minidump: bool,
}

impl Config {
    pub(crate) fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        // The lower half is enough to tell one run from another.
        let now = u64::try_from(now.as_nanos() & u128::from(u64::MAX)).unwrap_or(0);
        Self {
            program: None,
            version: String::new(),
            commit: None,
            build: Some(if cfg!(debug_assertions) { "debug" } else { "release" }.into()),
            began: (now, u64::from(std::process::id())),
            dir: Some(PathBuf::from(Repository::DEFAULT_DIR)),
            timeout: Duration::from_secs(2),
            max_frames: (64, 32),
            max_contexts: usize::MAX,
            minidump: false,
        }
    }

    /// A report with all that is known already, of a crash that happened just now.
    pub(crate) fn report(&self, code: Code, message: String, thread: String) -> CrashReport {
        self.report_of(std::env::args_os(), code, message, thread)
    }

    /// The same, of a program with these arguments.
    pub(crate) fn report_of(
        &self,
        arguments: impl Iterator<Item = OsString>,
        code: Code,
        message: String,
        thread: String,
    ) -> CrashReport {
        let command = command(arguments);
        let mut report = CrashReport::new(code, format!("{:.3}", Timestamp::now()), message);
        report.version.clone_from(&self.version);
        report.program = self.program.clone().unwrap_or_else(|| program(&command));
        report.thread = thread;
        report.session = self.session();
        report.build.clone_from(&self.build);
        report.commit.clone_from(&self.commit);
        report.args = command;
        report
    }

    /// A name that no other run has: a hash of when it began, and of its process.
    fn session(&self) -> String {
        let bytes = [self.began.0.to_le_bytes(), self.began.1.to_le_bytes()].concat();
        format!("{:016x}", SipHasher13::new().hash(&bytes))
    }
}

/// The name of the program's file.
fn program(command: &[String]) -> String {
    let name = command.first().and_then(|path| Path::new(path).file_stem());
    name.map_or_else(|| "program".into(), |name| name.to_string_lossy().into_owned())
}

fn command(arguments: impl Iterator<Item = OsString>) -> Vec<String> {
    let arguments = arguments.take(ARGUMENTS).map(|argument| {
        let argument = argument.to_string_lossy();
        let end = vitte_diag::text::floor_char_boundary(&argument, ARGUMENT_BYTES);
        argument.get(..end).unwrap_or_default().to_owned()
    });
    arguments.collect()
}
