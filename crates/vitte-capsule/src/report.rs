//! Crash reports, as they are serialised to disk.

mod breadcrumb;
mod context;
mod diagnostic;
mod frames;
mod json;
mod kind;
mod location;
mod shell;
mod terminal;
#[cfg(test)]
pub(crate) mod tests;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use breadcrumb::{Breadcrumb, BreadcrumbLevel};
pub use context::{ContextEntry, ContextField, ContextLocation, ContextVariable};
#[cfg(feature = "html")]
pub(crate) use frames::source_path;
pub(crate) use json::{MAX_BYTES, check_values};
pub use kind::CrashKind;
#[cfg(feature = "html")]
pub(crate) use location::partial_sources;
use serde::{Deserialize, Serialize};
pub use shell::shell_command;
use vitte_diag::{Backtrace, Code};

/// The default directory of the repository, relative to the current directory.
pub(crate) const DEFAULT_DIR: &str = "target/crash-reports";

/// The message of a panic whose payload has an unknown type. The [fingerprint](crate::Fingerprint) of a report with a
/// message that begins with this contains the line of the panic, because the message does not tell panics apart.
pub const UNKNOWN_PAYLOAD: &str = "a payload of unknown type";

/// A crash report, as it is serialised to disk: JSON with the fields in this order.
///
/// ```
/// use vitte_capsule::{CrashKind, CrashReport};
///
/// let message = "index out of bounds".to_owned();
/// let report = CrashReport::new(vitte_diag::codes::F0001, "2025-10-22T13:05:42Z".to_owned(), message);
/// assert_eq!(report.kind(), CrashKind::Panic);
/// assert!(report.to_text(false).contains("message:  index out of bounds\n"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrashReport {
    /// The time of the crash: RFC 3339, UTC, such as `2025-10-22T13:05:42.123Z`.
    pub timestamp: String,
    /// The version of the program.
    pub version: String,
    /// The name of the program, such as `vittec`.
    #[serde(rename = "module")]
    pub program: String,
    /// The name of the crashed thread, or its number if it has no name.
    pub thread: String,
    /// The signal, such as `SIGSEGV`; `None` if the crash had another cause.
    pub signal: Option<String>,
    /// What went wrong.
    pub message: String,
    /// The frames of the crashed thread as text, the innermost first.
    pub backtrace: Backtrace,
    /// The system that the program ran on.
    pub system: SystemInfo,
    /// The id, such as `2025-10-22T13-05-42-123-9f8e7d6c`; empty until the report is stored.
    #[serde(default)]
    pub id: String,
    /// Identifies the run of the program: all crashes of one process have the same session.
    #[serde(default)]
    pub session: String,
    /// The frames of [`backtrace`](Self::backtrace) with their details.
    #[serde(default)]
    pub frames: Vec<CrashFrame>,
    /// The contexts that were active, the innermost first.
    #[serde(default, rename = "context")]
    pub contexts: Vec<ContextEntry>,
    /// The build profile of the program, such as `release`.
    #[serde(default)]
    pub build: Option<String>,
    /// The commit that the program was built from.
    #[serde(default)]
    pub commit: Option<String>,
    /// The command line, the program first.
    #[serde(default, rename = "command")]
    pub args: Vec<String>,
    /// The registers at the time of a signal, in hexadecimal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub registers: BTreeMap<String, String>,
    /// All threads, the crashed one first; empty if no reporter process inspected them.
    #[serde(default)]
    pub threads: Vec<CrashThread>,
    /// The diagnostic code, which determines the [kind](Self::kind): F0001 to F0006, or N0900.
    pub code: Code,
    /// The location of a panic in the source of the program, such as `src/parser.rs:12:5`.
    #[serde(default)]
    pub location: Option<String>,
    /// The memory address whose access caused a signal, in hexadecimal.
    #[serde(default)]
    pub address: Option<String>,
    /// The causes of an uncaught error, the nearest first, and other remarks.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The source lines that the contexts refer to.
    #[serde(default)]
    pub sources: Vec<SourceLines>,
    /// Where users report the crash, such as the URL of an issue tracker; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_url: Option<String>,
    /// The id of the process that crashed; `None` if it was not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<u32>,
    /// The deployment that the program belongs to, such as `production`; `None` if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The name of the test that failed, such as `lexer::tests::empty_file`; `None` if the crash is not that of a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The events that the program recorded before the crash, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breadcrumbs: Vec<Breadcrumb>,
    /// The command that shows and uploads reports, such as `mycc` for `mycc crash show`; `None` for `vitte`. Not serialised.
    #[serde(skip)]
    pub command_name: Option<String>,
    /// The path of the stored report, if known. Not serialised.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// The directory of the repository, if known. Not serialised.
    #[serde(skip)]
    pub dir: Option<PathBuf>,
}

impl CrashReport {
    /// Creates a report of a crash on the current system, with all other fields empty. `timestamp` is RFC 3339,
    /// UTC.
    #[must_use]
    pub fn new(code: Code, timestamp: String, message: String) -> Self {
        Self {
            timestamp,
            version: String::new(),
            program: String::new(),
            thread: String::new(),
            signal: None,
            message,
            backtrace: Backtrace::default(),
            system: SystemInfo::current(),
            id: String::new(),
            session: String::new(),
            frames: Vec::new(),
            contexts: Vec::new(),
            build: None,
            commit: None,
            args: Vec::new(),
            registers: BTreeMap::new(),
            threads: Vec::new(),
            code,
            location: None,
            address: None,
            notes: Vec::new(),
            sources: Vec::new(),
            report_url: None,
            process: None,
            deployment: None,
            test: None,
            breadcrumbs: Vec::new(),
            command_name: None,
            path: None,
            dir: None,
        }
    }

    /// Returns the crashed thread in [`threads`](Self::threads): the first one. `None` if it is another thread, in a report of
    /// a program that could not inspect the crashed one.
    pub(crate) fn crashed_thread(&self) -> Option<&CrashThread> {
        let first = self.threads.first()?;
        let has_frames = first.backtrace.is_empty() || first.backtrace == self.backtrace;
        (has_frames && first.contexts.is_empty()).then_some(first)
    }

    /// Returns the threads other than the crashed one. They may have the same frames, such as workers that wait for the same
    /// lock.
    #[must_use]
    pub fn other_threads(&self) -> &[CrashThread] {
        let crashed = usize::from(self.crashed_thread().is_some());
        self.threads.get(crashed..).unwrap_or_default()
    }
}

/// The system that a program ran on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SystemInfo {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The architecture, such as `x86_64`.
    pub arch: String,
}

impl SystemInfo {
    /// Returns the system that this program was compiled for.
    #[must_use]
    pub fn current() -> Self {
        Self { os: std::env::consts::OS.to_owned(), arch: std::env::consts::ARCH.to_owned() }
    }
}

/// A frame of a stack. Unknown values are `None`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CrashFrame {
    /// The name of the function.
    pub function: Option<String>,
    /// The source file.
    pub file: Option<String>,
    /// The line, 1-based.
    pub line: Option<u32>,
    /// The column, 1-based, in bytes.
    pub column: Option<u32>,
    /// Whether the function was inlined into the function of the next frame.
    pub inlined: bool,
    /// The program or shared library that contains the code.
    pub module: Option<String>,
    /// The offset of the code in the module, in bytes.
    pub offset: Option<u64>,
    /// The build id of that program or library, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
    /// Whether the source file belongs to the program, not to Rust or to a dependency.
    pub in_project: bool,
}

/// A thread of the program when it crashed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrashThread {
    /// The OS thread id.
    pub id: u64,
    /// The name.
    pub name: String,
    /// The frames, the innermost first.
    pub backtrace: Backtrace,
    /// The contexts that were active, the innermost first. Those of the crashed thread are in
    /// [`CrashReport::contexts`].
    #[serde(default, rename = "context", skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<ContextEntry>,
}

impl CrashThread {
    /// Creates a thread from its id, its name and its backtrace.
    pub fn new(id: u64, name: impl Into<String>, backtrace: Backtrace) -> Self {
        Self { id, name: name.into(), backtrace, contexts: Vec::new() }
    }
}

/// Lines of a source file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceLines {
    /// The index of the file in the program's source map.
    pub id: u32,
    /// The normalised path.
    pub file: String,
    /// The lines, in the order of the file.
    pub lines: Vec<SourceLine>,
}

impl SourceLines {
    /// Creates the lines of the file with this index and path. `lines` are in the order of the file.
    pub fn new(id: u32, file: impl Into<String>, lines: Vec<SourceLine>) -> Self {
        Self { id, file: file.into(), lines }
    }
}

/// A line of a source file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceLine {
    /// The number, 1-based.
    pub line: u32,
    /// The offset of its first byte in the file.
    pub lo: u32,
    /// The content, without the line feed.
    pub text: String,
}
