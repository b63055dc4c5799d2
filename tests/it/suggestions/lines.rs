//! Which lines show a change, and what is marked in them.

use super::support::scene;

fn drawn(marked: &str, new: &[&str]) -> String {
    scene(marked, new).ascii()
}

#[test]
fn common_beginnings_and_ends_are_not_part_of_a_change() {
    assert_eq!(
        drawn("a.⟦lenth⟧()\n", &["length"]),
        "  |
1 | a.length()
  |      +
"
    );
    assert_eq!(
        drawn("if a ⟦=⟧ b\n", &["=="]),
        "  |
1 | if a == b
  |       +
"
    );
    assert_eq!(
        drawn("fn f(a: ⟦&String⟧)\n", &["&'a String"]),
        "  |
1 | fn f(a: &'a String)
  |          ++
"
    );
    assert_eq!(
        drawn("f(⟦first⟧)\n", &["_first"]),
        "  |
1 | f(_first)
  |   +
"
    );
    assert_eq!(
        drawn("⟦fn a() {\n    b\n    c\n    d\n}⟧\n", &["fn a() {\n    b\n    x\n    d\n}"]),
        "  |
3 -     c
3 +     x
  |
"
    );
}

#[test]
fn inserted_text_is_marked_without_the_blanks_at_its_ends() {
    assert_eq!(
        drawn("let ⟦⟧x = f⟦⟧\n", &["mut ", " (1)"]),
        "  |
1 | let mut x = f (1)
  |     +++       +++
"
    );
    assert_eq!(
        drawn("let x⟦⟧= 1\n", &["  "]),
        "  |
1 | let x  = 1
  |      ++
"
    );
    assert_eq!(
        drawn("f(⟦ ⟧)\n", &["x"]),
        "  |
1 | f(x)
  |   +
",
        "blanks in the place of which there is text are not lost"
    );
}

#[test]
fn replaced_text_is_shown_in_the_old_and_the_new_line() {
    let expected = "  |
1 - let ⟦a⟧ = b.⟦trim_left⟧()
1 + let ⟨c⟩ = b.⟨trim_start⟩()
  |
";
    let plain = expected.replace(['⟦', '⟧', '⟨', '⟩'], "");
    let scene = scene("let ⟦a⟧ = ⟦b.trim_left()⟧\n", &["c", "b.trim_start()"]);
    assert_eq!(scene.ascii(), plain);
    let boxed = plain.replacen('|', "╭", 1).replace('|', "╰");
    assert_eq!(scene.unicode(), boxed);
    // Only the changed words are red and green.
    let html = scene.html();
    let red = |text: &str| format!("<span class=\"vd-removed\">{text}</span>");
    let green = |text: &str| format!("<span class=\"vd-added\">{text}</span>");
    let removed = format!("{} let {} = b.{}()\n", red("-"), red("a"), red("trim_left"));
    let added = format!("{} let {} = b.{}()\n", green("+"), green("c"), green("trim_start"));
    assert!(html.contains(&removed), "{html}");
    assert!(html.contains(&added), "{html}");
}

#[test]
fn inserted_text_is_green_in_its_line() {
    let html = scene("let ⟦⟧x = 1\n", &["mut "]).html();
    assert!(html.contains("let <span class=\"vd-added\">mut</span> x = 1\n"), "{html}");
    let html = scene("a\n⟦⟧b\n", &["x < y\n"]).html();
    assert!(html.contains("+ x &lt; y</span>\n"), "a whole line is green: {html}");
}

#[test]
fn removed_text_needs_a_new_line_only_if_something_is_left() {
    assert_eq!(
        drawn("f(⟦&⟧a)\n", &[""]),
        "  |
1 - f(&a)
1 + f(a)
  |
"
    );
    let removed = "  |
2 -     .await
  |
";
    assert_eq!(drawn("a\n    ⟦.await⟧\nb\n", &[""]), removed);
    assert_eq!(drawn("a\n⟦    .await\n⟧b\n", &[""]), removed);
    assert_eq!(
        drawn("f(\n    2⟦,\n    3⟧⟦,\n    4⟧,\n)\n", &["", ""]),
        "  |
3 -     3,
4 -     4,
  |
",
        "the line before them is the same afterwards"
    );
}

#[test]
fn only_the_new_lines_of_an_insertion_of_lines_are_shown() {
    let added = "  |
2 +     use std::ops::Add;
  |
";
    assert_eq!(drawn("use a;\n    ⟦⟧struct Test;\n", &["use std::ops::Add;\n"]), added);
    assert_eq!(drawn("use a;\n    ⟦⟧struct Test;\n", &["use std::ops::Add;\n    "]), added);
    assert_eq!(drawn("use a;\n⟦⟧    struct Test;\n", &["    use std::ops::Add;\n"]), added);
    assert_eq!(drawn("use a;⟦⟧\n    struct Test;\n", &["\n    use std::ops::Add;"]), added);
    assert_eq!(
        drawn("use a;\n⟦⟧x\n", &["    use std::ops::Add;\n\n"]),
        added,
        "without the empty line"
    );
    assert_eq!(
        drawn("a\n⟦⟧struct Test;\n", &["#[derive(Clone)]\n"]),
        "  |
2 + #[derive(Clone)]
3 | struct Test;
  |
",
        "an attribute belongs to the line after it"
    );
    assert_eq!(
        drawn("a\n⟦⟧b\n", &["\n"]),
        "  |
2 +
  |
"
    );
}

#[test]
fn lines_into_which_text_is_inserted_are_shown_as_they_will_be() {
    assert_eq!(
        drawn("match x {⟦⟧}\n", &["\n    _ => 1,\n"]),
        "  |
1 ~ match x {
2 +     _ => 1,
3 ~ }
  |
"
    );
    assert_eq!(
        drawn("struct P⟦⟧ {\n    i: &⟦⟧str,\n}\n", &["<'a>", "'a "]),
        "  |
1 ~ struct P<'a> {
2 ~     i: &'a str,
  |
"
    );
    assert_eq!(
        drawn("    1 => 2⟦⟧,\n}\n", &[",\n    _ => 3"]),
        "  |
1 ~     1 => 2,
2 ~     _ => 3,
  |
"
    );
}

#[test]
fn unchanged_lines_between_changes_are_context() {
    assert_eq!(
        drawn("a⟦x⟧\nb\nc\nd\n⟦⟧e\nf\ng\nh\ni\nj\n⟦k⟧\n", &["y", "// e\n", "K"]),
        "   |
 1 - ax
 1 + ay
 2 | b
 3 | c
 4 | d
 5 + // e
 6 | e
...
11 | j
11 - k
12 + K
   |
"
    );
}

#[test]
fn lines_that_are_joined_or_split_keep_their_numbers() {
    assert_eq!(
        drawn("a⟦\n⟧b\nc\n⟦d⟧\n", &[" ", "D"]),
        "  |
1 - a
2 - b
1 + a b
2 | c
4 - d
3 + D
  |
"
    );
    assert_eq!(
        drawn("a\n⟦b⟧\nc\n⟦d⟧\n", &["", "D"]),
        "  |
2 - b
3 | c
4 - d
4 + D
  |
",
        "the second line stays, but is empty"
    );
}

#[test]
fn wide_characters_tabs_and_marks_are_aligned() {
    assert_eq!(
        drawn("日本⟦⟧ x\n", &["語"]),
        "  |
1 | 日本語 x
  |     ++
"
    );
    assert_eq!(
        drawn("\tcaf⟦e⟧\n", &["e\u{301}"]),
        "  |
1 |     cafe\u{301}
  |        +
"
    );
    assert_eq!(
        drawn("\tlet ⟦⟧x\t= 1\r\nb\r\n", &["mut "]),
        "  |
1 |     let mut x   = 1
  |         +++
"
    );
}

#[test]
fn a_change_without_effect_is_told() {
    let drawn = drawn("⟦same⟧ b⟦⟧\n", &["same", ""]);
    assert_eq!(drawn, "  = the text does not change\n");
}

#[test]
fn equal_lines_of_an_edit_are_context() {
    assert_eq!(
        drawn(
            "⟦f(\n    1,\n    \"two\",\n    2,\n    3,\n)⟧\n",
            &["f(\n    3,\n    \"two\",\n    2,\n    1,\n)"]
        ),
        "  |
2 -     1,
2 +     3,
3 |     \"two\",
4 |     2,
5 -     3,
5 +     1,
  |
"
    );
}

#[test]
fn two_lines_that_may_look_the_same_have_marks() {
    let words = "word ".repeat(60);
    let removed = scene(&format!("{words}⟦word ⟧{words}\n"), &[""]);
    let two = format!("{words}⟦word ⟧{words}⟦x⟧\n");
    let replaced = scene(&two, &["", "y"]);
    for (width, unicode) in [(40, false), (80, true), (140, false)] {
        let drawn = removed.draw(width, unicode, false);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines.len(), 5, "{drawn}");
        assert_eq!(lines[3].trim_start_matches([' ', '|', '│', '╰']), "-----", "{drawn}");

        let drawn = replaced.draw(width, unicode, false);
        let marks = |sign: &str| {
            drawn
                .lines()
                .any(|line| line.trim_start_matches([' ', '|', '│', '╰']).starts_with(sign))
        };
        assert!(marks("-----") && marks("+"), "{drawn}");
    }
}
