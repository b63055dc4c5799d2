//! Finds the values of secrets that are known from the environment and the command line, wherever they occur.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use vitte_diag::text;

use super::scan::byte;
use super::{REDACTED, looks, work};

/// Minimum length of a value that is searched for, in bytes. A shorter one could occur anywhere.
const MIN_BYTES: usize = 6;
/// Minimum length of a line of a value that is searched for by itself, in bytes.
const MIN_LINE_BYTES: usize = 16;
/// Maximum number of values, which bounds the time.
const MAX_VALUES: usize = 256;
/// Maximum length of a value, in bytes. A longer one is searched for by its beginning.
const MAX_BYTES: usize = 4096;
/// Maximum number of values with the same first bytes, which bounds the time.
const MAX_ALIKE: usize = 8;

/// The values of secrets, by their first bytes. `Debug` shows only their number.
#[derive(Clone, Default)]
pub(super) struct KnownSecrets {
    values: BTreeMap<[u8; MIN_BYTES], BTreeSet<Vec<u8>>>,
    count: usize,
}

impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownSecrets").field("count", &self.count).finish_non_exhaustive()
    }
}

impl KnownSecrets {
    /// Adds the value of a secret and its long lines, unless they are short or common words.
    pub(super) fn add(&mut self, value: &str) {
        self.add_line(value.trim());
        if value.trim().contains('\n') {
            let lines = value.lines().map(str::trim);
            lines.filter(|line| line.len() >= MIN_LINE_BYTES).for_each(|line| self.add_line(line));
        }
    }

    fn add_line(&mut self, value: &str) {
        // The search must find nothing in what replaces a secret.
        let is_replacement = value.contains(REDACTED) || REDACTED.contains(value);
        if is_replacement || looks::is_common(value) || self.count >= MAX_VALUES {
            return;
        }
        let value = text::truncate(value, MAX_BYTES);
        let Some(first) = value.as_bytes().first_chunk() else { return };
        let alike = self.values.entry(*first).or_default();
        if alike.len() < MAX_ALIKE && alike.insert(value.as_bytes().to_vec()) {
            self.count += 1;
        }
    }

    /// Returns the known values in `bytes`, sorted and disjoint.
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.values.is_empty() {
            return found;
        }
        let mut firsts = [false; 256];
        for first in self.values.keys() {
            if let Some(is_first) = firsts.get_mut(usize::from(first[0])) {
                *is_first = true;
            }
        }
        work::add(bytes.len());
        let mut at = 0;
        while let Some(window) = bytes.get(at..).and_then(<[u8]>::first_chunk::<MIN_BYTES>) {
            let is_first = firsts.get(usize::from(window[0])) == Some(&true);
            let alike = self.values.get(window).filter(|_| is_first);
            let rest = bytes.get(at..).unwrap_or_default();
            let value = alike.into_iter().flatten().filter(|value| is_at(bytes, at, rest, value));
            match value.map(Vec::len).max() {
                Some(len) => {
                    found.push(at..at + len);
                    at += len;
                }
                None => at += 1,
            }
        }
        found
    }
}

/// Returns true if a value is at `at`. One of only letters must be a whole word there.
fn is_at(bytes: &[u8], at: usize, rest: &[u8], value: &[u8]) -> bool {
    let is_word =
        |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_letters = value.iter().all(u8::is_ascii_alphabetic);
    let is_inside = || {
        is_word(at.checked_sub(1).and_then(|index| byte(bytes, index)))
            || is_word(byte(bytes, at + value.len()))
    };
    rest.starts_with(value) && !(is_letters && is_inside())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_found() {
        let mut known = KnownSecrets::default();
        for value in ["swordfish", "hunter22", "hunter22-long", "short", "password", "Größe1"] {
            known.add(value);
        }
        let text = "swordfish swordfishes xhunter22y hunter22-long short password Größe1";
        let found: Vec<_> =
            known.find(text.as_bytes()).into_iter().map(|range| text.get(range).unwrap()).collect();
        assert_eq!(found, ["swordfish", "hunter22", "hunter22-long", "Größe1"]);
    }
}
