use super::*;
use crate::{Diagnostic, FileId, SourceMap, Span, code};

const TAKE: ExcerptOptions = ExcerptOptions {
    context_lines: 0,
    tab_width: 4,
    width: 60,
    column_unit: ColumnUnit::Char,
    labelled_lines: 20,
};

type Rows = Vec<(u32, String)>;

/// The rows and marks of a text with one label for each of `spans`.
fn excerpt(
    text: &str,
    spans: &[(usize, usize)],
    take: ExcerptOptions,
) -> (Rows, Vec<(Place, Place)>) {
    let mut sources = SourceMap::new();
    let file = sources.add("a", text).unwrap();
    let mut spans = spans.iter().map(|&(lo, hi)| Span::new(file, lo, hi).unwrap());
    let mut diagnostic = Diagnostic::error(code!("E1"), spans.next().unwrap(), "m");
    spans.for_each(|span| _ = diagnostic.add_secondary(span, "s"));
    let excerpt = Excerpt::new(&Checked::new(&sources, &diagnostic), 0, take);
    let snippet = &excerpt.snippets[0];
    let rows = snippet.rows.iter().map(|row| (row.number, row.text.to_string())).collect();
    (rows, snippet.marks.iter().map(|mark| (mark.start, mark.end)).collect())
}

fn numbers(lines: u32, spans: &[(usize, usize)], context: u32) -> Vec<u32> {
    let text = "x\n".repeat(lines as usize - 1);
    let take = ExcerptOptions { context_lines: context, ..TAKE };
    excerpt(&text, spans, take).0.into_iter().map(|(number, _)| number).collect()
}

/// The cells of the only label of a one-line text.
fn cells(text: &str, lo: usize, hi: usize) -> (usize, usize) {
    let (_, marks) = excerpt(text, &[(lo, hi)], TAKE);
    assert_eq!(marks[0].0.row, marks[0].1.row);
    (marks[0].0.cell, marks[0].1.cell)
}

#[test]
fn labelled_lines_their_context_and_single_gaps_are_shown() {
    assert_eq!(numbers(20, &[(4, 5)], 0), [3]);
    assert_eq!(numbers(20, &[(4, 5)], 1), [2, 3, 4]);
    assert_eq!(numbers(20, &[(0, 1)], 2), [1, 2, 3]);
    assert_eq!(numbers(3, &[(2, 3)], 9), [1, 2], "no line begins behind the last line end");
    assert_eq!(numbers(3, &[(4, 4)], 9), [1, 2, 3], "but a label may point there");
    assert_eq!(numbers(20, &[(0, 1), (4, 5)], 0), [1, 2, 3], "one line between is no gap");
    assert_eq!(numbers(20, &[(0, 1), (6, 7)], 0), [1, 4]);
}

#[test]
fn of_a_long_label_the_ends_are_shown() {
    assert_eq!(numbers(20, &[(0, 7)], 0), [1, 2, 3, 4]);
    assert_eq!(numbers(20, &[(0, 19)], 0), [1, 2, 3, 4, 9, 10]);
    assert_eq!(numbers(200, &[(0, 199)], 1), [1, 2, 3, 4, 99, 100, 101]);
}

#[test]
fn a_label_ends_on_the_line_of_its_line_feed() {
    assert_eq!(numbers(9, &[(0, 2)], 0), [1]);
    assert_eq!(cells("ab\ncd", 0, 3), (0, 2));
    assert_eq!(cells("ab\r\ncd", 2, 4), (2, 3), "a line end alone gets one cell behind the text");
}

#[test]
fn spans_become_cells() {
    assert_eq!(cells("\tx", 1, 2), (4, 5));
    assert_eq!(cells("日本x", 3, 6), (2, 4));
    assert_eq!(cells("日", 0, 0), (0, 1), "an empty span takes one cell of a wide character");
    assert_eq!(cells("e\u{301}x", 1, 3), (0, 1), "a mark is shown at what carries it");
    assert_eq!(cells("\u{202e}x", 3, 4), (8, 9), "a stand-in is as wide as it is");
    assert_eq!(cells("\u{feff}x", 0, 4), (0, 1), "a byte order mark has no cell");
    assert_eq!(cells("", 0, 0), (0, 1));
}

#[test]
fn long_lines_are_cut_around_what_is_labelled() {
    let take = ExcerptOptions { width: 4 + 20, ..TAKE };
    let text: String = ('a'..='z').chain('A'..='Z').collect();
    let row = |lo, hi| {
        let (rows, marks) = excerpt(&text, &[(lo, hi)], take);
        (rows[0].1.clone(), marks[0].0.cell, marks[0].1.cell)
    };
    assert_eq!(row(0, 2), ("abcdefghijklmnopq...".into(), 0, 2));
    assert_eq!(row(50, 52), ("...JKLMNOPQRSTUVWXYZ".into(), 18, 20));
    assert_eq!(row(52, 52), ("...JKLMNOPQRSTUVWXYZ".into(), 20, 21));
    assert_eq!(row(26, 28), ("...uvwxyzABCDEFGH...".into(), 9, 11));
    assert_eq!(
        row(0, 52),
        ("abcdefghijklmnopq...".into(), 0, 20),
        "the part that is cut off is on the dots"
    );
}

#[test]
fn labels_too_far_apart_are_shown_on_the_dots() {
    let take = ExcerptOptions { width: 4 + 20, ..TAKE };
    let text = "x".repeat(100);
    let (_, marks) = excerpt(&text, &[(50, 51), (2, 3), (90, 95)], take);
    let cells: Vec<_> = marks.iter().map(|(start, end)| (start.cell, end.cell)).collect();
    assert_eq!(cells[1], (0, 3));
    assert_eq!(cells[2], (17, 20));
    assert!((3..17).contains(&cells[0].0), "{cells:?}");
}

#[test]
fn of_a_very_long_line_only_the_part_around_the_labels_is_looked_at() {
    let take = ExcerptOptions { width: 4 + 20, ..TAKE };
    for unit in ["é", "日", "a", "\t", "e\u{301}"] {
        let text = format!("{}@{}", unit.repeat(100_000), unit.repeat(100_000));
        let at = text.find('@').unwrap();
        let (rows, marks) = excerpt(&text, &[(at, at + 1), (0, 0), (text.len(), text.len())], take);
        let row = &rows[0].1;
        let cells = text::width_of(row);
        assert!((19..=20).contains(&cells) && row.len() < 100, "{row}");
        assert!(row.starts_with("...") && row.ends_with("..."), "{row}");
        let under =
            text::cells(row, 1).find(|cluster| cluster.start == marks[0].0.cell).unwrap().text;
        assert_eq!(under, "@", "{row}");
        let dots = (marks[1].0.cell, marks[2].0.cell);
        assert_eq!(dots, (0, cells - 3), "what is not in view is on the dots");
    }
    let marks_alone = format!("a{}", "\u{301}".repeat(1 << 20));
    let (rows, _) = excerpt(&marks_alone, &[(0, 1)], take);
    assert!(rows[0].1.len() < 1000, "characters without cells are bounded too");
}

#[test]
fn all_of_the_character_that_a_label_points_at_is_in_view() {
    let take = ExcerptOptions { width: 4 + 36, ..TAKE };
    for c in ["日", "\u{202e}"] {
        let text = format!("{}{c}{}\nend", "a".repeat(30), "b".repeat(60));
        for end in [30, text.len()] {
            let (rows, marks) = excerpt(&text, &[(30, end)], take);
            let shown = text::one_line(c);
            assert!(rows[0].1.contains(&*shown), "{}", rows[0].1);
            let cell = marks[0].0.cell;
            assert!(text::cells(&rows[0].1, 1).any(|cluster| cluster.start == cell));
        }
    }
}

#[test]
fn labels_outside_the_part_are_on_the_dots_whatever_is_inside() {
    let take = ExcerptOptions { width: 4 + 20, ..TAKE };
    let zero = "\u{200b}".repeat(300);
    let text = format!("abc{zero}def{zero}ghi");
    let (rows, marks) = excerpt(&text, &[(903, 906), (0, 3), (text.len() - 3, text.len())], take);
    let visible: String = rows[0].1.chars().filter(|&c| c != '\u{200b}').collect();
    assert_eq!(visible, "...def...");
    let cells: Vec<_> = marks.iter().map(|(start, end)| (start.cell, end.cell)).collect();
    assert_eq!(cells, [(3, 6), (0, 3), (6, 9)]);
    let marked = format!("{}x", "e\u{301}".repeat(2000));
    let (rows, _) = excerpt(&marked, &[(marked.len() - 1, marked.len())], take);
    assert!(rows[0].1.starts_with("...e\u{301}"), "no mark of what is cut off stands on the dots");
}

#[test]
fn a_character_cut_in_two_leaves_dots() {
    let take = ExcerptOptions { width: 4 + 20, ..TAKE };
    let (rows, _) = excerpt(&"日".repeat(20), &[(0, 3)], take);
    assert_eq!(rows[0].1, format!("{}....", "日".repeat(8)));
}

#[test]
fn a_label_that_cannot_be_seen_is_said() {
    let remarks = |lo: u32, hi: u32, message: &'static str| {
        let mut sources = SourceMap::new();
        let file = sources.add("a", "a | b | c\n").unwrap();
        let span = |lo, hi| Span::new(file, lo, hi).unwrap();
        let diagnostic =
            Diagnostic::error(code!("E1"), span(0, 5), "m").with_secondary(span(lo, hi), message);
        Excerpt::new(&Checked::new(&sources, &diagnostic), 0, TAKE).remarks
    };
    assert_eq!(remarks(4, 5, ""), ["another label, at a:1:5, lies under the primary one"]);
    assert_eq!(remarks(4, 5, "b"), [""; 0], "its message points at it");
    assert_eq!(remarks(4, 6, ""), [""; 0], "a part of it can be seen");
}

#[test]
fn files_stand_in_the_order_of_their_labels_and_share_a_gutter() {
    let mut sources = SourceMap::new();
    let a = sources.add("a", "x\n".repeat(200)).unwrap();
    let b = sources.add("b", "y").unwrap();
    let span = |file, lo: u32| Span::new(file, lo, lo + 1).unwrap();
    let diagnostic = Diagnostic::error(code!("E1"), span(b, 0), "m")
        .with_secondary(span(a, 300), "")
        .with_secondary(span(FileId::new(7), 0), "lost");
    let excerpt = Excerpt::new(&Checked::new(&sources, &diagnostic), 0, TAKE);
    let paths: Vec<_> =
        excerpt.snippets.iter().map(|snippet| (snippet.at.path, snippet.at.line)).collect();
    assert_eq!(paths, [("b", 1), ("a", 151)]);
}

#[test]
fn the_first_label_is_in_view_though_it_ends_far_away() {
    let take = ExcerptOptions { width: 4 + 20, ..TAKE };
    for unit in ["a", "é"] {
        let text = format!("{}@{}", unit.repeat(100), unit.repeat(10_000));
        let at = text.find('@').unwrap();
        let (rows, marks) = excerpt(&text, &[(at, text.len() - 10), (0, 1)], take);
        assert!(rows[0].1.contains('@'), "{}", rows[0].1);
        assert_eq!(text::cells(&rows[0].1, 1).nth(marks[0].0.cell).unwrap().text, "@");
    }
}

#[test]
fn the_first_labels_on_twenty_lines_are_shown_and_the_others_counted() {
    let shown = |offsets: &[u32]| {
        let mut sources = SourceMap::new();
        let file = sources.add("a", "x\n".repeat(5000)).unwrap();
        let span = |&lo: &u32| Span::new(file, lo, lo + 1).unwrap();
        let (first, others) = offsets.split_first().unwrap();
        let mut diagnostic = Diagnostic::error(code!("E1"), span(first), "m");
        others.iter().for_each(|lo| _ = diagnostic.add_secondary(span(lo), "s"));
        let excerpt = Excerpt::new(&Checked::new(&sources, &diagnostic), 0, TAKE);
        (excerpt.snippets[0].marks.len(), excerpt.remarks)
    };
    let lines: Vec<u32> = (0..1000).map(|line| line * 6).collect();
    assert_eq!(shown(&lines), (20, vec!["and 980 more labels".into()]));
    assert_eq!(shown(&lines[..21]), (20, vec!["and 1 more label".into()]));
    assert_eq!(shown(&lines[..20]), (20, vec![]));
    let one_line = vec![6; 1000];
    assert_eq!(shown(&one_line), (100, vec!["and 900 more labels".into()]), "five a line at most");
    let mut files = lines[..20].to_vec();
    files.extend([0, 6, 2, 6000]);
    assert_eq!(shown(&files), (22, vec!["and 2 more labels".into()]), "on lines that are shown");
}

#[test]
fn very_many_files_are_bounded_too() {
    let mut sources = SourceMap::new();
    let mut diagnostic = Diagnostic::error(code!("E1"), Span::empty(FileId::new(0), 0), "m");
    for n in 0..300 {
        let file = sources.add(n.to_string(), "x").unwrap();
        diagnostic.add_secondary(Span::empty(file, 0), "s");
    }
    let excerpt = Excerpt::new(&Checked::new(&sources, &diagnostic), 0, TAKE);
    assert_eq!(
        (excerpt.snippets.len(), &*excerpt.remarks),
        (20, &["and 280 more labels".into()][..])
    );
}
