//! The difference between two JSON texts.

use crate::diff::json;

#[track_caller]
fn assert_rows(expected: &str, actual: &str, rows: &[&str]) {
    let difference = json(expected, actual).unwrap();
    assert_eq!(difference.lines().collect::<Vec<_>>(), rows, "{difference}");
}

const FIRST: &str = r#"{"severity":"error","code":"E0001","message":"expected item","labels":[{"style":"primary","lo":1,"hi":2,"message":"expected item"}],"suggestions":[]}"#;
const SECOND: &str =
    r#"{"severity":"warning","code":"W0100","message":"unused name","labels":[],"suggestions":[]}"#;
const THIRD: &str = r#"{"severity":"error","code":"E0308","message":"mismatched types","labels":[],"suggestions":[]}"#;

#[test]
fn equal_texts_have_no_difference_and_other_formats_have_none() {
    assert_eq!(json(FIRST, FIRST).as_deref(), Some(""));
    assert_eq!(json("", "").as_deref(), Some(""));
    for invalid in ["{", "text", "{\"a\":1}\ntext\n{}\n", "[1,]", "\u{feff}1", "01", "\"\\ud800\""]
    {
        assert_eq!(json(invalid, "{}"), None, "{invalid}");
        assert_eq!(json("{}", invalid), None, "{invalid}");
        assert_eq!(json(invalid, invalid), None, "{invalid}");
    }
}

#[test]
fn each_field_that_differs_has_its_path() {
    let actual = FIRST
        .replace("\"message\":\"expected item\"}]", "\"message\":\"expected an item\"}]")
        .replace("\"lo\":1", "\"lo\":null")
        .replace(
            "\"suggestions\":[]",
            "\"suggestions\":[{\"message\":\"remove it\"}],\"x y\":true",
        );
    assert_rows(
        &format!("{SECOND}\n{FIRST}\n"),
        &format!("{SECOND}\n{actual}\n"),
        &[
            "line 2: labels[0].lo: 1 -> null",
            r#"line 2: labels[0].message: "expected item" -> "expected an item""#,
            r#"line 2: suggestions[0]: added: {"message":"remove it"}"#,
            r#"line 2: "x y": added: true"#,
        ],
    );
    assert_rows(
        r#"{"a":{"b":1,"c":[1]}}"#,
        r#"{"a":{"b":"1"}}"#,
        &[r#"a.b: 1 -> "1""#, "a.c: removed: [1]"],
    );
    assert_rows("null", "[]", &["value: null -> []"]);
}

#[test]
fn an_added_line_does_not_change_later_ones() {
    assert_rows(
        &format!("{FIRST}\n{SECOND}\n"),
        &format!("{THIRD}\n{}\n{SECOND}\n", FIRST.replace("\"lo\":1", "\"lo\":0")),
        &[
            r#"line 1: added: {"severity":"error","code":"E0308","message":"mismatched types","labels":[],"suggestions":[]}"#,
            "line 1 -> 2: labels[0].lo: 1 -> 0",
        ],
    );
    assert_rows(
        &format!("{FIRST}\n{SECOND}\n"),
        &format!("{SECOND}\n{FIRST}\n"),
        &["line 2 -> 1: moved"],
    );
    assert_rows("", "{}\n", &["line 1: added: {}"]);
    assert_rows("{}\n\n[]\n", "{}\n", &["line 3: removed: []"]);
}

#[test]
fn elements_of_arrays_are_aligned() {
    assert_rows("[1,2,3]", "[1,4,2,3]", &["[1]: added: 4"]);
    assert_rows("[1,2,3]", "[1,5,3]", &["[1]: 2 -> 5"]);
    assert_rows("[1,2]", "[3,4]", &["[0]: 1 -> 3", "[1]: 2 -> 4"]);
    assert_rows("[1,2,3]", "[3,1,2]", &["[2 -> 0]: moved"]);
    assert_rows(
        r#"{"labels":[{"lo":1,"message":"a"},{"lo":2,"message":"b"}]}"#,
        r#"{"labels":[{"lo":0,"message":"c"},{"lo":1,"message":"a"},{"lo":3,"message":"b"}]}"#,
        &[r#"labels[0]: added: {"lo":0,"message":"c"}"#, "labels[1 -> 2].lo: 2 -> 3"],
    );
}

#[test]
fn numbers_are_compared_as_they_are_written() {
    for (expected, actual) in [
        ("1", "1.0"),
        ("1.0", "1.00"),
        ("1e400", "1e401"),
        ("18446744073709551615", "18446744073709551616"),
        ("18446744073709551616", "18446744073709551617"),
        ("0", "-0"),
        ("0.1", "0.10000000000000000001"),
    ] {
        assert_rows(expected, actual, &[&format!("value: {expected} -> {actual}")]);
    }
}

#[test]
fn repeated_fields_are_compared_in_their_order() {
    assert_rows(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#, &["a#2: 2 -> 3"]);
    assert_rows(r#"{"a":1,"a":2}"#, r#"{"a":2}"#, &["a: 1 -> 2", "a#2: removed: 2"]);
}

#[test]
fn the_order_of_fields_is_reported() {
    assert_rows(
        r#"{"a":1,"b":{"c":1,"d":2}}"#,
        r#"{"b":{"d":2,"c":1},"a":1}"#,
        &[
            "the same values; the order of fields differs",
            "b: the order of fields differs: c, d -> d, c",
            "value: the order of fields differs: a, b -> b, a",
        ],
    );
    assert_rows(
        "{}\n{\"a\":1,\"b\":2}\n",
        "{}\n{\"b\":2,\"a\":1}\n",
        &[
            "the same values; the order of fields differs",
            "line 2: the order of fields differs: a, b -> b, a",
        ],
    );
    assert_rows(
        r#"{"a":1,"b":2}"#,
        r#"{"b":3,"a":1}"#,
        &["b: 2 -> 3", "value: the order of fields differs: a, b -> b, a"],
    );
}

#[test]
fn white_space_and_escapes_are_shown_as_text() {
    assert_rows(
        "{\"a\":1}\n",
        "{ \"a\":1}\n",
        &[
            "the same values and the same order of fields; only white space differs",
            " 1    | - {\"a\":1}",
            "    1 | + { \"a\":1}",
            "      |    ^",
        ],
    );
    assert_rows(
        "{}\n[]\n",
        "{}\r\n[]",
        &[
            "the same values and the same order of fields; only white space differs",
            "line 1 ends in LF in the expected text, in CRLF in the actual one",
            "the expected text ends with a line feed, the actual one does not",
        ],
    );
    assert_rows(
        r#"{"a":"\u0041 \\"}"#,
        r#"{"a":"A \\"}"#,
        &[
            "the same values and the same order of fields; strings are written with other escapes",
            r#" 1    | - {"a":"\u0041 \\"}"#,
            "      |         ^^^^^^",
            r#"    1 | + {"a":"A \\"}"#,
            "      |         ^",
        ],
    );
}

#[test]
fn strings_are_shown_so_that_they_differ() {
    assert_rows("\"caf\u{e9}\"", "\"cafe\u{301}\"", &[r#"value: "caf\u00e9" -> "cafe\u0301""#]);
    assert_rows(r#""\u001b[1m""#, r#""\u202e\t""#, &[r#"value: "\u001b[1m" -> "\u202e\t""#]);
    assert_rows(r#""a\n""#, r#""a""#, &[r#"value: "a\n" -> "a""#]);
    assert_rows(
        r#"{"rendered":"a\nb\nc\n"}"#,
        r#"{"rendered":"a\nx\nc\n"}"#,
        &[
            "rendered: the text differs",
            "     1  1 |   a",
            "     2    | - b",
            "        2 | + x",
            "     3  3 |   c",
        ],
    );
    let of = |animal: &str| {
        format!("{{\"m\":\"the quick brown fox jumps over the lazy {animal} and sleeps long\"}}")
    };
    assert_rows(
        &of("dog"),
        &of("cat"),
        &[
            "m: the text differs",
            "    - the quick brown fox jumps over the lazy dog and sleeps long",
            "                                              ^^^",
            "    + the quick brown fox jumps over the lazy cat and sleeps long",
            "                                              ^^^",
        ],
    );
}

#[test]
fn an_order_that_differs_in_many_objects_is_reported_once() {
    assert_rows(
        "[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"a\":5,\"b\":6}]",
        "[{\"b\":2,\"a\":1},{\"b\":4,\"a\":3},{\"b\":6,\"a\":5}]",
        &[
            "the same values; the order of fields differs",
            "[0]: the order of fields differs: a, b -> b, a (and in 2 more objects)",
        ],
    );
}

#[test]
fn a_line_added_among_many_changed_ones_is_found() {
    let line = |number: usize, lo: usize| {
        format!(
            "{{\"code\":\"E{number:04}\",\"message\":\"unknown name `x{number}`\",\"lo\":{lo}}}\n"
        )
    };
    let expected: String = (0..300).map(|number| line(number, number)).collect();
    let mut actual: Vec<_> = (0..300).map(|number| line(number, number + 1)).collect();
    actual.insert(20, line(9999, 7));
    let difference = json(&expected, &actual.concat()).unwrap();
    let added = difference.lines().filter(|row| row.contains("added")).collect::<Vec<_>>();
    assert_eq!(
        added,
        [r#"line 21: added: {"code":"E9999","message":"unknown name `x9999`","lo":7}"#],
        "{difference}"
    );
    assert!(difference.contains("line 100 -> 101: lo: 99 -> 100\n"), "{difference}");
    assert!(difference.ends_with("... 101 more differences ...\n"), "{difference}");
}
