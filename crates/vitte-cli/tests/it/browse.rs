//! `vitte crash browse` on a pseudoterminal: keys, screens, and what is left of the terminal afterwards.
//!
//! A shell starts the program and remains when it has ended, because the modes of a terminal are reset when the leader of
//! its session ends.

mod shell;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::termios::{Termios, tcgetattr};
use pty_process::Size;
use pty_process::blocking::{Command as PtyCommand, Pty};
use serde_json::{Value, json};

use crate::common::{CommandResult, dir_with};

/// The maximum time to wait for a screen, so that a failing test ends.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A terminal in which `vitte crash browse` runs.
struct Terminal {
    pty: Arc<Pty>,
    shell: Child,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    /// All that was written.
    bytes: Vec<u8>,
    modes: Termios,
}

/// Starts the program.
const SCRIPT: &str = r#""$0" "$@"; echo "ended with $?."; read line"#;
/// Starts the program as a shell with job control does, and brings it back after it was stopped.
const JOBS_SCRIPT: &str = r#"set -m; "$0" "$@"; echo "stopped with $?."; read line; fg; echo "ended with $?."; read line"#;

impl Terminal {
    fn start(dir: &Path, script: &str, arguments: &[&str], env: &[(&str, &str)]) -> Self {
        let (rows, columns) = (24, 80);
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let modes = tcgetattr(&pty).unwrap();
        // The process that runs the tests may ignore signals.
        let mut command = PtyCommand::new("env")
            .args(["--default-signal", "sh", "-c", script, env!("CARGO_BIN_EXE_vitte"), "crash"])
            .args(arguments)
            .current_dir(dir)
            .env("TERM", "xterm-256color");
        for name in ["NO_COLOR", "VITTE_CRASH_DIR", "COLUMNS", "LINES"] {
            command = command.env_remove(name);
        }
        let shell = command.envs(env.iter().copied()).spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let (sender, output) = channel();
        let reader = Arc::clone(&pty);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = (&*reader).read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let parser = vt100::Parser::new(rows, columns, 0);
        Self { pty, shell, output, parser, bytes: Vec::new(), modes }
    }

    /// Waits until the screen contains a text, and returns the screen.
    fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    fn wait_until(&mut self, what: &str, is_reached: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.parser.screen().contents();
            if is_reached(&screen) {
                return screen;
            }
            match self.output.recv_timeout(Duration::from_millis(50)) {
                Ok(bytes) => {
                    self.parser.process(&bytes);
                    self.bytes.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout) if start.elapsed() < TIMEOUT => {}
                Err(error) => panic!("{error} while waiting for {what}: {screen}"),
            }
        }
    }

    fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the selected row contains a text.
    fn wait_for_selected(&mut self, text: &str) -> String {
        let is_selected = |line: &str| line.starts_with("> ") && line.contains(text);
        self.wait_until(text, |screen| screen.lines().any(is_selected))
    }

    /// Returns the process id of the browser: the child of the shell.
    fn pid(&self) -> nix::unistd::Pid {
        let shell = self.shell.id();
        let children = format!("/proc/{shell}/task/{shell}/children");
        let children = std::fs::read_to_string(children).unwrap();
        nix::unistd::Pid::from_raw(children.trim().parse().unwrap())
    }

    /// Waits for the end of the program, and checks that the terminal is as before. Returns the screen.
    fn wait_for_end(mut self, status: u8) -> String {
        let is_end = |line: &str| line.starts_with("ended with ") && line.ends_with('.');
        let screen = self.wait_until("the end", |screen| screen.lines().any(is_end));
        assert!(screen.contains(&format!("ended with {status}.")), "{screen}");
        assert!(!self.parser.screen().alternate_screen(), "{screen}");
        assert!(!self.parser.screen().hide_cursor(), "{screen}");
        assert_eq!(tcgetattr(&*self.pty).unwrap(), self.modes, "{screen}");
        self.press("\n");
        self.shell.wait().unwrap();
        screen
    }
}

fn report(id: &str, changes: &Value) -> (String, String) {
    let mut report = json!({
        "timestamp": format!("{}:05:42Z", &id[..13]), "version": "0.1.0", "module": "vittec",
        "thread": "main", "signal": null, "message": "attempt to subtract with overflow in a message that is longer than the terminal is wide",
        "backtrace": ["core::panicking::panic", "std::x", "vittec::close at src/a.rs:3:13", "main"],
        "system": {"os": "linux", "arch": "x86_64"}, "code": "F0001",
        "context": [
            {"name": "type-checking", "values": [{"key": "fn", "value": "area"}],
             "variables": [{"key": "scope", "value": {"names": ["area", "side"]}}],
             "place": {"id": 0, "file": "src/shapes.vitte", "lo": 20, "hi": 24, "line": 13, "col": 1}}
        ],
    });
    for (key, value) in changes.as_object().unwrap() {
        report[key] = value.clone();
    }
    (format!("target/crash-reports/{id}.json"), report.to_string())
}

fn crashes() -> tempfile::TempDir {
    let signal =
        json!({"signal": "SIGSEGV", "code": "F0002", "message": "invalid memory reference"});
    let files = [
        report("2025-10-20T08-00-00", &json!({})),
        report("2025-10-21T09-00-00", &signal),
        report("2025-10-22T13-05-42", &json!({})),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    dir_with(&files)
}

fn start(dir: &Path, arguments: &[&str]) -> Terminal {
    Terminal::start(dir, SCRIPT, &[&["browse"], arguments].concat(), &[])
}

const DOWN: &str = "\u{1b}[B";
const UP: &str = "\u{1b}[A";
const RIGHT: &str = "\u{1b}[C";
const LEFT: &str = "\u{1b}[D";
const END: &str = "\u{1b}[F";
const HOME: &str = "\u{1b}[H";
const PAGE_DOWN: &str = "\u{1b}[6~";

#[test]
fn crashes_are_browsed_with_keys() {
    let dir = crashes();
    let mut terminal = start(dir.path(), &[]);
    let screen = terminal.wait_for_selected("2025-10-22T13-05-42");
    assert!(screen.starts_with("vitte crash browse   target/crash-reports\n"), "{screen}");
    assert!(screen.contains("  src/shapes.vitte:13:1  "), "{screen}");
    assert!(screen.contains("  ? help  q quit  ") && screen.ends_with(" 1/3"), "{screen}");
    terminal.press(DOWN);
    terminal.wait_for_selected("2025-10-21T09-00-00");
    terminal.press("\r");
    terminal.wait_for_selected("SIGSEGV: invalid memory reference");
    terminal.press(&DOWN.repeat(4));
    terminal.wait_for_selected("+ scope: 1 entry");
    terminal.press(RIGHT);
    terminal.wait_for_selected("- scope: 1 entry");
    terminal.press(&[DOWN, " "].concat());
    terminal.wait_for_selected("- names: 2 items");
    terminal.press(UP);
    terminal.press(LEFT);
    terminal.wait_for_selected("+ scope: 1 entry");
    terminal.press("/side\r");
    terminal.wait_for_selected("[1]: \"side\"");
    terminal.press(END);
    terminal.wait_for_selected("details");
    terminal.press(HOME);
    terminal.wait_for_selected("SIGSEGV");
    terminal.press(PAGE_DOWN);
    terminal.wait_until("a page", |screen| !screen.contains("> SIGSEGV"));
    terminal.press("?");
    terminal.wait_for("Up, Down, k, j");
    terminal.press("q");
    terminal.wait_until("the tree", |screen| !screen.contains("Up, Down, k, j"));
    // Esc alone, and then Left on the first level.
    terminal.press("\u{1b}");
    terminal.wait_for_selected("2025-10-21T09-00-00");
    terminal.press("fpanic\r");
    terminal.wait_for("1/2");
    terminal.press("q");
    let screen = terminal.wait_for_end(0);
    assert!(!screen.contains("filter"), "the screen from before is back: {screen}");
}

#[test]
fn a_crash_can_be_named() {
    let dir = crashes();
    let mut terminal = start(dir.path(), &["2025-10-20"]);
    terminal.wait_for("2025-10-20T08-00-00, 2025-10-20T08:05:42Z, vittec 0.1.0");
    terminal.press("\u{3}");
    terminal.wait_for_end(0);
    let screen = start(dir.path(), &["nope"]).wait_for_end(2);
    assert!(screen.contains("vitte: no crash matches `nope`"), "{screen}");
    let screen = start(dir.path(), &["--dir=none"]).wait_for_end(0);
    assert!(screen.contains("no crash reports in `none`"), "{screen}");
    let screen = start(dir.path(), &["--signal=SIGILL"]).wait_for_end(0);
    assert!(screen.contains("no match among 3 crashes"), "{screen}");
}

#[test]
fn a_signal_ends_it_as_without_and_the_terminal_is_restored() {
    use nix::sys::signal::{Signal, kill};
    let dir = crashes();
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
        let mut terminal = start(dir.path(), &["latest"]);
        terminal.wait_for_selected("panic");
        kill(terminal.pid(), signal).unwrap();
        terminal.wait_for_end(128 + u8::try_from(signal as i32).unwrap());
    }
}

#[test]
fn it_ends_with_its_terminal() {
    let dir = crashes();
    let mut terminal = start(dir.path(), &[]);
    terminal.wait_for_selected("2025-10-22");
    let pid = terminal.pid();
    let Terminal { pty, mut shell, output, .. } = terminal;
    // The thread that reads has the terminal open until something is written.
    drop(output);
    (&*pty).write_all(b"j").unwrap();
    let start = Instant::now();
    while Arc::strong_count(&pty) > 1 && start.elapsed() < TIMEOUT {
        thread::sleep(Duration::from_millis(5));
    }
    drop(pty);
    shell.wait().unwrap();
    let is_running = || nix::sys::signal::kill(pid, None).is_ok();
    while is_running() && start.elapsed() < TIMEOUT {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!is_running());
}

#[test]
fn the_screen_follows_the_size() {
    let dir = crashes();
    let mut terminal = start(dir.path(), &["latest"]);
    terminal.wait_for("? help  q quit");
    for (rows, columns, text) in [
        (40, 120, "? help  q quit"),
        (12, 50, "small terminal, best from 80 x 24"),
        (4, 20, "the terminal has 20"),
        (24, 80, "? help  q quit"),
    ] {
        terminal.parser = vt100::Parser::new(rows, columns, 0);
        terminal.pty.resize(Size::new(rows, columns)).unwrap();
        terminal.wait_for(text);
    }
    terminal.press("q");
    // The parser was replaced while the alternate screen was shown.
    terminal.wait_for("ended with 0");
    terminal.press("\n");
    terminal.shell.wait().unwrap();
}

/// While the process is stopped, so that it finds both at once.
#[test]
fn a_key_that_comes_with_a_new_size_is_not_lost() {
    use nix::sys::signal::{Signal, kill};
    let dir = crashes();
    let mut terminal = start(dir.path(), &[]);
    terminal.wait_for_selected("2025-10-22");
    let pid = terminal.pid();
    for (rows, selected) in [(23, "2025-10-21"), (22, "2025-10-20")] {
        kill(pid, Signal::SIGSTOP).unwrap();
        terminal.parser = vt100::Parser::new(rows, 80, 0);
        terminal.pty.resize(Size::new(rows, 80)).unwrap();
        terminal.press("j");
        kill(pid, Signal::SIGCONT).unwrap();
        terminal.wait_for_selected(selected);
    }
    terminal.press("q");
    terminal.wait_for("ended with 0");
    terminal.press("\n");
    terminal.shell.wait().unwrap();
}

#[test]
fn no_colours_and_no_unsafe_text_are_written() {
    let hostile = "\u{1b}]0;title\u{7}\u{1b}[2J\u{202e}\u{200b}日本\r\n".repeat(1000);
    let context =
        json!([{"name": hostile, "values": [{"key": hostile, "value": hostile}], "place": null}]);
    let changes = json!({"message": hostile, "module": hostile, "context": context});
    let (path, text) = report("2025-10-22T13-05-42", &changes);
    let dir = dir_with(&[(&path, &text)]);
    let mut terminal = Terminal::start(dir.path(), SCRIPT, &["browse"], &[("NO_COLOR", "1")]);
    terminal.wait_for_selected("2025-10-22");
    terminal.press("\rjljljljljl");
    terminal.wait_for("[2J");
    let screen = terminal.parser.screen();
    for (row, column) in (0..24).flat_map(|row| (0..80).map(move |column| (row, column))) {
        let cell = screen.cell(row, column).unwrap();
        let colours = (cell.fgcolor(), cell.bgcolor());
        assert_eq!(colours, (vt100::Color::Default, vt100::Color::Default), "{row}, {column}");
    }
    let written = String::from_utf8_lossy(&terminal.bytes).into_owned();
    for part in ["\u{1b}]", "\u{7}", "\u{202e}", "\u{200b}"] {
        assert!(!written.contains(part), "{part:?}");
    }
    terminal.press("q");
    terminal.wait_for_end(0);
}

/// A terminal that does not know its size, such as a serial console.
#[test]
fn without_a_size_there_are_80_by_24_cells() {
    let dir = crashes();
    let script = format!("stty rows 0 columns 0; {SCRIPT}");
    let mut terminal = Terminal::start(dir.path(), &script, &["browse"], &[]);
    terminal.wait_for_selected("2025-10-22T13-05-42");
    terminal.press("q");
    terminal.wait_for_end(0);
}

/// The terminal reads nothing any more, so that every write to it blocks.
#[test]
fn a_signal_ends_it_also_if_the_terminal_has_stopped() {
    use nix::sys::signal::{Signal, kill};
    let dir = crashes();
    let mut terminal = start(dir.path(), &["latest"]);
    terminal.wait_for_selected("panic");
    let pid = terminal.pid();
    // The reading thread ends after the next bytes.
    let Terminal { pty, output, mut shell, .. } = terminal;
    drop(output);
    let keys = "?q".repeat(200);
    for _ in 0..10 {
        (&*pty).write_all(keys.as_bytes()).unwrap();
    }
    kill(pid, Signal::SIGTERM).unwrap();
    let start = Instant::now();
    let is_running = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok();
    while is_running() && start.elapsed() < TIMEOUT {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!is_running());
    kill(nix::unistd::Pid::from_raw(shell.id().try_into().unwrap()), Signal::SIGKILL).unwrap();
    shell.wait().unwrap();
}
