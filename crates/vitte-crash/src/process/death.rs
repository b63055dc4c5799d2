//! The report of a child process that a signal has killed.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use jiff::Timestamp;
use vitte_capsule::{CrashReport, Repository};
use vitte_diag::{Code, codes};

use crate::config::{Config, program_name};
use crate::context::handle::ContextHandle;
use crate::context::{self, sources};
use crate::handler;
use crate::variables::records::CapturedVariables;

/// What is known before a child starts, by which its death is explained.
#[derive(Debug)]
pub(super) struct Evidence {
    start: Timestamp,
    out_of_memory: OutOfMemory,
}

impl Evidence {
    pub(super) fn now() -> Self {
        Self { start: Timestamp::now(), out_of_memory: OutOfMemory::now() }
    }
}

/// How many processes the Linux kernel has killed because there was no memory. The numbers are `None` if they cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct OutOfMemory {
    /// In the control group of this process: `oom_kill` of `memory.events` (the kernel's documentation of cgroup v2).
    in_cgroup: Option<u64>,
    /// On the machine: `oom_kill` of `/proc/vmstat`.
    on_machine: Option<u64>,
}

impl OutOfMemory {
    fn now() -> Self {
        let read = |path: &str| counter(&fs::read_to_string(path).ok()?, "oom_kill");
        let cgroup = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let events = |path: &str| read(&format!("/sys/fs/cgroup{path}/memory.events"));
        Self { in_cgroup: cgroup_path(&cgroup).and_then(events), on_machine: read("/proc/vmstat") }
    }

    /// Returns where processes were killed since `before`, if any were.
    fn since(self, before: Self) -> Option<&'static str> {
        let has_grown = |now: Option<u64>, before: Option<u64>| before.is_some() && now > before;
        if has_grown(self.in_cgroup, before.in_cgroup) {
            return Some("its control group");
        }
        has_grown(self.on_machine, before.on_machine).then_some("the machine")
    }
}

/// Returns the path of the control group in the text of `/proc/self/cgroup`, of version 2.
fn cgroup_path(text: &str) -> Option<&str> {
    let path = text.lines().find_map(|line| line.strip_prefix("0::"))?;
    Some(path.trim_end_matches('/'))
}

/// Returns a number from lines of a name and a number.
fn counter(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// The signals by which a process dies because of a defect or because it is killed. Others are usual ways to ask it to end.
fn name_of(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGILL => "SIGILL",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        _ => return None,
    })
}

/// Reports the death of a child by a signal, unless the child has reported it.
pub(super) fn report(
    status: ExitStatus,
    process: u32,
    args: Vec<OsString>,
    contexts: &ContextHandle,
    before: &Evidence,
) {
    let Some(signal) = status.signal().and_then(name_of) else { return };
    let Some(config) = handler::config() else { return };
    if is_reported(&config, process, before.start) {
        return;
    }
    let (code, message) = cause(signal, OutOfMemory::now().since(before.out_of_memory));
    let mut report = config.report_of(process, args.into_iter(), code, message, "main".to_owned());
    // The child may be another program.
    report.program = program_name(&report.args);
    (report.version, report.build, report.commit) = (String::new(), None, None);
    report.signal = Some(signal.to_owned());
    report.notes.push(format!("process {process}, a child of process {}", std::process::id()));
    if status.core_dumped() {
        report.notes.push("the system has written a core dump".to_owned());
    }
    add_contexts(&mut report, contexts, &config);
    let sources = sources::current();
    handler::deliver(&mut report, sources.as_ref());
}

/// Returns the code and the message of the report.
fn cause(signal: &str, out_of_memory: Option<&str>) -> (Code, String) {
    match (signal, out_of_memory) {
        ("SIGKILL", Some(place)) => {
            (codes::F0004, format!("the system killed it, because {place} had no memory left"))
        }
        ("SIGABRT", _) => (codes::F0005, "it aborted without a report of its own".to_owned()),
        ("SIGKILL", None) => (codes::F0002, "another process killed it".to_owned()),
        _ => (codes::F0002, "it has no report of its own".to_owned()),
    }
}

/// Adds the contexts of this thread or, if it has none, those in which the child was started.
fn add_contexts(report: &mut CrashReport, started_in: &ContextHandle, config: &Config) {
    let sources = sources::current();
    let own = context::read();
    let all = if own.0.is_empty() { started_in.run(context::read) } else { own };
    let max = config.max_contexts;
    sources::add_contexts(report, all, max, sources.as_ref(), CapturedVariables::default());
}

/// Returns whether the repository has a report of the process since `start`.
fn is_reported(config: &Config, process: u32, start: Timestamp) -> bool {
    /// Maximum number of reports of the session that are read.
    const MAX_READ: usize = 256;
    let Some(dir) = &config.dir else { return false };
    let Ok(index) = Repository::new(dir).index() else { return false };
    let session = config.session();
    // Times of reports have milliseconds.
    let start = start.as_millisecond();
    let is_recent =
        |time: &str| time.parse::<Timestamp>().is_ok_and(|time| time.as_millisecond() >= start);
    let entries = index.entries().rev();
    let own = entries.filter(|entry| entry.session == session && is_recent(&entry.timestamp));
    let mut reports = own.take(MAX_READ).filter_map(|entry| index.load(&entry.id).ok());
    reports.any(|capsule| capsule.report.process == Some(process))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_was_killed_if_a_count_has_risen() {
        let counts = |in_cgroup, on_machine| OutOfMemory { in_cgroup, on_machine };
        let before = counts(Some(1), Some(5));
        assert_eq!(before.since(before), None);
        assert_eq!(counts(Some(2), Some(6)).since(before), Some("its control group"));
        assert_eq!(counts(Some(1), Some(6)).since(before), Some("the machine"));
        assert_eq!(counts(Some(1), Some(1)).since(counts(None, None)), None);
        assert_eq!(cause("SIGKILL", Some("the machine")).0, codes::F0004);
        assert_eq!(cause("SIGSEGV", Some("the machine")).0, codes::F0002);
    }

    #[test]
    fn counts_and_paths_are_read() {
        let events = "low 0\nhigh 0\nmax 7\noom 2\noom_kill 3\noom_group_kill 0\n";
        assert_eq!(counter(events, "oom_kill"), Some(3));
        assert_eq!(counter("oom_kill x\n", "oom_kill"), None);
        assert_eq!(counter("", "oom_kill"), None);
        assert_eq!(cgroup_path("12:cpu:/x\n0::/user.slice/a\n"), Some("/user.slice/a"));
        assert_eq!(cgroup_path("0::/\n"), Some(""));
        assert_eq!(cgroup_path("12:cpu:/x\n"), None);
    }
}
