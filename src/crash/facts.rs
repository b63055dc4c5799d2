//! What is known of a program before it crashes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use siphasher::sip::SipHasher13;

use super::report::{CrashReport, System};
use crate::backtrace::Backtrace;
use crate::code::Code;

/// Arguments that a report has of the command line, and bytes of each.
const ARGUMENTS: usize = 64;
const ARGUMENT_BYTES: usize = 512;

/// What every report of a run says. Making it is part of every start of a program, so that what is needed
/// for a report alone is found when there is one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Facts {
    /// The name of the program; that of its file where nobody gave one.
    pub(super) module: Option<String>,
    pub(super) version: String,
    pub(super) commit: Option<String>,
    pub(super) build: Option<String>,
    /// When the run began, in nanoseconds, and the number of its process.
    began: (u64, u64),
    /// The folder of the reports, absolute; nothing where none are stored.
    pub(super) store: Option<PathBuf>,
    /// How long a reporter may take.
    pub(super) limit: Duration,
    /// Calls that are kept of a deep stack: innermost and outermost ones.
    pub(super) frames: (usize, usize),
    /// Contexts that a report has: the innermost ones.
    pub(super) contexts: usize,
    /// Whether there is a minidump beside the report of a signal, where the crate is built for that.
    pub(super) minidump: bool,
}

impl Facts {
    pub(super) fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        // The lower half is enough to tell one run from another.
        let now = u64::try_from(now.as_nanos() & u128::from(u64::MAX)).unwrap_or(0);
        Self {
            module: None,
            version: String::new(),
            commit: None,
            build: Some(if cfg!(debug_assertions) { "debug" } else { "release" }.into()),
            began: (now, u64::from(std::process::id())),
            store: Some(PathBuf::from(super::Store::DEFAULT_FOLDER)),
            limit: Duration::from_secs(2),
            frames: (64, 32),
            contexts: usize::MAX,
            minidump: true,
        }
    }

    /// A report with all that is known already, of a crash that happened just now.
    pub(super) fn report(&self, code: Code, message: String, thread: String) -> CrashReport {
        self.report_of(std::env::args_os(), code, message, thread)
    }

    /// The same, of a program with these arguments.
    pub(super) fn report_of(
        &self,
        arguments: impl Iterator<Item = OsString>,
        code: Code,
        message: String,
        thread: String,
    ) -> CrashReport {
        let command = command(arguments);
        CrashReport {
            timestamp: format!("{:.3}", Timestamp::now()),
            version: self.version.clone(),
            module: self.module.clone().unwrap_or_else(|| program(&command)),
            thread,
            signal: None,
            message,
            backtrace: Backtrace::default(),
            system: System::this(),
            id: String::new(),
            session: self.session(),
            frames: Vec::new(),
            context: Vec::new(),
            build: self.build.clone(),
            commit: self.commit.clone(),
            command,
            registers: Default::default(),
            threads: Vec::new(),
            code,
            location: None,
            address: None,
            notes: Vec::new(),
            sources: Vec::new(),
            path: None,
            folder: None,
        }
    }

    /// A name that no other run has: a hash of when it began, and of its process.
    fn session(&self) -> String {
        let bytes = [self.began.0.to_le_bytes(), self.began.1.to_le_bytes()].concat();
        format!("{:016x}", SipHasher13::new().hash(&bytes))
    }
}

/// The name of the program's file.
fn program(command: &[String]) -> String {
    let name = command.first().and_then(|path| Path::new(path).file_stem());
    name.map_or_else(|| "program".into(), |name| name.to_string_lossy().into_owned())
}

fn command(arguments: impl Iterator<Item = OsString>) -> Vec<String> {
    let arguments = arguments.take(ARGUMENTS).map(|argument| {
        let argument = argument.to_string_lossy();
        let end = argument.floor_char_boundary(ARGUMENT_BYTES);
        argument.get(..end).unwrap_or_default().to_owned()
    });
    arguments.collect()
}

/// The facts as another process reads them: numbers, and for each text its address and its length.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod outside {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::time::Duration;

    use super::Facts;
    use crate::crash::remote::{Memory, u64_at};

    const NUMBERS: usize = 7;
    const TEXTS: usize = 5;
    /// Words of all.
    pub(in crate::crash) const WORDS: usize = NUMBERS + 2 * TEXTS;

    impl Facts {
        /// They point into these facts, and mean something as long as these are where they are.
        pub(in crate::crash) fn words(&self) -> [u64; WORDS] {
            let limit = u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX);
            let store = self.store.as_ref().map(|store| store.as_os_str().as_bytes());
            let texts = [
                self.module.as_deref().map(str::as_bytes),
                Some(self.version.as_bytes()),
                self.commit.as_deref().map(str::as_bytes),
                self.build.as_deref().map(str::as_bytes),
                store,
            ];
            let numbers = [
                self.began.0,
                self.began.1,
                limit,
                self.frames.0 as u64,
                self.frames.1 as u64,
                u64::from(self.minidump),
                self.contexts as u64,
            ];
            // No address is 0, so that this is no text.
            let texts = texts.into_iter().flat_map(|text| {
                text.map_or([0, 0], |text| [text.as_ptr().addr() as u64, text.len() as u64])
            });
            let mut words = [0; WORDS];
            let all = numbers.into_iter().chain(texts);
            words.iter_mut().zip(all).for_each(|(word, value)| *word = value);
            words
        }

        /// Those of another process, whose words are at an address.
        pub(in crate::crash) fn read(memory: &Memory<'_>, address: u64) -> Option<Self> {
            let words = memory(address, WORDS * 8)?;
            let word = |index: usize| u64_at(&words, index * 8);
            // The outer nothing is memory that cannot be read.
            let text = |index: usize| -> Option<Option<Vec<u8>>> {
                let [address, len] = [0, 1].map(|at| word(NUMBERS + 2 * index + at));
                match address? {
                    0 => Some(None),
                    address => Some(Some(memory(address, usize::try_from(len?).ok()?)?)),
                }
            };
            let string = |index: usize| {
                text(index).map(|text| text.map(|text| String::from_utf8_lossy(&text).into_owned()))
            };
            let number = |index: usize| usize::try_from(word(index)?).ok();
            Some(Self {
                module: string(0)?,
                version: string(1)?.unwrap_or_default(),
                commit: string(2)?,
                build: string(3)?,
                began: (word(0)?, word(1)?),
                store: text(4)?.map(|store| OsString::from_vec(store).into()),
                limit: Duration::from_millis(word(2)?),
                frames: (number(3)?, number(4)?),
                minidump: word(5)? != 0,
                contexts: number(6)?,
            })
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_read_from_outside_is_what_is_there() {
            let memory = |address: u64, len: usize| {
                let process = nix::unistd::getpid();
                crate::crash::remote::read(process, address, len)
            };
            let full = Facts {
                module: Some("m".into()),
                version: String::new(),
                commit: Some("c".repeat(5000)),
                store: Some("/x/é".into()),
                minidump: false,
                ..Facts::new()
            };
            for facts in [full, Facts { build: None, store: None, ..Facts::new() }] {
                let words = facts.words();
                let address = words.as_ptr().addr() as u64;
                assert_eq!(Facts::read(&memory, address), Some(facts));
            }
            assert_eq!(Facts::read(&memory, 8), None);
        }
    }
}
