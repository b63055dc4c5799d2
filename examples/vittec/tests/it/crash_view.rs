//! What a person sees of a crash.
#![cfg(all(target_os = "linux", target_arch = "x86_64", feature = "crash"))]
use std::fs;

use crate::{common, vittec, workspace};

/// Runs `vittec check` with 16 threads on all demo files, and returns what it writes about its crash.
fn crash(arguments: &[&str], backtrace: Option<&str>) -> String {
    let dir = common::dir_with(&[("Cargo.toml", "")]);
    fs::create_dir(dir.path().join("target")).unwrap();
    for entry in fs::read_dir(workspace().join("examples/vittec/demo")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
    }
    let mut command = vittec();
    command.current_dir(dir.path()).env("RAYON_NUM_THREADS", "16").env_remove("CI");
    command.env_remove("RUST_BACKTRACE").envs(backtrace.map(|value| ("RUST_BACKTRACE", value)));
    command.arg("check").args(arguments);
    command.args(["shapes.vitte", "hello.vitte", "imports.vitte", "characters.vitte"]);
    String::from_utf8(command.output().unwrap().stderr).unwrap()
}

#[test]
fn a_signal_with_many_threads_fits_a_terminal_and_begins_with_the_guilty_function() {
    let shown = crash(&["--crash", "segv@13"], None);
    let fatal = "\nfatal[F0002]: `vittec` was terminated by SIGSEGV: ";
    assert!(shown.starts_with("received SIGSEGV ") && shown.contains(fatal), "{shown}");
    assert!(shown.lines().count() <= 24, "{shown}");
    for line in shown.lines() {
        let is_path = line.starts_with("the report is in target/crash-reports/signal/");
        assert!(is_path || line.chars().count() <= 100, "{line}\n{shown}");
    }
    let (_, frames) = shown.split_once("= backtrace: ").unwrap();
    let first = frames.lines().nth(1).unwrap();
    assert!(first.contains(": vittec::crash::write_to_null  "), "{first}\n{shown}");
    assert!(first.contains(" examples/vittec/src/crash.rs:"), "{first}\n{shown}");
    for hidden in ["{closure", "{{closure", "<", "rayon::"] {
        assert!(!frames.contains(hidden), "{hidden}: {shown}");
    }
}

#[test]
fn rust_backtrace_shows_more() {
    let all = crash(&["--crash", "segv@13"], Some("1"));
    assert!(all.contains(": rayon::iter::plumbing::"), "{all}");
    assert!(!all.contains("{closure") && !all.contains("<u8"), "{all}");
    let full = crash(&["--crash", "segv@13"], Some("full"));
    assert!(full.contains("::check_file::{{closure}} at "), "{full}");
}

#[test]
fn a_panic_does_not_hide_the_errors_that_were_found_before() {
    let text = "fn f() -> num\n  ret @\n.end\n";
    let dir = common::dir_with(&[("Cargo.toml", ""), ("a.vitte", text)]);
    let mut command = vittec();
    command.current_dir(dir.path()).args([
        "check",
        "--error-format=short",
        "--crash",
        "panic",
        "a.vitte",
    ]);
    let output = command.output().unwrap();
    let lines = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(101), "{lines}");
    for start in ["a.vitte:2:7: error[E0001]: ", "a.vitte:1:1: fatal[F0001]: "] {
        assert!(lines.lines().any(|line| line.starts_with(start)), "{start}\n{lines}");
    }
}
