//! How labels, cuts and messages are drawn: each scene at several widths, in ASCII, Unicode and colour.
//!
//! The scenes are what people reported of other renderers: labels that run past the width, labels inside one another,
//! rows that are cut each for itself.

use std::fmt::Write as _;

use vitte_diag::{
    Diagnostic, DiagnosticBag, Format, HumanEmitter, Severity, SourceMap, Span, text,
};

use crate::common::{CODE, assert_snapshot, human, mark, on_terminal, readable, written};

const WIDTHS: [u16; 4] = [20, 40, 80, 140];

/// A source text with marked spans, and the messages of the labels: of `⟦…⟧`, then of each `⟨…⟩`.
fn scene(marked: &str, messages: &[&str]) -> (SourceMap, Diagnostic) {
    let marked = mark(marked);
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", marked.text).unwrap();
    let span = |(lo, hi)| Span::new(file, lo, hi).unwrap();
    let message = |index: usize| messages.get(index).copied().unwrap_or_default().to_owned();
    let mut diagnostic =
        Diagnostic::error(CODE, span(marked.primary[0]), "m").with_label(message(0));
    for (index, range) in marked.secondary.iter().enumerate() {
        diagnostic.add_secondary(span(*range), message(index + 1));
    }
    (sources, diagnostic)
}

fn drawn(
    (sources, diagnostic): &(SourceMap, Diagnostic),
    settings: impl Fn(HumanEmitter<Vec<u8>>) -> HumanEmitter<Vec<u8>>,
) -> String {
    let bag: DiagnosticBag = [diagnostic.clone()].into_iter().collect();
    human(sources, &bag, settings)
}

/// Draws a scene at all widths in ASCII and Unicode, and in colour at 80 cells. Checks that no line is too wide and that
/// colours change nothing else.
fn all(scene: &(SourceMap, Diagnostic)) -> String {
    let mut out = String::new();
    for width in WIDTHS {
        for unicode in [false, true] {
            let settings =
                |human: HumanEmitter<Vec<u8>>| human.with_width(width).with_unicode(unicode);
            let plain = drawn(scene, settings);
            for line in plain.lines() {
                assert!(text::width_of(line) <= usize::from(width), "{width}: {line}");
            }
            let coloured = drawn(scene, |human| settings(human).with_color(true));
            assert_eq!(on_terminal(&coloured).0, plain);
            writeln!(out, "== {width} ==\n{plain}").unwrap();
        }
    }
    let coloured = drawn(scene, |human| human.with_width(80).with_color(true));
    writeln!(out, "== coloured ==\n{}", readable(&coloured)).unwrap();
    out
}

/// Draws a scene in ASCII at 80 cells, without the lines above the source.
fn at_80(marked: &str, messages: &[&str]) -> String {
    let plain = drawn(&scene(marked, messages), |human| human.with_width(80));
    plain.split_once("  |\n").unwrap().1.to_owned()
}

#[test]
fn a_message_that_does_not_fit_hangs_below_its_label() {
    let scene = scene(
        "    let total = compute_total(first_order, second_order, shipping_fee, ⟦disc⟧);\n",
        &["not found in this scope, a local variable with a similar name exists"],
    );
    assert_snapshot!("a_message_past_the_width", all(&scene));
}

#[test]
fn messages_of_several_labels_fit() {
    let scene = scene(
        "let total = ⟨compute_total⟩(⟨first_order⟩, ⟦second_order⟧, ⟨shipping_fee⟩);\n",
        &[
            "expected a price in cents, found the number of an order",
            "this function takes three prices and returns their sum",
            "this is the price of the first order, without taxes",
            "the fee for the way to the customer",
        ],
    );
    assert_snapshot!("messages_of_several_labels", all(&scene));
}

#[test]
fn moved_messages_are_connected_to_their_labels() {
    let scene = scene(
        "let some_variable_name = other_function(⟦first⟧, ⟨second⟩);\n",
        &[
            "expected a value of the type that the function declares",
            "this one is a string slice but should be a number",
        ],
    );
    let unicode = |width| drawn(&scene, |human| human.with_width(width).with_unicode(true));
    assert_eq!(
        unicode(80),
        "\
error[E0042]: m
  ╭─▸ a.vitte:1:41
  │
1 │ let some_variable_name = other_function(first, second);
  │                                         ┯━━━━  ┬─────
  │                                         │     ╭╯
  │                                         │     this one is a string slice but
  │                                         │     should be a number
  │                      ╭──────────────────╯
  ╰                      expected a value of the type that the function declares
"
    );
    // Here is more room on the left of the stems.
    assert_eq!(
        unicode(40),
        "\
error[E0042]: m
  ╭─▸ a.vitte:1:41
  │
1 │ …me = other_function(first, second);
  │                      ┯━━━━  ┬─────
  │     ╭────────────────╯      │
  │     expected a value of the │
  │     type that the function  │
  │     declares                │
  │           ╭─────────────────╯
  │           this one is a string slice
  ╰           but should be a number
"
    );
    assert_snapshot!("moved_messages", all(&scene));
}

#[test]
fn a_multi_line_label_that_is_given_twice_has_one_end() {
    let scene = scene("a ⟦⟨b\nc\nd⟩⟧ ⟨e⟩\n", &["one", "two", "three"]);
    let [ascii, unicode] = [false, true].map(|unicode| {
        let out = drawn(&scene, |human| human.with_unicode(unicode));
        out.split_once("1:3\n").unwrap().1.to_owned()
    });
    assert_eq!(
        ascii,
        "  |
1 |   a b
  |  ___^
2 | | c
3 | | d e
  | | ^ - three
  | |_|
  |   one
  |   two
"
    );
    assert_eq!(
        unicode,
        "  │
1 │   a b
  │ ┏━━━┛
2 │ ┃ c
3 │ ┃ d e
  │ ┃ ┯ ─ three
  │ ┗━┥
  │   ├ one
  ╰   ╰ two
"
    );
}

#[test]
fn multi_line_labels_that_end_in_the_same_cell_have_an_end_each() {
    let scene = scene("⟨a\n⟨b\n⟦ x\nc d⟧⟩⟩\n", &["one", "inner", "outer"]);
    let out = drawn(&scene, |human| human.with_unicode(true));
    assert_eq!(
        out.split_once("4 │ ").unwrap().1,
        "││┃ c d
  │ ││┃   ┯
  │ ││┗━━━┥
  │ │╰────┤
  │ ╰─────┤
  │       ├ one
  │       ├ inner
  ╰       ╰ outer
"
    );
}

#[test]
fn the_message_at_the_end_of_a_multi_line_label_fits() {
    let scene = scene(
        "fn main() {\n    call(⟦|first, second| {\n        first\n    }, first_argument, second_argument, third_argument⟧);\n}\n",
        &["the closure and its arguments are not what the function expects at this place"],
    );
    assert_snapshot!("the_end_of_a_multi_line_label", all(&scene));
}

#[test]
fn a_shorter_label_is_drawn_on_top_of_a_longer_one() {
    assert_eq!(
        at_80("let t = ⟦{foo,⟨**⟩,bar}⟧\n", &["in this alternative", "this wildcard"]),
        "1 | let t = {foo,**,bar}
  |         ^^^^^--^^^^^
  |         |    |
  |         |    this wildcard
  |         in this alternative
"
    );
    let attribute = at_80("#[⟦repr ⟨= \"C\"⟩ ⟧]\n", &[]);
    assert_eq!(attribute, "1 | #[repr = \"C\" ]\n  |   ^^^^^-----^\n");
    let outer = at_80("⟨let t = ⟦{foo}⟧;⟩\n", &["", ""]);
    assert_eq!(outer, "1 | let t = {foo};\n  | --------^^^^^-\n");
}

#[test]
fn of_equal_labels_the_primary_one_is_visible_and_a_note_counts_the_others() {
    let drawn = at_80("let ⟦⟨t⟩⟧ = 1\n", &["this one"]);
    assert!(drawn.starts_with("1 | let t = 1\n  |     ^ this one\n"), "{drawn}");
    let note = "= note: another label, at a.vitte:1:5, is covered by the primary label\n";
    assert!(drawn.ends_with(note), "{drawn}");
    let both = at_80("let ⟦⟨t⟩⟧ = 1\n", &["this one", "and so is this"]);
    assert_eq!(
        both,
        "1 | let t = 1\n  |     ^\n  |     |\n  |     this one\n  |     and so is this\n"
    );
}

#[test]
fn the_rows_of_a_snippet_are_cut_at_the_same_cell() {
    let indent = " ".repeat(40);
    let text = format!(
        "{indent}let point = ⟦Point {{\n{indent}    first: compute_the_first(1),\n{indent}    second: 2,\n{indent}}}⟧;\n"
    );
    let scene = scene(&text, &["a field is missing"]);
    assert_snapshot!("one_window_for_all_rows", all(&scene));
}

#[test]
fn what_lies_between_two_labels_is_omitted() {
    let zeros = "0, ".repeat(100);
    let far = scene(&format!("call(⟨first⟩, {zeros}⟦last⟧);\n"), &["here", "and there"]);
    let long = scene(&format!("let v: ⟨[u8; 3]⟩ = ⟦[{zeros}0]⟧;\n"), &["101 numbers", "three"]);
    let alone = scene(&format!("    call({zeros}⟦last⟧, {zeros});\n"), &["here"]);
    assert_snapshot!("labels_far_apart", [far, long, alone].iter().map(all).collect::<String>());
}

#[test]
fn wide_characters_are_not_cut_in_two() {
    let wide = "日本語 ".repeat(20);
    let label = scene(&format!("{wide}⟦x⟧ {wide}\n"), &["here"]);
    let at = |width, unicode| {
        let drawn = drawn(&label, |human| human.with_width(width).with_unicode(unicode));
        drawn.lines().skip(3).collect::<Vec<_>>().join("\n")
    };
    let widths = [(37, false), (38, false), (39, false), (37, true)];
    let rows: Vec<_> = widths.into_iter().map(|(width, unicode)| at(width, unicode)).collect();
    assert_eq!(
        rows.join("\n"),
        "1 | ...本語 日本語 x 日本語 日本語...
  |                ^ here
1 | ...本語 日本語 x 日本語 日本語 ...
  |                ^ here
1 | ...日本語 日本語 x 日本語 日本語...
  |                  ^ here
1 │ … 日本語 日本語 x 日本語 日本語 …
  ╰                 ━ here"
    );
    for (width, unicode) in (20..90).flat_map(|width| [(width, false), (width, true)]) {
        let drawn = at(width, unicode);
        let (row, marks) = drawn.split_once('\n').unwrap();
        let row = &row[row.find(['|', '│']).unwrap()..];
        let dots = if unicode { "…" } else { "..." };
        let code: Vec<&str> = row.split(dots).collect();
        assert!(code.len() >= 3 && !code.concat().contains('.'), "only whole marks: {drawn}");
        let before = text::width_of(row.split('x').next().unwrap());
        let mark = if unicode { '━' } else { '^' };
        let under =
            text::width_of(&marks[marks.find(['|', '╰']).unwrap()..marks.find(mark).unwrap()]);
        assert_eq!(under, before, "{drawn}");
    }
}

#[test]
fn rows_stay_aligned_where_one_begins_in_a_wide_character() {
    let wide = "日".repeat(40);
    let scene = scene(&format!("{wide}⟦x⟧\na{wide}⟨y⟩\n"), &["first", "second"]);
    let plain = drawn(&scene, |human| human.with_width(40));
    assert_eq!(
        plain.split_once("  |\n").unwrap().1,
        "1 |  ...日日日日日日日日日日日日日日日x
  |                                   ^
  |                                first
2 | ...日日日日日日日日日日日日日日日日y
  |                                    -
  |                               second
"
    );
    // The dots have the style of the gutter, and what replaces a part of a character has none.
    let coloured = readable(&drawn(&scene, |human| human.with_width(40).with_color(true)));
    let row = format!("‹grey›1 |  ...‹›{}‹bold red›x‹›", "日".repeat(15));
    assert_eq!(coloured.lines().nth(3), Some(&*row));
}

#[test]
fn a_few_blanks_are_never_replaced_by_dots() {
    let text = format!("    let x = ⟦y⟧ + {};\n", "z".repeat(70));
    let drawn = at_80(&text, &[]);
    assert!(
        drawn.starts_with("1 | let x = y + zz"),
        "common indentation is omitted without dots: {drawn}"
    );
}

#[test]
fn invisible_characters_are_visible_and_do_not_move_carets() {
    let scene = scene("let us\u{200b}er⟦ =⟧ 1 \u{301}\u{feff}⟨x⟩\n", &["an equals sign", "x"]);
    assert_snapshot!("invisible_characters", all(&scene));
}

#[test]
fn words_that_people_copy_are_not_torn() {
    let (sources, mut diagnostic) = scene("let ⟦x⟧ = 1\n", &[]);
    diagnostic.add_note(
        "see https://doc.rust-lang.org/reference/expressions/match-expressions.html#match-guards",
    );
    diagnostic
        .add_note("expected `HashMap<String, Vec<core::option::Option<usize>>>`, found nothing");
    let drawn = drawn(&(sources, diagnostic), |human| human.with_width(40));
    assert!(
        drawn.contains(
            "https://doc.rust-lang.org/reference/expressions/match-expressions.html#match-guards"
        ),
        "{drawn}"
    );
    for line in drawn.lines() {
        let is_torn = ["Vec<c", "Opti", "usi"].iter().any(|end| line.ends_with(end));
        assert!(!is_torn, "{drawn}");
    }
}

#[test]
fn narrated_reports_what_is_marked() {
    let (sources, diagnostic) = scene("if ⟦side < 0.0⟧\n  ⟨ret 1\n.end⟩\n", &["a", "b"]);
    let bag = [diagnostic].into_iter().collect();
    let sentences = written(Format::Narrated, &sources, &bag);
    assert!(sentences.contains("line 1, column 4, the text \"side < 0.0\": a\n"), "{sentences}");
    assert!(sentences.contains("line 2, column 3, to line 3, column 4: b\n"), "{sentences}");
}

#[test]
fn a_place_in_a_file_that_is_not_here_precedes_the_other_ones() {
    let mut sources = SourceMap::new();
    let gone = sources.add_unavailable("gone.vitte", []).unwrap();
    let here = sources.add("here.vitte", "let x = 1\n").unwrap();
    let diagnostic = Diagnostic::error(CODE, Span::empty(gone, 0), "m")
        .with_secondary(Span::new(here, 4, 5).unwrap(), "here");
    let whole = Diagnostic::for_file(Severity::Error, CODE, here, "too large");
    assert_eq!(
        diagnostic.render(&sources),
        "error[E0042]: m
 --> gone.vitte
 ::: here.vitte:1:5
  |
1 | let x = 1
  |     - here
"
    );
    assert_eq!(whole.render(&sources), "error[E0042]: too large\n --> here.vitte\n");
}

#[test]
fn a_multi_line_label_that_is_given_twice_has_one_bar() {
    let text = "fn f() {\n    ⟦⟨g(\n        1,\n    )⟩⟧\n}\n\n\n\n\n⟨h⟩()\n";
    assert_eq!(
        at_80(text, &["this call", "and its result", "this one"]),
        " 2 | /     g(
 3 | |         1,
 4 | |     )
   | |     ^
   | |_____|
   |       this call
   |       and its result
...
10 |   h()
   |   - this one
"
    );
}
