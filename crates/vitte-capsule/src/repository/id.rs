//! The id of a crash: its time and a unique suffix.

use std::hash::Hasher as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use jiff::Timestamp;
use siphasher::sip::SipHasher13;

use crate::capsule::Capsule;

/// Returns a new id: the time of the crash in milliseconds (UTC) and a 32-bit suffix that distinguishes crashes of
/// one millisecond, such as `2025-10-22T13-05-42-123-9f8e7d6c`. Ids sort by time. If `timestamp` is invalid, the
/// current time is used.
pub(super) fn new(timestamp: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut hasher = SipHasher13::new();
    // The process id differs between processes that run now, and the count differs within a process.
    hasher.write_u32(std::process::id());
    hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
    hasher.write_u128(now.as_nanos());
    let hash = hasher.finish() >> 32;
    let format_id = |at: Timestamp| format!("{}-{hash:08x}", at.strftime("%Y-%m-%dT%H-%M-%S-%3f"));
    // Years before 0 do not fit the format. A crash with a wrong date is better than none.
    let given = timestamp.parse().ok().map(format_id).filter(|id| is_valid(id));
    given.unwrap_or_else(|| format_id(Timestamp::now()))
}

/// Returns whether a string has the format of an id. Such a string is safe as a file name.
pub(super) fn is_valid(text: &str) -> bool {
    const FORMAT: &[u8] = b"0000-00-00T00-00-00-000-ffffffff";
    let matches = |(byte, expected): (u8, &u8)| match expected {
        b'0' => byte.is_ascii_digit(),
        b'f' => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        expected => byte == *expected,
    };
    text.len() == FORMAT.len() && text.bytes().zip(FORMAT).all(matches)
}

/// Returns the day of an id, which is the name of a directory.
pub(super) fn day(id: &str) -> &str {
    id.get(..10).unwrap_or_default()
}

/// Returns the sort key of an id: the second, then the number after it. That number is the milliseconds, or, for
/// reports without a capsule, a counter within the second.
pub(super) fn sort_key(id: &str) -> (&str, u32, &str) {
    let (second, rest) = id.split_at_checked(19).unwrap_or((id, ""));
    let number = rest.strip_prefix('-').and_then(|rest| rest.split('-').next());
    (second, number.and_then(|number| number.parse().ok()).unwrap_or(0), rest)
}

/// Returns the id in the name of a capsule file, or `None` if the name is not one.
pub(super) fn id_of(name: &str) -> Option<&str> {
    let id = name.strip_suffix(Capsule::EXTENSION)?.strip_suffix('.')?;
    is_valid(id).then_some(id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_id_is_the_second_of_a_timestamp_in_utc() {
        let second = |timestamp: &str| new(timestamp).chars().take(19).collect::<String>();
        assert_eq!(second("2025-10-22T13:05:42.999Z"), "2025-10-22T13-05-42");
        assert_eq!(second("2025-10-23T01:05:42+12:00"), "2025-10-22T13-05-42");
        assert_eq!(second("0007-01-02T03:04:05Z"), "0007-01-02T03-04-05");
        for wrong in ["", "yesterday", "-000044-03-15T00:00:00Z", "2025-10-22T13:05:42"] {
            let id = new(wrong);
            assert!(is_valid(&id), "{wrong}: {id}");
        }
    }

    #[test]
    fn ids_are_unique_and_sort_by_time() {
        let of_one_second: HashSet<String> =
            (0..1000).map(|_| new("2025-10-22T13:05:42.5Z")).collect();
        assert_eq!(of_one_second.len(), 1000);
        assert!(of_one_second.iter().all(|id| id.starts_with("2025-10-22T13-05-42-500-")));
        assert!(of_one_second.iter().all(|id| is_valid(id)));
        let ids = [
            "2025-10-22T13-05-41-999-00000000",
            "2025-10-22T13-05-42",
            "2025-10-22T13-05-42-2",
            "2025-10-22T13-05-42-10",
            "2025-10-22T13-05-42-099-00000000",
            "2025-10-22T13-05-42-100-00000000",
            "2025-10-22T13-05-42-100-00000001",
        ];
        assert!(ids.is_sorted_by_key(|id| sort_key(id)), "{:?}", ids.map(sort_key));
        assert_eq!(day(ids[0]), "2025-10-22");
        assert!(is_valid(&new("no time at all")));
        for wrong in [
            "",
            "latest",
            ids[1],
            "2025-10-22T13-05-42-500-0000000G",
            "../2-22T13-05-42-500-00000000",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
