//! Splits the output of GCC while it is read: into the elements of its arrays, and lines of other text.
//!
//! ```text
//! [{"kind": "warning"},     Object, line 1
//!  {"kind": "error"}]       Object, line 2
//! compilation terminated.   Line, line 3
//! ```

use serde::de::IgnoredAny;

use super::BOM;

/// A part of the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::diag) enum Element {
    /// A JSON object, in an array or alone.
    Object(Vec<u8>),
    /// A line of other text, or the rest of one, without blanks around it.
    Line(Vec<u8>),
    /// An object that is longer than the limit.
    LongObject,
    /// A line that is longer than the limit.
    LongLine,
}

/// How often, on average, a byte may be read again in the search for the end of an object. More text is not JSON.
const MAX_PASSES: usize = 8;

/// Splits an input. Keeps no more than one element and what was read at once.
#[derive(Debug)]
pub(in crate::diag) struct Elements {
    max_bytes: usize,
    /// What was read; the first part is done.
    bytes: Vec<u8>,
    done: usize,
    /// The line of the next byte, and that in which the element begins, 1-based.
    line: u64,
    first_line: u64,
    /// Whether the next byte is in an array.
    is_array: bool,
    state: State,
    /// The number of bytes that may still be read in vain.
    budget: usize,
}

/// The element that begins with the next byte.
#[derive(Clone, Copy, Debug)]
enum State {
    Unknown,
    Object(Scan),
    /// The number of its bytes that were examined.
    Line(usize),
    /// The rest of an element that is too long: an object or a line.
    Skipped(Option<Scan>),
}

impl Elements {
    /// Objects and lines of more than `max_bytes` bytes are skipped.
    pub(in crate::diag) const fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            bytes: Vec::new(),
            done: 0,
            line: 1,
            first_line: 1,
            is_array: false,
            state: State::Unknown,
            budget: 0,
        }
    }

    /// Adds what was read.
    pub(in crate::diag) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..std::mem::take(&mut self.done));
        self.bytes.extend_from_slice(bytes);
        self.budget = self.budget.saturating_add(bytes.len().saturating_mul(MAX_PASSES));
    }

    /// Returns the next element and the line in which it begins, or `None` if its end was not read. With `is_end` there is
    /// nothing more to read.
    pub(in crate::diag) fn next(&mut self, is_end: bool) -> Option<(u64, Element)> {
        loop {
            let element = match self.state {
                State::Unknown => {
                    self.begin(is_end)?;
                    None
                }
                State::Object(scan) => self.object(scan, is_end)?,
                State::Line(examined) => Some(self.line(examined, is_end)?),
                State::Skipped(scan) => Some(self.skip(scan, is_end)?),
            };
            if let Some(element) = element {
                return Some((self.first_line, element));
            }
        }
    }

    /// Finds out what the next element is. Returns `None` if more must be read for it.
    fn begin(&mut self, is_end: bool) -> Option<()> {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
        let rest = self.rest();
        self.advance(rest.iter().position(|byte| !is_between(byte)).unwrap_or(rest.len()));
        self.first_line = self.line;
        let rest = self.rest();
        if rest.starts_with(BOM) {
            self.advance(BOM.len());
            return Some(());
        } else if BOM.starts_with(rest) && !is_end {
            return None;
        }
        match *self.rest().first()? {
            b']' if self.is_array => {
                self.advance(1);
                self.is_array = false;
            }
            b'[' if !self.is_array && self.is_followed_by(b"{]", is_end)? => {
                self.advance(1);
                self.is_array = true;
            }
            b'{' if self.budget > 0 && self.is_followed_by(b"\"}", is_end)? => {
                self.state = State::Object(Scan::default());
            }
            _ => self.state = State::Line(0),
        }
        Some(())
    }

    /// Returns whether one of `expected` follows the next byte and blanks.
    fn is_followed_by(&self, expected: &[u8], is_end: bool) -> Option<bool> {
        let after = self.rest().get(1..).unwrap_or_default();
        match after.trim_ascii_start().first() {
            Some(byte) => Some(expected.contains(byte)),
            None if is_end || after.len() > self.max_bytes => Some(false),
            None => None,
        }
    }

    /// Reads an object, of which some bytes were examined. Returns `Some(None)` if it is something else.
    fn object(&mut self, mut scan: Scan, is_end: bool) -> Option<Option<Element>> {
        let examined = scan;
        let is_whole = scan.end(self.rest().get(scan.len..).unwrap_or_default()).is_some();
        if scan.len > self.max_bytes {
            self.advance(examined.len);
            return Some(Some(self.skip(Some(examined), is_end)?));
        }
        if !is_whole && !is_end {
            self.state = State::Object(scan);
            return None;
        }
        let object = self.rest().get(..scan.len).unwrap_or_default();
        // The reader replaces bytes that are not UTF-8, too.
        let text = String::from_utf8_lossy(object);
        if is_whole && serde_json::from_str::<IgnoredAny>(&text).is_ok() {
            let object = object.to_owned();
            self.advance(scan.len);
            return Some(Some(Element::Object(object)));
        }
        self.budget = self.budget.saturating_sub(scan.len);
        self.state = State::Line(0);
        Some(None)
    }

    /// Reads a line of other text, of which some bytes were examined.
    fn line(&mut self, examined: usize, is_end: bool) -> Option<Element> {
        let unread = self.rest().get(examined..).unwrap_or_default();
        let end = memchr::memchr(b'\n', unread);
        let len = examined + end.unwrap_or(unread.len());
        if len > self.max_bytes {
            return self.skip(None, is_end);
        }
        if end.is_none() && !is_end {
            self.state = State::Line(len);
            return None;
        }
        self.is_array = false;
        let line = self.rest().get(..len).unwrap_or_default().trim_ascii_end().to_owned();
        self.advance(len);
        Some(Element::Line(line))
    }

    /// Skips the rest of an element that is too long.
    fn skip(&mut self, mut object: Option<Scan>, is_end: bool) -> Option<Element> {
        let rest = self.rest();
        let end = match &mut object {
            Some(scan) => scan.end(rest),
            None => memchr::memchr(b'\n', rest),
        };
        self.advance(end.unwrap_or(rest.len()));
        if end.is_none() && !is_end {
            self.state = State::Skipped(object);
            return None;
        }
        Some(if object.is_some() { Element::LongObject } else { Element::LongLine })
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.done..).unwrap_or_default()
    }

    /// Ends the element after the next `len` bytes.
    fn advance(&mut self, len: usize) {
        self.state = State::Unknown;
        let done = self.rest().get(..len).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', done).count() as u64;
        self.done += done.len();
        self.line += lines;
    }
}

/// Finds the end of an object: the bracket that closes the first one.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    /// The number of bytes that were examined.
    len: usize,
    depth: usize,
    is_string: bool,
    is_escaped: bool,
}

impl Scan {
    /// Examines the next bytes. Returns the number of those that belong to the object, if its end is there.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            self.len += 1;
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_string => self.is_escaped = true,
                b'"' => self.is_string = !self.is_string,
                _ if self.is_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => return Some(at + 1),
                b'}' | b']' => self.depth -= 1,
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits an input that is read in parts of `len` bytes.
    fn split(input: &[u8], len: usize, max_bytes: usize) -> Vec<String> {
        let mut elements = Elements::new(max_bytes);
        let mut all = Vec::new();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let mut add = |(line, element)| {
            all.push(match element {
                Element::Object(object) => format!("{line} {}", text(object)),
                Element::Line(other) => format!("{line}: {}", text(other)),
                element => format!("{line} {element:?}"),
            });
        };
        for part in input.chunks(len) {
            elements.push(part);
            while let Some(element) = elements.next(false) {
                add(element);
            }
        }
        while let Some(element) = elements.next(true) {
            add(element);
        }
        all
    }

    #[test]
    fn objects_and_lines_are_separated() {
        for (input, expected) in [
            ("", &[][..]),
            (" \r\n,", &[]),
            ("\u{feff}[{}]\n\u{feff}x", &["1 {}", "2: x"]),
            ("[]\n[ ]\n", &[]),
            ("[{}]", &["1 {}"]),
            ("[{\"a\":\"]}\\\"\"},\n {\"b\":[{}]}]\n", &["1 {\"a\":\"]}\\\"\"}", "2 {\"b\":[{}]}"]),
            ("make: x \r\n\n[{}] done\n", &["1: make: x", "3 {}", "3: done"]),
            ("[ 50%] x\n[{}]", &["1: [ 50%] x", "2 {}"]),
            ("{ echo; }\n{}", &["1: { echo; }", "2 {}"]),
            // Neither is closed, or valid.
            ("[{\"a\":\n{}", &["1: {\"a\":", "2 {}"]),
            ("[{\"a\":}\n{}", &["1: {\"a\":}", "2 {}"]),
            ("[{},x\n{}]", &["1 {}", "1: x", "2 {}", "2: ]"]),
            ("[", &["1: ["]),
        ] {
            for len in 1..=input.len().max(1) {
                assert_eq!(split(input.as_bytes(), len, 100), expected, "{input:?} {len}");
            }
        }
    }

    #[test]
    fn what_is_too_long_is_skipped() {
        for (input, expected) in [
            ("12345\n123456\n1", &["1: 12345", "2 LongLine", "3: 1"][..]),
            (
                "[{\"a\":{}},{}\n,\n{\n\"a\":{\n}\n},{ }]",
                &["1 LongObject", "1 {}", "3 LongObject", "6 { }"],
            ),
            ("123456", &["1 LongLine"]),
            ("{\"aaaa", &["1 LongObject"]),
        ] {
            for len in 1..=input.len() {
                assert_eq!(split(input.as_bytes(), len, 5), expected, "{input:?} {len}");
            }
        }
    }

    /// Each line opens an object that is never closed. Without a limit this takes minutes.
    #[test]
    fn unclosed_brackets_are_not_searched_again_and_again() {
        let input = "{\"\\\n".repeat(1 << 18);
        assert_eq!(split(input.as_bytes(), 1 << 16, 1 << 24).len(), 1 << 18);
    }
}
