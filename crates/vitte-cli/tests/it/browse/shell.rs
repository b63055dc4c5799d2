//! The browser and the other commands in a shell.

use super::*;

/// Lines are cut for a terminal whose width is known, and for no other.
#[test]
fn other_commands_fit_the_terminal() {
    let dir = crashes();
    for command in ["list", "groups", "stats"] {
        let screen = Terminal::start(dir.path(), SCRIPT, &[command], &[]).wait_for_end(0);
        assert!(screen.contains("..."), "{screen}");
        let lines = screen.lines().filter(|line| line.contains("attempt to"));
        assert!(lines.clone().count() > 0, "{screen}");
        lines.for_each(|line| assert!(line.ends_with("..."), "{line}"));
        let script = format!("stty columns 0; {SCRIPT}");
        let screen = Terminal::start(dir.path(), &script, &[command], &[]).wait_for_end(0);
        let whole: String = screen.lines().collect();
        assert!(whole.contains("longer than the terminal is wide") && !whole.contains("..."));
    }
}

/// Ctrl-Z gives the terminal to the shell, and `fg` brings the browser back.
#[test]
fn it_can_be_suspended() {
    let dir = crashes();
    let mut terminal = Terminal::start(dir.path(), JOBS_SCRIPT, &["browse", "latest"], &[]);
    terminal.wait_for_selected("panic");
    terminal.press("\u{1a}");
    // 128 and the number of SIGTSTP.
    let screen = terminal.wait_for("stopped with 148.");
    assert!(!screen.contains("vitte crash browse   "), "{screen}");
    assert!(!terminal.parser.screen().hide_cursor());
    assert_eq!(tcgetattr(&*terminal.pty).unwrap(), terminal.modes);
    terminal.press("\n");
    terminal.wait_for_selected("panic");
    terminal.press("q");
    terminal.wait_for_end(0);
}

#[test]
fn without_a_terminal_the_error_names_other_commands() {
    let dir = crashes();
    let run = |stdin: Stdio| {
        let mut vitte: Command = crate::vitte();
        vitte.current_dir(dir.path()).args(["crash", "browse"]).stdin(stdin);
        let ended = CommandResult::new(&vitte.output().unwrap());
        assert_eq!((ended.code, &*ended.stdout), (2, ""));
        ended.stderr
    };
    let expected = "vitte: `vitte crash browse` needs a terminal, and standard input is not one; \
                    use `vitte crash list` and `vitte crash show ID`\n";
    assert_eq!(run(Stdio::null()), expected);
    let (_pty, pts) = pty_process::blocking::open().unwrap();
    let input = std::os::fd::AsFd::as_fd(&pts).try_clone_to_owned();
    let expected = expected.replace("input", "output");
    assert_eq!(run(input.unwrap().into()), expected);
    let mut terminal = Terminal::start(dir.path(), SCRIPT, &["browse"], &[("TERM", "dumb")]);
    terminal.wait_for("TERM=dumb cannot move its cursor");
    terminal.wait_for_end(2);
}
