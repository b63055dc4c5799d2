//! What a test harness writes: which tests fail, and the output of each.
//!
//! ```text
//! failures:
//!
//! ---- parser::empty stdout ----
//! the output of the test
//!
//! failures:
//!     parser::empty
//!
//! test result: FAILED. …
//! ```
//!
//! This is the default format of Rust's harness, also with `--quiet`; libtest-mimic writes the same without `stdout`.

use std::collections::HashMap;

/// Maximum length of the output of a test, in bytes. The end is kept, where the failure is.
const MAX_OUTPUT_BYTES: usize = 64 << 10;
/// Maximum length of a line, in bytes. The rest of a longer one is ignored.
const MAX_LINE_BYTES: usize = 16 << 10;
const FAILURES: &str = "failures:";

/// The output of a test harness, which is read line by line.
#[derive(Debug, Default)]
pub(super) struct HarnessOutput {
    /// The beginning of a line that has not ended.
    line: Vec<u8>,
    place: Place,
    failed: Vec<String>,
    outputs: HashMap<String, String>,
}

/// Where in the output the current line is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
enum Place {
    /// Before the list of failures.
    #[default]
    Tests,
    /// In the output of this test.
    OutputOf(String),
    /// In the list of names.
    Names,
}

impl HarnessOutput {
    /// Reads the next bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let space = MAX_LINE_BYTES.saturating_sub(self.line.len());
            self.line.extend(part.iter().take(space));
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.add_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
            }
        }
    }

    fn add_line(&mut self, line: &str) {
        if line == FAILURES {
            // The second one begins the names. With no output of any test it is the only one.
            self.place = Place::Names;
            return;
        }
        if let Some(test) = begins_output_of(line) {
            self.place = Place::OutputOf(test.to_owned());
            return;
        }
        match &self.place {
            Place::Tests => {}
            Place::OutputOf(test) => {
                let output = self.outputs.entry(test.clone()).or_default();
                output.push_str(line);
                output.push('\n');
                let excess = output.len().saturating_sub(MAX_OUTPUT_BYTES);
                output.drain(..vitte_diag::text::floor_char_boundary(output, excess));
            }
            Place::Names => match line.strip_prefix("    ") {
                Some(test) => self.failed.push(test.to_owned()),
                None if line.is_empty() => {}
                None => self.place = Place::Tests,
            },
        }
    }

    /// Returns the names of the tests that failed.
    pub(super) fn failed(&self) -> impl Iterator<Item = &str> {
        self.failed.iter().map(String::as_str)
    }

    /// Returns what a test has written, if the harness has captured it.
    pub(super) fn of(&self, test: &str) -> Option<&str> {
        self.outputs.get(test).map(|output| output.trim_end())
    }
}

/// Returns the name of the test whose output begins after this line.
fn begins_output_of(line: &str) -> Option<&str> {
    let name = line.strip_prefix("---- ")?.strip_suffix(" ----")?;
    Some(name.strip_suffix(" stdout").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 3 tests
test parser::empty ... FAILED
test parser::other - should panic ... ok
test lexer ... FAILED

failures:

---- parser::empty stdout ----
first
    indented
failures:
thread 'parser::empty' panicked

---- lexer stdout ----


failures:
    lexer
    parser::empty

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    fn read(text: &str, size: usize) -> HarnessOutput {
        let mut output = HarnessOutput::default();
        text.as_bytes().chunks(size).for_each(|bytes| output.add(bytes));
        output
    }

    #[test]
    fn the_failing_tests_and_their_output_are_found() {
        let text = OUTPUT.replace("failures:\nthread", "thread");
        for size in [1, 7, 10_000] {
            let output = read(&text, size);
            assert_eq!(output.failed().collect::<Vec<_>>(), ["lexer", "parser::empty"]);
            let expected = "first\n    indented\nthread 'parser::empty' panicked";
            assert_eq!(output.of("parser::empty"), Some(expected));
            assert_eq!(output.of("other"), None);
        }
        let crlf = read(&text.replace('\n', "\r\n"), 5);
        assert_eq!(crlf.failed().collect::<Vec<_>>(), ["lexer", "parser::empty"]);
    }

    /// A test may write what the harness writes. Names that no test has are ignored later.
    #[test]
    fn a_test_that_writes_as_the_harness_does_loses_only_its_output() {
        let output = read(OUTPUT, 100);
        let failed: Vec<_> = output.failed().collect();
        assert!(failed.ends_with(&["lexer", "parser::empty"]), "{failed:?}");
    }

    #[test]
    fn without_captured_output_there_are_only_names() {
        let text =
            "test a ... hello\nFAILED\n\nfailures:\n\nfailures:\n    a\n\ntest result: FAILED.\n";
        let output = read(text, 3);
        assert_eq!((output.failed().collect::<Vec<_>>(), output.of("a")), (vec!["a"], None));
    }

    #[test]
    fn long_output_is_cut() {
        let text = format!("---- a stdout ----\n{}\n", "é\n".repeat(100_000));
        let output = read(&text, 1000);
        assert!(output.of("a").unwrap().len() <= MAX_OUTPUT_BYTES);
        let text = format!("{}\nfailures:\n    a\n\n", "x".repeat(1 << 20));
        assert_eq!(read(&text, 1000).failed().collect::<Vec<_>>(), ["a"]);
    }
}
