//! The name of a report: when it was, and which one of that second.

use std::fmt;

/// Such as `2025-10-22T13-05-42`, and `2025-10-22T13-05-42-2` for the second report of a second; always
/// UTC. In order of time, `-2` before `-10`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Id {
    stamp: String,
    /// 1 has no suffix.
    number: u32,
}

/// What stands at each place of a stamp: `0` is any digit.
const STAMP: &str = "0000-00-00T00-00-00";

impl Id {
    /// The id that is spelled `text`; nothing else is one, so that an id never leads out of a folder.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (stamp, suffix) = text.split_at_checked(STAMP.len())?;
        let is_like = |(own, form): (u8, u8)| match form {
            b'0' => own.is_ascii_digit(),
            _ => own == form,
        };
        stamp.bytes().zip(STAMP.bytes()).all(is_like).then_some(())?;
        let number = match suffix.strip_prefix('-') {
            Some(digits) => digits.parse().ok().filter(|&number| number >= 2)?,
            None => 1,
        };
        let id = Self { stamp: stamp.to_owned(), number };
        // One spelling for each: neither `-02` nor `-+2`, nor anything behind a stamp but a suffix.
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stamp)?;
        if self.number > 1 { write!(f, "-{}", self.number) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_has_one_spelling_and_all_are_in_order() {
        let ids = [
            "2025-10-22T13-05-41-99",
            "2025-10-22T13-05-42",
            "2025-10-22T13-05-42-2",
            "2025-10-22T13-05-42-10",
            "2025-10-22T13-05-43",
        ];
        let parsed = ids.map(|id| Id::parse(id).unwrap());
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
            assert_eq!(Id::parse(wrong), None, "{wrong}");
        }
    }
}
