//! What lists show of a crash.

use std::collections::HashMap;

use vitte_capsule::{Fingerprint, Index, IndexEntry};
use vitte_diag::Frame;

/// Returns the name of the signal or, if there is none, the kind.
pub(super) fn kind(entry: &IndexEntry) -> &str {
    entry.signal.as_deref().unwrap_or(entry.kind.as_str())
}

/// Returns the location in the sources of the user, or an empty string.
pub(super) fn place(entry: &IndexEntry) -> &str {
    entry.location.as_deref().unwrap_or_default()
}

/// Returns the innermost function of the program itself, shortened.
pub(super) fn function(entry: &IndexEntry) -> String {
    let functions = &entry.functions;
    let own = functions.iter().find(|function| !Frame::new(function.as_str()).is_runtime());
    short_name(own.or(functions.first()).map_or("", String::as_str))
}

/// Shortens a path to its last two names: `vittec::front::blocks::close` becomes `blocks::close`.
fn short_name(function: &str) -> String {
    if function.contains(['<', '{', ' ']) {
        return function.to_owned();
    }
    let mut parts = function.rsplit("::");
    match (parts.next(), parts.next(), parts.next()) {
        (Some(last), Some(before), Some(_)) => format!("{before}::{last}"),
        _ => function.to_owned(),
    }
}

/// A shorter message is complete: an index has the first 200 bytes, and less only where a character would be cut.
const MAX_COMPLETE_BYTES: usize = 196;

/// Returns the whole message of a crash: that of the capsule, if the index may have cut it. If the capsule cannot be
/// read, `...` follows the message.
pub(super) fn complete_message(id: &str, message: &str, index: &Index) -> String {
    if message.len() <= MAX_COMPLETE_BYTES {
        return message.to_owned();
    }
    index.load(id).map_or_else(|_| format!("{message}..."), |capsule| capsule.report.message)
}

/// Returns the number of crashes of each fingerprint.
pub(super) fn crashes_by_fingerprint(index: &Index) -> HashMap<Fingerprint, usize> {
    let mut counts = HashMap::new();
    for fingerprint in index.fingerprints() {
        *counts.entry(fingerprint).or_default() += 1;
    }
    counts
}

/// Returns the crashes whose fingerprint begins with these hexadecimal digits, the oldest first.
pub(super) fn with_fingerprint(prefix: &str, index: &Index) -> Vec<IndexEntry> {
    let prefix = prefix.to_ascii_lowercase();
    if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Vec::new();
    }
    let matches = |entry: &IndexEntry| entry.fingerprint.to_string().starts_with(&prefix);
    index.entries().filter(matches).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_functions_are_shortened() {
        for (name, short) in [
            ("vittec::front::blocks::close", "blocks::close"),
            ("vittec::main", "vittec::main"),
            ("main", "main"),
            ("", ""),
            ("<a::B as c::D>::e", "<a::B as c::D>::e"),
        ] {
            assert_eq!(short_name(name), short);
        }
    }
}
