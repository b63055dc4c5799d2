//! Changes of characters that a reader could not see: the old and the new text look the same.

use super::support::scene;

#[test]
fn characters_that_look_alike_are_spelled_out() {
    let composed = scene("let caf⟦e\u{301}⟧ = 1\n", &["\u{e9}"]);
    assert_eq!(
        composed.ascii(),
        "  |
1 - let caf<U+0065><U+0301> = 1
1 + let caf<U+00E9> = 1
  |
"
    );
    assert_eq!(
        composed.unicode(),
        "  ╭
1 - let caf<U+0065><U+0301> = 1
1 + let caf<U+00E9> = 1
  ╰
"
    );
    let whole_word = scene("let ⟦caf\u{e9}⟧ = 1\n", &["cafe\u{301}"]);
    assert_eq!(
        whole_word.ascii(),
        "  |
1 - let caf<U+00E9> = 1
1 + let caf<U+0065><U+0301> = 1
  |
",
        "the equal characters of the word are not spelled out"
    );
    assert_eq!(
        scene("let x = 1⟦\u{37e}⟧\n", &[";"]).ascii(),
        "  |
1 - let x = 1<U+037E>
1 + let x = 1<U+003B>
  |
",
        "a Greek question mark"
    );
    assert_eq!(
        scene("let ⟦\u{430}⟧ = 1\n", &["a"]).ascii(),
        "  |
1 - let <U+0430> = 1
1 + let <U+0061> = 1
  |
",
        "a Cyrillic letter"
    );
}

#[test]
fn only_what_is_spelled_out_or_changed_is_coloured() {
    let html = scene("let caf⟦e\u{301}⟧ = 1\n", &["\u{e9}"]).html();
    let red = "let caf<span class=\"vd-removed\">&lt;U+0065&gt;&lt;U+0301&gt;</span> = 1\n";
    let green = "let caf<span class=\"vd-added\">&lt;U+00E9&gt;</span> = 1\n";
    assert!(html.contains(red) && html.contains(green), "{html}");
}

#[test]
fn invisible_characters_that_change_are_spelled_out() {
    assert_eq!(
        scene("say \"❤⟦\u{fe0f}⟧\"\n", &[""]).ascii(),
        "  |
1 - say \"❤<U+FE0F>\"
1 + say \"❤\"
  |
"
    );
    assert_eq!(
        scene("say \"❤⟦⟧\"\n", &["\u{fe0f}"]).ascii(),
        "  |
1 | say \"❤<U+FE0F>\"
  |       ++++++++
"
    );
    assert_eq!(
        scene("say \"❤⟦\u{fe0f}⟧\"\n", &["\u{fe0e}"]).ascii(),
        "  |
1 - say \"❤<U+FE0F>\"
1 + say \"❤<U+FE0E>\"
  |
"
    );
    assert_eq!(
        scene("say \"👩⟦\u{200d}⟧🔬\"\n", &[""]).unicode(),
        "  ╭
1 - say \"👩<U+200D>🔬\"
1 + say \"👩🔬\"
  ╰
"
    );
    assert_eq!(
        scene("⟦葛\u{e0100}⟧\n", &["葛"]).ascii(),
        "  |
1 - 葛<U+E0100>
1 + 葛
  |
"
    );
}

#[test]
fn each_line_is_compared_with_those_in_its_place() {
    assert_eq!(
        scene("⟦let e\u{301} = 1\nlet y = 2⟧\n", &["let \u{e9} = 1\nlet z = 2"]).ascii(),
        "  |
1 - let <U+0065><U+0301> = 1
2 - let y = 2
1 + let <U+00E9> = 1
2 + let z = 2
  |
"
    );
}

#[test]
fn text_that_looks_different_is_not_spelled_out() {
    assert_eq!(
        scene("let ⟦cafe⟧ = \"e\u{301}\"\n", &["caf\u{e9}"]).ascii(),
        "  |
1 - let cafe = \"e\u{301}\"
1 + let caf\u{e9} = \"e\u{301}\"
  |
"
    );
}

#[test]
fn characters_that_look_alike_are_told_apart() {
    assert_eq!(
        scene("let ⟦cafe\u{301}⟧ = 1\n", &["caf\u{e9}"]).narrated().trim_start(),
        "In line 1, column 5, replace \"caf<U+0065><U+0301>\" with \"caf<U+00E9>\""
    );
}

#[test]
fn a_change_far_to_the_right_is_spelled_out() {
    let before = "日本 ".repeat(400);
    let drawn = scene(&format!("{before}⟦e\u{301}⟧{before}\n"), &["\u{e9}"]).draw(60, false, false);
    assert!(drawn.contains("<U+0065><U+0301>") && drawn.contains("<U+00E9>"), "{drawn}");
}
