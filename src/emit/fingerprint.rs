//! Fingerprints that identify a diagnostic even after other parts of its file have changed.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hasher as _;

use serde::{Serialize, Serializer};
use siphasher::sip128::{Hasher128 as _, SipHasher24};

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
    counts: HashMap<u128, u64>,
}

impl Fingerprints {
    pub(super) fn of(&mut self, checked: &CheckedDiagnostic<'_>) -> Fingerprint {
        let primary = checked.primary();
        // Another program cannot read a virtual file, and should be able to compute the same fingerprint.
        let line = primary
            .filter(|primary| !primary.file.is_virtual())
            .and_then(|primary| primary.file.line(primary.file.line_of(primary.span.lo())));
        let code = checked.diagnostic.code();
        let parts = [
            code.map_or("", |code| code.as_str()),
            checked.file().map_or("", |file| file.path()),
            checked.diagnostic.message(),
            line.map_or("", line_start).trim(),
        ];
        let first = hash(&parts, 0);
        let count = self.counts.entry(first).or_default();
        let unique = if *count == 0 { first } else { hash(&parts, *count) };
        *count += 1;
        Fingerprint(unique)
    }
}

/// A fingerprint, which is serialised in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The maximum number of bytes of a line that are hashed.
const MAX_LINE_BYTES: usize = 4096;

fn line_start(line: &str) -> &str {
    text::truncate(line, MAX_LINE_BYTES)
}

fn hash(parts: &[&str], number: u64) -> u128 {
    let mut hasher = SipHasher24::new();
    for part in parts {
        hasher.write(part.as_bytes());
        // A separator that does not occur in UTF-8.
        hasher.write(&[0xff]);
    }
    hasher.write(&number.to_le_bytes());
    hasher.finish128().as_u128()
}
