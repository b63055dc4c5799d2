//! Runs in child processes, and the memory of this process.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

/// The hidden argument that makes this program a child process.
pub const FLAG: &str = "--child";

/// Runs this program with a task, and returns the numbers that it prints.
pub fn run(task: &[&str]) -> Vec<u64> {
    let program = env::current_exe().unwrap();
    let output = Command::new(program)
        .args(task.iter().map(|argument| format!("{FLAG}={argument}")))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the run of {task:?} failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// Returns the peak memory of this process in KiB. Returns `None` if there is no `/proc/self/status`.
pub fn peak() -> Option<u64> {
    field("VmHWM:")
}

/// Returns the current memory of this process in KiB. Returns `None` if there is no `/proc/self/status`.
pub fn resident() -> Option<u64> {
    field("VmRSS:")
}

fn field(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
