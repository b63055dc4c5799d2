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
//! `vitte crash list --tests` lists them. It works with the harness of Rust, with those that write as it does (libtest-mimic, and so
//! `vitte-golden`), and with nextest, which runs each test in a process of its own.

mod output;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::panic;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, Once};
use std::time::Duration;

use nix::unistd::{dup, dup2_stdout, pipe};
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
/// Receives what the harness has written.
static OUTPUT: Mutex<Option<Receiver<HarnessOutput>>> = Mutex::new(None);
/// Standard output as it was before.
static STDOUT: Mutex<Option<std::os::fd::OwnedFd>> = Mutex::new(None);

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
        let Some(receiver) = copy_stdout() else { return };
        if let Some(mut output) = lock_briefly(&OUTPUT) {
            *output = Some(receiver);
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
fn copy_stdout() -> Option<Receiver<HarnessOutput>> {
    let original = dup(std::io::stdout()).ok()?;
    let (reader, writer) = pipe().ok()?;
    dup2_stdout(&writer).ok()?;
    drop(writer);
    let (mut from, mut to) =
        (std::fs::File::from(reader), std::fs::File::from(original.try_clone().ok()?));
    let (send, receive) = channel();
    let copy = move || {
        let (mut output, mut bytes) = (HarnessOutput::default(), vec![0; 64 << 10]);
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let read = bytes.get(..count).unwrap_or_default();
            _ = to.write_all(read);
            output.add(read);
        }
        _ = send.send(output);
    };
    let thread = std::thread::Builder::new().name("vitte-test-output".into());
    thread.spawn(copy).ok()?;
    *lock_briefly(&STDOUT)? = Some(original);
    Some(receive)
}

/// Called when the test program ends: stores the failing tests.
extern "C" fn finish() {
    _ = std::io::stdout().flush();
    // This closes the pipe, so that the copy ends.
    if let Some(original) = lock_briefly(&STDOUT).and_then(|mut original| original.take()) {
        _ = dup2_stdout(&original);
    }
    let receiver = lock_briefly(&OUTPUT).and_then(|mut output| output.take());
    let Some(output) = receiver.and_then(|receiver| receiver.recv_timeout(MAX_WAIT).ok()) else {
        return;
    };
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
