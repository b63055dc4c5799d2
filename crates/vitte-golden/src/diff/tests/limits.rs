//! Large texts: the output is short, and the time is bounded by the number of lines.

use crate::diff::{json, text};

const LINES: usize = 12_000;

fn lines(line: impl Fn(usize) -> String) -> String {
    (0..LINES).map(|index| line(index) + "\n").collect()
}

/// Returns the last row of a difference, which must have at most `rows` rows.
#[track_caller]
fn last_row(difference: &str, rows: usize) -> String {
    assert!(difference.lines().count() <= rows, "{difference}");
    assert!(difference.lines().all(|row| row.len() < 1000), "{difference}");
    difference.lines().last().unwrap_or_default().trim().to_owned()
}

#[test]
fn entirely_different_texts_are_one_change() {
    let difference = text(&lines(|line| format!("a{line}")), &lines(|line| format!("b{line}")));
    assert_eq!(last_row(&difference, 90), "... 11960 more actual lines ...");
    assert!(difference.contains("... 11960 more expected lines ..."), "{difference}");
}

#[test]
fn many_changes_are_counted() {
    let third =
        |line: usize| if line % 3 == 0 { format!("line {line} x") } else { format!("line {line}") };
    let difference = text(&lines(|line| format!("line {line}")), &lines(third));
    assert_eq!(
        last_row(&difference, 210),
        "... 3960 more expected and 3960 more actual lines differ ..."
    );
}

#[test]
fn a_rotated_text_has_moved_lines() {
    let rotated = |line: usize| format!("line {}", (line + LINES / 3) % LINES);
    let difference = text(&lines(|line| format!("line {line}")), &lines(rotated));
    assert_eq!(last_row(&difference, 100), "... 3960 more moved lines ...");
}

#[test]
fn texts_of_few_different_lines_are_compared() {
    let of = |step: usize| lines(move |line| (line * line / step % 3).to_string());
    let difference = text(&of(7), &of(5));
    assert!(last_row(&difference, 210).ends_with("actual lines differ ..."), "{difference}");
}

#[test]
fn a_long_line_is_shown_around_its_change() {
    let long = "word ".repeat(400_000);
    let expected = format!("{long}one {long}\n");
    let difference = text(&expected, &format!("{long}two {long}\n"));
    let words = "word ".repeat(8);
    let after = words.trim_end();
    let marks = " ".repeat(" 1    | - [... 1999960 bytes ...]".len() + words.len() - 9);
    assert_eq!(
        difference.lines().skip(1).collect::<Vec<_>>(),
        [
            format!(" 1    | - [... 1999960 bytes ...]{words}one {after}[... 1999961 bytes ...]"),
            format!("      | {marks} ^^^"),
            format!("    1 | + [... 1999960 bytes ...]{words}two {after}[... 1999961 bytes ...]"),
            format!("      | {marks} ^^^"),
        ]
    );
    let other = "drow ".repeat(400_000);
    let difference = text(&long, &other);
    assert!(difference.contains("[... 1999920 bytes ...]"), "{difference}");
    last_row(&difference, 10);
}

#[test]
fn long_json_is_shown_in_part() {
    let of =
        |step: usize| lines(move |line| format!("{{\"code\":\"E{line}\",\"n\":{}}}", line * step));
    let difference = json(&of(1), &of(2)).unwrap();
    assert_eq!(last_row(&difference, 210), "... 11799 more differences ...");
    let long = "word ".repeat(10_000);
    let difference =
        json(&format!("\"{long}one {long}\""), &format!("\"{long}two {long}\"")).unwrap();
    assert!(difference.contains("word one word") && difference.contains("word two word"));
    assert!(difference.starts_with("value: the text differs\n    - [... 49960 bytes ...]word "));
    last_row(&difference, 5);
    let difference = json("{}", &format!("{{\"{long}\":\"{long}\"}}")).unwrap();
    last_row(&difference, 1);
}

#[test]
fn deeply_nested_json_is_compared_or_is_no_json() {
    let nested =
        |depth: usize, inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(
        json(&nested(5, "1"), &nested(5, "2")).as_deref(),
        Some("[0][0][0][0][0]: 1 -> 2\n")
    );
    assert!(json(&nested(120, "1"), &nested(120, "2")).unwrap().ends_with("[0]: 1 -> 2\n"));
    assert_eq!(json(&nested(10_000, ""), "[]"), None);
    assert_eq!(json(&"[".repeat(10_000), "[]"), None);
}
