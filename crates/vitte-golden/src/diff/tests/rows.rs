//! The difference between two texts.

use crate::diff::text;

/// Asserts the rows below the first one, which explains the signs.
#[track_caller]
fn assert_rows(expected: &str, actual: &str, rows: &[&str]) {
    let difference = text(expected, actual);
    let mut lines = difference.lines();
    assert_eq!(lines.next(), Some("- expected, + actual"));
    assert_eq!(lines.collect::<Vec<_>>(), rows, "{difference}");
}

/// Returns lines with the numbers of a range.
fn numbered(numbers: impl IntoIterator<Item = usize>) -> String {
    numbers.into_iter().map(|number| format!("line {number}\n")).collect()
}

#[test]
fn equal_texts_have_no_difference() {
    for same in ["", "a", "a\n", "\u{feff}a\r\n"] {
        assert_eq!(text(same, same), "");
    }
}

#[test]
fn changed_words_are_marked() {
    assert_rows(
        "error: expected item\n --> a.vitte:3:7\n  |\n3 | let x = 1;\n  |         ^ here\n",
        "error: expected an item\n --> a.vitte:4:7\n  |\n3 | let x = 1;\n  |        ^ here\n= help: try\n",
        &[
            " 1    | - error: expected item",
            "    1 | + error: expected an item",
            "      |                   ^^^",
            " 2    | -  --> a.vitte:3:7",
            "      |                ^",
            "    2 | +  --> a.vitte:4:7",
            "      |                ^",
            " 3  3 |     |",
            " 4  4 |   3 | let x = 1;",
            " 5    | -   |         ^ here",
            "      |              ^",
            "    5 | +   |        ^ here",
            "    6 | + = help: try",
        ],
    );
}

#[test]
fn marks_are_placed_by_cells() {
    assert_rows(
        "\t日本語 foo bar\n",
        "\t日本語 fox bar\n",
        &[
            " 1    | -     日本語 foo bar",
            "      |              ^^^",
            "    1 | +     日本語 fox bar",
            "      |              ^^^",
        ],
    );
}

#[test]
fn lines_that_share_no_word_are_not_marked() {
    assert_rows("foo\n", "bar baz\n", &[" 1    | - foo", "    1 | + bar baz"]);
}

#[test]
fn an_added_line_between_changed_ones_is_found() {
    assert_rows(
        "let a = one;\nlet b = two;\n",
        "let a = 1;\nprint(a);\nlet b = 2;\n",
        &[
            " 1    | - let a = one;",
            "      |           ^^^",
            "    1 | + let a = 1;",
            "      |           ^",
            "    2 | + print(a);",
            " 2    | - let b = two;",
            "      |           ^^^",
            "    3 | + let b = 2;",
            "      |           ^",
        ],
    );
}

#[test]
fn distant_changes_have_a_separator() {
    let expected = numbered(1..=20);
    let actual = expected.replace("line 4\n", "").replace("line 15\n", "row 15\n");
    assert_rows(
        &expected,
        &actual,
        &[
            "  1   1 |   line 1",
            "  2   2 |   line 2",
            "  3   3 |   line 3",
            "  4     | - line 4",
            "  5   4 |   line 5",
            "  6   5 |   line 6",
            "  7   6 |   line 7",
            "        ... 4 equal lines ...",
            " 12  11 |   line 12",
            " 13  12 |   line 13",
            " 14  13 |   line 14",
            " 15     | - line 15",
            "        |   ^^^^",
            "     14 | + row 15",
            "        |   ^^^",
            " 16  15 |   line 16",
            " 17  16 |   line 17",
            " 18  17 |   line 18",
        ],
    );
}

#[test]
fn a_separator_never_replaces_a_single_line() {
    let expected = numbered(1..=9);
    let actual = expected.replace("line 1\n", "").replace("line 9\n", "");
    let difference = text(&expected, &actual);
    assert!(difference.contains(" 5  4 |   line 5\n"), "{difference}");
    assert!(!difference.contains("..."), "{difference}");
}

#[test]
fn moved_lines_are_shown_as_moved() {
    assert_rows(
        "one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
        "two\nthree\nfour\nfive\nsix\nseven\none\n",
        &[
            " 1    | < moved to line 7: one",
            " 2  1 |   two",
            " 3  2 |   three",
            " 4  3 |   four",
            " 5  4 |   five",
            " 6  5 |   six",
            " 7  6 |   seven",
            "    7 | > moved from line 1: one",
        ],
    );
}

#[test]
fn lines_of_punctuation_are_not_moved_and_others_are_moved_once() {
    assert_rows(
        "}\nrow\n\na\nb\n",
        "a\nb\nrow\n}\nrow\n\n",
        &[
            "    1 | > moved from line 4: a",
            "    2 | > moved from line 5: b",
            "    3 | + row",
            " 1  4 |   }",
            " 2  5 |   row",
            " 3  6 |",
            " 4    | < moved to line 1: a",
            " 5    | < moved to line 2: b",
        ],
    );
    assert_rows(
        "}\nrow\n\na\nb\nc\nd\n",
        "a\nb\nc\nd\nrow\n\n}\nrow\n",
        &[
            " 1    | - }",
            " 2    | < moved to line 5: row",
            " 3    | -",
            " 4  1 |   a",
            " 5  2 |   b",
            " 6  3 |   c",
            " 7  4 |   d",
            "    5 | > moved from line 2: row",
            "    6 | +",
            "    7 | + }",
            "    8 | + row",
        ],
    );
}

#[test]
fn blanks_are_visible() {
    assert_rows(
        "a \nb\n",
        "a\nb\n",
        &[" 1    | - a ", "      |    ^ trailing blank", "    1 | + a", " 2  2 |   b"],
    );
    assert_rows("\n", "  \n", &[" 1    | -", "    1 | +   ", "      |   ^^ trailing blanks"]);
    assert_rows(
        "    a\n",
        "\ta\n",
        &[" 1    | -     a", "      |   ^^^^", "    1 | + \\ta", "      |   ^^"],
    );
    assert_rows(
        "a\u{a0}b\n",
        "a b\n",
        &[" 1    | - a\\u{a0}b", "      |    ^^^^^^", "    1 | + a\\u{20}b", "      |    ^^^^^^"],
    );
}

#[test]
fn line_ends_are_sentences() {
    assert_rows(
        "a\nb\nc\nd\n",
        "a\r\nb\r\nc\nd\r\n",
        &["lines 1-2, 4 end in LF in the expected text, in CRLF in the actual one"],
    );
    assert_rows(
        "a\r\n",
        "a\n",
        &["line 1 ends in CRLF in the expected text, in LF in the actual one"],
    );
    let odd = |end: &str| -> String {
        (0..20).map(|line| format!("{line}{}", if line % 2 == 0 { end } else { "\n" })).collect()
    };
    assert_rows(
        &odd("\n"),
        &odd("\r\n"),
        &[
            "lines 1, 3, 5, 7 and 6 more lines end in LF in the expected text, in CRLF in the actual one",
        ],
    );
    assert_rows("a\nb\r\n", "a\n", &[" 1  1 |   a", " 2    | - b\\r"]);
    assert_rows(
        "a\r",
        "a\n",
        &[
            "the actual text ends with a line feed, the expected one does not",
            " 1    | - a\\r",
            "      |    ^^",
            "    1 | + a",
        ],
    );
}

#[test]
fn a_missing_final_line_feed_and_a_byte_order_mark_are_sentences() {
    assert_rows("a\n", "a", &["the expected text ends with a line feed, the actual one does not"]);
    assert_rows(
        "a\nb",
        "a\nc\n",
        &[
            "the actual text ends with a line feed, the expected one does not",
            " 1  1 |   a",
            " 2    | - b",
            "    2 | + c",
        ],
    );
    assert_rows(
        "",
        "a",
        &[
            "the expected text is empty, the actual one does not end with a line feed",
            "    1 | + a",
        ],
    );
    assert_rows(
        "\u{feff}a\n",
        "a\n",
        &["the expected text begins with a byte order mark (U+FEFF), the actual one does not"],
    );
    assert_rows("", "\n", &["    1 | +"]);
}

#[test]
fn characters_that_a_terminal_interprets_are_escaped() {
    assert_rows(
        "a\u{1b}[1m b\n",
        "a\u{1b}[2m b\n",
        &[" 1    | - a␛[1m b", "      |      ^^", "    1 | + a␛[2m b", "      |      ^^"],
    );
    assert_rows("", "\u{202e}x\u{7f}\n", &["    1 | + <U+202E>x␡"]);
}

#[test]
fn what_looks_like_an_escape_is_escaped_itself() {
    assert_rows("", "␛ <U+202E>\n", &["    1 | + \\u{241b} \\u{3c}U+202E>"]);
    assert_rows(
        "x\u{1b}\n",
        "x␛\n",
        &[" 1    | - x\\u{1b}", "      |    ^^^^^^", "    1 | + x\\u{241b}", "      |    ^^^^^^^^"],
    );
    assert_rows(
        "a\tb\n",
        "a\\tb\n",
        &[" 1    | - a\\u{9}b", "      |    ^^^^^^", "    1 | + a\\u{5c}tb", "      |    ^^^^^^^^"],
    );
}

#[test]
fn words_that_look_the_same_are_spelled() {
    for (expected, actual, shown_expected, shown_actual) in [
        ("caf\u{e9} x", "cafe\u{301} x", "caf\\u{e9} x", "cafe\\u{301} x"),
        ("p\u{430}ss", "pass", "p\\u{430}ss", "pass"),
        ("us\u{200b}er", "user", "us\\u{200b}er", "user"),
        ("❤\u{fe0f} a", "❤ a", "❤<U+FE0F> a", "❤ a"),
    ] {
        let difference = text(&format!("{expected}\n"), &format!("{actual}\n"));
        assert!(difference.contains(&format!("- {shown_expected}\n")), "{difference}");
        assert!(difference.contains(&format!("+ {shown_actual}\n")), "{difference}");
    }
}

#[test]
fn lines_that_look_like_a_moved_one_are_marked_where_they_differ() {
    assert_rows(
        "\tx = 1\none\ntwo\nthree\n",
        "one\ntwo\nthree\n    x = 1\n",
        &[
            " 1    | - \\tx = 1",
            "      |   ^^",
            " 2  1 |   one",
            " 3  2 |   two",
            " 4  3 |   three",
            "    4 | +     x = 1",
            "      |   ^^^^",
        ],
    );
}

#[test]
fn a_word_that_changed_in_part_is_marked() {
    assert_rows(
        "foo_bar(x)\n",
        "foo_baz(x, y)\n",
        &[
            " 1    | - foo_bar(x)",
            "      |   ^^^^^^^",
            "    1 | + foo_baz(x, y)",
            "      |   ^^^^^^^  ^^^",
        ],
    );
}
