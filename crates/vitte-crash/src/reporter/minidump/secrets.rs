//! Removes from a minidump the environment of the process, which may contain passwords and tokens,
//! and the values that are redacted elsewhere in the report.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;

use nix::unistd::Pid;

use crate::remote::Memory;

/// Minimum length of a string to search for, in bytes. A shorter one could occur anywhere.
const MIN_TEXT_BYTES: usize = 8;
/// Maximum size of the environment in bytes. The system allows less.
const MAX_ENVIRONMENT_BYTES: u64 = 8 << 20;

/// The address range of the environment, and strings to remove wherever they occur.
#[derive(Debug)]
pub(super) struct Secrets {
    environment: Range<u64>,
    /// The strings by their first bytes.
    texts: HashMap<[u8; MIN_TEXT_BYTES], Vec<Vec<u8>>>,
    /// Whether a string begins with the given pair of bytes. This quickly skips most memory.
    begins: Vec<bool>,
}

impl Secrets {
    /// Collects the environment of a process and `others`. Returns `None` if the system does not
    /// report where the environment is.
    pub(super) fn collect(process: Pid, memory: &Memory<'_>, others: &[String]) -> Option<Self> {
        let environment = environment_range(process)?;
        let len = usize::try_from((environment.end - environment.start).min(MAX_ENVIRONMENT_BYTES))
            .ok()?;
        let bytes = memory(environment.start, len).unwrap_or_default();
        let mut secrets = Self {
            environment,
            texts: HashMap::new(),
            begins: vec![false; usize::from(u16::MAX) + 1],
        };
        for entry in bytes.split(|byte| *byte == 0) {
            secrets.add(entry);
            let value = entry.iter().position(|byte| *byte == b'=').map(|at| at + 1);
            secrets.add(value.and_then(|at| entry.get(at..)).unwrap_or_default());
        }
        // The reporter has the environment from the time at which the handler was installed.
        for (key, value) in std::env::vars_os() {
            let (key, value) = (key.as_encoded_bytes(), value.as_encoded_bytes());
            secrets.add(&[key, b"=", value].concat());
            secrets.add(value);
        }
        others.iter().for_each(|text| secrets.add(text.as_bytes()));
        Some(secrets)
    }

    fn add(&mut self, text: &[u8]) {
        let (Some(first), Some([a, b, ..])) =
            (text.first_chunk(), text.first_chunk::<MIN_TEXT_BYTES>())
        else {
            return;
        };
        if let Some(begins) = self.begins.get_mut(pair_index(*a, *b)) {
            *begins = true;
        }
        self.texts.entry(*first).or_default().push(text.to_vec());
    }

    /// Overwrites secrets with zeros in memory that was read from `address`.
    pub(super) fn remove(&self, address: u64, bytes: &mut [u8]) {
        let offset = |secret: u64| {
            usize::try_from(secret.saturating_sub(address)).unwrap_or(usize::MAX).min(bytes.len())
        };
        let environment = offset(self.environment.start)..offset(self.environment.end);
        let mut found = Vec::new();
        for (at, window) in bytes.windows(MIN_TEXT_BYTES).enumerate() {
            let [a, b, ..] = window else { continue };
            if !self.begins.get(pair_index(*a, *b)).is_some_and(|begins| *begins) {
                continue;
            }
            let texts = window.first_chunk().and_then(|first| self.texts.get(first));
            let rest = bytes.get(at..).unwrap_or_default();
            let here = texts.into_iter().flatten().filter(|text| rest.starts_with(text));
            found.extend(here.map(Vec::len).max().map(|len| at..at + len));
        }
        for range in found.into_iter().chain([environment]) {
            bytes.get_mut(range).unwrap_or_default().fill(0);
        }
    }
}

fn pair_index(a: u8, b: u8) -> usize {
    usize::from(u16::from_le_bytes([a, b]))
}

/// Returns the address range of the environment: `env_start` and `env_end`, fields 50 and 51 of
/// `/proc/PID/stat` (proc\_pid\_stat(5)). They are 0 without permission to inspect the process.
fn environment_range(process: Pid) -> Option<Range<u64>> {
    let stat = fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The second field is a name, which may contain any character.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(50 - 3);
    let mut next = || fields.next()?.parse::<u64>().ok().filter(|address| *address != 0);
    let (start, end) = (next()?, next()?);
    (start <= end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Secrets {
        let mut secrets =
            Secrets { environment: 100..120, texts: HashMap::new(), begins: vec![false; 1 << 16] };
        texts.iter().for_each(|text| secrets.add(text.as_bytes()));
        secrets
    }

    /// Removes the secrets from bytes at address 80. Zeros are shown as dots.
    fn left(secrets: &Secrets, bytes: &[u8]) -> String {
        let mut bytes = bytes.to_vec();
        secrets.remove(80, &mut bytes);
        String::from_utf8(bytes).unwrap_or_default().replace('\0', ".")
    }

    #[test]
    fn the_environment_is_zeroed_wherever_memory_begins_and_ends() {
        let none = secrets(&[]);
        assert_eq!(left(&none, &[b'x'; 10]), "x".repeat(10));
        assert_eq!(left(&none, &[b'x'; 25]), "x".repeat(20) + ".....");
        assert_eq!(left(&none, &[b'x'; 41]), "x".repeat(20) + &".".repeat(20) + "x");
    }

    #[test]
    fn copies_are_zeroed_where_they_are_long_enough() {
        let known = secrets(&["KEY=hunter2hunter2", "hunter2hunter2", "short"]);
        assert_eq!(left(&known, b"a hunter2hunter2b"), "a ..............b");
        assert_eq!(left(&known, b"KEY=hunter2hunter2"), "..................");
        assert_eq!(left(&known, b"short hunter2"), "short hunter2");
    }
}
