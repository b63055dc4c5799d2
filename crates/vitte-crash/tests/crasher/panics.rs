//! Panics on small stacks, of output, of destructors, and with unusual payloads.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::ffi::c_int;
use std::fmt;
use std::hint::black_box;
use std::io::Write as _;
use std::panic::{catch_unwind, panic_any};
use std::process::ExitCode;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use vitte_crash::CrashGuard;

use crate::workers::summary;

/// Runs a scenario. Returns `None` if `kind` is another one.
pub fn run(kind: &str, guard: &mut Option<CrashGuard>) -> Option<ExitCode> {
    if let Some(size) = kind.strip_prefix("stack-") {
        on_stack(size.parse().unwrap(), || recurse_and_panic(0));
        return Some(ExitCode::SUCCESS);
    }
    match kind {
        "deep-on-stack" => on_stack(24, || recurse_and_panic(black_box(20))),
        "many-stacks" => many_stacks(),
        "catch-on-stack" => catch_on_stack(),
        "variables-on-stack" => on_stack(24, with_large_serialize),
        "signal-stack" => on_signal_stack(),
        "fiber" => in_fiber(),
        "no-more-memory" => without_memory(),
        "print" => print_for_ever(),
        "print-caught" => println!("{:?}", vitte_crash::catch_panic(print_for_ever).is_err()),
        "print-joined" => std::thread::spawn(print_for_ever).join().unwrap(),
        "write-unwrap" => write_for_ever().unwrap(),
        "other-pipe" => other_pipe(),
        "main-output" => return Some(vitte_crash::run_main(|| write_for_ever().map_err(Wrapped))),
        "main-pipe" => return Some(vitte_crash::run_main(broken_pipe)),
        "main-display" => return Some(vitte_crash::run_main(|| Err::<(), _>(PanicsOnDisplay))),
        "main-source" => return Some(vitte_crash::run_main(|| Err::<(), _>(HasSource))),
        "leaked-guard" => {
            guard.take().into_iter().for_each(CrashGuard::leak);
            panic_in_destructor_at_exit();
        }
        "thread-local" => drop(on_thread(panic_in_destructor_at_exit).join()),
        "payload-drop" => {
            drop(std::thread::spawn(|| panic_any(PanicsOnDrop)));
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        "first-then-display" => {
            _ = catch_unwind(|| panic!("the first panic"));
            panic!("{}", PanicsOnDisplay);
        }
        "panicking-message" => panic!("{}", PanicsOnDisplay),
        "double-display" => {
            let _shows = ShowsOnDrop;
            panic!("the first panic");
        }
        _ => return payloads(kind),
    }
    Some(ExitCode::SUCCESS)
}

fn on_thread(work: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<()> {
    std::thread::Builder::new().name("worker".into()).spawn(work).unwrap()
}

/// Runs work that panics on a thread with a stack of this size in KiB, and survives it.
fn on_stack(kib: usize, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().name("small".into()).stack_size(kib << 10);
    let result = thread.spawn(work).unwrap().join();
    println!("survived: {}", result.is_err());
}

#[inline(never)]
fn recurse_and_panic(depth: u32) {
    let data = black_box([0_u8; 128]);
    if depth == 0 {
        panic!("on a small stack"); // here: small stack
    }
    recurse_and_panic(depth - 1);
    black_box(data);
}

fn many_stacks() {
    for _ in 0..3 {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let thread = std::thread::Builder::new().stack_size(16 << 10);
                thread.spawn(|| recurse_and_panic(0)).unwrap()
            })
            .collect();
        let survived = threads.into_iter().filter_map(|thread| thread.join().err()).count();
        println!("survived: {survived}");
    }
}

fn catch_on_stack() {
    let thread = std::thread::Builder::new().name("small".into()).stack_size(48 << 10);
    let work = || {
        let _cx = vitte_crash::context("small", None);
        let report = vitte_crash::catch_panic(|| recurse_and_panic(0)).unwrap_err();
        println!("{}", summary(&report));
    };
    thread.spawn(work).unwrap().join().unwrap();
}

/// Borrows a variable whose `Serialize` needs more stack than the thread has.
fn with_large_serialize() {
    struct Large;
    impl Serialize for Large {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let data = black_box([7_u8; 100 << 10]);
            serializer.serialize_u8(data[black_box(5000)])
        }
    }
    let large = Large;
    vitte_crash::context("borrowing", None)
        .with_variables(&[("large", &large)], || recurse_and_panic(0));
}

extern "C" fn panic_on_signal(_: c_int) {
    let result = catch_unwind(|| recurse_and_panic(0));
    println!("survived: {}", result.is_err());
}

/// Panics in a handler on an alternate signal stack of 24 KiB, which catches the panic.
fn on_signal_stack() {
    let stack = Box::leak(vec![0_u8; 24 << 10].into_boxed_slice());
    unsafe {
        let stack =
            libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: stack.len() };
        assert_eq!(libc::sigaltstack(&raw const stack, std::ptr::null_mut()), 0);
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = panic_on_signal as *const () as usize;
        action.sa_flags = libc::SA_ONSTACK;
        libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut());
        libc::raise(libc::SIGUSR1);
    }
}

/// Panics in a coroutine, as green threads do.
fn in_fiber() {
    let mut stack = vec![0_u8; 16 << 10].into_boxed_slice();
    let result = unsafe {
        psm::on_stack(stack.as_mut_ptr(), stack.len(), || {
            catch_unwind(|| recurse_and_panic(0)).is_err()
        })
    };
    println!("survived: {result}");
}

/// Panics when the system refuses further memory mappings.
fn without_memory() {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').next().unwrap().parse().unwrap();
    let thread = std::thread::spawn(|| {
        let limit = libc::rlimit { rlim_cur: 1, rlim_max: libc::RLIM_INFINITY };
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
        recurse_and_panic(0);
    });
    black_box(pages);
    println!("survived: {}", thread.join().is_err());
}

fn print_for_ever() {
    let _cx = vitte_crash::context("printing", None);
    loop {
        println!("a line");
    }
}

fn write_for_ever() -> std::io::Result<()> {
    loop {
        writeln!(std::io::stdout(), "a line")?;
    }
}

/// An error whose source is another one.
#[derive(Debug)]
struct Wrapped(std::io::Error);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot list the results")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// Returns the error of writing to a pipe that is not a standard stream.
fn broken_pipe() -> std::io::Result<()> {
    let (reader, mut writer) = std::os::unix::net::UnixStream::pair()?;
    drop(reader);
    writer.write_all(b"x")
}

fn other_pipe() {
    broken_pipe().unwrap();
}

struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("in a destructor"); // here: destructor
    }
}

struct PanicsOnDisplay;

impl fmt::Display for PanicsOnDisplay {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("the panic of a value");
    }
}

impl fmt::Debug for PanicsOnDisplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PanicsOnDisplay")
    }
}

impl Error for PanicsOnDisplay {}

/// An error whose source panics.
#[derive(Debug)]
struct HasSource;

impl fmt::Display for HasSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("has a source")
    }
}

impl Error for HasSource {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&PanicsOnDisplay)
    }
}

struct ShowsOnDrop;

impl Drop for ShowsOnDrop {
    fn drop(&mut self) {
        println!("{PanicsOnDisplay}");
    }
}

fn panic_in_destructor_at_exit() {
    thread_local! { static LAST: PanicsOnDrop = const { PanicsOnDrop }; }
    LAST.with(|_| {});
}

/// A payload that only the program knows.
pub struct Internal(pub u8);

/// Describes the payloads of the program.
pub fn describe(payload: &(dyn Any + Send)) -> Option<String> {
    let Internal(code) = payload.downcast_ref::<Internal>()?;
    assert!(*code > 0, "an invalid code");
    Some(format!("internal error {code}"))
}

fn payloads(kind: &str) -> Option<ExitCode> {
    let kind = kind.strip_prefix("payload-")?;
    match kind {
        "io" => panic_any(std::io::Error::other("the disk is gone")),
        "unknown-a" => panic_any(Internal(1)),
        "unknown-b" => panic_any(Internal(1)),
        _ => {}
    }
    let payload: Box<dyn Any + Send> = match kind {
        "error" => Box::new(Box::<dyn Error + Send + Sync>::from("an error")),
        "send-error" => Box::new(Box::new(fmt::Error) as Box<dyn Error + Send>),
        "box-str" => panic_any(Box::<str>::from("a text")),
        "arc-str" => Box::new(Arc::<str>::from("a text")),
        "cow" => Box::new(Cow::<'static, str>::Owned("a text".into())),
        "fmt-error" => Box::new(fmt::Error),
        "panicking-error" => Box::new(Box::<dyn Error + Send + Sync>::from(PanicsOnDisplay)),
        "own" => Box::new(Internal(7)),
        "own-panics" => Box::new(Internal(0)),
        _ => return None,
    };
    // A payload that is thrown again is in a box of its own.
    panic_any(payload);
}
