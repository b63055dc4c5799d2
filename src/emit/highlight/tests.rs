use proptest::prelude::*;

use super::*;
use crate::source::SourceMap;

/// Marks what it was created with, whatever the line is.
struct Marks(Vec<(Range<usize>, SyntaxRole)>);

impl Highlighter for Marks {
    fn highlight(
        &self,
        _: &SourceFile,
        _: Range<usize>,
        mark: &mut dyn FnMut(Range<usize>, SyntaxRole),
    ) {
        self.0.iter().for_each(|(range, role)| mark(range.clone(), *role));
    }
}

fn spans(text: &str, line: u32, marks: Vec<(Range<usize>, SyntaxRole)>) -> Vec<SyntaxSpan> {
    let mut sources = SourceMap::new();
    let file = sources.insert("a", text);
    SharedHighlighter::new(Marks(marks)).spans(sources.file(file).unwrap(), line)
}

fn span(range: Range<usize>, role: SyntaxRole) -> SyntaxSpan {
    SyntaxSpan { range, role }
}

#[test]
fn spans_are_cut_to_the_line_and_to_characters() {
    use SyntaxRole::{Comment, Keyword, Number};
    let text = "é = 1 # \u{65e5}\nlast\n";
    let marks = vec![(7..999, Comment), (5..6, Number), (1..2, Keyword), (0..2, Keyword)];
    assert_eq!(
        spans(text, 1, marks.clone()),
        [span(0..2, Keyword), span(5..6, Number), span(7..12, Comment)]
    );
    assert_eq!(spans(text, 2, marks.clone()), [span(0..4, Comment)]);
    assert_eq!(spans(text, 9, marks), []);
}

#[test]
fn a_span_inside_another_one_ends_it() {
    use SyntaxRole::{Keyword, String};
    let marks = vec![(0..6, String), (2..4, Keyword), (2..4, String)];
    assert_eq!(spans("abcdef", 1, marks), [span(0..2, String), span(2..4, String)]);
}

#[test]
fn the_number_of_spans_is_bounded() {
    let marks = (0..10_000).map(|at| (at..at + 1, SyntaxRole::Operator)).collect();
    assert_eq!(spans(&"x".repeat(10_000), 1, marks).len(), MAX_SPANS);
}

#[test]
fn a_row_is_split_into_pieces() {
    use SyntaxRole::{Keyword, Number};
    let syntax = [span(0..3, Keyword), span(8..10, Number)];
    let of = |start, text| pieces(&syntax, start, text);
    let whole = [(Style::Keyword, "let"), (Style::Plain, " x = "), (Style::Number, "12")];
    assert!(of(0, "let x = 12").eq(whole));
    // The parts before and after a primary label on `x = 1`.
    assert!(of(0, "let ").eq([(Style::Keyword, "let"), (Style::Plain, " ")]));
    assert!(of(9, "2 ").eq([(Style::Number, "2"), (Style::Plain, " ")]));
    assert!(of(1, "et").eq([(Style::Keyword, "et")]));
    assert!(pieces(&[], 0, "x").eq([(Style::Plain, "x")]));
    assert_eq!(pieces(&[], 0, "").next(), None);
}

proptest! {
    #[test]
    fn no_text_is_lost(
        text in "[a日 é\u{301}\"]{0,12}",
        marks in prop::collection::vec((0..40_usize, 0..40_usize, 0..11_usize), 0..8),
        start in 0..12_usize,
    ) {
        let marks = marks.into_iter().map(|(lo, hi, role)| (lo..hi, SyntaxRole::ALL[role]));
        let marks: Vec<_> = marks.collect();
        let found = spans(&text, 1, marks.clone());
        prop_assert!(found.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
        prop_assert!(found.iter().all(|span| text.get(span.range.clone()).is_some()));
        // Also ranges that are in no order, overlap, and split characters.
        let invalid: Vec<_> = marks.into_iter().map(|(range, role)| span(range, role)).collect();
        for spans in [found, invalid] {
            let whole: String = pieces(&spans, start, &text).map(|(_, piece)| piece).collect();
            prop_assert_eq!(&whole, &text);
        }
    }
}
