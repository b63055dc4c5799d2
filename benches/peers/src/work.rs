//! The work as plain data: a source, and diagnostics with byte ranges in it. Each library converts it to its own
//! types.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

/// The code of every diagnostic.
pub const CODE: &str = "E0042";

/// The path of every source.
pub const PATH: &str = "src/main.vitte";

/// A source and its diagnostics.
#[derive(Clone)]
pub struct Work {
    /// The text of the only file.
    pub text: Arc<String>,
    /// Sorted by location, so that all libraries write them in the same order.
    pub diagnostics: Vec<Diagnostic>,
}

/// An error with labels, help and notes.
#[derive(Clone)]
pub struct Diagnostic {
    /// The message.
    pub message: String,
    /// The primary label first.
    pub labels: Vec<Label>,
    /// The help, if any.
    pub help: Option<String>,
    /// The notes.
    pub notes: Vec<String>,
    /// The 1-based line of the label that begins first. annotate-snippets needs it.
    pub first_line: usize,
}

/// A range with a message.
#[derive(Clone)]
pub struct Label {
    /// The range in bytes.
    pub range: Range<usize>,
    /// The message; empty for none.
    pub message: String,
}

impl Work {
    /// Returns the same source with about `count` of the diagnostics, evenly distributed.
    pub fn spread(&self, count: usize) -> Self {
        let all = self.diagnostics.len();
        let count = count.clamp(1, all);
        let picked = (0..count).map(|index| self.diagnostics[index * all / count].clone());
        Self { text: Arc::clone(&self.text), diagnostics: picked.collect() }
    }
}

impl Diagnostic {
    /// Returns the bytes from the beginning of the first label to the end of the last one.
    pub fn extent(&self) -> Range<usize> {
        let lo = self.labels.iter().map(|label| label.range.start).min().unwrap();
        let hi = self.labels.iter().map(|label| label.range.end).max().unwrap();
        lo..hi
    }

    /// Returns all texts that an output must contain, without the message.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let labels = self.labels.iter().map(|label| label.message.as_str());
        let below = self.help.iter().chain(&self.notes).map(String::as_str);
        labels.chain(below).filter(|text| !text.is_empty())
    }
}

/// A source of lines that resemble code, with the positions of their words.
///
/// ```text
///     let value_123 = compute(first, second) + 123
///         ~~~~~~~~~   ~~~~~~~ ~~~~~  ~~~~~~    ~~~
///         Name        Call    First  Second    Number
/// ```
pub struct Program {
    /// The text.
    pub text: Arc<String>,
    starts: Vec<usize>,
}

/// A word of a line of a [`Program`].
#[derive(Clone, Copy)]
pub enum Word {
    /// The name that is bound.
    Name,
    /// The function that is called.
    Call,
    /// Its first argument.
    First,
    /// Its second argument.
    Second,
    /// The number that is added.
    Number,
}

impl Program {
    /// Creates a program of `lines` lines.
    pub fn new(lines: usize) -> Self {
        let mut text = String::with_capacity(lines * 56);
        let mut starts = Vec::with_capacity(lines);
        for line in 0..lines {
            starts.push(text.len());
            writeln!(text, "    let value_{line} = compute(first, second) + {line}").unwrap();
        }
        Self { text: Arc::new(text), starts }
    }

    /// Returns the number of lines.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Returns the bytes of a word. `line` is 0-based.
    pub fn word(&self, line: usize, word: Word) -> Range<usize> {
        let start = self.starts[line];
        let rest = &self.text[start..];
        let at = |text: &str| start + rest.find(text).unwrap();
        match word {
            Word::Name => start + 8..at(" = "),
            Word::Call => at("compute")..at("(first"),
            Word::First => at("first")..at(", second"),
            Word::Second => at("second")..at(") + "),
            Word::Number => at(") + ") + 4..start + rest.find('\n').unwrap(),
        }
    }

    /// Creates a label on a word. `line` is 0-based.
    pub fn label(&self, line: usize, word: Word, message: impl Into<String>) -> Label {
        Label { range: self.word(line, word), message: message.into() }
    }
}

/// The work of most cases: `count` diagnostics, distributed over `program`, each with a primary label, a
/// secondary one three lines below, and help. All four texts contain the number of the diagnostic.
pub fn common(program: &Program, count: usize) -> Work {
    let diagnostics = (0..count).map(|number| {
        let line = number * (program.lines() - 3) / count;
        Diagnostic {
            message: format!("cannot add value {number:05}"),
            labels: vec![
                program.label(line, Word::Call, format!("no sum for {number:05}")),
                program.label(line + 3, Word::Name, format!("bound here {number:05}")),
            ],
            help: Some(format!("convert value {number:05} before it is added")),
            notes: Vec::new(),
            first_line: line + 1,
        }
    });
    Work { text: Arc::clone(&program.text), diagnostics: diagnostics.collect() }
}
