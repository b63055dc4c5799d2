//! Crash capture: the handler of the process, and the contexts of threads.

#[cfg(feature = "crash")]
mod handler;
#[cfg(not(feature = "crash"))]
mod unsupported;

use std::path::PathBuf;

#[cfg(feature = "crash")]
pub(crate) use handler::*;
#[cfg(not(feature = "crash"))]
pub(crate) use unsupported::*;

/// What is set before the handler is installed.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "crash"), allow(dead_code, reason = "nothing is installed"))]
pub(crate) enum Setting {
    ReportUrl(String),
    Dir(PathBuf),
    WithoutStore,
    CommandName(String),
    Commit(String),
    Build(String),
    /// In milliseconds.
    Timeout(u32),
    Quiet(bool),
    PreviousHandlersFirst(bool),
    /// The number of a signal.
    DumpOn(i32),
    /// In milliseconds.
    Watchdog(u32),
}

/// Where a function of C calls: an address in its stack frame and one in its code, or zeros.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "crash"), allow(dead_code, reason = "nothing is recorded"))]
pub(crate) struct CallSite {
    pub(crate) stack: usize,
    pub(crate) code: usize,
}
