//! What is known of a program before it crashes.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;

use super::report::{CrashReport, System};
use crate::backtrace::Backtrace;
use crate::code::Code;

/// Arguments that a report has of the command line, and bytes of each.
const ARGUMENTS: usize = 64;
const ARGUMENT_BYTES: usize = 512;

/// What every report of a run says. As JSON it is what the reporter reads from outside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) module: String,
    pub(super) version: String,
    pub(super) commit: Option<String>,
    pub(super) build: Option<String>,
    pub(super) command: Vec<String>,
    pub(super) session: String,
    /// The folder of the reports, absolute; nothing where none are stored.
    pub(super) store: Option<PathBuf>,
    /// How long a reporter may take.
    pub(super) limit: Duration,
    /// Calls that are kept of a deep stack: innermost and outermost ones.
    pub(super) frames: (usize, usize),
    /// Whether there is a minidump beside the report of a signal, where the crate is built for that.
    pub(super) minidump: bool,
}

impl Facts {
    pub(super) fn new() -> Self {
        Self {
            module: program(),
            version: String::new(),
            commit: None,
            build: Some(if cfg!(debug_assertions) { "debug" } else { "release" }.into()),
            command: command(),
            session: session(),
            store: Some(PathBuf::from(super::Store::DEFAULT_FOLDER)),
            limit: Duration::from_secs(2),
            frames: (64, 32),
            minidump: true,
        }
    }

    /// A report with all that is known already, of a crash that happened just now.
    pub(super) fn report(&self, code: Code, message: String, thread: String) -> CrashReport {
        CrashReport {
            timestamp: format!("{:.3}", Timestamp::now()),
            version: self.version.clone(),
            module: self.module.clone(),
            thread,
            signal: None,
            message,
            backtrace: Backtrace::default(),
            system: System::this(),
            id: String::new(),
            session: self.session.clone(),
            frames: Vec::new(),
            context: Vec::new(),
            build: self.build.clone(),
            commit: self.commit.clone(),
            command: self.command.clone(),
            registers: Default::default(),
            threads: Vec::new(),
            code,
            location: None,
            address: None,
            notes: Vec::new(),
            sources: Vec::new(),
            path: None,
        }
    }
}

/// The name of the program's file.
fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    path.file_stem().map_or_else(|| "program".into(), |name| name.to_string_lossy().into_owned())
}

fn command() -> Vec<String> {
    let arguments = std::env::args_os().take(ARGUMENTS).map(|argument| {
        let argument = argument.to_string_lossy();
        let end = argument.floor_char_boundary(ARGUMENT_BYTES);
        argument.get(..end).unwrap_or_default().to_owned()
    });
    arguments.collect()
}

/// A name that no other run has: a hash of when it began, and of its process.
fn session() -> String {
    let mut bytes = Vec::new();
    bytes.extend(Timestamp::now().as_nanosecond().to_le_bytes());
    bytes.extend(std::process::id().to_le_bytes());
    // Where the system loads programs at random places this is random too.
    bytes.extend(std::ptr::from_ref(&bytes).addr().to_le_bytes());
    format!("{:016x}", SipHasher13::new().hash(&bytes))
}
