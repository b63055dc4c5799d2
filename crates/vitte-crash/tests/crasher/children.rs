//! Child processes that die.

use std::process::{Command, ExitCode, Stdio};

use vitte_crash::{context, process};

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str) -> Option<ExitCode> {
    let kind = kind.strip_prefix("child-")?;
    let _cx = context("compiling", None).with("file", "shapes.vitte");
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script, "--password=hunter2-7Gh9"]);
        command
    };
    let status = match kind {
        "segv" => process::status(shell("kill -SEGV $$")),
        "kill" => process::status(shell("kill -KILL $$")),
        "abort" => process::output(shell("kill -ABRT $$")).map(|output| output.status),
        "term" => process::status(shell("kill -TERM $$")),
        "fails" => process::status(shell("exit 3")),
        "killed" => {
            let mut child = process::spawn(shell("exec sleep 60")).unwrap();
            child.kill().unwrap();
            child.wait()
        }
        "elsewhere" => {
            let mut child = process::spawn(shell("kill -BUS $$")).unwrap();
            std::thread::spawn(move || child.wait()).join().unwrap()
        }
        // The child reports itself.
        "own" => {
            let mut command = Command::new(std::env::current_exe().unwrap());
            process::status({
                command.arg("segv").stderr(Stdio::inherit());
                command
            })
        }
        _ => return None,
    };
    println!("{}", status.unwrap());
    Some(ExitCode::SUCCESS)
}
