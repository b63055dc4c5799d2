//! The name of a crash: when it was, and what no other has.

use std::hash::Hasher as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use jiff::Timestamp;
use siphasher::sip::SipHasher13;

use crate::capsule::Capsule;

/// A new name: the time of the crash to the millisecond, UTC, and 32 bits that no other crash of that
/// millisecond has: `2025-10-22T13-05-42-123-9f8e7d6c`. Names are in the order of time.
pub(super) fn new(timestamp: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut hasher = SipHasher13::new();
    // Of all processes one has this number now, and each counts its own.
    hasher.write_u32(std::process::id());
    hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
    hasher.write_u128(now.as_nanos());
    let hash = hasher.finish() >> 32;
    let name = |at: Timestamp| format!("{}-{hash:08x}", at.strftime("%Y-%m-%dT%H-%M-%S-%3f"));
    // A year before 0 has no name, and a report with a wrong date is better than none.
    let given = timestamp.parse().ok().map(name).filter(|id| is_valid(id));
    given.unwrap_or_else(|| name(Timestamp::now()))
}

/// Whether a text is such a name, so that it leads nowhere as a part of a path.
pub(super) fn is_valid(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00-00-00-000-ffffffff";
    let is_like = |(own, form): (u8, &u8)| match form {
        b'0' => own.is_ascii_digit(),
        b'f' => own.is_ascii_digit() || (b'a'..=b'f').contains(&own),
        form => own == *form,
    };
    text.len() == FORM.len() && text.bytes().zip(FORM).all(is_like)
}

/// The day of a name: the folder that its file is in.
pub(super) fn day(id: &str) -> &str {
    id.get(..10).unwrap_or_default()
}

/// What names are sorted by: the second, then the number behind it. That is the milliseconds, or which
/// report of its second it is, in the names of reports without capsules.
pub(super) fn key(id: &str) -> (&str, u32, &str) {
    let (second, rest) = id.split_at_checked(19).unwrap_or((id, ""));
    let number = rest.strip_prefix('-').and_then(|rest| rest.split('-').next());
    (second, number.and_then(|number| number.parse().ok()).unwrap_or(0), rest)
}

/// The name of a crash, where a file has the name of a capsule.
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
        // A report with a wrong date is better than none.
        for wrong in ["", "yesterday", "-000044-03-15T00:00:00Z", "2025-10-22T13:05:42"] {
            let id = new(wrong);
            assert!(is_valid(&id), "{wrong}: {id}");
        }
    }

    #[test]
    fn names_are_in_order_of_time_and_never_the_same() {
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
        assert!(ids.is_sorted_by_key(|id| key(id)), "{:?}", ids.map(key));
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
