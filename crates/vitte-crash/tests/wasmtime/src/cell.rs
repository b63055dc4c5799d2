//! A cell of the table: a case that runs in a process of its own, and what it leaves.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use vitte_capsule::Capsule;

/// When the crash handler is installed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setup {
    /// Before wasmtime's handler.
    Before,
    /// The same, with `previous_handlers_first`.
    BeforeAsking,
    /// After wasmtime's handler.
    After,
    /// The same, with `previous_handlers_first`.
    AfterAsking,
}

impl Setup {
    pub const ALL: [Self; 4] = [Self::Before, Self::BeforeAsking, Self::After, Self::AfterAsking];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::BeforeAsking => "before-asking",
            Self::After => "after",
            Self::AfterAsking => "after-asking",
        }
    }

    pub const fn is_before(self) -> bool {
        matches!(self, Self::Before | Self::BeforeAsking)
    }

    pub const fn is_asking(self) -> bool {
        matches!(self, Self::BeforeAsking | Self::AfterAsking)
    }
}

/// How a process ended, and what it left.
#[derive(Debug)]
pub struct Cell {
    /// The exit code, or the signal.
    pub end: String,
    pub stdout: String,
    pub stderr: String,
    /// The code, the signal, and the names of the frames of each report.
    pub reports: Vec<(String, Option<String>, Vec<String>)>,
}

/// How long a process may run. It is generous, because the machine may be busy.
const MAX_TIME: Duration = Duration::from_secs(120);

impl Cell {
    /// Runs a case. If `setup` is `None`, the crash handler is not installed.
    pub fn of(setup: Option<Setup>, case: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let name = setup.map_or("none", Setup::name);
        let own = std::env::current_exe().expect("the path of this program");
        let open = |name: &str| fs::File::create(dir.path().join(name)).expect("a file");
        let mut command = Command::new(own);
        command.args(["run", name, case]).current_dir(dir.path());
        for name in ["CI", "RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "RUST_MIN_STACK"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(open("stdout")).stderr(open("stderr"));
        let status = wait(command);
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("text");
        let reports = capsules(&dir.path().join("reports")).into_iter().map(|path| {
            let report = Capsule::read(&path).expect("a capsule").report;
            let names = report.frames.iter().filter_map(|frame| frame.function.clone());
            (report.code.to_string(), report.signal, names.collect())
        });
        Self {
            end: status.map_or_else(|| "never".into(), end),
            stdout: read("stdout"),
            stderr: read("stderr"),
            reports: reports.collect(),
        }
    }

    /// Compares the cell with the run without the crash handler.
    pub fn check(&self, bare: &Self, reports: usize, case: &str) -> Result<(), String> {
        if (&self.end, &self.stdout) != (&bare.end, &bare.stdout) {
            return Err(format!("it ends otherwise than without the crash handler: {bare:#?}"));
        }
        let fatal = self.stderr.lines().filter(|line| line.starts_with("fatal[")).count();
        // A caught panic is stored, and not printed.
        let shown = if case.contains("catch:") { reports - 1 } else { reports };
        if (self.reports.len(), fatal) != (reports, shown) {
            return Err(format!("{fatal} diagnostics; expected {reports} reports"));
        }
        let is_trap = reports == 0 || case.starts_with("catch:") || case.starts_with("sent");
        let ends_by_crash = !is_trap && self.end != "exit 0";
        let names = self.reports.iter().flat_map(|report| &report.2);
        let culprit = "vitte_crash_wasmtime::program::crash";
        if ends_by_crash && !names.into_iter().any(|name| name.starts_with(culprit)) {
            return Err(format!("no frame is `{culprit}`"));
        }
        Ok(())
    }
}

/// Waits for a process, and kills it if it does not end.
fn wait(mut command: Command) -> Option<ExitStatus> {
    let mut child = command.spawn().expect("a process");
    let start = Instant::now();
    while start.elapsed() < MAX_TIME {
        if let Some(status) = child.try_wait().expect("its status") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().and_then(|()| child.wait()).expect("its end");
    None
}

fn end(status: ExitStatus) -> String {
    match status.signal() {
        Some(libc::SIGSEGV) => "SIGSEGV".into(),
        Some(libc::SIGABRT) => "SIGABRT".into(),
        Some(signal) => format!("signal {signal}"),
        None => format!("exit {}", status.code().unwrap_or(-1)),
    }
}

/// Returns the capsules below a directory, in the order in which they were stored.
fn capsules(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<_> = entries
        .filter(|path| !path.ends_with("latest"))
        .flat_map(|path| if path.is_dir() { capsules(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "vittecrash"))
        .collect();
    paths.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
    paths
}
