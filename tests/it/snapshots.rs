//! Snapshots of human output (plain, in Unicode, coloured) and of JSON, in `tests/snapshots/`.
use vitte_diag::{
    ColumnUnit, Diagnostic, DiagnosticBag, HumanEmitter, JsonEmitter, SourceMap, Span, code,
};

use crate::common::{
    self, NO_FILE, SEVERITIES, Scene, assert_snapshot, human, json, scene, scene_at, scene_in,
};

/// The layout of a simple diagnostic, byte for byte.
#[test]
fn simple_diagnostic() {
    let mut sources = SourceMap::new();
    let text = format!("{}  let x =\n", "\n".repeat(11));
    let file = sources.add("path/to/file.vitte", text).unwrap();
    let mut bag = DiagnosticBag::new();
    bag.push(
        Diagnostic::error(
            code!("E0001"),
            sources.span(file, 17..18).unwrap(),
            "expected expression",
        )
        .with_label("expected expression")
        .with_note("this parser is running in bootstrap mode")
        .with_help("add a literal or call a function"),
    );
    let expected = "\
error[E0001]: expected expression
  --> path/to/file.vitte:12:7
   |
12 |   let x =
   |       ^ expected expression
   |
   = help: add a literal or call a function
   = note: this parser is running in bootstrap mode
";
    assert_eq!(human(&sources, &bag, |emitter| emitter), expected);
}

#[test]
fn json_keys_are_in_order() {
    let line = scene("let ⟦x⟧ = ⟨y⟩").json();
    let mut rest = line.as_str();
    for key in [
        "severity", "code", "message", "primary", "file", "lo", "hi", "line", "col", "labels",
        "style", "file", "lo", "hi", "line", "col", "message", "style", "help", "notes",
    ] {
        let quoted = format!("\"{key}\":");
        let at =
            rest.find(&quoted).unwrap_or_else(|| panic!("{key} is missing or too early: {line}"));
        rest = &rest[at + quoted.len()..];
    }
    assert!(line.contains("\"help\":null,\"notes\":[]}\n"), "{line}");
}

#[test]
fn severities() {
    let mut scene = scene("let ⟦x⟧ = 1");
    let span = scene.diagnostic.primary().unwrap().span();
    let mut all = String::new();
    for (severity, code) in SEVERITIES {
        scene.diagnostic = Diagnostic::new(severity, code, span, "a message").with_label("a label");
        all += &scene.all();
        all += "\n";
    }
    assert_snapshot!(all);
}

/// A multi-line label that ends on the line on which another one begins at the margin.
fn crossing() -> Scene {
    let mut scene = scene("fn ⟦f(\n  a\n)⟧ -> u8\n  b\n  c d\n");
    let file = scene.diagnostic.primary().unwrap().span().file();
    let span = scene.sources.span(file, 10..24).unwrap();
    scene.diagnostic.add_secondary(span, "there\nand on");
    scene.diagnostic.set_label("here\nand on");
    scene
}

macro_rules! cases {
    ($($name:ident: $scene:expr;)*) => {
        $(#[test]
        fn $name() {
            let scene: Scene = $scene;
            assert_snapshot!(scene.all());
        })*
    };
}

cases! {
    zero_width: scene("let x =⟦⟧ 1;");
    zero_width_before_a_wide_character: scene("let ⟦⟧日本 = 1;");
    end_of_file: scene("let x =⟦⟧");
    end_of_file_after_a_line_end: scene("let x =\n⟦⟧");
    empty_file: scene("⟦⟧");
    only_a_line_end: scene("let x =⟦\n⟧let y = 2\n");
    crlf: scene("let x = 1\r\nlet ⟦y⟧ = 2\r\nlet z = ⟨3⟩\r\n");
    crlf_over_the_line_end: scene("let x =⟦ 1\r\n⟧let y = 2\r\n");
    lone_carriage_return: scene("let a\rb = ⟦1⟧\r\n");
    tabs: scene("\tlet\tx\t= ⟦1⟧\t# ⟨one⟩\t");
    byte_order_mark: scene("\u{feff}let ⟦x⟧ = 1\n");
    cjk: scene("let 名前 = \"日本語\" ⟦+⟧ ⟨数⟩;");
    combining_marks: scene("let e\u{301}te\u{301} = ⟦e\u{301}⟧ + ⟨o\u{308}o⟩;");
    combining_mark_at_the_end: scene("say \"caf⟦e\u{301}⟧ x\u{fe0f}");
    combining_mark_after_the_labels: scene("⟦say⟧ cafe\u{301}");
    emoji: scene("say \"🎉🎉\" ⟦+⟧ \"👩\u{200d}🔬\" ⟨-⟩ 1");
    multi_line: scene("fn f()\n  ⟦let x = (\n    1\n  )⟧\n.end\n");
    multi_line_from_the_margin: scene("⟦fn f()\n  ret 1\n.end⟧\n");
    multi_line_nested: scene("fn ⟨f(\n  a: ⟦u8,\n  b⟧: u8\n)⟩ -> u8\n");
    multi_line_with_line_feed_at_its_end: scene("⟦fn f()\n.end\n⟧fn g()\n.end\n");
    over_an_empty_line: scene("let x = ⟦1 +\n\n2⟧\n");
    multi_line_from_the_margin_around_others: scene(
        "⟨fn area(side: ⟨num⟩) -> ⟨num⟩\n  let x = 1\n  ret ⟦true⟧\n.end⟩\n",
    );
    multi_line_that_ends_where_another_begins: crossing();
    multi_line_side_by_side: scene("⟨if a\n  b⟩\nlet c = ⟦(\n  d\n)⟧\nf(⟨e\n  g⟩, ⟨h⟩)\n");
    multi_line_in_one_another: scene("⟨fn f(a) {\n  ⟨if b {\n    ⟦c(\n      d\n    )⟧\n  }⟩\n  g(⟨h\n  i⟩)\n}⟩\n");
    under_the_primary: scene("⟦a | ⟨b⟩ | c⟧ ⟨⟩\n");
    line_feed_of_crlf: scene_at("ab\r\ncd\r\n", 3, 4);
    overlapping: scene("let ⟨total = ⟦first⟩ + second⟧ * ⟨third⟩");
    same_span_twice: scene("let ⟦⟨x⟩⟧ = ⟨⟨y⟩⟩");
    side_by_side: scene("f(⟨a⟩, ⟨b⟩, ⟦c⟧)");
    far_apart: scene("let ⟨x⟩ = 1\n\n\n\n\n\n\n\nlet ⟦x⟧ = 2\n");
    one_line_between: scene("let ⟨x⟩ = 1\n# between\nlet ⟦x⟧ = 2\n");
    trailing_blanks: scene("let ⟦x⟧ = 1   \t  \n");
    past_the_end: scene_at("let x", 4, 40);
    wholly_past_the_end: scene_at("let x\n", 400, 500);
    inside_a_character: scene_at("let é = 1", 5, 6);
    inside_a_character_empty: scene_at("let 日 = 1", 6, 6);
    controls_in_the_source: scene("let \u{1b}[31m\u{7}x\u{0}y\u{9b}z = ⟦1⟧\u{7f}");
    bidi_in_the_source: scene("if access ⟦!=⟧ \"user\u{202e} \u{2066}# admin\u{2069}\" ⟨ok⟩");
    controls_on_the_label: scene("let ⟦\u{1b}\u{202e}⟧ = 1");
    line_separators_in_the_source: scene("let a\u{2028}b\u{2029}c\u{85}d = ⟦1⟧");
    path_with_controls: scene_in("src/\u{1b}[2J/a\nerror: b\r\u{202e}.vitte", "let ⟦x⟧");
    path_with_tab_and_quote: scene_in("a\tb\"c", "let ⟦x⟧");
    long_line: scene(&format!("{}let ⟦x⟧ = 1;{}", "first; ".repeat(30), " last;".repeat(30)));
    one_mebibyte_line: scene(&format!("{}⟦x⟧{}⟨y⟩", "a".repeat(1 << 19), "b".repeat(1 << 19)));
    one_mebibyte_line_of_wide_characters: scene(&format!("{}⟦名⟧{}", "日本".repeat(90_000), "語".repeat(180_000)));
    label_of_100_000_lines: scene(&format!("begin ⟦{}end⟧ of it\n", "line\n".repeat(100_000)));
}

#[test]
fn a_file_that_is_not_utf8() {
    let mut sources = SourceMap::new();
    let file = sources.add("latin1.vitte", b"# caf\xe9\nlet caf\xe9 = 1\n".to_vec()).unwrap();
    let span = sources.span(file, 15..16).unwrap();
    let diagnostic = Diagnostic::error(common::CODE, span, "not UTF-8").with_label("this byte");
    assert_snapshot!(Scene { sources, diagnostic }.all());
}

#[test]
fn a_missing_file() {
    let mut scene = scene("let ⟦x⟧ = 1");
    let here = scene.diagnostic.primary().unwrap().span();
    let unknown = Span::new(NO_FILE, 3, 5).unwrap();
    let primary_lost = Diagnostic::error(common::CODE, unknown, "the primary label is lost")
        .with_label("words that stay")
        .with_secondary(here, "there")
        .with_note("a note");
    let all_lost = Diagnostic::error(common::CODE, unknown, "every label is lost")
        .with_secondary(Span::empty(NO_FILE, 0), "");
    scene.diagnostic = primary_lost;
    let first = scene.all();
    scene.diagnostic = all_lost;
    assert_snapshot!(first + "\n" + &scene.all());
}

#[test]
fn two_files() {
    let mut sources = SourceMap::new();
    let types =
        sources.add("shop/types.vitte", format!("{}total: u64\n", "\n".repeat(120))).unwrap();
    let main = sources.add("shop/main.vitte", "let order = Order\nlet sum = order.sum\n").unwrap();
    let diagnostic =
        Diagnostic::error(common::CODE, sources.span(main, 34..37).unwrap(), "no field `sum`")
            .with_label("no such field")
            .with_secondary(sources.span(types, 120..125).unwrap(), "a similar one")
            .with_secondary(sources.span(main, 4..9).unwrap(), "an `Order`")
            .with_help("write `total`");
    assert_snapshot!(Scene { sources, diagnostic }.all());
}

#[test]
fn text_of_many_lines_and_with_controls() {
    let mut scene = scene("let ⟨a⟩ = ⟦b⟧ + ⟨c⟩\n");
    let nasty = "first\nsecond \u{1b}[1mbold\u{202e}\r\n\n\tfourth\u{7}\u{9d}\n";
    let span = scene.diagnostic.primary().unwrap().span();
    let others: Vec<_> = scene.diagnostic.secondary().iter().map(|label| label.span()).collect();
    scene.diagnostic = Diagnostic::error(common::CODE, span, nasty)
        .with_label(nasty)
        .with_secondary(others[0], "one\ntwo")
        .with_secondary(others[1], nasty)
        .with_note(nasty)
        .with_help(nasty);
    assert_snapshot!(scene.all());
}

#[test]
fn labels_of_many_lines_stay_in_the_gutter() {
    let mut scene = scene("fn ⟨f(\n  a: ⟦u8⟧,\n  b: u8\n)⟩ -> u8\n");
    let span = scene.diagnostic.primary().unwrap().span();
    let other = scene.diagnostic.secondary()[0].span();
    scene.diagnostic = Diagnostic::error(common::CODE, span, "m")
        .with_label("one\ntwo\nthree")
        .with_secondary(other, "four\nfive\n\nseven");
    assert_snapshot!(scene.all());
}

#[test]
fn connectors_continue_beside_a_multi_line_message() {
    let mut scene = scene("⟨foo⟩ ⟨baz⟩ ⟦bar⟧\n");
    scene.diagnostic.set_label("one\ntwo\nthree");
    assert_snapshot!(scene.all());
}

#[test]
fn empty_texts() {
    let mut scene = scene("let ⟦x⟧ = 1");
    let span = scene.diagnostic.primary().unwrap().span();
    scene.diagnostic =
        Diagnostic::error(common::CODE, span, "").with_label("").with_note("").with_help("");
    assert_snapshot!(scene.all());
}

#[test]
fn context_lines_widen_the_gutter() {
    let text = |line: usize| {
        let lines: Vec<_> = (1..=12)
            .map(|n| if n == line { "let ⟦x⟧ = 1".to_owned() } else { format!("# line {n}") })
            .collect();
        lines.join("\n")
    };
    let mut all = String::new();
    for (line, context) in [(9, 1), (1, 2), (12, 1), (6, 3)] {
        let scene = scene(&text(line));
        for unicode in [false, true] {
            let settings = |emitter: HumanEmitter<Vec<u8>>| {
                emitter.with_context_lines(context).with_unicode(unicode)
            };
            all += &human(&scene.sources, &scene.bag(), settings);
            all += "\n";
        }
    }
    assert_snapshot!(all);
}

#[test]
fn settings() {
    let scene = scene("\tlet 名前\t= ⟦x⟧ + ⟨y⟩");
    let bag = scene.bag();
    let mut all = String::new();
    for tab_width in [0, 1, 8, 200] {
        all += &human(&scene.sources, &bag, |emitter| emitter.with_tab_width(tab_width));
        all += "\n";
    }
    for unit in
        [ColumnUnit::Char, ColumnUnit::Byte, ColumnUnit::Utf16, ColumnUnit::Cell { tab_width: 4 }]
    {
        all += &human(&scene.sources, &bag, |emitter| emitter.with_column_unit(unit));
        all += "\n";
    }
    all += &human(&scene.sources, &bag, |emitter| emitter.with_width(0));
    let mut json = JsonEmitter::new(Vec::new()).with_column_unit(ColumnUnit::Byte);
    bag.emit(&scene.sources, &mut json).unwrap();
    all += &String::from_utf8(json.into_inner()).unwrap();
    assert_snapshot!(all);
}

#[test]
fn several_diagnostics_in_the_order_of_output() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "let x = 1\nlet y = 2\n").unwrap();
    let at = |lo: u32| sources.span(file, lo..lo + 1).unwrap();
    let mut bag = DiagnosticBag::new();
    bag.push_warning(code!("W0001"), at(14), "the second line");
    bag.push_warning(code!("W0002"), at(4), "a warning, produced first");
    bag.push_error(code!("E0001"), at(4), "an error at the same place");
    assert_snapshot!(format!(
        "{}\n== json ==\n{}",
        human(&sources, &bag, |emitter| emitter),
        json(&sources, &bag)
    ));
}
