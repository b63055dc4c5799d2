//! What a dump never has: the environment of the process, which holds passwords and tokens, and what is
//! masked elsewhere.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;

use nix::unistd::Pid;

use crate::remote::Memory;

/// Bytes of the shortest text that is looked for: a shorter one may be anything.
const SHORTEST: usize = 8;
/// Bytes of the largest environment that is looked at: the system allows less.
const LARGEST: u64 = 8 << 20;

/// The environment: where it is, and the texts of it, which may have been copied.
#[derive(Debug)]
pub(super) struct Secrets {
    block: Range<u64>,
    /// By their first bytes.
    texts: HashMap<[u8; SHORTEST], Vec<Vec<u8>>>,
    /// For each pair of bytes, whether a text begins with it: most memory is passed over by this.
    begins: Vec<bool>,
}

impl Secrets {
    /// Those of a process, and other texts; nothing where the system does not say where its environment is.
    pub(super) fn of(process: Pid, memory: &Memory<'_>, others: &[String]) -> Option<Self> {
        let block = block(process)?;
        let len = usize::try_from((block.end - block.start).min(LARGEST)).ok()?;
        let bytes = memory(block.start, len).unwrap_or_default();
        let mut secrets =
            Self { block, texts: HashMap::new(), begins: vec![false; usize::from(u16::MAX) + 1] };
        for entry in bytes.split(|byte| *byte == 0) {
            secrets.add(entry);
            let value = entry.iter().position(|byte| *byte == b'=').map(|at| at + 1);
            secrets.add(value.and_then(|at| entry.get(at..)).unwrap_or_default());
        }
        // The reporter has the environment as it was when the handler was put in place.
        for (key, value) in std::env::vars_os() {
            let (key, value) = (key.as_encoded_bytes(), value.as_encoded_bytes());
            secrets.add(&[key, b"=", value].concat());
            secrets.add(value);
        }
        others.iter().for_each(|text| secrets.add(text.as_bytes()));
        Some(secrets)
    }

    fn add(&mut self, text: &[u8]) {
        let (Some(first), Some([a, b, ..])) = (text.first_chunk(), text.first_chunk::<SHORTEST>())
        else {
            return;
        };
        if let Some(begins) = self.begins.get_mut(pair(*a, *b)) {
            *begins = true;
        }
        self.texts.entry(*first).or_default().push(text.to_vec());
    }

    /// Writes zeros over what is secret in memory that was read from an address.
    pub(super) fn remove(&self, address: u64, bytes: &mut [u8]) {
        let offset = |secret: u64| {
            usize::try_from(secret.saturating_sub(address)).unwrap_or(usize::MAX).min(bytes.len())
        };
        let block = offset(self.block.start)..offset(self.block.end);
        let mut found = Vec::new();
        for (at, window) in bytes.windows(SHORTEST).enumerate() {
            let [a, b, ..] = window else { continue };
            if !self.begins.get(pair(*a, *b)).is_some_and(|begins| *begins) {
                continue;
            }
            let texts = window.first_chunk().and_then(|first| self.texts.get(first));
            let behind = bytes.get(at..).unwrap_or_default();
            let here = texts.into_iter().flatten().filter(|text| behind.starts_with(text));
            found.extend(here.map(Vec::len).max().map(|len| at..at + len));
        }
        for range in found.into_iter().chain([block]) {
            bytes.get_mut(range).unwrap_or_default().fill(0);
        }
    }
}

fn pair(a: u8, b: u8) -> usize {
    usize::from(u16::from_le_bytes([a, b]))
}

/// Where the environment is: `env_start` and `env_end`, the fields 50 and 51 of `/proc/PID/stat`
/// (proc\_pid\_stat(5)). They are 0 for who may not look at the process.
fn block(process: Pid) -> Option<Range<u64>> {
    let stat = fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The second field is a name, and may hold anything.
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
            Secrets { block: 100..120, texts: HashMap::new(), begins: vec![false; 1 << 16] };
        texts.iter().for_each(|text| secrets.add(text.as_bytes()));
        secrets
    }

    /// Bytes that begin at address 80, and what is left of them.
    fn left(secrets: &Secrets, bytes: &[u8]) -> String {
        let mut bytes = bytes.to_vec();
        secrets.remove(80, &mut bytes);
        String::from_utf8(bytes).unwrap_or_default().replace('\0', ".")
    }

    #[test]
    fn the_block_is_zeroed_wherever_memory_begins_and_ends() {
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
