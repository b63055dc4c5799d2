//! The terminal is restored however the process ends. Each child process is this test binary on a pseudoterminal.

use std::env;
use std::io::{Read as _, Write as _};

use super::*;

/// How the child ends.
const CASE: &str = "VITTE_TEST_SCREEN";

fn wait() {
    loop {
        thread::park();
    }
}

/// Does nothing unless a test runs it in a child process.
#[test]
fn child() {
    let Ok(case) = env::var(CASE) else { return };
    let kill = || nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::SIGTERM);
    // It can receive the signal too.
    thread::spawn(wait);
    let is_handled = Arc::new(AtomicBool::new(false));
    if case == "handler" {
        let is_handled = Arc::clone(&is_handled);
        signal_hook::flag::register(signal_hook::consts::SIGTERM, is_handled).unwrap();
    }
    let mut screen = Screen::enter().unwrap();
    let style = ratatui::style::Style::new();
    screen.draw(|frame| frame.buffer_mut().set_string(0, 0, "drawn", style)).unwrap();
    match &*case {
        "leave" => screen.leave().unwrap(),
        "error" => drop(screen),
        "panic" => panic!("a panic while the screen is in use"),
        "thread" => {
            let thread = thread::spawn(|| panic!("a panic in another thread"));
            assert!(thread.join().is_err());
        }
        "signal" => {
            kill().unwrap();
            wait();
        }
        "signal after it" => {
            drop(screen);
            Screen::enter().unwrap().leave().unwrap();
            kill().unwrap();
            wait();
        }
        "handler" => {
            kill().unwrap();
            while screen.next_event().unwrap() != Event::Quit {}
            screen.leave().unwrap();
            assert!(is_handled.load(Ordering::SeqCst));
        }
        other => panic!("{other}"),
    }
}

/// What a terminal has after a child has ended.
struct Ended {
    parser: vt100::Parser,
    /// Whether its modes are as before.
    is_restored: bool,
    was_alternate: bool,
}

/// Runs the child in a shell, which remains the leader of the session: the modes of a terminal are reset when it ends.
fn run(case: &str) -> Ended {
    let (pty, pts) = pty_process::blocking::open().unwrap();
    pty.resize(pty_process::Size::new(24, 100)).unwrap();
    let before = nix::sys::termios::tcgetattr(&pty).unwrap();
    let script = r#""$0" "$@"; echo "ended with $?"; read line"#;
    let name = "crash::browse::screen::tests::child";
    let mut child = pty_process::blocking::Command::new("sh")
        .args(["-c", script])
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(CASE, case)
        .env("RUST_BACKTRACE", "0")
        .spawn(pts)
        .unwrap();
    let (mut parser, mut bytes) = (vt100::Parser::new(24, 100, 0), [0; 4096]);
    let mut was_alternate = false;
    while !parser.screen().contents().contains("ended with ") {
        let length = (&pty).read(&mut bytes).unwrap();
        // One byte after the other, so that no state of the screen is missed.
        for byte in bytes.get(..length).unwrap() {
            parser.process(&[*byte]);
            was_alternate |= parser.screen().alternate_screen();
        }
    }
    let after = nix::sys::termios::tcgetattr(&pty).unwrap();
    (&pty).write_all(b"\n").unwrap();
    child.wait().unwrap();
    Ended { parser, is_restored: before == after, was_alternate }
}

#[test]
fn the_terminal_is_restored_however_the_process_ends() {
    for (case, message) in [
        ("leave", "test result: ok"),
        ("error", "test result: ok"),
        ("panic", "a panic while the screen is in use"),
        ("thread", "a panic in another thread"),
        ("signal", "ended with 143"),
        ("signal after it", "ended with 143"),
        ("handler", "test result: ok"),
    ] {
        let Ended { parser, is_restored, was_alternate } = run(case);
        let screen = parser.screen();
        let text = screen.contents();
        assert!(was_alternate && is_restored, "{case}: {text}");
        assert!(!screen.alternate_screen() && !screen.hide_cursor(), "{case}: {text}");
        // The message is where the user sees it.
        assert!(text.contains(message) && !text.contains("drawn"), "{case}: {text}");
    }
}
