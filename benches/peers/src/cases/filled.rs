//! What `serde_json` is given: structs that are filled before the clock runs.

use serde::Serialize;

use crate::libraries::PreparedUpload;

/// Structs that are filled, and serialised when it is their turn.
pub struct Filled<T>(pub Vec<T>);

impl<T: Serialize> PreparedUpload for Filled<T> {
    fn render(&mut self, out: &mut Vec<u8>) {
        for one in &self.0 {
            serde_json::to_writer(&mut *out, one).unwrap();
            out.push(b'\n');
        }
    }
}

/// Where the lines of a text begin.
pub struct Lines<'w> {
    text: &'w str,
    starts: Vec<usize>,
}

impl<'w> Lines<'w> {
    /// The lines of `text`.
    pub fn new(text: &'w str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The line and the column of a byte, 1-based; the text is ASCII.
    pub fn of(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= at);
        (line, at - self.starts[line - 1] + 1)
    }

    /// The text of a line, 1-based, without its end.
    pub fn line(&self, line: usize) -> &'w str {
        self.text[self.starts[line - 1]..self.starts[line]].trim_end()
    }
}
