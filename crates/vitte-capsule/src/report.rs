//! What is known of a crash, as the file of a report has it.

mod diagnostic;
mod frames;
mod json;
mod kind;
mod location;
#[cfg(test)]
pub(crate) mod tests;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;

#[cfg(feature = "html")]
pub(crate) use frames::source_path;
pub(crate) use json::MAX_BYTES;
pub use kind::CrashKind;
#[cfg(feature = "html")]
pub(crate) use location::stand_in;
use serde::{Deserialize, Serialize};
#[cfg(feature = "html")]
pub(crate) use text::command;
use vitte_diag::{Backtrace, Code};

/// Where crashes are kept unless something else is asked for: a relative path.
pub(crate) const DEFAULT_DIR: &str = "target/crash-reports";

/// What is known of a crash. Its JSON is the report that is stored: the fields in this order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrashReport {
    /// When: RFC 3339, UTC, such as `2025-10-22T13:05:42.123Z`.
    pub timestamp: String,
    /// The version of the program.
    pub version: String,
    /// The program, or the part of it that crashed, such as `vittec`.
    #[serde(rename = "module")]
    pub program: String,
    /// The name of the thread that crashed, or its number where it has none.
    pub thread: String,
    /// Such as `SIGSEGV`; null where no signal was the reason.
    pub signal: Option<String>,
    /// What went wrong.
    pub message: String,
    /// The calls of that thread, the innermost first, a line of text each.
    pub backtrace: Backtrace,
    /// Where it ran.
    pub system: SystemInfo,
    /// The report's own name, such as `2025-10-22T13-05-42`; empty until it is stored.
    #[serde(default)]
    pub id: String,
    /// One for each run of the program, so that crashes of one run stand together.
    #[serde(default)]
    pub session: String,
    /// The calls of [`backtrace`](Self::backtrace), with all that is known of each.
    #[serde(default)]
    pub frames: Vec<CrashFrame>,
    /// What the program said that it was doing, the innermost first.
    #[serde(default, rename = "context")]
    pub contexts: Vec<ContextEntry>,
    /// How it was built, such as `release`.
    #[serde(default)]
    pub build: Option<String>,
    /// What it was built from.
    #[serde(default)]
    pub commit: Option<String>,
    /// The command line, the program first.
    #[serde(default, rename = "command")]
    pub args: Vec<String>,
    /// The registers at a signal, in hexadecimal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub registers: BTreeMap<String, String>,
    /// All threads, where another process could look at them; the one that crashed first.
    #[serde(default)]
    pub threads: Vec<CrashThread>,
    /// What kind of crash it was: F0001 to F0006.
    pub code: Code,
    /// Where a panic was in the program's own source, such as `src/parser.rs:12:5`.
    #[serde(default)]
    pub location: Option<String>,
    /// The address that a signal was about, in hexadecimal.
    #[serde(default)]
    pub address: Option<String>,
    /// What an uncaught error was caused by, the nearest first; what else is to be said of a crash.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The lines of the sources that the context points into.
    #[serde(default)]
    pub sources: Vec<SourceLines>,
    /// Where the report is stored, as who stored it knows; its file does not say it.
    #[serde(skip)]
    pub path: Option<PathBuf>,
    /// The folder of all crashes, where that is known; its file does not say it.
    #[serde(skip)]
    pub dir: Option<PathBuf>,
}

impl CrashReport {
    /// A report of a crash of this kind on this system, of which nothing else is known yet. `timestamp` is
    /// RFC 3339, UTC.
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
            path: None,
            dir: None,
        }
    }
}

/// The system that a program ran on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SystemInfo {
    /// Such as `linux`.
    pub os: String,
    /// Such as `x86_64`.
    pub arch: String,
}

impl SystemInfo {
    /// That of this program.
    #[must_use]
    pub fn current() -> Self {
        Self { os: std::env::consts::OS.to_owned(), arch: std::env::consts::ARCH.to_owned() }
    }
}

/// One call on a stack. What is not known is null.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CrashFrame {
    /// The name of the function.
    pub function: Option<String>,
    /// The file of its source.
    pub file: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    /// 1-based, in bytes.
    pub column: Option<u32>,
    /// Whether its code is a part of the next call's, so that it has no place of its own on the stack.
    pub inlined: bool,
    /// The program or library that the code is in.
    pub module: Option<String>,
    /// Bytes from the beginning of that.
    pub offset: Option<u64>,
    /// Whether its source is that of the program, not of Rust or of a package.
    pub in_project: bool,
}

/// Something that the program said it was doing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextEntry {
    /// What it is, such as `typeck`.
    pub name: String,
    /// What it is about.
    pub values: Vec<ContextField>,
    /// Where in the sources, or null.
    #[serde(rename = "place")]
    pub location: Option<ContextLocation>,
    /// The variables that it held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<ContextVariable>,
}

impl ContextEntry {
    /// An entry of this name, with nothing else.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), values: Vec::new(), location: None, variables: Vec::new() }
    }
}

/// A variable that a [`ContextEntry`] held.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextVariable {
    /// What it is, such as `scope`.
    pub key: String,
    /// As it serialises, with what is left out said in it; null where that failed.
    #[serde(default)]
    pub value: serde_json::Value,
    /// Why there is no value, such as `it took too long`, or what failed in it: a part of it is then
    /// `{"<error>": …}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ContextVariable {
    /// A variable of this value.
    pub fn new(key: impl Into<String>, value: serde_json::Value) -> Self {
        Self { key: key.into(), value, error: None }
    }
}

/// Something that is known of a [`ContextEntry`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextField {
    /// What it is, such as `fn`.
    pub key: String,
    /// Short text.
    pub value: String,
}

impl ContextField {
    /// A key and its value.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// The place of a [`ContextEntry`] in the sources.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContextLocation {
    /// The index of the file in the program's source map.
    pub id: u32,
    /// The normalised path, or null where the source map was not known.
    pub file: Option<String>,
    /// The first byte.
    pub lo: u32,
    /// The byte after the last.
    pub hi: u32,
    /// The line of `lo`, 1-based, or null where the source map was not known.
    pub line: Option<u32>,
    /// The column of `lo`, 1-based, in characters.
    pub col: Option<u32>,
}

/// A thread of the program when it crashed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrashThread {
    /// The system's number of it.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its calls, the innermost first.
    pub backtrace: Backtrace,
}

impl CrashThread {
    /// A thread by the system's number of it.
    pub fn new(id: u64, name: impl Into<String>, backtrace: Backtrace) -> Self {
        Self { id, name: name.into(), backtrace }
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
    /// In the order of the file.
    pub lines: Vec<SourceLine>,
}

impl SourceLines {
    /// Lines of the file with this index and path, in the order of the file.
    pub fn new(id: u32, file: impl Into<String>, lines: Vec<SourceLine>) -> Self {
        Self { id, file: file.into(), lines }
    }
}

/// A line of a source file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceLine {
    /// 1-based.
    pub line: u32,
    /// The offset of its first byte.
    pub lo: u32,
    /// Its text, without the line feed.
    pub text: String,
}
