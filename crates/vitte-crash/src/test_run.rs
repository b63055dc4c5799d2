//! Failing tests as crash reports (feature `tests`).
//!
//! ```text
//! test thread: panic ─▶ hook: capture ─▶ captures by test ──┐
//! harness ─▶ standard output ─▶ copy ─▶ lines: FAILED, output ┴▶ at the end: a capsule for each failing test
//! ```
//!
//! With `VITTE_CRASH_TESTS=1`, a test program that is linked with this crate stores the panic of each failing test as a capsule
//! when it ends: with the name of the test, its contexts and their variables, its breadcrumbs and what it has written. Nothing
//! else changes: the harness writes what it always writes. [`capture_tests`] does the same without the variable.
//!
//! `vitte crash list --tests` lists them. It works with the harness of Rust, and with nextest, which runs each test in a process of
//! its own. Another harness has to write its failures as Rust's does, and to run each test on a thread with its name.

mod output;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::panic;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, Once};
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::unistd::{dup2_stdout, pipe};
use output::HarnessOutput;
use vitte_capsule::{ContextEntry, ContextVariable, Repository};

use crate::brief_lock::lock_briefly;
use crate::config::Config;
use crate::panic_hook::{PanicCapture, PanicKey, describe, without_recursion};
use crate::save::{self, CapsuleOptions};
use crate::sys;
use crate::thread_name::thread_name;
use crate::variables::VariableLimits;

/// The environment variable that turns it on, if it is not empty and not `0`.
pub const TESTS_ENV_VAR: &str = "VITTE_CRASH_TESTS";

/// Maximum number of tests whose panics are kept.
const MAX_TESTS: usize = 1000;
/// How long the end of the output is waited for: a child process of a test may have the stream still.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// The last panic of each test.
static CAPTURES: Mutex<Option<HashMap<String, Box<PanicCapture>>>> = Mutex::new(None);
static COPIED: Mutex<Option<Copied>> = Mutex::new(None);

/// Standard output, which is copied.
struct Copied {
    /// Standard output as it was before.
    original: OwnedFd,
    /// Receives what the harness has written, after the end of the pipe.
    output: Receiver<HarnessOutput>,
    /// The process that has the thread which copies. A process that was forked has not.
    process: u32,
}

/// Stores the panics of failing tests from now on, if it was not called before. Call it in the first line of the `main` of a test
/// harness of one's own.
///
/// ```no_run
/// vitte_crash::capture_tests();
/// // Runs the tests.
/// ```
pub fn capture_tests() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Some(copied) = copy_stdout() else { return };
        if let Some(mut current) = lock_briefly(&COPIED) {
            *current = Some(copied);
        }
        // A handler of the program may replace them.
        VariableLimits::default().publish();
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            without_recursion(|| capture(info));
            previous(info);
        }));
        sys::at_exit_of_tests(finish);
    });
}

sys::call_before_main!(capture_tests_if_wanted);

/// Calls [`capture_tests`] if the environment variable is set.
extern "C" fn capture_tests_if_wanted() {
    let is_on = |value: &OsStr| !value.is_empty() && value != "0";
    if std::env::var_os(TESTS_ENV_VAR).is_some_and(|value| is_on(&value)) {
        capture_tests();
    }
}

/// Keeps a panic until it is known whether its test fails. A test that is expected to panic does not.
fn capture(info: &panic::PanicHookInfo<'_>) {
    let message = describe(info.payload(), None);
    let location = info.location().map(ToString::to_string);
    let key = PanicKey::new(info.payload(), message);
    let capture = Box::new(PanicCapture::new(key, location, &config()));
    let Some(mut captures) = lock_briefly(&CAPTURES) else { return };
    let captures = captures.get_or_insert_default();
    if captures.len() < MAX_TESTS {
        captures.insert(thread_name(), capture);
    }
}

/// Returns the configuration of a test program: cargo and nextest set the name and the version of the package.
fn config() -> Config {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let mut config = Config::new();
    config.program = variable("CARGO_PKG_NAME");
    config.version = variable("CARGO_PKG_VERSION").unwrap_or_default();
    config.resolve_dir(std::env::var_os(Repository::DIR_ENV_VAR).filter(|dir| !dir.is_empty()));
    config
}

/// Replaces standard output by a pipe, whose content is copied to it and read. Returns `None` if the system refuses that.
fn copy_stdout() -> Option<Copied> {
    // A child process gets neither end of the pipe, only standard output.
    let original = std::io::stdout().as_fd().try_clone_to_owned().ok()?;
    let (reader, writer) = pipe().ok()?;
    for end in [&reader, &writer] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).ok()?;
    }
    let to = File::from(original.try_clone().ok()?);
    let (send, output) = channel();
    let copy = move || _ = send.send(copy_and_read(File::from(reader), to));
    std::thread::Builder::new().name("vitte-test-output".into()).spawn(copy).ok()?;
    dup2_stdout(&writer).ok()?;
    Some(Copied { original, output, process: std::process::id() })
}

/// Copies all bytes, and reads what they say.
fn copy_and_read(mut from: File, mut to: File) -> HarnessOutput {
    let (mut output, mut bytes) = (HarnessOutput::default(), vec![0; 64 << 10]);
    loop {
        match from.read(&mut bytes) {
            Ok(0) => return output,
            Ok(count) => {
                let read = bytes.get(..count).unwrap_or_default();
                // The reader of standard output may have gone.
                _ = to.write_all(read);
                output.add(read);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return output,
        }
    }
}

/// Called when the test program ends: stores the failing tests.
extern "C" fn finish() {
    let copied = lock_briefly(&COPIED).and_then(|mut copied| copied.take());
    let Some(copied) = copied.filter(|copied| copied.process == std::process::id()) else { return };
    _ = std::io::stdout().flush();
    // This closes the pipe, so that the copy ends.
    _ = dup2_stdout(&copied.original);
    let Ok(output) = copied.output.recv_timeout(MAX_WAIT) else { return };
    let captures = lock_briefly(&CAPTURES).and_then(|mut captures| captures.take());
    let Some(mut captures) = captures else { return };
    let config = config();
    for test in output.failed() {
        if let Some(capture) = captures.remove(test) {
            store(test, *capture, output.of(test), &config);
        }
    }
}

/// Stores the panic of a failing test, which has written `output`.
fn store(test: &str, capture: PanicCapture, output: Option<&str>, config: &Config) {
    let (mut report, sources) = capture.into_report();
    report.test = Some(test.to_owned());
    if let Some(output) = output.filter(|output| !output.is_empty()) {
        let mut entry = ContextEntry::new("running a test");
        entry.variables.push(ContextVariable::new("output", output.into()));
        report.contexts.push(entry);
    }
    let saved = save::save(&mut report, sources.as_ref(), config, &CapsuleOptions::new());
    if saved.stored.is_none() {
        let reason = report.notes.last().map_or("", String::as_str);
        _ = writeln!(std::io::stderr(), "no crash report of `{test}`: {reason}");
    }
}
