//! What makes a problem the same one after the file around it has changed.

use std::collections::HashMap;
use std::hash::Hasher as _;

use serde::{Serialize, Serializer};
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use crate::check::Checked;
use crate::text::floor_char_boundary;

/// Gives each diagnostic of one output a fingerprint of its own.
///
/// It is made of the code, the path, the message and the text of the line where the problem begins, and
/// of how many came before with all of these the same: so it stays as lines come and go above. Of a very
/// long line the beginning is taken, so that the cost does not grow with the line. It is SipHash-2-4 of
/// 128 bits, in hexadecimal, the same on every machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Fingerprints {
    seen: HashMap<u128, u64>,
}

impl Fingerprints {
    pub(super) fn of(&mut self, checked: &Checked<'_>) -> Fingerprint {
        let primary = checked.primary();
        // What another program could not read is left out, so that it has the same fingerprint.
        let line = primary
            .filter(|primary| !primary.file.is_virtual())
            .and_then(|primary| primary.file.line(primary.file.line_of(primary.span.lo())));
        let code = checked.diagnostic.code();
        let parts = [
            code.as_str(),
            primary.map_or("", |primary| primary.file.path()),
            checked.diagnostic.message(),
            line.map_or("", beginning).trim(),
        ];
        let content = hash(&parts, 0);
        let before = self.seen.entry(content).or_default();
        let own = if *before == 0 { content } else { hash(&parts, *before) };
        *before += 1;
        Fingerprint(own)
    }
}

/// A fingerprint, which is written in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint(u128);

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", self.0))
    }
}

/// The most bytes of a line that are looked at.
const MOST_BYTES: usize = 4096;

fn beginning(line: &str) -> &str {
    line.get(..floor_char_boundary(line, MOST_BYTES)).unwrap_or(line)
}

fn hash(parts: &[&str], number: u64) -> u128 {
    let mut hasher = SipHasher24::new();
    for part in parts {
        hasher.write(part.as_bytes());
        // No part has this byte: it is none of UTF-8.
        hasher.write(&[0xff]);
    }
    hasher.write(&number.to_le_bytes());
    hasher.finish128().as_u128()
}
