//! Runs in a process of their own, and the memory of this one.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

/// The hidden argument.
pub const FLAG: &str = "--child";

/// Runs this program with a task, and gives the numbers that it prints.
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

/// The most memory that this process has had in KiB, where the system says it as Linux does.
pub fn peak() -> Option<u64> {
    field("VmHWM:")
}

/// The memory that this process has now in KiB, where the system says it as Linux does.
pub fn resident() -> Option<u64> {
    field("VmRSS:")
}

fn field(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
