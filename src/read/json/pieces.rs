//! Finds the JSON values in an input.

use serde::de::IgnoredAny;

use super::parts::balanced_len;

/// How often, on average, a byte may be read again in the search for the end of a value. More text is not JSON.
const MAX_PASSES: usize = 8;

/// One JSON value, or one line of other text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Piece<'i> {
    /// An object or an array, valid JSON.
    Json(&'i str),
    /// A line, or the rest of one, without blanks around it. Never empty.
    Text(&'i str),
}

/// Splits an input into JSON values, which may extend over several lines, and lines of other text.
///
/// ```text
/// [{"kind": "warning"},     Json, line 1
///  {"kind": "error"}]
/// compilation terminated.   Text, line 3
/// [] make: done             Json, then Text, both line 4
/// ```
///
/// Commas between values are skipped.
#[derive(Clone, Debug)]
pub(crate) struct Pieces<'i> {
    rest: &'i str,
    /// The line of the next byte, 1-based.
    line: u64,
    /// The number of bytes that may still be read in vain.
    budget: usize,
}

impl<'i> Pieces<'i> {
    pub(crate) fn new(input: &'i str) -> Self {
        let budget = input.len().saturating_mul(MAX_PASSES);
        Self { rest: input.strip_prefix('\u{feff}').unwrap_or(input), line: 1, budget }
    }

    /// Splits the elements of a JSON array that begins in a line.
    pub(crate) fn of_array(array: &'i str, line: u64) -> Self {
        let inner = array.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        Self { line, ..Self::new(inner.unwrap_or(array)) }
    }

    /// Returns the first `len` bytes of the rest, and removes them.
    fn take(&mut self, len: usize) -> &'i str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.rest = rest;
        taken
    }

    /// Returns the length of the JSON value at the start of the rest.
    fn json_len(&mut self) -> Option<usize> {
        if !self.rest.starts_with(['{', '[']) || self.budget == 0 {
            return None;
        }
        let len = balanced_len(self.rest);
        let json = len.and_then(|len| self.rest.get(..len));
        if json.is_some_and(|json| serde_json::from_str::<IgnoredAny>(json).is_ok()) {
            return len;
        }
        self.budget = self.budget.saturating_sub(len.unwrap_or(self.rest.len()));
        None
    }
}

impl<'i> Iterator for Pieces<'i> {
    /// The 1-based line in which the piece begins, and the piece.
    type Item = (u64, Piece<'i>);

    fn next(&mut self) -> Option<Self::Item> {
        let is_skipped = |c: char| c.is_ascii_whitespace() || c == ',';
        let start = self.rest.find(|c| !is_skipped(c))?;
        self.take(start);
        let line = self.line;
        if let Some(len) = self.json_len() {
            return Some((line, Piece::Json(self.take(len))));
        }
        let len = self.rest.find('\n').unwrap_or(self.rest.len());
        Some((line, Piece::Text(self.take(len).trim())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(input: &str) -> Vec<(u64, Piece<'_>)> {
        Pieces::new(input).collect()
    }

    #[test]
    fn values_and_lines_are_separated() {
        use Piece::{Json, Text};
        assert_eq!(pieces("\u{feff} \n"), []);
        let input = "[{\"a\": \"]\\\"\"},\n {}]\r\ngcc: error \r\n\n[] done\n{},[1]";
        let expected = [
            (1, Json("[{\"a\": \"]\\\"\"},\n {}]")),
            (3, Text("gcc: error")),
            (5, Json("[]")),
            (5, Text("done")),
            (6, Json("{}")),
            (6, Json("[1]")),
        ];
        assert_eq!(pieces(input), expected);
        let array: Vec<_> = Pieces::of_array("[{},\n [2], 3]", 7).collect();
        assert_eq!(array, [(7, Json("{}")), (8, Json("[2]")), (8, Text("3"))]);
    }

    #[test]
    fn brackets_without_json_are_text() {
        use Piece::{Json, Text};
        assert_eq!(pieces("[ 50%] built\n[]"), [(1, Text("[ 50%] built")), (2, Json("[]"))]);
        assert_eq!(pieces("[1, \n[]"), [(1, Text("[1,")), (2, Json("[]"))]);
        assert_eq!(pieces("]\n}"), [(1, Text("]")), (2, Text("}"))]);
    }

    /// Each line opens a value that is never closed. Without a limit this takes minutes.
    #[test]
    fn unclosed_brackets_are_not_searched_again_and_again() {
        let input = "[\n".repeat(1 << 18);
        assert_eq!(pieces(&input).len(), 1 << 18);
        let input = format!("{}x{}", "[\n".repeat(1 << 18), "]".repeat(1 << 18));
        assert_eq!(pieces(&input).len(), (1 << 18) + 1);
    }
}
