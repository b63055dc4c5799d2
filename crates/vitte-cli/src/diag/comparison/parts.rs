//! The identities of two runs, in memory or on disk.
//!
//! Only diagnostics of one kind can be the same, so the identities are divided by their kinds into parts, which are compared
//! one after the other. While all of them fit in memory, there is one part.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write as _};
use std::path::PathBuf;

use vitte_diag::baseline::{Identity, LineText, Position, Renames, compare_with};

/// The number of parts on disk: each has about this fraction of the identities.
const PARTS: usize = 64;
/// The bytes that one identity takes in memory while it is compared, with the tables for it.
const COMPARED_BYTES: usize = 4 * size_of::<Numbered>();
/// The size of an identity on disk.
const RECORD_BYTES: usize = 54;

/// An identity, and the number of its diagnostic in its run, from 0.
type Numbered = (Identity, u64);

/// A set of numbers of diagnostics, one bit each.
#[derive(Debug, Default)]
pub(in crate::diag) struct Numbers(Vec<u64>);

impl Numbers {
    fn insert(&mut self, number: u64) {
        let index = usize::try_from(number / 64).unwrap_or(usize::MAX);
        if index >= self.0.len() {
            self.0.resize(index.saturating_add(1), 0);
        }
        if let Some(bits) = self.0.get_mut(index) {
            *bits |= 1 << (number % 64);
        }
    }

    pub(in crate::diag) fn contains(&self, number: u64) -> bool {
        let index = usize::try_from(number / 64).unwrap_or(usize::MAX);
        self.0.get(index).is_some_and(|bits| bits & 1 << (number % 64) != 0)
    }
}

/// The diagnostics that are in both runs.
#[derive(Debug, Default)]
pub(in crate::diag) struct Unchanged {
    pub(in crate::diag) old: Numbers,
    pub(in crate::diag) new: Numbers,
}

/// Both runs.
pub(in crate::diag) struct Parts {
    old: Side,
    new: Side,
    max: usize,
    dir: PathBuf,
}

impl Parts {
    /// `memory` is in bytes; temporary files are in `dir`.
    pub(in crate::diag) fn new(memory: usize, dir: PathBuf) -> Self {
        let max = (memory / COMPARED_BYTES).max(1024);
        Self { old: Side::default(), new: Side::default(), max, dir }
    }

    pub(in crate::diag) fn push_old(&mut self, identity: Identity) -> io::Result<()> {
        self.old.push(identity);
        self.spill()
    }

    pub(in crate::diag) fn push_new(&mut self, identity: Identity) -> io::Result<()> {
        self.new.push(identity);
        self.spill()
    }

    /// Writes the identities to disk if there are too many of them.
    fn spill(&mut self) -> io::Result<()> {
        if self.old.waiting.len() + self.new.waiting.len() < self.max {
            return Ok(());
        }
        self.old.spill(&self.dir).and_then(|()| self.new.spill(&self.dir)).map_err(|error| {
            let dir = self.dir.to_string_lossy();
            let dir = vitte_diag::text::one_line(&dir);
            let what = format!("cannot write temporary data in `{dir}`: {error}");
            io::Error::new(error.kind(), format!("{what}; --temp-dir names another directory"))
        })
    }

    /// Compares the runs.
    pub(in crate::diag) fn compare(mut self) -> io::Result<Unchanged> {
        let is_spilled = !self.old.files.is_empty() || !self.new.files.is_empty();
        if is_spilled {
            // Each part is then in one place.
            self.old.spill(&self.dir)?;
            self.new.spill(&self.dir)?;
        }
        let parts = if is_spilled { PARTS } else { 1 };
        let paths = |side: &mut Side| std::mem::take(&mut side.paths);
        let mut renames = Renames::new(paths(&mut self.old), paths(&mut self.new));
        for part in 0..parts {
            let (old, new) = (self.old.part(part)?, self.new.part(part)?);
            renames.vote(&old.0, &new.0);
        }
        renames.decide();
        let mut unchanged = Unchanged::default();
        for part in 0..parts {
            let (old, new) = (self.old.part(part)?, self.new.part(part)?);
            let matches = compare_with(&old.0, &new.0, &renames);
            let insert = |into: &mut Numbers, numbers: Vec<u64>, is_matched: Vec<bool>| {
                let matched = numbers.into_iter().zip(is_matched).filter(|(_, matched)| *matched);
                matched.for_each(|(number, _)| into.insert(number));
            };
            insert(&mut unchanged.old, old.1, matches.old);
            insert(&mut unchanged.new, new.1, matches.new);
        }
        Ok(unchanged)
    }
}

/// One run.
#[derive(Default)]
struct Side {
    count: u64,
    paths: HashSet<u64>,
    /// What is not on disk.
    waiting: Vec<Numbered>,
    /// A file for each part; none if nothing is on disk.
    files: Vec<BufWriter<File>>,
}

impl Side {
    fn push(&mut self, identity: Identity) {
        self.paths.insert(identity.path);
        self.waiting.push((identity, self.count));
        self.count += 1;
    }

    fn spill(&mut self, dir: &PathBuf) -> io::Result<()> {
        while self.files.len() < PARTS {
            // Without a name: it is removed however the process ends.
            self.files.push(BufWriter::new(tempfile::tempfile_in(dir)?));
        }
        for (identity, number) in self.waiting.drain(..) {
            let part = usize::try_from(identity.kind % PARTS as u64).unwrap_or(0);
            if let Some(file) = self.files.get_mut(part) {
                file.write_all(&to_bytes(&identity, number))?;
            }
        }
        Ok(())
    }

    /// Returns the identities of a part and their numbers, in the order of the run.
    fn part(&mut self, part: usize) -> io::Result<(Vec<Identity>, Vec<u64>)> {
        let Some(file) = self.files.get_mut(part) else {
            return Ok(self.waiting.iter().copied().unzip());
        };
        file.flush()?;
        let file = file.get_mut();
        file.rewind()?;
        let count = usize::try_from(file.metadata()?.len()).unwrap_or(0) / RECORD_BYTES;
        let (mut identities, mut numbers) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut reader = BufReader::new(file);
        let mut record = [0; RECORD_BYTES];
        for _ in 0..count {
            reader.read_exact(&mut record)?;
            let (identity, number) = from_bytes(&record);
            identities.push(identity);
            numbers.push(number);
        }
        Ok((identities, numbers))
    }
}

fn to_bytes(identity: &Identity, number: u64) -> [u8; RECORD_BYTES] {
    let text = identity.text.unwrap_or(LineText { line: 0, context: 0 });
    let at = identity.position.unwrap_or(Position { line: 0, col: 0, len: 0 });
    let numbers = [number, identity.kind, identity.path, text.line, text.context];
    let numbers = numbers.iter().flat_map(|number| number.to_le_bytes());
    let at = [at.line, at.col, at.len];
    let at = at.iter().flat_map(|number| number.to_le_bytes());
    let has = [u8::from(identity.text.is_some()), u8::from(identity.position.is_some())];
    let mut record = [0; RECORD_BYTES];
    for (place, byte) in record.iter_mut().zip(has.into_iter().chain(numbers).chain(at)) {
        *place = byte;
    }
    record
}

fn from_bytes(record: &[u8; RECORD_BYTES]) -> Numbered {
    let long = |index: usize| {
        let bytes = record.get(2 + 8 * index..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    let short = |index: usize| {
        let bytes = record.get(42 + 4 * index..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    };
    let has = |index: usize| record.get(index) == Some(&1);
    let text = LineText { line: long(3), context: long(4) };
    let position = Position { line: short(0), col: short(1), len: short(2) };
    let identity = Identity {
        kind: long(1),
        path: long(2),
        text: has(0).then_some(text),
        position: has(1).then_some(position),
    };
    (identity, long(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(number: u64) -> Identity {
        let text = (number % 3 != 0).then_some(LineText { line: number / 7, context: number / 5 });
        let line = u32::try_from(number).unwrap();
        let position = (number % 4 != 0).then_some(Position { line, col: 7, len: line % 9 });
        Identity { kind: number % 100, path: number % 13, text, position }
    }

    #[test]
    fn records_are_read_back() {
        for number in 0..50 {
            let record = to_bytes(&identity(number), number << 40);
            assert_eq!(from_bytes(&record), (identity(number), number << 40));
        }
    }

    /// The disk changes nothing.
    #[test]
    fn what_is_on_disk_is_compared_as_in_memory() {
        let dir = tempfile::tempdir().unwrap();
        let compare = |memory: usize| {
            let mut parts = Parts::new(memory, dir.path().to_owned());
            for number in 0..5_000 {
                parts.push_old(identity(number)).unwrap();
                parts.push_new(identity(2 * number + 3)).unwrap();
            }
            let is_spilled = !parts.old.files.is_empty();
            let unchanged = parts.compare().unwrap();
            let bits: Vec<_> = (0..5_000)
                .map(|n| (unchanged.old.contains(n), unchanged.new.contains(n)))
                .collect();
            (is_spilled, bits)
        };
        let (in_memory, on_disk) = (compare(usize::MAX), compare(0));
        assert_eq!((in_memory.0, on_disk.0), (false, true));
        assert!(in_memory.1.contains(&(true, true)) && in_memory.1.contains(&(false, false)));
        assert!(in_memory.1 == on_disk.1);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
