//! The processes of a replay: none of them outlives it.

use std::sync::Arc;
use std::time::Instant;

use super::*;

/// Asserts that the process whose id is in a file has ended.
fn assert_is_gone(file: &Path) {
    let pid = fs::read_to_string(file).unwrap();
    let is_running =
        || Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status();
    let until = Instant::now() + Duration::from_secs(20);
    // An orphan stays a zombie until another process reaps it.
    while is_running().unwrap().success() && !is_zombie(pid.trim()) {
        assert!(Instant::now() < until, "process {} is still running", pid.trim());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_zombie(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}

#[test]
fn a_program_that_hangs_is_killed_with_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let pid = dir.join("pid");
    let hang = script(dir, "hang", &format!("sleep 600 & echo $! > {}; wait", pid.display()));
    let ended = replay(dir, &[&hang, "a.vitte"], &["--time-limit", "1"]);
    assert_eq!(ended.code, 1);
    let expected = "not reproduced within the time limit: the program ran for ";
    assert!(ended.stdout.starts_with(expected), "{}", ended.stdout);
    assert_is_gone(&pid);

    // A child that keeps the streams open does not delay the end of the replay.
    let leave = script(dir, "leave", "sleep 600 & exit 0");
    let capsule = capsule(&[&leave, "a.vitte"]);
    let left = Replay::new(&capsule).run().unwrap();
    assert!(matches!(left.outcome, ReplayOutcome::NoCrash { .. }), "{left:?}");
    assert!(left.elapsed < Duration::from_secs(9), "{left:?}");
}

/// A script that starts a process in a session of its own, whose parent has ended, and waits until it runs.
#[cfg(target_os = "linux")]
fn escaping(dir: &Path, name: &str, wrapper: &str, then: &str) -> (String, PathBuf) {
    let pid = dir.join(format!("{name}.pid"));
    let shown = pid.display();
    let text = format!(
        "(setsid {wrapper} sh -c 'echo $$ > {shown}.new; mv {shown}.new {shown}; exec sleep 600' \
         </dev/null >/dev/null 2>&1 &)\nwhile ! test -e {shown}; do sleep 0.01; done\n{then}"
    );
    (script(dir, name, &text), pid)
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_leaves_the_session_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    // A library finds it by its environment, the command line because it has no other children.
    let (program, pid) = escaping(dir, "daemon", "", "exit 3");
    let capsule = capsule(&[&program, "a.vitte"]);
    let ended = Replay::new(&capsule).time_limit(Duration::from_secs(60)).run().unwrap();
    assert!(matches!(ended.outcome, ReplayOutcome::NoCrash { .. }), "{ended:?}");
    assert_eq!(ended.notes, [""; 0]);
    assert_is_gone(&pid);
    for (name, then) in [("hidden", "exit 3"), ("hanging", "sleep 600")] {
        let (program, pid) = escaping(dir, name, "env -i PATH=/usr/bin:/bin", then);
        let ended = replay(dir, &[&program, "a.vitte"], &["--time-limit=20"]);
        assert_eq!(ended.code, 1, "{}{}", ended.stdout, ended.stderr);
        assert_is_gone(&pid);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn other_children_of_a_library_survive() {
    let dir = tempfile::tempdir().unwrap();
    let leave = script(dir.path(), "leave", "sleep 600 & exit 0");
    let capsule = capsule(&[&leave, "a.vitte"]);
    let mut other = Command::new("sleep").arg("600").spawn().unwrap();
    let ended = Replay::new(&capsule).run().unwrap();
    let is_alive = other.try_wait().unwrap().is_none();
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(matches!(ended.outcome, ReplayOutcome::NoCrash { .. }), "{ended:?}");
    assert!(is_alive);
}

#[test]
fn a_reduction_ends_at_its_limit_during_a_run() {
    let capsule = capsule(&["sleep", "600"]);
    let replay = Replay::new(&capsule).time_limit(Duration::from_secs(86400));
    let ended = Reducer::new(replay).time_limit(Duration::from_secs(1)).run(&mut |_| ());
    let Err(ReduceError::NotReproduced(ended)) = ended else { panic!("{ended:?}") };
    assert!(matches!(ended.outcome, ReplayOutcome::TimedOut), "{ended:?}");
}

#[test]
fn without_time_the_program_is_not_started() {
    let dir = tempfile::tempdir().unwrap();
    let ran = dir.path().join("ran");
    let touch = script(dir.path(), "touch", &format!("touch {}", ran.display()));
    let capsule = capsule(&[&touch, "a.vitte"]);
    let replay = Replay::new(&capsule);
    let ended = replay.plan().unwrap().run_within(Duration::ZERO).unwrap();
    assert!(matches!(ended.outcome, ReplayOutcome::TimedOut), "{ended:?}");
    assert_eq!((ended.dir, ended.notes), (None, Vec::new()));
    let stopped = replay.clone().stop_when(Arc::new(true.into())).run().unwrap();
    assert!(matches!(stopped.outcome, ReplayOutcome::Stopped), "{stopped:?}");
    assert!(!ran.exists());
}
