//! Searches the lines of an index without parsing them.

/// A search string that is matched against unparsed lines, so that few lines have to be parsed.
#[derive(Clone, Debug)]
pub(super) struct Needle(Vec<u8>);

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let json = serde_json::to_string(text).unwrap_or_default();
        Self(json.trim_matches('"').to_ascii_lowercase().into_bytes())
    }

    /// Returns false only if the line does not contain the string, ignoring case. Returning true means that it may.
    pub(super) fn may_be_in(&self, line: &str) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return true };
        // The case of non-ASCII letters cannot be ignored by comparing bytes.
        if !line.is_ascii() || !self.0.is_ascii() {
            return true;
        }
        let line = line.as_bytes();
        let (lower, upper) = (*first, first.to_ascii_uppercase());
        let mut from = 0;
        while let Some(tail) = line.get(from..) {
            let Some(at) = tail.iter().position(|byte| *byte == lower || *byte == upper) else {
                break;
            };
            from += at + 1;
            let is_match =
                line.get(from..from + rest.len()).is_some_and(|own| own.eq_ignore_ascii_case(rest));
            if is_match {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_contains_the_text_is_never_skipped() {
        let line = |text: &str| serde_json::json!({ "message": text }).to_string();
        for (text, needle) in [
            ("Index out of bounds", "OUT of"),
            ("the \"x\" \\ y\n", "\"X\" \\"),
            ("\u{1b}[2J", "\u{1b}[2j"),
            ("GRÖSSE und Größe", "größe"),
            ("aab", "ab"),
            ("anything", ""),
            ("é", "é"),
            ("a \u{212a} for a K", "for a k"),
        ] {
            assert!(Needle::new(needle).may_be_in(&line(text)), "{needle}");
        }
        for (text, needle) in [("abc", "abd"), ("abc", "abcd"), ("", "x")] {
            assert!(!Needle::new(needle).may_be_in(&line(text)), "{needle}");
        }
    }
}
