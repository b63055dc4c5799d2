//! A crash in a process of its own, and what is there when that has ended.

use std::fs::{self, Permissions};
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use vitte_capsule::Capsule;

use crate::common;

/// The program that crashes, just built; or the one that `CRASHER` in the environment names.
pub fn crasher() -> &'static Path {
    static CRASHER: OnceLock<PathBuf> = OnceLock::new();
    CRASHER.get_or_init(|| match std::env::var_os("CRASHER") {
        Some(other) => common::root().join(other),
        None => common::example("crasher").get_program().into(),
    })
}

/// What is taken away before the crash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Condition {
    Plain,
    /// The standard streams are closed.
    Closed,
    /// The table of descriptors is full.
    Full,
    /// `ulimit -n 4`: one is free.
    Four,
    /// `ulimit -f 0`: no file can be written.
    NoFiles,
    /// The folder of the reports is not to be written.
    ReadOnly,
    /// It is a file.
    IsFile,
    /// It is not there, nor is what it is in.
    Missing,
    FullDisk,
    /// /proc is not mounted.
    NoProc,
    /// The program has no rights.
    Nobody,
}

impl Condition {
    pub const ALL: [Self; 11] = [
        Self::Plain,
        Self::Closed,
        Self::Full,
        Self::Four,
        Self::NoFiles,
        Self::ReadOnly,
        Self::IsFile,
        Self::Missing,
        Self::FullDisk,
        Self::NoProc,
        Self::Nobody,
    ];

    /// Why it cannot be had here, where that is so.
    pub fn is_unavailable(self) -> Option<&'static str> {
        match self {
            Self::FullDisk | Self::NoProc if namespace().is_none() => {
                Some("a file system of one's own may not be mounted here")
            }
            Self::ReadOnly | Self::Nobody if is_root() && !is_open_to_all(crasher()) => {
                Some("others may not read the program")
            }
            Self::Nobody if !is_root() => Some("this user is not root anyway"),
            _ => None,
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Closed => "+closed",
            Self::Full => "+full",
            Self::Four => "+four",
            Self::NoFiles => "+no-files",
            Self::ReadOnly | Self::Nobody if is_root() => "+nobody",
            _ => "",
        }
    }

    /// What a shell does before, in a name space of its own.
    fn script(self) -> Option<&'static str> {
        match self {
            Self::FullDisk => Some(
                "mount -t tmpfs -o size=4k none \"$CRASHER_STORE\" || exit 77
                \"$0\" \"$1\"; code=$?; ls -A \"$CRASHER_STORE\" > left; exit $code",
            ),
            Self::NoProc => Some("mount -t tmpfs none /proc || exit 77; exec \"$0\" \"$1\""),
            _ => None,
        }
    }
}

pub fn is_root() -> bool {
    // SAFETY: it takes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

fn is_open_to_all(path: &Path) -> bool {
    let mode = |path: &Path| fs::metadata(path).map_or(0, |data| data.permissions().mode());
    mode(path) & 0o5 == 0o5 && path.ancestors().skip(1).all(|folder| mode(folder) & 1 == 1)
}

/// The arguments of `unshare` with which a file system can be mounted.
fn namespace() -> Option<&'static [&'static str]> {
    static FOUND: OnceLock<Option<&'static [&'static str]>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let ways: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
        ways.into_iter().find(|way| {
            let mut probe = Command::new("unshare");
            probe.args(*way).args(["mount", "-t", "tmpfs", "none", "/proc"]);
            let probe = probe.stdin(Stdio::null()).stderr(Stdio::null()).status();
            probe.is_ok_and(|status| status.success())
        })
    })
}

/// A run of [`crasher`]: `KIND+OPTION…`.
#[derive(Clone, Debug)]
pub struct Run {
    wish: String,
    condition: Condition,
    environment: Vec<(&'static str, String)>,
    program: PathBuf,
}

pub fn run(wish: &str) -> Run {
    Run {
        wish: wish.into(),
        condition: Condition::Plain,
        environment: Vec::new(),
        program: crasher().into(),
    }
}

/// How a run ended, and what it left.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub reports: Vec<Value>,
    /// What else is in its folder.
    pub others: Vec<String>,
    pub time: Duration,
    /// Whether all processes that it started are gone.
    pub is_over: bool,
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

    /// Runs another program instead.
    pub fn of(mut self, program: &Path) -> Self {
        self.program = program.into();
        self
    }

    /// How the same ends without a handler.
    pub fn bare(&self) -> ExitStatus {
        Self { wish: format!("{}+bare", self.wish), ..self.clone() }.end().status
    }

    pub fn end(&self) -> Ended {
        let root = tempfile::tempdir().unwrap();
        let store = self.prepare(root.path());
        let mut command = self.command();
        command.current_dir(root.path()).env("CRASHER_STORE", &store).env("TMPDIR", root.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut child = command.process_group(0).spawn().unwrap();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (status, time) = std::thread::scope(|scope| {
            scope.spawn(|| out.read_to_end(&mut stdout).unwrap());
            scope.spawn(|| err.read_to_end(&mut stderr).unwrap());
            (child.wait().unwrap(), start.elapsed())
        });
        let is_over = is_over(child.id());
        let (reports, others) = left(root.path(), &store);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(stdout), text(stderr));
        Ended { status, stdout, stderr, reports, others, time, is_over }
    }

    fn command(&self) -> Command {
        let wish = format!("{}{}", self.wish, self.condition.option());
        let mut command = match self.condition.script() {
            Some(script) => {
                let mut command = Command::new("unshare");
                let way = namespace().unwrap();
                command.args(way).args(["sh", "-c", script]).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        common::without_wishes(&mut command);
        for name in ["CI", "RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "CRASHER_REPORTER"] {
            command.env_remove(name);
        }
        command.arg(wish).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Makes the folder as the condition has it; the result is that of the reports.
    fn prepare(&self, root: &Path) -> PathBuf {
        let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
        mode(root, 0o755).unwrap();
        let store = root.join("store");
        match self.condition {
            Condition::Missing => return store.join("a/b"),
            Condition::IsFile => fs::write(&store, "").unwrap(),
            _ => fs::create_dir(&store).unwrap(),
        }
        match self.condition {
            Condition::ReadOnly => mode(&store, 0o555).unwrap(),
            Condition::Nobody => chown(&store, Some(65534), Some(65534)).unwrap(),
            _ => {}
        }
        store
    }
}

/// Whether no process of a group is left, not even one that nobody waits for.
fn is_over(group: u32) -> bool {
    let group = i32::try_from(group).unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        // SAFETY: with no signal it only looks whether there is somebody to send one to.
        if unsafe { libc::kill(-group, 0) } != 0 {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The reports below a folder, and what else is there.
fn left(root: &Path, store: &Path) -> (Vec<Value>, Vec<String>) {
    let full_disk = fs::read_to_string(root.join("left")).unwrap_or_default();
    let mut others: Vec<String> = full_disk.lines().map(str::to_owned).collect();
    _ = fs::remove_file(root.join("left"));
    let mut reports = Vec::new();
    let (mut folders, mut files) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    // The reports in their order: those of one second have `-2`, `-3` at their end, or the millisecond.
    files.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    files.sort_by_key(|path| {
        path.file_stem().map(|stem| stem.to_string_lossy().chars().take(23).collect::<String>())
    });
    for path in files {
        let is = |ending: &str| path.extension().is_some_and(|end| end == ending);
        let place = path.strip_prefix(store).map(|path| path.components().count());
        if is("json") && place == Ok(1) {
            reports.push(serde_json::from_slice(&fs::read(path).unwrap()).unwrap());
        } else if is("vittecrash") && place == Ok(4) {
            let report = Capsule::read(&path).unwrap().report;
            reports.push(serde_json::to_value(report).unwrap());
        } else if path != store && !is_of_repository(&path) {
            others.push(path.display().to_string());
        }
    }
    (reports, others)
}

/// What a repository has beside its capsules.
fn is_of_repository(path: &Path) -> bool {
    const NAMES: [&str; 4] = ["index.jsonl", "index.seal", ".cleaned", "metadata.json"];
    let is_latest = path.parent().is_some_and(|folder| folder.ends_with("latest"));
    is_latest || NAMES.iter().any(|name| path.ends_with(name))
}

impl Ended {
    /// The only report.
    pub fn report(&self) -> &Value {
        assert_eq!(self.reports.len(), 1, "{self:#?}");
        &self.reports[0]
    }

    /// The lines that say that something fatal happened.
    pub fn fatal(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.starts_with("fatal[")).collect()
    }

    /// The line that is written where there is no report, and that there is none.
    pub fn line(&self) -> &str {
        assert!(self.reports.is_empty(), "{self:#?}");
        assert_eq!(self.fatal().len(), 1, "{self:#?}");
        self.fatal()[0]
    }

    /// Exit code, or the signal as a negative number.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| -self.status.signal().unwrap())
    }

    pub fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    /// Looks whether it left what every run leaves: no process, and no file but reports.
    pub fn clean(self) -> Self {
        assert!(self.is_over, "a process is left: {self:#?}");
        assert_eq!(self.others, [""; 0], "{self:#?}");
        self
    }
}
