//! `--crash KIND[@LINE]`: deliberate crashes, for demonstrations and tests of the crash handler.

use std::error::Error;
use std::fmt::{self, Display};
use std::hint::black_box;
use std::io;
use std::str::FromStr;

use clap::ValueEnum;

/// The kind of a deliberate crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum CrashKind {
    /// A panic. The other files are still checked.
    Panic,
    /// A panic during the unwinding of a panic, which aborts the process.
    DoublePanic,
    /// A call of `abort`.
    Abort,
    /// A write to unmapped memory.
    Segv,
    /// An infinite recursion.
    StackOverflow,
    /// An allocation that is too large.
    Oom,
    /// A loop that never ends.
    Hang,
    /// An error that `main` returns.
    Error,
    /// A bug that only some sources trigger, see `front::slots`.
    Bug,
}

/// The value of `--crash`: how and where to crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CrashRequest {
    pub(crate) kind: CrashKind,
    /// Crashes at the first item that begins at or after this 1-based line. 0 is the first item.
    line: u32,
}

impl FromStr for CrashRequest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, line) = text.split_once('@').unwrap_or((text, "0"));
        let line = line.parse().map_err(|_| format!("`{line}` is not a line number"))?;
        Ok(Self { kind: CrashKind::from_str(kind, false)?, line })
    }
}

impl CrashRequest {
    /// Returns true if the phase with the deliberate bug is run.
    pub(crate) fn runs_bug(self) -> bool {
        self.kind == CrashKind::Bug
    }

    /// Crashes if the crash is requested for an item at this 0-based line. Files without such an item are checked
    /// normally.
    pub(crate) fn at_item(self, line: u32) {
        if line + 1 >= self.line {
            match self.kind {
                CrashKind::Panic => panic(),
                CrashKind::DoublePanic => double_panic(),
                CrashKind::Abort => std::process::abort(),
                CrashKind::Segv => write_to_null(),
                CrashKind::StackOverflow => _ = recurse(0),
                CrashKind::Oom => _ = black_box(Vec::<u8>::with_capacity(black_box(1 << 60))),
                CrashKind::Hang => hang(),
                CrashKind::Error | CrashKind::Bug => {}
            }
        }
    }
}

#[allow(clippy::panic, reason = "a deliberate crash")]
fn panic() {
    panic!("a panic was requested");
}

fn double_panic() {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            panic();
        }
    }
    let _guard = Guard;
    panic();
}

#[allow(unsafe_code, reason = "a deliberate crash that safe code cannot cause")]
fn write_to_null() {
    // SAFETY: none. The write is invalid on purpose, and the system terminates the process.
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}

fn hang() {
    loop {
        black_box(0);
        std::thread::yield_now();
    }
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if depth == u64::MAX { depth } else { recurse(depth + 1) + frame.iter().sum::<u64>() }
}

/// Returns an error with a cause, for `--crash error`.
pub(crate) fn error() -> Box<dyn Error> {
    #[derive(Debug)]
    struct Outer(io::Error);
    impl Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an error was requested")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    Box::new(Outer(io::Error::other("no code handles it")))
}
