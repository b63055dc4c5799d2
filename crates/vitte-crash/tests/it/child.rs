//! Runs `crasher` under a condition, and collects what it leaves.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use vitte_capsule::Capsule;

use crate::common;

/// Returns the path of `crasher`, or of the program that the environment variable `CRASHER` names.
pub fn crasher() -> &'static Path {
    static CRASHER: OnceLock<PathBuf> = OnceLock::new();
    CRASHER.get_or_init(|| match std::env::var_os("CRASHER") {
        Some(other) => common::root().join(other),
        None => common::example("crasher").get_program().into(),
    })
}

/// What the process lacks when it crashes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Condition {
    Plain,
    /// The standard streams are closed.
    ClosedStreams,
    /// The table of file descriptors is full.
    NoDescriptors,
    /// `ulimit -n 4`: one descriptor is free.
    OneDescriptor,
    /// `ulimit -f 0`: files cannot be written.
    NoFileSize,
    /// The repository's directory is not writable.
    ReadOnlyDir,
    /// The repository's path is that of a file.
    DirIsFile,
    /// Neither the repository's directory nor its parent exists.
    MissingDir,
    FullDisk,
    /// /proc is not mounted.
    NoProc,
    /// The program has changed to an unprivileged user.
    Unprivileged,
}

impl Condition {
    pub const ALL: [Self; 11] = [
        Self::Plain,
        Self::ClosedStreams,
        Self::NoDescriptors,
        Self::OneDescriptor,
        Self::NoFileSize,
        Self::ReadOnlyDir,
        Self::DirIsFile,
        Self::MissingDir,
        Self::FullDisk,
        Self::NoProc,
        Self::Unprivileged,
    ];

    /// Returns why the condition cannot be created on this machine, or `None` if it can.
    pub fn unavailable_reason(self) -> Option<&'static str> {
        match self {
            Self::FullDisk | Self::NoProc if namespace_args().is_none() => {
                Some("cannot mount a file system in a namespace")
            }
            Self::ReadOnlyDir | Self::Unprivileged
                if is_root() && !is_readable_by_others(crasher()) =>
            {
                Some("other users cannot execute `crasher`")
            }
            Self::Unprivileged if !is_root() => Some("the current user is not root"),
            _ => None,
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::ClosedStreams => "+closed-streams",
            Self::NoDescriptors => "+no-descriptors",
            Self::OneDescriptor => "+one-descriptor",
            Self::NoFileSize => "+no-file-size",
            Self::ReadOnlyDir | Self::Unprivileged if is_root() => "+unprivileged",
            _ => "",
        }
    }

    /// Returns the shell script that creates the condition in a mount namespace, and then runs `crasher`.
    fn script(self) -> Option<&'static str> {
        match self {
            Self::FullDisk => Some(
                "mount -t tmpfs -o size=4k none \"$CRASHER_DIR\" || exit 77
                \"$0\" \"$1\"; code=$?; ls -A \"$CRASHER_DIR\" > files-on-full-disk; exit $code",
            ),
            Self::NoProc => Some("mount -t tmpfs none /proc || exit 77; exec \"$0\" \"$1\""),
            _ => None,
        }
    }
}

pub fn is_root() -> bool {
    // SAFETY: `geteuid` has no arguments and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

fn is_readable_by_others(path: &Path) -> bool {
    let mode = |path: &Path| fs::metadata(path).map_or(0, |data| data.permissions().mode());
    mode(path) & 0o5 == 0o5 && path.ancestors().skip(1).all(|dir| mode(dir) & 1 == 1)
}

/// Returns arguments of `unshare` with which a file system can be mounted, or `None` if it cannot.
fn namespace_args() -> Option<&'static [&'static str]> {
    static ARGS: OnceLock<Option<&'static [&'static str]>> = OnceLock::new();
    *ARGS.get_or_init(|| {
        let candidates: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
        candidates.into_iter().find(|args| {
            let mut probe = Command::new("unshare");
            probe.args(*args).args(["mount", "-t", "tmpfs", "none", "/proc"]);
            let probe = probe.stdin(Stdio::null()).stderr(Stdio::null()).status();
            probe.is_ok_and(|status| status.success())
        })
    })
}

/// How long a run may take. It is generous, because the machine may be busy.
const MAX_RUN_TIME: Duration = Duration::from_secs(60);

/// A run of [`crasher`], before it starts.
#[derive(Clone, Debug)]
pub struct Run {
    /// `KIND+OPTION…`
    argument: String,
    condition: Condition,
    environment: Vec<(&'static str, String)>,
    program: PathBuf,
    /// Whether the reader of standard output goes away after the first line, as in `crasher | head -1`.
    reads_one_line: bool,
}

/// Creates a run with the argument `KIND+OPTION…`.
pub fn run(argument: &str) -> Run {
    Run {
        argument: argument.into(),
        condition: Condition::Plain,
        environment: Vec::new(),
        program: crasher().into(),
        reads_one_line: false,
    }
}

/// How a run ended, and what it left.
#[derive(Debug)]
pub struct RunResult {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub reports: Vec<Value>,
    /// The other files in its directory.
    pub other_files: Vec<String>,
    pub time: Duration,
    /// Whether all processes that it started have ended.
    pub is_group_over: bool,
}

impl Run {
    pub fn under(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Runs another program instead of [`crasher`].
    pub fn program(mut self, program: &Path) -> Self {
        self.program = program.into();
        self
    }

    /// Reads only the first line of standard output, and closes the pipe.
    pub fn head(mut self) -> Self {
        self.reads_one_line = true;
        self
    }

    /// Runs without a handler and returns the exit status.
    pub fn status_without_handler(&self) -> ExitStatus {
        Self { argument: format!("{}+no-handler", self.argument), ..self.clone() }.end().status
    }

    /// Runs and waits for the end.
    pub fn end(&self) -> RunResult {
        let root = tempfile::tempdir().unwrap();
        let store = self.prepare(root.path());
        let mut command = self.command();
        command.current_dir(root.path()).env("CRASHER_DIR", &store).env("TMPDIR", root.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut child = command.process_group(0).spawn().unwrap();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let group = child.id();
        let is_over = AtomicBool::new(false);
        let (status, time) = std::thread::scope(|scope| {
            scope.spawn(|| match self.reads_one_line {
                true => BufReader::with_capacity(1, out).read_until(b'\n', &mut stdout).unwrap(),
                false => out.read_to_end(&mut stdout).unwrap(),
            });
            scope.spawn(|| err.read_to_end(&mut stderr).unwrap());
            let watch = scope.spawn(|| kill_after(group, MAX_RUN_TIME, &is_over));
            let status = child.wait().unwrap();
            is_over.store(true, Ordering::Relaxed);
            assert!(!watch.join().unwrap(), "{} never ends", self.argument);
            (status, start.elapsed())
        });
        let is_group_over = is_group_over(group);
        let (reports, other_files) = read_dir(root.path(), &store);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(stdout), text(stderr));
        RunResult { status, stdout, stderr, reports, other_files, time, is_group_over }
    }

    fn command(&self) -> Command {
        let argument = format!("{}{}", self.argument, self.condition.option());
        let mut command = match self.condition.script() {
            Some(script) => {
                let mut command = Command::new("unshare");
                let args = namespace_args().unwrap();
                command.args(args).args(["sh", "-c", script]).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        common::clean_env(&mut command);
        for name in ["CI", "RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "CRASHER_REPORTER"] {
            command.env_remove(name);
        }
        command.arg(argument).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Creates the repository's directory as the condition requires, and returns its path.
    fn prepare(&self, root: &Path) -> PathBuf {
        let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
        mode(root, 0o755).unwrap();
        let store = root.join("store");
        match self.condition {
            Condition::MissingDir => return store.join("a/b"),
            Condition::DirIsFile => fs::write(&store, "").unwrap(),
            _ => fs::create_dir(&store).unwrap(),
        }
        match self.condition {
            Condition::ReadOnlyDir => mode(&store, 0o555).unwrap(),
            Condition::Unprivileged => chown(&store, Some(65534), Some(65534)).unwrap(),
            _ => {}
        }
        store
    }
}

/// Kills a group of processes after a time, unless it is over before. Returns whether it was killed.
fn kill_after(group: u32, limit: Duration, is_over: &AtomicBool) -> bool {
    let end = Instant::now() + limit;
    while !is_over.load(Ordering::Relaxed) {
        if Instant::now() > end {
            // SAFETY: the arguments are numbers.
            unsafe { libc::kill(-i32::try_from(group).unwrap(), libc::SIGKILL) };
            return true;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    false
}

/// Waits until no process of a group exists, not even a zombie. Returns false after 10 seconds.
fn is_group_over(group: u32) -> bool {
    let group = i32::try_from(group).unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        // SAFETY: `kill` with the signal 0 sends no signal.
        if unsafe { libc::kill(-group, 0) } != 0 {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Returns the reports below a directory, and the paths of other files.
fn read_dir(root: &Path, store: &Path) -> (Vec<Value>, Vec<String>) {
    // The file system of `Condition::FullDisk` is gone. Its script has listed the files.
    let list = fs::read_to_string(root.join("files-on-full-disk")).unwrap_or_default();
    let mut others: Vec<String> = list.lines().map(str::to_owned).collect();
    _ = fs::remove_file(root.join("files-on-full-disk"));
    let mut reports = Vec::new();
    let (mut dirs, mut files) = (vec![root.to_owned()], Vec::new());
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { dirs.push(path) } else { files.push(path) }
        }
    }
    // The names begin with the time. Reports of one second end in the millisecond, or in `-2`, `-3` and so on.
    files.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    files.sort_by_key(|path| {
        path.file_stem().map(|stem| stem.to_string_lossy().chars().take(23).collect::<String>())
    });
    for path in files {
        let has_extension =
            |extension: &str| path.extension().is_some_and(|other| other == extension);
        let depth = path.strip_prefix(store).map(|path| path.components().count());
        if has_extension("json") && depth == Ok(1) {
            reports.push(serde_json::from_slice(&fs::read(path).unwrap()).unwrap());
        } else if has_extension("vittecrash") && matches!(depth, Ok(1 | 4)) {
            let report = Capsule::read(&path).unwrap().report;
            reports.push(serde_json::to_value(report).unwrap());
        } else if path != store && !is_repository_file(&path) {
            others.push(path.display().to_string());
        }
    }
    (reports, others)
}

/// Returns whether a file belongs to a repository, but is not the capsule itself.
fn is_repository_file(path: &Path) -> bool {
    const NAMES: [&str; 5] =
        ["index.jsonl", "index.checkpoint", "index.dirty", ".last-clean", "metadata.json"];
    let is_latest = path.parent().is_some_and(|dir| dir.ends_with("latest"));
    is_latest || NAMES.iter().any(|name| path.ends_with(name))
}

impl RunResult {
    /// Returns the only report.
    pub fn report(&self) -> &Value {
        assert_eq!(self.reports.len(), 1, "{self:#?}");
        &self.reports[0]
    }

    /// Returns the first lines of the fatal diagnostics on standard error.
    pub fn fatal(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.starts_with("fatal[")).collect()
    }

    /// Returns the line that is written instead of a report. Panics if there is a report.
    pub fn fallback_line(&self) -> &str {
        assert!(self.reports.is_empty(), "{self:#?}");
        assert_eq!(self.fatal().len(), 1, "{self:#?}");
        self.fatal()[0]
    }

    /// Returns the exit code, or the signal as a negative number.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| -self.status.signal().unwrap())
    }

    /// Returns the lines of standard output.
    pub fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    /// Asserts that the run left no process, and no files but its reports.
    pub fn clean(self) -> Self {
        assert!(self.is_group_over, "a process is still running: {self:#?}");
        assert_eq!(self.other_files, [""; 0], "{self:#?}");
        self
    }
}
