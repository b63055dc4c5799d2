//! Changes of blanks and line ends, which a reader could not see.

use super::support::scene;

#[test]
fn changed_blanks_at_the_end_of_a_line_are_visible() {
    let removed = scene("let x = 1⟦  ⟧\nb\n", &[""]);
    assert_eq!(
        removed.ascii(),
        "  |
1 - let x = 1<SP><SP>
1 + let x = 1
  |
"
    );
    assert_eq!(
        removed.unicode(),
        "  ╭
1 - let x = 1··
1 + let x = 1
  ╰
"
    );
    let added = scene("let x = 1⟦⟧\nb\n", &[" \t"]);
    assert_eq!(
        added.ascii(),
        "  |
1 | let x = 1<SP><TAB>
  |          +++++++++
"
    );
    assert_eq!(
        added.unicode(),
        "  ╭
1 | let x = 1·→
  ╰          ++
"
        .replace('|', "│")
    );
    assert_eq!(
        scene("a\n⟦    ⟧\nb\n", &[""]).unicode(),
        "  ╭
2 - ····
2 +
  ╰
"
    );
}

#[test]
fn blanks_in_an_empty_line_are_not_another_line() {
    assert_eq!(
        scene("a\n⟦⟧\nb\n", &["    "]).ascii(),
        "  |
2 -
2 + <SP><SP><SP><SP>
  |
"
    );
    let more = scene("a\n  ⟦⟧\nb\n", &["  "]);
    assert_eq!(
        more.unicode(),
        "  ╭
2 - ··
2 + ····
  ╰
"
    );
    assert_eq!(
        scene("a\n⟦\t⟧\nb\n", &["    "]).unicode(),
        "  ╭
2 - →
2 + ····
  ╰
"
    );
    assert_eq!(
        scene("a\n⟦⟧\n⟦⟧\nb\n", &["  ", "  "]).ascii(),
        "  |
2 -
2 + <SP><SP>
3 -
3 + <SP><SP>
  |
"
    );
    for new_line in ["a\n⟦⟧b\n", "a\n⟦⟧\nb\n", "a\n⟦⟧"] {
        assert_eq!(
            scene(new_line, &["    \n"]).unicode(),
            "  ╭
2 + ····
  ╰
",
            "a new line is one"
        );
    }
}

#[test]
fn other_blanks_stay_blanks() {
    assert_eq!(
        scene("a  b ⟦c⟧  \n", &["d"]).unicode(),
        "  ╭
1 - a  b c
1 + a  b d
  ╰
",
        "the blanks at the end do not change"
    );
    assert_eq!(
        scene("a⟦  ⟧b\n", &[" "]).unicode(),
        "  ╭
1 - a  b
1 + a b
  ╰
",
        "the difference is visible"
    );
}

#[test]
fn blanks_that_look_alike_are_told_apart() {
    let tab = scene("⟦\t⟧let x\n", &["    "]);
    assert_eq!(
        tab.unicode(),
        "  ╭
1 - →   let x
1 + ····let x
  ╰
"
    );
    assert_eq!(
        tab.ascii(),
        "  |
1 - <TAB>let x
1 + <SP><SP><SP><SP>let x
  |
"
    );
    assert_eq!(
        scene("let⟦\u{a0}⟧x\n", &[" "]).unicode(),
        "  ╭
1 - let<U+00A0>x
1 + let·x
  ╰
"
    );
}

#[test]
fn lines_that_differ_only_in_blanks_never_look_the_same() {
    assert_eq!(
        scene("\ta⟦ ⟧\tb\n", &[""]).unicode(),
        "  ╭
1 -     a·  b
1 +     a   b
  ╰
",
        "the tab takes up the blank"
    );
    assert_eq!(
        scene("a\n⟦b\n  ⟧\té\n", &[""]).unicode(),
        "  ╭
2 - b
3 - ··→ é
2 + →   é
  ╰
"
    );
}

#[test]
fn the_line_feed_at_the_end_of_a_file_is_not_an_empty_line() {
    let added = "  |
2 | let x = 1
  |          + final newline
  |
";
    for line_end in ["\n", "\r\n"] {
        assert_eq!(scene("a\nlet x = 1⟦⟧", &[line_end]).ascii(), added);
        let removed = format!("a\nlet x = 1⟦{line_end}⟧");
        assert_eq!(scene(&removed, &[""]).ascii(), added.replace("+ final", "- final"));
    }
    assert_eq!(
        scene("let x = ⟦1⟧", &["2\n"]).unicode(),
        "  ╭
1 - let x = 1
1 + let x = 2
  │          + final newline
  ╰
"
    );
    assert_eq!(
        scene("a⟦⟧", &["\nb\n"]).ascii(),
        "  |
2 + b
  |  + final newline
  |
"
    );
    let long = format!("{}⟦⟧", "x".repeat(300));
    for width in [20, 40, 80, 140] {
        let drawn = scene(&long, &["\n"]).draw(width, false, false);
        assert!(drawn.contains("+ final newline\n"), "{drawn}");
        assert!(drawn.lines().all(|line| line.len() <= usize::from(width).max(24)), "{drawn}");
    }
}

#[test]
fn lines_at_the_end_of_a_file_are_lines() {
    let second = "  |
2 + b
  |
";
    assert_eq!(scene("a⟦⟧", &["\nb"]).ascii(), second);
    assert_eq!(scene("a\n⟦⟧", &["b"]).ascii(), second);
    assert_eq!(scene("a\n⟦⟧", &["b\n"]).ascii(), second);
    assert_eq!(scene("a\n⟦\n\n⟧", &[""]).ascii(), "  |\n2 -\n3 -\n  |\n");
    assert_eq!(scene("⟦⟧", &["a\n"]).ascii(), "  |\n1 + a\n  |\n");
    assert_eq!(scene("⟦a\n⟧", &[""]).ascii(), "  |\n1 - a\n  |\n");
}

#[test]
fn changed_line_ends_are_visible() {
    assert_eq!(
        scene("a⟦\r\n⟧b\r\n", &["\n"]).ascii(),
        "  |
1 - a␍
1 + a
  |
"
    );
    assert_eq!(
        scene("a⟦\n⟧b\n", &["\r\n"]).ascii(),
        "  |
1 | a␍
  |  +
"
    );
    assert_eq!(
        scene("a\n⟦\n⟧b\n", &["\r\n"]).ascii(),
        "  |
2 -
2 + ␍
  |
",
        "it is not another line"
    );
    assert_eq!(
        scene("⟦a\r\nb\r\n⟧", &["a\nb\n"]).unicode(),
        "  ╭
1 - a␍
2 - b␍
1 + a
2 + b
  ╰
"
    );
}

#[test]
fn a_byte_order_mark_stays_hidden_unless_it_is_removed() {
    let kept = scene("\u{feff}⟦⟧let\n", &["pub "]);
    assert_eq!(kept.ascii(), "  |\n1 | pub let\n  | +++\n");
    let before = scene("⟦⟧\u{feff}let\n", &["pub "]);
    assert_eq!(before.ascii(), kept.ascii(), "as the edit is applied");
    let removed = scene("⟦\u{feff}⟧let\n", &[""]).draw(80, false, false);
    let lines: Vec<&str> = removed.lines().collect();
    assert!(lines[2].starts_with("1 - ") && lines[3] == "1 + let", "{removed}");
    assert_ne!(&lines[2][4..], "let", "the mark is visible");
}
