use super::*;
use crate::check::CheckedDiagnostic;
use crate::{Diagnostic, FileId, SourceMap, Span, code};

const OPTIONS: ExcerptOptions = ExcerptOptions {
    context_lines: 0,
    cells: CellOptions::new(4),
    glyphs: Glyphs::new(false),
    width: 60,
    column_unit: ColumnUnit::Char,
    labelled_lines: 20,
};

fn excerpt_of<'a>(
    sources: &'a SourceMap,
    diagnostic: &'a Diagnostic,
    options: ExcerptOptions,
) -> Excerpt<'a> {
    let checked = CheckedDiagnostic::new(sources, diagnostic);
    Excerpt::new(
        &LocatedLabels::new(checked.labels.iter().copied().map(DrawnLabel::from), true, options),
        0,
        options,
    )
}

type Rows = Vec<(u32, String)>;

/// Returns the rows of a source text, and the start and end of each label; there is one label per span.
fn excerpt(
    text: &str,
    spans: &[(usize, usize)],
    options: ExcerptOptions,
) -> (Rows, Vec<(CellPosition, CellPosition)>) {
    let mut sources = SourceMap::new();
    let file = sources.add("a", text).unwrap();
    let mut spans = spans.iter().map(|&(lo, hi)| Span::new(file, lo, hi).unwrap());
    let mut diagnostic = Diagnostic::error(code!("E1"), spans.next().unwrap(), "m");
    spans.for_each(|span| _ = diagnostic.add_secondary(span, "s"));
    let excerpt = excerpt_of(&sources, &diagnostic, options);
    let snippet = &excerpt.snippets[0];
    let rows = snippet.rows.iter().map(|row| (row.number, row.text.to_string())).collect();
    (rows, snippet.marks.iter().map(|mark| (mark.start, mark.end)).collect())
}

/// Returns the numbers of the lines that are shown of a file of `lines` lines.
fn numbers(lines: u32, spans: &[(usize, usize)], context: u32) -> Vec<u32> {
    let text = "x\n".repeat(lines as usize - 1);
    let options = ExcerptOptions { context_lines: context, ..OPTIONS };
    excerpt(&text, spans, options).0.into_iter().map(|(number, _)| number).collect()
}

/// Returns the cells of the only label of a source text.
fn cells(text: &str, lo: usize, hi: usize) -> (usize, usize) {
    let (_, marks) = excerpt(text, &[(lo, hi)], OPTIONS);
    assert_eq!(marks[0].0.row, marks[0].1.row);
    (marks[0].0.cell, marks[0].1.cell)
}

#[test]
fn labelled_lines_context_and_one_line_gaps_are_shown() {
    assert_eq!(numbers(20, &[(4, 5)], 0), [3]);
    assert_eq!(numbers(20, &[(4, 5)], 1), [2, 3, 4]);
    assert_eq!(numbers(20, &[(0, 1)], 2), [1, 2, 3]);
    assert_eq!(numbers(3, &[(2, 3)], 9), [1, 2], "no line follows the last line feed");
    assert_eq!(numbers(3, &[(4, 4)], 9), [1, 2, 3], "a label may point after the last line feed");
    assert_eq!(numbers(20, &[(0, 1), (4, 5)], 0), [1, 2, 3], "a gap of one line is filled");
    assert_eq!(numbers(20, &[(0, 1), (6, 7)], 0), [1, 4]);
}

#[test]
fn start_and_end_of_a_long_label_are_shown() {
    assert_eq!(numbers(20, &[(0, 7)], 0), [1, 2, 3, 4]);
    assert_eq!(numbers(20, &[(0, 19)], 0), [1, 2, 3, 4, 9, 10]);
    assert_eq!(numbers(200, &[(0, 199)], 1), [1, 2, 3, 4, 99, 100, 101]);
}

#[test]
fn a_label_ends_on_the_line_of_its_line_feed() {
    assert_eq!(numbers(9, &[(0, 2)], 0), [1]);
    assert_eq!(cells("ab\ncd", 0, 3), (0, 2));
    assert_eq!(
        cells("ab\r\ncd", 2, 4),
        (2, 3),
        "a label on a line end marks one cell after the text"
    );
}

#[test]
fn spans_are_converted_to_cells() {
    assert_eq!(cells("\tx", 1, 2), (4, 5));
    assert_eq!(cells("日本x", 3, 6), (2, 4));
    assert_eq!(cells("日", 0, 0), (0, 1), "an empty span marks one cell of a wide character");
    assert_eq!(
        cells("e\u{301}x", 1, 3),
        (0, 1),
        "a combining mark has the cell of its base character"
    );
    assert_eq!(
        cells("\u{202e}x", 3, 4),
        (8, 9),
        "the cells after a replacement are shifted by its width"
    );
    assert_eq!(cells("\u{feff}x", 0, 4), (0, 1), "a byte order mark has no cell");
    assert_eq!(cells("", 0, 0), (0, 1));
}

#[test]
fn long_lines_are_cut_around_their_labels() {
    let options = ExcerptOptions { width: 4 + 20, ..OPTIONS };
    let text: String = ('a'..='z').chain('A'..='Z').collect();
    let row = |lo, hi| {
        let (rows, marks) = excerpt(&text, &[(lo, hi)], options);
        (rows[0].1.clone(), marks[0].0.cell, marks[0].1.cell)
    };
    assert_eq!(row(0, 2), ("abcdefghijklmnopq...".into(), 0, 2));
    assert_eq!(row(50, 52), ("...JKLMNOPQRSTUVWXYZ".into(), 18, 20));
    assert_eq!(row(52, 52), ("...KLMNOPQRSTUVWXYZ".into(), 19, 20), "a cell behind the text");
    assert_eq!(row(26, 28), ("...uvwxyzABCDEFGH...".into(), 9, 11));
    assert_eq!(
        row(0, 52),
        ("abcdefghi...STUVWXYZ".into(), 0, 20),
        "the middle of a long label is omitted"
    );
}

#[test]
fn what_lies_between_labels_is_omitted() {
    let options = ExcerptOptions { width: 4 + 20, ..OPTIONS };
    let text = "x".repeat(100);
    let (_, marks) = excerpt(&text, &[(50, 51), (2, 3), (90, 95)], options);
    let cells: Vec<_> = marks.iter().map(|(start, end)| (start.cell, end.cell)).collect();
    assert_eq!(cells, [(8, 9), (2, 3), (12, 17)]);
}

#[test]
fn only_the_parts_around_the_labels_of_a_very_long_line_are_examined() {
    let options = ExcerptOptions { width: 4 + 20, ..OPTIONS };
    for unit in ["é", "日", "a", "\t", "e\u{301}"] {
        let text = format!("{}@{}", unit.repeat(100_000), unit.repeat(100_000));
        let at = text.find('@').unwrap();
        let (rows, marks) =
            excerpt(&text, &[(at, at + 1), (0, 0), (text.len(), text.len())], options);
        let row = &rows[0].1;
        let cells = text::width_of(row);
        assert!((19..=20).contains(&cells) && row.len() < 100, "{row}");
        assert_eq!(row.matches("...").count(), 2, "{row}");
        let under =
            text::cells(row, 1).find(|cluster| cluster.start == marks[0].0.cell).unwrap().text;
        assert_eq!(under, "@", "{row}");
        let ends = (marks[1].0.cell, marks[2].1.cell);
        assert_eq!(ends, (0, cells + 1), "the start and the end of the line are visible, too");
    }
    let combining_marks = format!("a{}", "\u{301}".repeat(1 << 20));
    let (rows, _) = excerpt(&combining_marks, &[(0, 1)], options);
    assert!(rows[0].1.len() < 1000, "characters without width are limited, too");
}

#[test]
fn the_whole_character_that_a_label_points_at_is_visible() {
    let options = ExcerptOptions { width: 4 + 36, ..OPTIONS };
    for c in ["日", "\u{202e}"] {
        let text = format!("{}{c}{}\nend", "a".repeat(30), "b".repeat(60));
        for end in [30, text.len()] {
            let (rows, marks) = excerpt(&text, &[(30, end)], options);
            let shown = text::one_line(c);
            assert!(rows[0].1.contains(&*shown), "{}", rows[0].1);
            let cell = marks[0].0.cell;
            assert!(text::cells(&rows[0].1, 1).any(|cluster| cluster.start == cell));
        }
    }
}

#[test]
fn labels_for_which_there_is_no_room_are_on_the_dots() {
    let options = ExcerptOptions { width: 4 + 20, ..OPTIONS };
    let text = "0123456789".repeat(20);
    let spans: Vec<_> = (0..8).map(|n| (n * 25, n * 25 + 4)).collect();
    let (rows, marks) = excerpt(&text, &spans, options);
    assert_eq!(rows[0].1, "012345...34567890...");
    let cells: Vec<_> = marks.iter().map(|(start, end)| (start.cell, end.cell)).collect();
    assert_eq!(cells[..4], [(0, 4), (11, 15), (17, 20), (17, 20)]);
    let marked = format!("{}x", "e\u{301}".repeat(2000));
    let (rows, _) = excerpt(&marked, &[(marked.len() - 1, marked.len())], options);
    assert!(rows[0].1.starts_with("...e\u{301}"), "the dots have no combining mark");
}

#[test]
fn a_wide_character_is_not_split() {
    let options = ExcerptOptions { width: 4 + 20, ..OPTIONS };
    let (rows, _) = excerpt(&"日".repeat(20), &[(0, 3)], options);
    assert_eq!(rows[0].1, format!("{}...", "日".repeat(8)), "a row may be a cell narrower");
    let label_in_the_middle = |before: &str| {
        let text = format!("{before}x{}", "本".repeat(20));
        let (rows, marks) = excerpt(&text, &[(before.len(), before.len() + 1)], options);
        (rows[0].1.clone(), marks[0].0.cell)
    };
    let even = label_in_the_middle(&"日".repeat(20));
    assert_eq!(even, ("...日日日x本本本...".to_owned(), 9));
    let odd = label_in_the_middle(&format!("a{}", "日".repeat(20)));
    assert_eq!(odd, even);
}

#[test]
fn rows_stay_aligned_where_a_wide_character_does_not_fit() {
    let options = ExcerptOptions { width: 4 + 20, ..OPTIONS };
    let [even, odd] = ["", "a"].map(|first| format!("{first}{}x{first}", "日".repeat(30)));
    let end = even.len() - 1;
    let text = format!("{even}\n{odd}\n");
    let (rows, marks) =
        excerpt(&text, &[(end, end + 1), (even.len() + end + 2, even.len() + end + 3)], options);
    let rows: Vec<_> = rows.iter().map(|row| row.1.as_str()).collect();
    assert_eq!(rows, ["...日日日日日日日x", " ...日日日日日日日xa"]);
    let cells: Vec<_> = marks.iter().map(|(start, _)| start.cell).collect();
    assert_eq!(cells, [17, 18]);
}

#[test]
fn a_remark_mentions_a_label_that_is_covered() {
    let remarks = |lo: u32, hi: u32, message: &'static str| {
        let mut sources = SourceMap::new();
        let file = sources.add("a", "a | b | c\n").unwrap();
        let span = |lo, hi| Span::new(file, lo, hi).unwrap();
        let diagnostic =
            Diagnostic::error(code!("E1"), span(0, 5), "m").with_secondary(span(lo, hi), message);
        excerpt_of(&sources, &diagnostic, OPTIONS).remarks
    };
    assert_eq!(remarks(0, 5, ""), ["another label, at a:1:1, is covered by the primary label"]);
    assert_eq!(remarks(0, 5, "b"), ["another label, at a:1:1, is covered by the primary label"]);
    assert_eq!(remarks(4, 5, ""), [""; 0], "a shorter label is drawn on top");
    assert_eq!(remarks(0, 6, ""), [""; 0], "a part of the label is visible");
}

#[test]
fn files_are_in_the_order_of_their_first_labels() {
    let mut sources = SourceMap::new();
    let a = sources.add("a", "x\n".repeat(200)).unwrap();
    let b = sources.add("b", "y").unwrap();
    let span = |file, lo: u32| Span::new(file, lo, lo + 1).unwrap();
    let diagnostic = Diagnostic::error(code!("E1"), span(b, 0), "m")
        .with_secondary(span(a, 300), "")
        .with_secondary(span(FileId::new(7), 0), "lost");
    let excerpt = excerpt_of(&sources, &diagnostic, OPTIONS);
    let paths: Vec<_> =
        excerpt.snippets.iter().map(|snippet| (snippet.at.path, snippet.at.line)).collect();
    assert_eq!(paths, [("b", 1), ("a", 151)]);
}

#[test]
fn the_start_of_a_very_long_first_label_is_visible() {
    let options = ExcerptOptions { width: 4 + 20, ..OPTIONS };
    for unit in ["a", "é"] {
        let text = format!("{}@{}", unit.repeat(100), unit.repeat(10_000));
        let at = text.find('@').unwrap();
        let (rows, marks) = excerpt(&text, &[(at, text.len() - 10), (0, 1)], options);
        assert!(rows[0].1.contains('@'), "{}", rows[0].1);
        assert_eq!(text::cells(&rows[0].1, 1).nth(marks[0].0.cell).unwrap().text, "@");
    }
}

#[test]
fn labels_on_the_first_twenty_lines_are_shown_and_the_others_counted() {
    let shown = |offsets: &[u32]| {
        let mut sources = SourceMap::new();
        let file = sources.add("a", "x\n".repeat(5000)).unwrap();
        let span = |&lo: &u32| Span::new(file, lo, lo + 1).unwrap();
        let (first, others) = offsets.split_first().unwrap();
        let mut diagnostic = Diagnostic::error(code!("E1"), span(first), "m").with_label("p");
        others.iter().for_each(|lo| _ = diagnostic.add_secondary(span(lo), "s"));
        let excerpt = excerpt_of(&sources, &diagnostic, OPTIONS);
        (excerpt.snippets[0].marks.len(), excerpt.remarks)
    };
    let lines: Vec<u32> = (0..1000).map(|line| line * 6).collect();
    assert_eq!(shown(&lines), (20, vec!["and 980 more labels".into()]));
    assert_eq!(shown(&lines[..21]), (20, vec!["and 1 more label".into()]));
    assert_eq!(shown(&lines[..20]), (20, vec![]));
    let one_line = vec![6; 1000];
    assert_eq!(
        shown(&one_line),
        (100, vec!["and 900 more labels".into()]),
        "at most five labels per line"
    );
    let mut files = lines[..20].to_vec();
    files.extend([0, 6, 2, 6000]);
    assert_eq!(
        shown(&files),
        (22, vec!["and 2 more labels".into()]),
        "more labels on the same lines fit"
    );
}

#[test]
fn the_number_of_files_is_limited() {
    let mut sources = SourceMap::new();
    let span = Span::empty(FileId::new(0), 0);
    let mut diagnostic = Diagnostic::error(code!("E1"), span, "m").with_label("p");
    for n in 0..300 {
        let file = sources.add(n.to_string(), "x").unwrap();
        diagnostic.add_secondary(Span::empty(file, 0), "s");
    }
    let excerpt = excerpt_of(&sources, &diagnostic, OPTIONS);
    assert_eq!(
        (excerpt.snippets.len(), &*excerpt.remarks),
        (20, &["and 280 more labels".into()][..])
    );
}
