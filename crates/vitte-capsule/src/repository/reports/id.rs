//! The id of a report without a capsule: its time and a counter within the second.

use std::fmt;

/// An id such as `2025-10-22T13-05-42` (UTC), or `2025-10-22T13-05-42-2` for the second report of one second. Ids
/// sort by time, `-2` before `-10`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct ReportId {
    timestamp: String,
    /// The 1-based number within the second; 1 has no suffix.
    number: u32,
}

/// The format of a timestamp; `0` matches any digit.
const TIMESTAMP_FORMAT: &str = "0000-00-00T00-00-00";

impl ReportId {
    /// Parses an id, or returns `None`. It accepts nothing else, so an id is safe as a file name.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (timestamp, suffix) = text.split_at_checked(TIMESTAMP_FORMAT.len())?;
        let matches = |(byte, expected): (u8, u8)| match expected {
            b'0' => byte.is_ascii_digit(),
            _ => byte == expected,
        };
        timestamp.bytes().zip(TIMESTAMP_FORMAT.bytes()).all(matches).then_some(())?;
        let number = match suffix.strip_prefix('-') {
            Some(digits) => digits.parse().ok().filter(|&number| number >= 2)?,
            None => 1,
        };
        let id = Self { timestamp: timestamp.to_owned(), number };
        // Each id has one spelling: `-02`, `-+2` and text other than a suffix are rejected.
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.timestamp)?;
        if self.number > 1 { write!(f, "-{}", self.number) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_spelling_and_sort_by_time() {
        let ids = [
            "2025-10-22T13-05-41-99",
            "2025-10-22T13-05-42",
            "2025-10-22T13-05-42-2",
            "2025-10-22T13-05-42-10",
            "2025-10-22T13-05-43",
        ];
        let parsed = ids.map(|id| ReportId::parse(id).unwrap());
        assert!(parsed.is_sorted(), "{parsed:?}");
        assert_eq!(parsed.map(|id| id.to_string()), ids);
        for wrong in [
            "",
            "2025",
            "latest",
            "../2025-10-22T13-05",
            "2025-10-22T13:05:42",
            "2025-10-22T13-05-42-",
            "2025-10-22T13-05-42-0",
            "2025-10-22T13-05-42-1",
            "2025-10-22T13-05-42-02",
            "2025-10-22T13-05-42-+2",
            "2025-10-22T13-05-42-99999999999",
            "2025-10-22T13-05-42/..",
            "2025-10-22T13-05-42x",
            "2025-10-22T13-05-4é",
        ] {
            assert_eq!(ReportId::parse(wrong), None, "{wrong}");
        }
    }
}
