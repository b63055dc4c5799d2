//! Alternatives of one suggestion.

use vitte_diag::{Applicability, Diagnostic, Edit, FileId, SourceMap, Span, Suggestion};

use super::support::{Scene, replace};

/// Returns a suggestion with `count` alternatives; `edit` returns the bytes and the new text of each one.
fn scene(count: usize, edit: impl Fn(usize) -> (usize, usize, String)) -> Scene {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "let a = 1\n").unwrap();
    let edits = (0..count).map(|index| {
        let (lo, hi, new) = edit(index);
        [replace(file, lo, hi, new)]
    });
    let edits: Vec<[Edit; 1]> = edits.collect();
    let suggestion = Suggestion::with_alternatives("do it", edits, Applicability::Unspecified);
    let diagnostic = Diagnostic::error(None, Span::empty(file, 0), "m");
    let diagnostic = diagnostic.with_suggestion(suggestion.unwrap());
    Scene { sources, diagnostic }
}

#[test]
fn alternatives_are_below_one_another() {
    let use_one = scene(2, |index| (0, 0, format!("use m{index};\n\n")));
    assert_eq!(
        use_one.ascii(),
        "  |
1 + use m0;
  |
1 + use m1;
  |
"
    );
    let replace_one = scene(2, |index| (4, 5, format!("m{index}")));
    assert_eq!(
        replace_one.unicode(),
        "  ╭
1 - let a = 1
1 + let m0 = 1
  │
1 - let a = 1
1 + let m1 = 1
  ╰
"
    );
    let insert_one = scene(2, |index| (4, 4, format!("m{index}::")));
    assert_eq!(
        insert_one.ascii(),
        "  |
1 | let m0::a = 1
  |     ++++
1 | let m1::a = 1
  |     ++++
",
        "the marks separate them"
    );
}

/// Returns a suggestion with alternatives; `edits` returns their edits of two files and of an unavailable one.
fn in_files(edits: impl Fn([FileId; 3]) -> Vec<Vec<Edit>>) -> Scene {
    let mut sources = SourceMap::new();
    let a = sources.add("a.vitte", "let a = 1\n").unwrap();
    let b = sources.add("b.vitte", "x = 1\ny\n").unwrap();
    let gone = sources.add_unavailable("gone.vitte", []).unwrap();
    let edits = edits([a, b, gone]);
    let suggestion = Suggestion::with_alternatives("do it", edits, Applicability::Unspecified);
    let diagnostic = Diagnostic::error(None, Span::empty(a, 0), "m");
    Scene { sources, diagnostic: diagnostic.with_suggestion(suggestion.unwrap()) }
}

#[test]
fn alternatives_in_several_files_are_separated_by_or() {
    let replaced = in_files(|[a, b, _]| {
        vec![
            vec![replace(a, 4, 5, "c"), replace(b, 0, 1, "z")],
            vec![replace(b, 0, 1, "w")],
            vec![replace(a, 4, 5, "d")],
        ]
    });
    assert_eq!(
        replaced.ascii(),
        "  |
1 - let a = 1
1 + let c = 1
  |
 --> b.vitte:1:1
  |
1 - x = 1
1 + z = 1
  |
  = or:
 --> b.vitte:1:1
  |
1 - x = 1
1 + w = 1
  |
  = or:
 --> a.vitte:1:5
  |
1 - let a = 1
1 + let d = 1
  |
"
    );
    let inserted = in_files(|[a, b, _]| {
        vec![
            vec![replace(a, 0, 0, "pub "), replace(b, 0, 0, "pub ")],
            vec![replace(a, 4, 5, "a")],
            vec![replace(b, 0, 0, "my ")],
        ]
    });
    assert_eq!(
        inserted.unicode(),
        "  ╭
1 │ pub let a = 1
  │ +++
  │
  ├─▸ b.vitte:1:1
  │
1 │ pub x = 1
  │ +++
  │
  ├ or:
  ├ the text does not change
  ├ or:
  ├─▸ b.vitte:1:1
  │
1 │ my x = 1
  ╰ ++
"
    );
}

#[test]
fn alternatives_in_an_unavailable_file_are_separated_by_or() {
    let gone = in_files(|[.., gone]| {
        vec![
            vec![replace(gone, 4, 4, "a"), replace(gone, 9, 9, "b")],
            vec![replace(gone, 4, 4, "c")],
        ]
    });
    assert_eq!(
        gone.ascii(),
        " --> gone.vitte
  |
  + a
  |
 --> gone.vitte
  |
  + b
  |
  = or:
 --> gone.vitte
  |
  + c
  |
"
    );
}

#[test]
fn alternatives_in_one_file_need_no_or() {
    let other = in_files(|[_, b, _]| {
        vec![
            vec![replace(b, 0, 1, "z"), replace(b, 6, 7, "k")],
            vec![replace(b, 0, 1, "w"), replace(b, 6, 7, "l")],
        ]
    });
    assert_eq!(
        other.ascii(),
        " --> b.vitte:1:1
  |
1 - x = 1
1 + z = 1
2 - y
2 + k
  |
1 - x = 1
1 + w = 1
2 - y
2 + l
  |
"
    );
}

#[test]
fn the_number_of_omitted_alternatives_is_shown() {
    let use_one = |count| scene(count, |index| (0, 0, format!("use m{index};\n"))).ascii();
    assert!(use_one(4).ends_with("1 + use m3;\n  |\n"), "{}", use_one(4));
    assert!(use_one(5).ends_with("1 + use m3;\n  |\n  = and 1 other candidate\n"));
    assert!(use_one(15).ends_with("1 + use m3;\n  |\n  = and 11 other candidates\n"));
    let insert_one = scene(5, |index| (4, 4, format!("m{index}_")));
    assert!(insert_one.ascii().ends_with("  |     +++\n  = and 1 other candidate\n"));
}

#[test]
fn each_line_of_a_long_alternative_is_drawn_or_counted() {
    let lines = |index: usize| (0, 0, format!("use m{index};\n").repeat(9));
    let drawn = scene(5, lines).draw(80, false, false);
    let shown = drawn.lines().filter(|line| line.contains(" + use")).count();
    assert_eq!(shown, 20);
    // The third alternative has two lines of nine.
    assert!(
        drawn.ends_with("...\n  |\n  = and 7 more changed lines\n  = and 2 other candidates\n"),
        "{drawn}"
    );
}
