//! The children of this process, as `/proc` lists them (`proc(5)`).

use std::fs::{self, File};
use std::io::Read as _;

use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

/// The maximum size of an environment that is searched, in bytes.
const MAX_ENVIRONMENT_BYTES: u64 = 4 << 20;

/// Returns the children of this process. If `/proc` is missing there are none.
pub(super) fn children() -> Vec<i32> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let mut lists = tasks.map(|task| fs::read_to_string(task.path().join("children")));
    // Few kernels are built without these files (`CONFIG_PROC_CHILDREN`), but then none has them.
    match lists.next() {
        Some(Err(_)) => children_by_parent(),
        first => {
            let lists = first.into_iter().chain(lists).flatten();
            lists.flat_map(|list| numbers(&list)).collect()
        }
    }
}

fn numbers(list: &str) -> Vec<i32> {
    list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// Finds the children among all processes.
fn children_by_parent() -> Vec<i32> {
    let own = i32::try_from(std::process::id()).ok();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| own.is_some() && field(*pid, PARENT) == own).collect()
}

/// The positions of fields of `/proc/PID/stat` after the name.
const PARENT: usize = 1;
const GROUP: usize = 2;

/// Returns the process group.
pub(super) fn group(pid: i32) -> Option<i32> {
    field(pid, GROUP)
}

fn field(pid: i32, index: usize) -> Option<i32> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name may contain parentheses and blanks.
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 1..)?).ok()?;
    rest.split_ascii_whitespace().nth(index)?.parse().ok()
}

/// Returns whether the environment with which a process was started contains some bytes. It is empty after the process
/// has ended.
pub(super) fn has_in_environment(pid: i32, bytes: &[u8]) -> bool {
    let mut environment = Vec::new();
    let file = File::open(format!("/proc/{pid}/environ"));
    _ = file.map(|file| file.take(MAX_ENVIRONMENT_BYTES).read_to_end(&mut environment));
    !bytes.is_empty() && environment.windows(bytes.len()).any(|window| window == bytes)
}

/// Reaps a child if it has ended. Returns whether it is gone.
pub(super) fn reap(pid: i32) -> bool {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG;
    !matches!(waitid(Id::Pid(Pid::from_raw(pid)), flags), Ok(WaitStatus::StillAlive))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_children_of_this_process_are_found() {
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .env("MARK", "a mark of this test")
            .spawn()
            .unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let found = [children(), children_by_parent()].map(|all| all.contains(&pid));
        let group = group(pid);
        // The kernel lets the parent go on before the environment of the new program is there.
        let is_marked = || {
            std::thread::sleep(std::time::Duration::from_millis(1));
            has_in_environment(pid, b"a mark of this test")
        };
        let has_mark = (0..10_000).any(|_| is_marked());
        let is_gone = reap(pid);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!((found, is_gone), ([true, true], false));
        assert_eq!(group, field(i32::try_from(std::process::id()).unwrap(), GROUP));
        assert!(has_mark);
    }
}
