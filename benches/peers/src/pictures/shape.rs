//! The shape of a diagnostic: what a reader sees of it at first sight, whatever its texts.

use std::collections::BTreeMap;

use super::rustc::{Example, Message, Part, Span};

/// The shape of a diagnostic. If there is an excerpt or a suggestion below the first excerpt, that is the shape;
/// otherwise the shape is how the labels lie. Notes and help that are only text do not count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// One label on one line.
    OneLabel,
    /// Several labels on one line.
    OneLine,
    /// Labels on lines that are near each other.
    NearLines,
    /// Labels on lines between which others are omitted.
    Gap,
    /// A multi-line label.
    MultiLine,
    /// Labels in several files.
    Files,
    /// A suggestion that is the message of a label.
    SuggestionAsLabel,
    /// A suggestion that inserts words.
    InsertedWords,
    /// A suggestion that inserts lines.
    InsertedLines,
    /// A suggestion that replaces or removes words.
    ReplacedWords,
    /// A note or help with an excerpt.
    Excerpt,
    /// A note or help with an excerpt, and a suggestion.
    ExcerptAndSuggestion,
}

impl Shape {
    const ALL: [Self; 12] = [
        Self::OneLabel,
        Self::OneLine,
        Self::NearLines,
        Self::Gap,
        Self::MultiLine,
        Self::Files,
        Self::SuggestionAsLabel,
        Self::InsertedWords,
        Self::InsertedLines,
        Self::ReplacedWords,
        Self::Excerpt,
        Self::ExcerptAndSuggestion,
    ];

    /// Returns the shape of a diagnostic, or `None` if it has no location or is not drawn in rustc's default style.
    pub fn of(message: &Message) -> Option<Self> {
        let rendered = message.rendered.as_deref()?;
        let is_default = rendered.contains("--> ") && !rendered.contains(['\u{1b}', '╭', '│']);
        if message.spans.is_empty() || !is_default {
            return None;
        }
        let suggestion = message.suggestions().next().map(|child| message.part(child));
        let has_excerpt = message.children_as(&[Part::Excerpt]).next().is_some();
        Some(match suggestion {
            Some(_) if has_excerpt => Self::ExcerptAndSuggestion,
            None if has_excerpt => Self::Excerpt,
            Some(Part::Label) => Self::SuggestionAsLabel,
            Some(Part::Inserted) => Self::InsertedWords,
            Some(Part::Lines) => Self::InsertedLines,
            Some(_) => Self::ReplacedWords,
            None => Self::of_labels(&message.spans),
        })
    }

    /// Returns how labels lie.
    fn of_labels(spans: &[Span]) -> Self {
        let mut lines: Vec<usize> = spans.iter().map(|span| span.line_start).collect();
        lines.sort_unstable();
        if spans.iter().any(|span| span.file_name != spans[0].file_name) {
            Self::Files
        } else if spans.iter().any(|span| span.line_start < span.line_end) {
            Self::MultiLine
        } else if spans.len() == 1 {
            Self::OneLabel
        } else if lines.first() == lines.last() {
            Self::OneLine
        } else if lines.windows(2).any(|pair| pair[1] - pair[0] > 2) {
            Self::Gap
        } else {
            Self::NearLines
        }
    }

    /// Returns the name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneLabel => "one label",
            Self::OneLine => "several labels on one line",
            Self::NearLines => "labels on several lines",
            Self::Gap => "labels on lines with a gap between them",
            Self::MultiLine => "a multi-line label",
            Self::Files => "labels in two files",
            Self::SuggestionAsLabel => "a suggestion that is a label",
            Self::InsertedWords => "a suggestion that inserts words",
            Self::InsertedLines => "a suggestion that inserts lines",
            Self::ReplacedWords => "a suggestion that replaces or removes words",
            Self::Excerpt => "a note with an excerpt",
            Self::ExcerptAndSuggestion => "a note with an excerpt, and a suggestion",
        }
    }

    /// Returns the name in paths.
    pub fn slug(self) -> &'static str {
        match self {
            Self::OneLabel => "one-label",
            Self::OneLine => "one-line",
            Self::NearLines => "several-lines",
            Self::Gap => "gap",
            Self::MultiLine => "multi-line-label",
            Self::Files => "two-files",
            Self::SuggestionAsLabel => "suggestion-as-label",
            Self::InsertedWords => "inserted-words",
            Self::InsertedLines => "inserted-lines",
            Self::ReplacedWords => "replaced-words",
            Self::Excerpt => "excerpt",
            Self::ExcerptAndSuggestion => "excerpt-and-suggestion",
        }
    }
}

/// Returns the shapes with the number of diagnostics that have each, the most frequent first.
pub fn counts(examples: &[Example]) -> Vec<(Shape, usize)> {
    let mut counts: BTreeMap<Shape, usize> = Shape::ALL.map(|shape| (shape, 0)).into();
    for shape in examples.iter().filter_map(|example| Shape::of(&example.message)) {
        *counts.entry(shape).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(shape, count)| (std::cmp::Reverse(count), shape));
    counts
}
