//! Input of `serde_json`: structs that are filled outside of the timed part.

use serde::Serialize;

use crate::libraries::Prepared;

/// Filled structs, which are serialised in the timed part.
pub struct Filled<T>(pub Vec<T>);

impl<T: Serialize> Prepared for Filled<T> {
    fn render(&mut self, out: &mut Vec<u8>) {
        for one in &self.0 {
            serde_json::to_writer(&mut *out, one).unwrap();
            out.push(b'\n');
        }
    }
}

/// An index of the lines of a text.
pub struct Lines<'w> {
    text: &'w str,
    starts: Vec<usize>,
}

impl<'w> Lines<'w> {
    /// Indexes the lines of `text`.
    pub fn new(text: &'w str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Returns the 1-based line and column of a byte. The text is ASCII.
    pub fn of(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= at);
        (line, at - self.starts[line - 1] + 1)
    }

    /// Returns the text of a 1-based line, without its line end.
    pub fn line(&self, line: usize) -> &'w str {
        self.text[self.starts[line - 1]..self.starts[line]].trim_end()
    }
}
