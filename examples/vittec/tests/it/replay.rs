//! Replaying crashes, and reducing their sources.
#![cfg(unix)]

mod hostile;
mod processes;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use vitte_capsule::reduce::{ReduceError, StopReason};
use vitte_capsule::replay::{ReplayError, ReplayOutcome};
use vitte_capsule::{
    Capsule, CapsuleSource, CrashReport, Fingerprint, Reducer, Replay, Repository,
};

use crate::common::{self, CommandResult};

/// Runs `vitte crash` in `dir`, without a terminal.
fn crash(dir: &Path, arguments: &[&str]) -> CommandResult {
    let mut vitte = crate::vitte();
    vitte.current_dir(dir).env("TMPDIR", dir).arg("crash").args(arguments);
    CommandResult::new(&vitte.stdin(Stdio::null()).output().unwrap())
}

fn program() -> PathBuf {
    PathBuf::from(crate::vittec().get_program())
}

/// A file of about 2000 lines. Two functions are defined twice. The second definition of `shade` has a loop with a
/// `match` that the first one does not have: this causes the crash. Similar code does not: loops with a `match` in
/// functions that are defined once, and loops without a `match` in a function that is defined twice.
fn large_file() -> String {
    let mut text = "module demo.large\n\nuse std/io/console\nuse std/time/instant\n\n".to_owned();
    for at in 0..90 {
        let name = match at {
            22 | 61 => "shade".to_owned(),
            33 | 70 => "outline".to_owned(),
            _ => format!("step_{at}"),
        };
        let _ = write!(
            text,
            "# Step {at} of the work.\nfn {name}(items: &[Item], limit: u32) -> u32\n"
        );
        let _ = write!(text, "  let mut count: u32 = {at}\n  if limit < {at}\n    ret 0\n  .end\n");
        if at % 3 == 0 && at != 33 {
            let _ = write!(
                text,
                "  for item in items\n    console::print(\"item {at}\")\n    match item.kind\n"
            );
            let _ = write!(
                text,
                "      Kind::Small => set count = count + 1\n      _ => set count = count + 2\n"
            );
            text.push_str("    .end\n  .end\n");
        }
        if at == 61 {
            text.push_str("  for item in items\n    if item.is_wide\n      match item.color\n");
            text.push_str("        Color::Red => ret 7\n        _ => set count = 0\n      .end\n    .end\n  .end\n");
        }
        if at % 4 == 0 || at == 70 {
            let _ = write!(
                text,
                "  while count < limit\n    for other in items\n      set count = count + {at}\n"
            );
            text.push_str("    .end\n  .end\n");
        }
        if at % 2 == 1 {
            let _ = write!(
                text,
                "  let point = Point\n    x: {at}\n    y: count\n  .end\n  console::show(point)\n"
            );
        }
        let _ =
            write!(text, "  let then = instant::now()\n  let label = \"step {at} (of 90) {{\"\n");
        text.push_str("  console::print(label)\n  console::print(then)\n  ret count\n.end\n\n");
    }
    for at in 0.. {
        if text.lines().count() >= 1994 {
            break;
        }
        let _ = write!(text, "struct Shape{at}\n  width: u32\n  height: u32\n.end\n\n");
    }
    text
}

/// Crashes vittec while it checks a file in `dir`, and stores the capsule in the repository there.
fn captured(dir: &Path, file: &str) -> Capsule {
    let crashes = dir.join("outer");
    let mut vittec = crate::vittec();
    vittec.current_dir(dir).env("VITTE_CRASH_DIR", &crashes);
    let ended =
        CommandResult::new(&vittec.args(["check", "--crash", "bug", file]).output().unwrap());
    assert_eq!(ended.code, 101, "{}", ended.stderr);
    let outer = Repository::new(&crashes);
    let mut capsule = outer.load(&outer.find("latest").unwrap()).unwrap();
    if capsule.sources.is_empty() {
        // The capsule was stored without sources.
        let text = fs::read(dir.join(file)).unwrap();
        capsule = Capsule::new(capsule.report);
        capsule.sources.push(CapsuleSource::new(file, text));
    }
    Repository::new(dir.join("target/crash-reports")).save(&mut capsule).unwrap();
    capsule
}

#[test]
fn two_thousand_lines_are_reduced_to_ten() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::create_dir(dir.join("src")).unwrap();
    fs::write(dir.join("src/large.vitte"), large_file()).unwrap();
    let capsule = captured(dir, "src/large.vitte");
    fs::remove_dir_all(dir.join("src")).unwrap();
    let id = &*capsule.report.id;

    let same = crash(dir, &["replay", id, "--yes"]);
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    assert!(same.stdout.starts_with("reproduced after "), "{}", same.stdout);
    assert!(same.stderr.contains(" check --crash bug src/large.vitte\n"), "{}", same.stderr);

    let ended = crash(dir, &["reduce", id, "--yes", "--time-limit=400", "--json"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    let (before, after) = (json["before"]["lines"].as_u64(), json["after"]["lines"].as_u64());
    assert!(before.unwrap() >= 1990 && after.unwrap() <= 10, "{json}");
    assert_eq!(json["is_smallest"], true);
    let left = fs::read_to_string(dir.join(format!("reduced-{id}/src/large.vitte"))).unwrap();
    assert_eq!(left.lines().count() as u64, after.unwrap());
    assert!(left.matches("fn shade").count() == 2 && left.contains("match"), "{left}");

    let reduced = json["id"].as_str().unwrap();
    assert_ne!(reduced, id);
    let repository = Repository::new(dir.join("target/crash-reports"));
    let small = repository.load(reduced).unwrap();
    assert_eq!(small.sources, [CapsuleSource::new("src/large.vitte", left)]);
    assert_eq!(Fingerprint::of(&small.report), Fingerprint::of(&capsule.report));
    let (before, after) = (before.unwrap(), after.unwrap());
    let note = format!("reduced from {before} lines to {after} lines (original crash: {id})");
    assert_eq!(small.report.notes.last(), Some(&note));
    let again = crash(dir, &["replay", reduced, "--yes", "--json"]);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((&again["outcome"], &again["folder"]), (&json!("same"), &Value::Null));

    // An existing directory is not overwritten.
    let twice = crash(dir, &["reduce", id, "--yes"]);
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("already exists"), "{}", twice.stderr);
    // The directories of the runs are removed.
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["outer", &*format!("reduced-{id}"), "target"]);
}

fn report(command: &[&str]) -> CrashReport {
    let report = json!({
        "timestamp": "2025-10-22T13:05:42.123Z", "version": "0.1.0", "module": "vittec", "thread": "main",
        "signal": null, "message": "a unique panic", "backtrace": ["vittec::example"],
        "system": {"os": "linux", "arch": "x86_64"}, "command": command, "code": "F0001",
    });
    serde_json::from_value(report).unwrap()
}

/// A capsule with one small source file.
fn capsule(command: &[&str]) -> Capsule {
    let mut capsule = Capsule::new(report(command));
    capsule.sources.push(CapsuleSource::new("a.vitte", "fn a() -> void\n.end\n"));
    capsule
}

/// Creates an executable shell script.
fn script(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Writes a capsule with a command line, and replays it.
fn replay(dir: &Path, command: &[&str], arguments: &[&str]) -> CommandResult {
    let path = dir.join("c.vittecrash");
    capsule(command).write(&path).unwrap();
    let all = [&["replay", path.to_str().unwrap(), "--yes"], arguments].concat();
    crash(dir, &all)
}

#[test]
fn the_environment_variable_sets_the_directory_of_crashes() {
    for (mode, is_stored) in [("panic", true), ("segv", true), ("panic+unstored", false)] {
        let dir = tempfile::tempdir().unwrap();
        let crashes = dir.path().join("crashes");
        let mut crasher = common::example("crasher");
        crasher.current_dir(dir.path()).env("VITTE_CRASH_DIR", &crashes).arg(mode);
        assert!(!crasher.output().unwrap().status.success());
        let count = Repository::new(&crashes).index().unwrap().ids().count();
        assert_eq!(count > 0, is_stored, "{mode}");
        assert!(!dir.path().join("crash-reports").exists(), "{mode}");
    }
}

#[test]
fn runs_without_a_crash_or_with_another_one_are_distinguished() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let quiet = script(dir, "quiet", "echo out; printf 'bad \\033[31mred\\n' >&2; exit 3");
    let ended = replay(dir, &[&quiet, "a.vitte"], &[]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(
        ended.stdout.starts_with("not reproduced: the program ended after "),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains(" (exit status: 3)\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("\n  | bad ␛[31mred\n"), "{}", ended.stdout);

    let vittec = program();
    let vittec = vittec.to_str().unwrap();
    let ended = replay(dir, &[vittec, "check", "--crash", "panic", "a.vitte"], &["--json"]);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((ended.code, &json["outcome"]), (1, &json!("other")), "{}", ended.stderr);
    assert_eq!(json["crashes"][0]["kind"], "panic");
    assert_eq!(json["crashes"][0]["message"], "a panic was requested");

    // A program after `--` replaces the recorded one, and gets the recorded arguments.
    let ended = replay(dir, &["gone", "check", "a.vitte"], &["--", vittec]);
    assert!(ended.stderr.contains("/vittec check a.vitte\n"), "{}", ended.stderr);
    assert!(ended.stdout.contains(" (exit status: 0)\n"), "{}", ended.stdout);
}

#[test]
fn a_command_that_cannot_be_run_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let bad = |ended: &CommandResult, why: &str| {
        assert_eq!(ended.code, 2, "{}", ended.stdout);
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
    };
    bad(&replay(dir, &["no-such-program", "a.vitte"], &[]), "program not found: `no-such-program`");
    bad(&replay(dir, &["/no/such", "a.vitte"], &[]), "program not found: `/no/such`");
    bad(&replay(dir, &[".", "a.vitte"], &[]), "`.` is not an executable file");
    bad(&replay(dir, &[], &[]), "the crash report has no command line");
    bad(
        &replay(dir, &["sh", "--token", "[redacted]"], &[]),
        "the argument `[redacted]` is redacted",
    );
    bad(&crash(dir, &["replay", "latest", "--yes"]), "no crash reports in `");

    let no_format = script(dir, "empty", "");
    fs::write(&no_format, "\u{7f}ELF").unwrap();
    let ended = replay(dir, &[&no_format, "a.vitte"], &[]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(ended.stdout.contains("the program could not be started: "), "{}", ended.stdout);

    // Confirmation is not possible without a terminal.
    let ran = dir.join("ran");
    let touch = script(dir, "touch", &format!("touch {}", ran.display()));
    let path = dir.join("c.vittecrash");
    capsule(&[&touch, "a.vitte"]).write(&path).unwrap();
    for command in ["replay", "reduce"] {
        let ended = crash(dir, &[command, path.to_str().unwrap()]);
        bad(&ended, "vitte: cannot ask for confirmation (stdin is not a terminal); pass --yes\n");
        assert!(ended.stderr.contains("\n  environment  PATH="), "{}", ended.stderr);
    }
    assert!(!ran.exists());

    // Reduction needs the same crash.
    let ended = crash(dir, &["reduce", path.to_str().unwrap(), "--yes"]);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert!(ended.stderr.contains("the replay did not reproduce the crash"), "{}", ended.stderr);
    assert!(ran.exists());
    let mut none = capsule(&["sh", "a.vitte"]);
    none.sources.clear();
    none.write(&path).unwrap();
    bad(&crash(dir, &["reduce", path.to_str().unwrap(), "--yes"]), "the capsule has no sources");
}

#[test]
fn only_the_end_of_long_output_is_captured() {
    let dir = tempfile::tempdir().unwrap();
    let endless = script(dir.path(), "endless", "yes a line that goes on and on >&2");
    let capsule = capsule(&[&endless, "a.vitte"]);
    let replayed = Replay::new(&capsule).time_limit(Duration::from_millis(700)).run().unwrap();
    assert!(matches!(replayed.outcome, ReplayOutcome::TimedOut), "{:?}", replayed.outcome);
    assert_eq!(replayed.stderr.tail.len(), 1 << 20);
    assert!(replayed.stderr.total_bytes > 2 << 20, "{}", replayed.stderr.total_bytes);
}

#[test]
fn standard_input_is_replayed_and_a_replay_can_be_stopped() {
    let mut capsule = Capsule::new(report(&["cat", "-"]));
    capsule.sources.push(CapsuleSource::new("<stdin>", "from standard input"));
    let replayed = Replay::new(&capsule).run().unwrap();
    assert_eq!(replayed.stdout.tail, b"from standard input");
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let replay = Replay::new(&capsule).command(["sleep", "600"]).stop_when(stop);
    assert!(matches!(replay.run().unwrap().outcome, ReplayOutcome::Stopped));
    let redacted = Replay::new(&capsule).command(["cat", "--key=[redacted]"]).run();
    assert!(
        matches!(redacted, Err(ReplayError::RedactedArgument { argument }) if argument == "--key=[redacted]")
    );
}

#[test]
fn a_reduction_stops_at_its_limits() {
    let dir = tempfile::tempdir().unwrap();
    let vittec = program();
    let file = dir.path().join("two.vitte");
    let text =
        "fn a\n.end\n\nfn b\n.end\n\nfn a\n  for x in y\n    match x\n    .end\n  .end\n.end\n";
    fs::write(&file, text).unwrap();
    let mut capsule = captured(dir.path(), file.to_str().unwrap());
    // A source that is not needed for the crash. The command line names the original file, which must not be read.
    let other = dir.path().join("other.vitte");
    fs::write(&other, text).unwrap();
    capsule.report.args.push(other.to_str().unwrap().to_owned());
    capsule.sources.push(CapsuleSource::new(other.to_str().unwrap(), "fn other\n.end\n"));
    assert!(Path::new(&capsule.report.args[0]).is_absolute(), "{}", vittec.display());
    let replay = Replay::new(&capsule);
    let limited = Reducer::new(replay.clone()).max_tests(2).run(&mut |_| ()).unwrap();
    assert_eq!((limited.tests, limited.stop_reason), (3, StopReason::TestLimit));
    let mut tests = 0;
    let all = Reducer::new(replay.clone()).run(&mut |progress| tests = progress.tests).unwrap();
    assert_eq!((all.tests, all.stop_reason), (tests + 1, StopReason::Smallest));
    assert_eq!((all.before.files, all.after.files), (2, 1));
    assert_eq!(all.capsule.sources[0].file, "two.vitte");
    let left = String::from_utf8(all.capsule.sources[0].text.clone()).unwrap();
    assert!(left.lines().count() <= 5, "{left}");
    assert_eq!(all.capsule.report.args[0], capsule.report.args[0]);
    assert!(Replay::new(&all.capsule).run().unwrap().is_same());
    // The first run counts too.
    let none = Reducer::new(replay).time_limit(Duration::ZERO).run(&mut |_| ());
    let Err(ReduceError::NotReproduced(ended)) = none else { panic!("{none:?}") };
    assert!(matches!(ended.outcome, ReplayOutcome::TimedOut), "{ended:?}");
}
