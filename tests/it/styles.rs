//! What each style draws: nothing is lost in the style of rustc, and each block ends in the Unicode style.

use vitte_diag::{
    Applicability, Child, Diagnostic, DiagnosticStyle, Edit, Emitter as _, FileId, Frame,
    HumanEmitter, Severity, SourceMap, Span, Suggestion, TraceStep, code,
};

use crate::common::on_terminal;

const A: FileId = FileId::new(0);
const B: FileId = FileId::new(1);

fn sources() -> SourceMap {
    let mut sources = SourceMap::new();
    sources.add("a.vitte", "abc def\n").unwrap();
    sources.add("b.vitte", "ghi\n").unwrap();
    sources
}

fn span(file: FileId, lo: u32, hi: u32) -> Span {
    Span::new(file, lo, hi).unwrap()
}

fn drawn(style: DiagnosticStyle, diagnostic: &Diagnostic) -> String {
    let mut human = HumanEmitter::new(Vec::new()).with_style(style);
    human.emit(&sources(), diagnostic).unwrap();
    String::from_utf8(human.into_inner()).unwrap()
}

fn add(at: u32) -> Suggestion {
    let edit = Edit::insert(A, at, "x");
    Suggestion::new("add", [edit], Applicability::MaybeIncorrect).unwrap()
}

#[test]
fn a_child_with_labels_stays_beside_its_inline_suggestion() {
    let child =
        Child::note("defined here").with_label(span(A, 4, 7), "this").with_suggestion(add(0));
    let error = Diagnostic::error(code!("E0001"), span(A, 0, 0), "m").with_child(child);
    let out = drawn(DiagnosticStyle::Rustc, &error);
    assert!(out.contains("^ help: add: `x`\n"), "{out}");
    assert!(out.contains("note: defined here\n --> a.vitte:1:5\n"), "{out}");
}

#[test]
fn unknown_steps_of_a_macro_are_notes_in_the_style_of_rustc() {
    let step = TraceStep::expansion("expanded from macro `foo`").with_span(span(A, 4, 7));
    let error = Diagnostic::error(code!("E0001"), span(A, 0, 3), "m").with_step(step);
    let out = drawn(DiagnosticStyle::Rustc, &error);
    assert!(out.contains("note: expanded from macro `foo`\n --> a.vitte:1:5\n"), "{out}");
}

#[test]
fn a_summary_of_rustc_has_nothing_but_a_message() {
    let note = || Diagnostic::without_location(Severity::Note, None, "the last words");
    assert_eq!(drawn(DiagnosticStyle::Rustc, &note()), "the last words\n");
    for (more, expected) in [
        (note().with_secondary(span(A, 0, 3), "here"), "--- here"),
        (note().with_step(TraceStep::call("called")), "called"),
        (note().with_backtrace([Frame::new("main")].into_iter().collect()), "main"),
    ] {
        let out = drawn(DiagnosticStyle::Rustc, &more);
        assert!(out.starts_with("note: the last words\n") && out.contains(expected), "{out}");
    }
}

#[test]
fn a_whole_file_has_no_line_and_other_files_are_below_it() {
    let whole = || Diagnostic::for_file(Severity::Error, None, A, "the file is odd");
    let own = whole().with_secondary(span(A, 4, 7), "because of this");
    assert_eq!(
        drawn(DiagnosticStyle::Ascii, &own),
        "error: the file is odd
 --> a.vitte
  |
1 | abc def
  |     --- because of this
"
    );
    let other = whole().with_secondary(span(B, 0, 3), "because of this");
    assert_eq!(
        drawn(DiagnosticStyle::Unicode, &other),
        "error: the file is odd
  ╭─▸ a.vitte
  ├─▸ b.vitte:1:1
  │
1 │ ghi
  ╰ ─── because of this
"
    );
}

#[test]
fn each_block_of_the_unicode_style_ends_in_a_corner() {
    let whole = Diagnostic::for_file(Severity::Error, None, A, "odd");
    let replace = |edit| Suggestion::new("same", [edit], Applicability::Unspecified).unwrap();
    let error =
        whole.with_suggestion(add(0)).with_suggestion(replace(Edit::replace(span(A, 0, 1), "a")));
    assert_eq!(
        drawn(DiagnosticStyle::Unicode, &error),
        "error: odd
  ╭─▸ a.vitte
  ╰
help: add
  ╭
1 │ xabc def
  ╰ +
help: same
  ╭
  ╰ the text does not change
"
    );
}

#[test]
fn the_border_goes_on_beside_all_notes_but_the_last_one() {
    let frames = || [Frame::at("f", "src/x.rs", 1, Some(2)), Frame::new("g")].into_iter().collect();
    let error = Diagnostic::error(code!("E0001"), span(A, 0, 3), "m")
        .with_help("one\n\nthree")
        .with_note("first\nsecond")
        .with_backtrace(frames());
    let out = drawn(DiagnosticStyle::Unicode, &error);
    let notes = "  ├ help: one
  │
  │       three
  ├ note: first
  │       second
";
    let last = "  ╰ backtrace:
      0: f  src/x.rs:1:2
      1: g
";
    assert_eq!(out.split_once("━━━\n  │\n").unwrap().1, format!("{notes}{last}"));

    // Another note follows the frames. Its own further lines, one of them empty, have no border.
    let error = error.with_child(Child::note("one\n\nthree"));
    let out = drawn(DiagnosticStyle::Unicode, &error);
    let last = "  ├ backtrace:
  │   0: f  src/x.rs:1:2
  │   1: g
  ╰ note: one

          three
";
    assert_eq!(out.split_once("━━━\n  │\n").unwrap().1, format!("{notes}{last}"));

    // Styles change nothing but colours.
    let mut human = HumanEmitter::new(Vec::new()).with_style(DiagnosticStyle::Unicode);
    human = human.with_color(true);
    human.emit(&sources(), &error).unwrap();
    let coloured = String::from_utf8(human.into_inner()).unwrap();
    assert_eq!(on_terminal(&coloured), (out, Vec::new()));
}

#[test]
fn labels_that_fit_are_all_shown() {
    let filler = "filler ".repeat(8);
    let text = ["aaa", "bbb", "ccc", "ddd", "eee"].join(&format!(" {filler}"));
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", text.as_str()).unwrap();
    let at = |word: &str| {
        let lo = u32::try_from(text.find(word).unwrap()).unwrap();
        span(file, lo, lo + 3)
    };
    let mut error = Diagnostic::error(code!("E0001"), at("eee"), "m");
    for word in ["aaa", "bbb", "ccc", "ddd"] {
        error.add_secondary(at(word), "");
    }
    for width in [60, 80, 140] {
        let mut human = HumanEmitter::new(Vec::new()).with_width(width);
        human.emit(&sources, &error).unwrap();
        let out = String::from_utf8(human.into_inner()).unwrap();
        let row = out.lines().find(|line| line.starts_with("1 |")).unwrap();
        let marks = out.lines().last().unwrap();
        for word in ["aaa", "bbb", "ccc", "ddd", "eee"] {
            let cell = row.find(word).unwrap_or_else(|| panic!("no {word} in\n{out}"));
            assert!(matches!(&marks[cell..cell + 3], "---" | "^^^"), "{word} in\n{out}");
        }
    }
}

#[test]
fn the_border_of_notes_without_a_location_begins_with_a_corner() {
    let diagnostic = Diagnostic::without_location(Severity::Error, None, "no input")
        .with_help("pass a file")
        .with_note("or a folder");
    let unicode = "error: no input\n  ╭\n  ├ help: pass a file\n  ╰ note: or a folder\n";
    assert_eq!(drawn(DiagnosticStyle::Unicode, &diagnostic), unicode);
    let ascii = "error: no input\n  |\n  = help: pass a file\n  = note: or a folder\n";
    assert_eq!(drawn(DiagnosticStyle::Ascii, &diagnostic), ascii);
}
