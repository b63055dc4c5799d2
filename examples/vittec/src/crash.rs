//! `--crash KIND[@LINE]`: crashes on purpose, so that anyone can see what a crash looks like.

use std::error::Error;
use std::fmt::{self, Display};
use std::hint::black_box;
use std::io;
use std::str::FromStr;

use clap::ValueEnum;

/// How to crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// A panic: the file that it happens in is given up, the others are checked.
    Panic,
    /// A panic while a panic cleans up, which ends the process.
    DoublePanic,
    /// `abort`.
    Abort,
    /// A write to where no memory is.
    Segv,
    /// A recursion without an end.
    StackOverflow,
    /// More memory than there is.
    Oom,
    /// An error that nobody handles.
    Error,
    /// A defect that some files meet and others do not, see `front::slots`.
    Bug,
}

/// How to crash, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Crash {
    pub(crate) kind: Kind,
    /// At the first item that begins at this 1-based line or after it; 0 is any.
    line: u32,
}

impl FromStr for Crash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, line) = text.split_once('@').unwrap_or((text, "0"));
        let line = line.parse().map_err(|_| format!("`{line}` is no line"))?;
        Ok(Self { kind: Kind::from_str(kind, false)?, line })
    }
}

impl Crash {
    /// Whether the step with a defect is to be run.
    pub(crate) fn has_bug(self) -> bool {
        self.kind == Kind::Bug
    }

    /// Crashes, if an item at this 0-based line is where that is wanted. A file without such an item is
    /// checked as ever.
    pub(crate) fn at_item(self, line: u32) {
        if line + 1 >= self.line {
            match self.kind {
                Kind::Panic => panic(),
                Kind::DoublePanic => double_panic(),
                Kind::Abort => std::process::abort(),
                Kind::Segv => write_nowhere(),
                Kind::StackOverflow => _ = recurse(0),
                Kind::Oom => _ = black_box(Vec::<u8>::with_capacity(black_box(1 << 60))),
                Kind::Error | Kind::Bug => {}
            }
        }
    }
}

#[allow(clippy::panic, reason = "it is what was asked for")]
fn panic() {
    panic!("a panic was asked for");
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

#[allow(unsafe_code, reason = "safe code cannot do this")]
fn write_nowhere() {
    // SAFETY: none. The system ends the process for it.
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) }
}

fn recurse(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    if depth == u64::MAX { depth } else { recurse(depth + 1) + room.iter().sum::<u64>() }
}

/// An error that nobody has thought of, and what it comes from.
pub(crate) fn error() -> Box<dyn Error> {
    #[derive(Debug)]
    struct Outer(io::Error);
    impl Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an error was asked for")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    Box::new(Outer(io::Error::other("nobody handles it")))
}
