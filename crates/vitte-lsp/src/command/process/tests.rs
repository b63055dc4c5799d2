use super::*;

const LONG: Duration = Duration::from_secs(60);

fn limits(time: Duration) -> Limits<'static> {
    Limits { time, bytes: MAX_BYTES, is_cancelled: &|| false }
}

fn command(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// Runs a script with each implementation.
#[cfg(unix)]
fn shell(script: &str, stdin: Option<&[u8]>, limits: &Limits<'_>) -> [Ended; 2] {
    let first = run(command(script), stdin, limits).unwrap();
    let mut command = command(script);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().unwrap();
    let second = threads::wait(child, stdin.unwrap_or_default(), Instant::now(), limits).unwrap();
    [first, second]
}

#[test]
#[cfg(unix)]
fn both_streams_are_read_while_input_is_written() {
    let input = vec![b'x'; 1 << 20];
    for ended in shell("seq 1 100000; cat; echo oops >&2; exit 3", Some(&input), &limits(LONG)) {
        assert_eq!(ended.stdout.len(), 588_895 + input.len());
        assert_eq!(ended.stderr, b"oops\n");
        let End::Exited(status) = ended.end else { panic!("{ended:?}") };
        assert_eq!((status.code(), signal(status)), (Some(3), None));
    }
    assert!(run(Command::new("/does/not/exist"), None, &limits(LONG)).is_err());
}

#[test]
#[cfg(unix)]
fn a_process_need_not_read_its_input() {
    let input = vec![b'x'; 1 << 20];
    for ended in shell("exec 0<&-; echo a", Some(&input), &limits(LONG)) {
        assert_eq!(ended.stdout, b"a\n");
    }
    for ended in shell("cat", Some(b""), &limits(LONG)) {
        assert_eq!((ended.stdout, ended.stderr), (vec![], vec![]));
    }
}

#[test]
#[cfg(unix)]
fn signals_have_names() {
    for (script, expected) in [("kill -SEGV $$", "SIGSEGV"), ("kill -ABRT $$", "SIGABRT")] {
        for ended in shell(script, None, &limits(LONG)) {
            let End::Exited(status) = ended.end else { panic!("{ended:?}") };
            assert_eq!(signal(status).as_deref(), Some(expected));
        }
    }
}

#[test]
#[cfg(unix)]
fn a_process_is_ended_after_the_limit() {
    let short = limits(Duration::from_millis(500));
    for script in ["echo a; exec sleep 100", "exec sleep 100 >&- 2>&-", "sleep 100 & wait"] {
        for ended in shell(script, None, &short) {
            assert_eq!(ended.end, End::TimedOut, "{script}");
            assert_eq!(ended.stdout.is_empty(), !script.contains("echo"));
        }
    }
    let few = Limits { bytes: 1 << 20, ..limits(LONG) };
    for ended in shell("yes", None, &few) {
        assert_eq!(ended.end, End::TooMuchOutput);
        assert!(ended.stdout.len() < 2 << 20);
    }
}

#[test]
#[cfg(unix)]
fn nothing_waits_for_another_process_that_keeps_the_pipe_open() {
    for script in ["yes & echo a >&2", "sleep 100 & echo a >&2; echo b"] {
        let script = format!("{script}; echo $! >&2");
        for ended in shell(&script, None, &limits(LONG)) {
            assert!(matches!(ended.end, End::Exited(status) if status.success()), "{script}");
            let stderr = String::from_utf8(ended.stderr).unwrap();
            let (a, id) = stderr.split_once('\n').unwrap();
            assert_eq!(a, "a");
            _ = Command::new("kill").args(["-9", id.trim()]).status();
        }
    }
}

#[test]
#[cfg(unix)]
fn a_cancelled_process_is_ended_with_its_group() {
    use rustix::process::{Pid, test_kill_process};

    let begun = Instant::now();
    let is_cancelled = || begun.elapsed() > Duration::from_millis(200);
    let limits = Limits { is_cancelled: &is_cancelled, ..limits(LONG) };
    let script = "(sleep 100 & echo $!; wait) & echo $!; wait";
    for ended in shell(script, None, &limits) {
        assert_eq!(ended.end, End::Cancelled);
        let ids = String::from_utf8(ended.stdout).unwrap();
        for id in ids.lines() {
            let id = Pid::from_raw(id.parse().unwrap()).unwrap();
            let is_over = || test_kill_process(id).is_err() || is_zombie(id.as_raw_nonzero().get());
            let begun = Instant::now();
            while !is_over() {
                assert!(begun.elapsed() < LONG, "{ids}");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// A process that was ended remains as a zombie if nothing waits for it.
#[cfg(unix)]
fn is_zombie(id: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X']))
}

#[test]
fn the_end_of_an_output_is_shown() {
    assert_eq!(shown("stderr", " \n"), None);
    assert_eq!(shown("stderr", "a\x1b[1m\nb\n\n").unwrap(), "stderr:\na\u{241b}[1m\nb");
    let lines: String = (1..=30).map(|number| format!("{number:02}\n")).collect();
    let last: String = (11..=30).map(|number| format!("\n{number}")).collect();
    assert_eq!(shown("stderr", &lines).unwrap(), format!("stderr:{last}"));
    let long = shown("stderr", &("x".repeat(20_000) + "\nlast")).unwrap();
    assert!(long.ends_with("x\nlast") && long.len() < MAX_SHOWN_BYTES + 20);
}
