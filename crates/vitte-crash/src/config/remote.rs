//! The configuration as the reporter reads it from the crashed process.
//!
//! ```text
//! words 0 to 7   │ words 8 to 25
//! eight numbers  │ for each of nine strings: its address, its length in bytes
//! ```

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::time::Duration;

use super::Config;
use crate::remote::{Memory, u64_at};

const NUMBER_COUNT: usize = 8;
const TEXT_COUNT: usize = 9;
const WORD_COUNT: usize = NUMBER_COUNT + 2 * TEXT_COUNT;

impl Config {
    /// Returns the words from which [`read`](Self::read) restores the configuration in another process. They contain
    /// addresses of the strings of `self`, so they are valid only as long as `self` is neither changed nor dropped.
    pub(crate) fn to_words(&self) -> [u64; WORD_COUNT] {
        let timeout = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        let dir = self.dir.as_ref().map(|dir| dir.as_os_str().as_bytes());
        let texts = [
            self.program.as_deref().map(str::as_bytes),
            Some(self.version.as_bytes()),
            self.commit.as_deref().map(str::as_bytes),
            self.build.as_deref().map(str::as_bytes),
            dir,
            self.report_url.as_deref().map(str::as_bytes),
            self.command_name.as_deref().map(str::as_bytes),
            self.joined_session.as_deref().map(str::as_bytes),
            self.deployment.as_deref().map(str::as_bytes),
        ];
        let numbers = [
            self.start_nanos,
            self.process_id,
            timeout,
            self.max_frames.0 as u64,
            self.max_frames.1 as u64,
            u64::from(self.minidump),
            self.max_contexts as u64,
            u64::from(self.is_default_dir),
        ];
        // An address is never 0, which therefore means `None`.
        let texts = texts.into_iter().flat_map(|text| {
            text.map_or([0, 0], |text| [text.as_ptr().addr() as u64, text.len() as u64])
        });
        let mut words = [0; WORD_COUNT];
        let all = numbers.into_iter().chain(texts);
        words.iter_mut().zip(all).for_each(|(word, value)| *word = value);
        words
    }

    /// Reads the configuration of another process, whose words are at `address`. Returns `None` if its memory cannot
    /// be read.
    pub(crate) fn read(memory: &Memory<'_>, address: u64) -> Option<Self> {
        let words = memory(address, WORD_COUNT * 8)?;
        let word = |index: usize| u64_at(&words, index * 8);
        // The outer `None` means that the memory cannot be read, the inner one that there is no string.
        let text = |index: usize| -> Option<Option<Vec<u8>>> {
            let [address, len] = [0, 1].map(|offset| word(NUMBER_COUNT + 2 * index + offset));
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
            program: string(0)?,
            version: string(1)?.unwrap_or_default(),
            commit: string(2)?,
            build: string(3)?,
            start_nanos: word(0)?,
            process_id: word(1)?,
            dir: text(4)?.map(|dir| OsString::from_vec(dir).into()),
            timeout: Duration::from_millis(word(2)?),
            max_frames: (number(3)?, number(4)?),
            minidump: word(5)? != 0,
            max_contexts: number(6)?,
            // The reporter handles no signals.
            is_previous_first: false,
            is_default_dir: word(7)? != 0,
            report_url: string(5)?,
            command_name: string(6)?,
            joined_session: string(7)?,
            deployment: string(8)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_read_from_memory() {
        let memory = |address: u64, len: usize| {
            let process = nix::unistd::getpid();
            crate::remote::read(process, address, len)
        };
        let complete = Config {
            program: Some("m".into()),
            version: String::new(),
            commit: Some("c".repeat(5000)),
            dir: Some("/x/é".into()),
            minidump: true,
            is_default_dir: false,
            report_url: Some("https://example.org/issues".into()),
            command_name: Some("mycc".into()),
            joined_session: Some("0123456789abcdef".into()),
            deployment: Some("production".into()),
            ..Config::new()
        };
        for config in [complete, Config { build: None, dir: None, ..Config::new() }] {
            let words = config.to_words();
            let address = words.as_ptr().addr() as u64;
            assert_eq!(Config::read(&memory, address), Some(config));
        }
        assert_eq!(Config::read(&memory, 8), None);
    }
}
