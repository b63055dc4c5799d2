//! Fingerprints that identify a diagnostic even after other parts of its file have changed.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use serde::{Serialize, Serializer};
use siphasher::sip128::SipHasher24;

use crate::check::CheckedDiagnostic;
use crate::text;

/// Computes a unique fingerprint for each diagnostic of one output.
///
/// A fingerprint is a hash of the code if there is one, the path, the message and the text of the primary label's first line, and
/// of the number of earlier diagnostics with the same values. It does not contain the line number, so it does not
/// change when lines are added above. Only the start of a very long line is hashed, so that the cost is bounded.
/// The hash is SipHash-2-4 with 128 bits, which is the same on every machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Fingerprints {
    /// The number of earlier diagnostics, by the hash of their values.
    counts: HashCounts,
    /// The values of one diagnostic. The buffer is a field so that its memory is reused.
    buffer: Vec<u8>,
}

impl Fingerprints {
    pub(super) fn of(&mut self, checked: &CheckedDiagnostic<'_>) -> Fingerprint {
        // Another program cannot read a virtual file, and should be able to compute the same fingerprint.
        let line = checked.primary().zip(checked.primary_line());
        let line = line.and_then(|(primary, line)| primary.file.text().get(line.text.clone()));
        let code = checked.diagnostic.code();
        let parts = [
            code.map_or("", |code| code.as_str()),
            checked.file().map_or("", |file| file.path()),
            checked.diagnostic.message(),
            // Most blanks are ASCII, which is faster to remove.
            line.map_or("", line_start).trim_ascii().trim(),
        ];
        self.buffer.clear();
        for part in parts {
            self.buffer.extend_from_slice(part.as_bytes());
            // A separator that does not occur in UTF-8.
            self.buffer.push(0xff);
        }
        let first = hash(&mut self.buffer, 0);
        let count = self.counts.entry(first).or_default();
        let unique = if *count == 0 { first } else { hash(&mut self.buffer, *count) };
        *count += 1;
        Fingerprint(unique)
    }
}

/// Numbers by the hashes of texts.
pub(super) type HashCounts = HashMap<u128, u64, RandomSeed>;

/// Creates the hashers of a table, with a random number: texts that were chosen for their hashes are not in one place of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RandomSeed(u64);

impl Default for RandomSeed {
    fn default() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }
}

impl BuildHasher for RandomSeed {
    type Hasher = FirstBytes;

    fn build_hasher(&self) -> FirstBytes {
        FirstBytes(self.0)
    }
}

/// The hasher of keys that are hashes already: their first eight bytes, mixed with the random number.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        let first = bytes.first_chunk().copied().unwrap_or_default();
        self.0 ^= u64::from_ne_bytes(first);
    }

    fn finish(&self) -> u64 {
        // The golden ratio. The high bits of the product depend on all bits of the number, and a table uses the low ones.
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).swap_bytes()
    }
}

/// A fingerprint, which is serialised in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl Fingerprint {
    /// Returns the fingerprint in hexadecimal.
    pub(super) fn digits(self) -> [u8; 32] {
        let mut digits = [b'0'; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0.to_be_bytes()) {
            for (at, digit) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *at = HEX.get(usize::from(digit)).copied().unwrap_or(b'0');
            }
        }
        digits
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The maximum number of bytes of a line that are hashed.
const MAX_LINE_BYTES: usize = 4096;

fn line_start(line: &str) -> &str {
    text::truncate(line, MAX_LINE_BYTES)
}

/// Returns the hash of the values in the buffer and of a number.
fn hash(buffer: &mut Vec<u8>, number: u64) -> u128 {
    let len = buffer.len();
    buffer.extend_from_slice(&number.to_le_bytes());
    let hash = SipHasher24::new().hash(buffer).as_u128();
    buffer.truncate(len);
    hash
}
