//! The config as another process reads them: numbers, and for each text its address and its length.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::time::Duration;

use super::Config;
use crate::remote::{Memory, u64_at};

const NUMBERS: usize = 7;
const TEXTS: usize = 5;
/// Words of all.
pub(super) const WORDS: usize = NUMBERS + 2 * TEXTS;

impl Config {
    /// They point into these config, and mean something as long as these are where they are.
    pub(crate) fn words(&self) -> [u64; WORDS] {
        let limit = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        let store = self.dir.as_ref().map(|store| store.as_os_str().as_bytes());
        let texts = [
            self.program.as_deref().map(str::as_bytes),
            Some(self.version.as_bytes()),
            self.commit.as_deref().map(str::as_bytes),
            self.build.as_deref().map(str::as_bytes),
            store,
        ];
        let numbers = [
            self.began.0,
            self.began.1,
            limit,
            self.max_frames.0 as u64,
            self.max_frames.1 as u64,
            u64::from(self.minidump),
            self.max_contexts as u64,
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
    pub(crate) fn read(memory: &Memory<'_>, address: u64) -> Option<Self> {
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
            program: string(0)?,
            version: string(1)?.unwrap_or_default(),
            commit: string(2)?,
            build: string(3)?,
            began: (word(0)?, word(1)?),
            dir: text(4)?.map(|store| OsString::from_vec(store).into()),
            timeout: Duration::from_millis(word(2)?),
            max_frames: (number(3)?, number(4)?),
            minidump: word(5)? != 0,
            max_contexts: number(6)?,
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
            crate::remote::read(process, address, len)
        };
        let full = Config {
            program: Some("m".into()),
            version: String::new(),
            commit: Some("c".repeat(5000)),
            dir: Some("/x/é".into()),
            minidump: true,
            ..Config::new()
        };
        for config in [full, Config { build: None, dir: None, ..Config::new() }] {
            let words = config.words();
            let address = words.as_ptr().addr() as u64;
            assert_eq!(Config::read(&memory, address), Some(config));
        }
        assert_eq!(Config::read(&memory, 8), None);
    }
}
