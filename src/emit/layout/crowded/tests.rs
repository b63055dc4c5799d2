//! Properties of rows with several labels, whether their messages fit or not.

use std::cell::Cell;
use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

use crate::emit::canvas::PlainCanvas;
use crate::emit::excerpt::ExcerptOptions;
use crate::emit::glyphs::Glyphs;
use crate::emit::renderer::HumanRenderer;
use crate::{Diagnostic, FileId, SourceMap, Span, code};

const CASES: u32 = 3000;

/// The letters of the messages of labels. The source text has none of them.
const LETTERS: [char; 4] = ['A', 'B', 'C', 'D'];

/// What a stem is drawn with, from the line below the underline to the line above the message.
const STEMS: &str = "|│╯┤┥├╰";

/// A label from one word of the source to the same or a later one.
#[derive(Clone, Debug)]
struct LabelSpec {
    words: [usize; 2],
    /// The lengths of the words of the message.
    message: Vec<usize>,
}

/// Lines of words, and up to four labels.
#[derive(Debug)]
struct Rows {
    /// The blanks before each word, and whether it is the last one of its line.
    words: Vec<(usize, bool)>,
    labels: Vec<LabelSpec>,
    width: usize,
    unicode: bool,
}

prop_compose! {
    fn rows()(
        words in prop::collection::vec(
            (prop_oneof![3 => 1..4_usize, 1 => 4..40_usize], prop::bool::weighted(0.2)),
            4..8,
        ),
        labels in prop::collection::vec(
            (
                any::<Index>(),
                prop_oneof![3 => Just(0), 1 => 1..6_usize],
                prop_oneof![
                    1 => Just(Vec::new()),
                    2 => prop::collection::vec(1..9_usize, 1..3),
                    3 => prop::collection::vec(1..12_usize, 3..14),
                ],
            ),
            1..=LETTERS.len(),
        ),
        width in 20..121_usize,
        unicode in any::<bool>(),
    ) -> Rows {
        let label = |(first, more, message): (Index, usize, _)| {
            let first = first.index(words.len());
            LabelSpec { words: [first, (first + more).min(words.len() - 1)], message }
        };
        Rows { labels: labels.into_iter().map(label).collect(), words, width, unicode }
    }
}

/// The name of a word, which is found nowhere else.
fn name(word: usize) -> String {
    format!("{word}x")
}

impl Rows {
    /// Returns the source text, and the bytes of each word.
    fn source(&self) -> (String, Vec<Range<usize>>) {
        let (mut text, mut ranges) = (String::new(), Vec::new());
        for (word, (gap, ends_line)) in self.words.iter().enumerate() {
            text.extend(std::iter::repeat_n(' ', *gap));
            let start = text.len();
            text += &name(word);
            ranges.push(start..text.len());
            text.push_str(if *ends_line { "\n" } else { "" });
        }
        (text, ranges)
    }

    fn draw(&self) -> Drawn {
        let (text, ranges) = self.source();
        let mut sources = SourceMap::new();
        let file: FileId = sources.add("path", text).unwrap();
        let span =
            |[first, last]: [usize; 2]| Span::between(file, ranges[first].start, ranges[last].end);
        let message = |index: usize| {
            let words = self.labels[index].message.iter();
            let words = words.map(|len| LETTERS[index].to_string().repeat(*len));
            words.collect::<Vec<_>>().join(" ")
        };
        let mut diagnostic =
            Diagnostic::error(code!("e"), span(self.labels[0].words), "m").with_label(message(0));
        for (index, label) in self.labels.iter().enumerate().skip(1) {
            diagnostic.add_secondary(span(label.words), message(index));
        }
        let (width, glyphs) = (self.width, Glyphs::new(self.unicode));
        let options = ExcerptOptions { width, glyphs, ..HumanRenderer::default().options };
        let renderer = HumanRenderer { options, ..HumanRenderer::default() };
        let canvas = renderer.draw(&sources, &diagnostic, None, PlainCanvas(Vec::new()));
        let drawn = String::from_utf8(canvas.0).unwrap();
        // The margin is `1 | `, and all characters are one cell wide.
        let cells = |line: &str| line.chars().skip(4).collect();
        Drawn { lines: drawn.lines().skip(2).map(cells).collect(), drawn }
    }

    /// Returns the line of the underline of a label that has a message, and the first cell of the underline and the cell
    /// after the last one. Of a label of several lines it is that of its end.
    fn underline(&self, label: &LabelSpec, drawn: &Drawn) -> Option<(usize, Range<usize>)> {
        let [first, last] = label.words;
        let (line, end) = drawn.end_of(&name(last))?;
        let is_on_one_line = self.words[first..last].iter().all(|(_, ends_line)| !ends_line);
        let start = match is_on_one_line {
            true => drawn.end_of(&name(first))?.1 - name(first).len(),
            false => end - 1,
        };
        Some((line + 1, start..end))
    }
}

/// The drawn lines.
struct Drawn {
    drawn: String,
    /// The cells of each line without the margin.
    lines: Vec<Vec<char>>,
}

impl Drawn {
    fn at(&self, line: usize, cell: usize) -> char {
        self.lines.get(line).and_then(|line| line.get(cell)).copied().unwrap_or(' ')
    }

    /// Returns the line of a word, and the cell after its last one.
    fn end_of(&self, word: &str) -> Option<(usize, usize)> {
        let word: Vec<char> = word.chars().collect();
        self.lines.iter().enumerate().find_map(|(number, line)| {
            let start = line.windows(word.len()).position(|cells| cells == word)?;
            Some((number, start + word.len()))
        })
    }

    /// Returns the line and the first cell of a message, after checking that all of it is there.
    fn message(&self, letter: char, count: usize) -> Result<(usize, usize), TestCaseError> {
        let column = |line: &[char]| line.iter().position(|cell| *cell == letter);
        let lines = self.lines.iter().enumerate();
        let mut lines = lines.filter_map(|(number, line)| Some((number, column(line)?)));
        let found = self.lines.iter().flatten().filter(|cell| **cell == letter).count();
        prop_assert_eq!(found, count, "{} is not whole:\n{}", letter, self.drawn);
        let first = lines.next().unwrap();
        for (below, line) in (1..).zip(lines) {
            let expected = (first.0 + below, first.1);
            prop_assert_eq!(line, expected, "{} is torn:\n{}", letter, self.drawn);
        }
        Ok(first)
    }
}

#[test]
fn messages_are_whole_and_connected_to_their_underlines() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let (hanging, moved) = (Cell::new(0), Cell::new(0));
    let property = |rows: Rows| {
        let drawn = rows.draw();
        for line in drawn.drawn.lines() {
            prop_assert!(line.chars().count() <= rows.width, "{}:\n{}", line, drawn.drawn);
        }
        // A label that has no room is a note.
        let has_notes = drawn.drawn.contains("note");
        let with_message = rows.labels.iter().zip(LETTERS);
        for (label, letter) in with_message.filter(|(label, _)| !label.message.is_empty()) {
            if has_notes {
                continue;
            }
            let (first, column) = drawn.message(letter, label.message.iter().sum())?;
            let Some((underline, Range { start, end })) = rows.underline(label, &drawn) else {
                continue;
            };
            if first == underline {
                prop_assert_eq!(column, end + 1, "{} is not beside:\n{}", letter, drawn.drawn);
                continue;
            }
            // The messages of labels in the same cell hang one below the other. If the last word of a label is omitted, its
            // cell is unknown.
            let is_in_same_cell = |other: &&LabelSpec| {
                rows.underline(other, &drawn)
                    .is_none_or(|other| (other.0, other.1.start) == (underline, start))
            };
            let is_stacked = rows.labels.iter().filter(is_in_same_cell).count() > 1;
            for line in underline + 1..first {
                let cell = drawn.at(line, start);
                let is_above = is_stacked && (LETTERS.contains(&cell) || cell == ' ');
                let message = format!("{letter} has no stem in {line}:\n{}", drawn.drawn);
                prop_assert!(STEMS.contains(cell) || is_above, "{}", message);
            }
            hanging.set(hanging.get() + 1);
            moved.set(moved.get() + u32::from(column < start));
        }
        Ok(())
    };
    TestRunner::new(config).run(&rows(), property).unwrap_or_else(|error| panic!("{error}"));
    let counts = [hanging.get(), moved.get()];
    assert!(counts[0] >= CASES / 2 && counts[1] >= CASES / 4, "too few cases: {counts:?}");
}
