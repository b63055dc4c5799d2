//! Edits of several files, of unavailable files, and past the end of a file.

use vitte_diag::{
    Applicability, Diagnostic, Edit, FileId, KnownLocation, SourceMap, Span, Suggestion,
};

use super::support::{Scene, replace};

fn sources() -> (SourceMap, [FileId; 3]) {
    let mut sources = SourceMap::new();
    let a = sources.add("a.vitte", "let a = 1\nlet b = 2\n").unwrap();
    let b = sources.add("b.vitte", "x = 1\ny\n").unwrap();
    let locations = [(30, 3, 5), (34, 3, 9)];
    let locations = locations.map(|(offset, line, col)| KnownLocation { offset, line, col });
    let gone = sources.add_unavailable("gone.vitte", locations).unwrap();
    (sources, [a, b, gone])
}

fn scene(edits: impl Fn([FileId; 3]) -> Vec<Vec<Edit>>) -> Scene {
    let (sources, files) = sources();
    let mut diagnostic = Diagnostic::error(None, Span::empty(files[0], 0), "m");
    for edits in edits(files) {
        let suggestion = Suggestion::new("do it", edits, Applicability::Unspecified);
        diagnostic.add_suggestion(suggestion.unwrap());
    }
    Scene { sources, diagnostic }
}

#[test]
fn the_path_of_a_file_is_shown_when_it_is_another_one() {
    let scene = scene(|[a, b, gone]| {
        vec![
            vec![replace(a, 4, 5, "c"), replace(b, 0, 1, "z"), replace(gone, 30, 30, ".end")],
            vec![replace(b, 0, 0, "let ")],
            vec![replace(b, 6, 7, "z")],
            vec![replace(a, 0, 0, "pub ")],
        ]
    });
    assert_eq!(
        scene.ascii(),
        "  |
1 - let a = 1
1 + let c = 1
  |
 --> b.vitte:1:1
  |
1 - x = 1
1 + z = 1
  |
 --> gone.vitte:3:5
  |
  + .end
  |
help: do it
 --> b.vitte:1:1
  |
1 | let x = 1
  | +++
help: do it
 --> b.vitte:2:1
  |
2 - y
2 + z
  |
help: do it
 --> a.vitte:1:1
  |
1 | pub let a = 1
  | +++
"
    );
}

#[test]
fn marks_are_separated_from_the_next_path() {
    let scene = scene(|[a, b, _]| vec![vec![replace(a, 0, 0, "pub "), replace(b, 0, 0, "pub ")]]);
    assert_eq!(
        scene.ascii(),
        "  |
1 | pub let a = 1
  | +++
  |
 --> b.vitte:1:1
  |
1 | pub x = 1
  | +++
"
    );
}

#[test]
fn changes_of_an_unavailable_file_are_in_words() {
    let scene = scene(|[_, _, gone]| {
        vec![
            vec![replace(gone, 30, 34, "")],
            vec![replace(gone, 30, 34, "new\ntext  ")],
            vec![replace(gone, 30, 30, "\n\n")],
            vec![replace(gone, 31, 32, "")],
            vec![replace(gone, 30, 30, "\n  below\n\nit")],
        ]
    });
    assert_eq!(
        scene.ascii(),
        " --> gone.vitte:3:5
  |
  = remove the text at 3:5 to 3:9
  |
help: do it
 --> gone.vitte:3:5
  |
  = replace the text at 3:5 to 3:9 with:
  + new
  + text<SP><SP>
  |
help: do it
 --> gone.vitte:3:5
  |
  = insert 2 line feeds
  |
help: do it
 --> gone.vitte
  |
  = remove the text
  |
help: do it
 --> gone.vitte:3:5
  |
  +   below
  +
  + it
  |
"
    );
    assert_eq!(
        scene.narrated(),
        "  In gone.vitte, line 3, column 5, remove the text up to line 3, column 9
Suggestion: do it
  In line 3, column 5, replace the text up to line 3, column 9 with \"new\", a line break, \"text\" and 2 spaces
Suggestion: do it
  In line 3, column 5, insert 2 line breaks
Suggestion: do it
  In gone.vitte, remove the existing text
Suggestion: do it
  In line 3, column 5, insert a line break, 2 spaces, \"below\", a line break, a line break and \"it\""
    );
}

#[test]
fn an_edit_that_ends_past_the_end_of_its_file_ends_at_the_end() {
    let past = scene(|[a, ..]| vec![vec![replace(a, 18, 21, "3\n")]]);
    assert_eq!(past.ascii(), "  |\n2 - let b = 2\n2 + let b = 3\n  |\n");
    let at_the_end = scene(|[a, ..]| vec![vec![replace(a, 20, 21, "let c = 3\n")]]);
    assert_eq!(at_the_end.ascii(), "  |\n3 + let c = 3\n  |\n");
    for scene in [past, at_the_end] {
        let bag = [scene.diagnostic].into_iter().collect::<vitte_diag::DiagnosticBag>();
        assert_eq!(bag.validate(&scene.sources).len(), 0, "it is not an issue");
    }
}

#[test]
fn an_edit_after_the_end_of_its_file_is_reported() {
    for (lo, hi, new) in [(21, 22, "x"), (22, 22, "x"), (20, 21, "")] {
        let scene =
            scene(|[a, b, _]| vec![vec![replace(a, lo, hi, new)], vec![replace(b, 0, 1, "z")]]);
        let mut human = vitte_diag::HumanEmitter::new(Vec::new()).with_width(140);
        vitte_diag::Emitter::emit(&mut human, &scene.sources, &scene.diagnostic).unwrap();
        let out = String::from_utf8(human.into_inner()).unwrap();
        let reason = format!("the span ends at byte {hi} of a file of 20 bytes");
        assert!(out.contains(&reason), "{lo}..{hi}: {out}");
        assert_eq!(out.matches("\nhelp: do it\n").count(), 1, "{out}");
    }
}

#[test]
fn edits_that_are_moved_to_the_same_end_are_reported() {
    let scene = scene(|[a, b, _]| {
        vec![vec![replace(a, 20, 20, "x"), replace(a, 20, 22, "y")], vec![replace(b, 0, 1, "z")]]
    });
    let bag = [scene.diagnostic].into_iter().collect::<vitte_diag::DiagnosticBag>();
    assert_eq!(bag.validate(&scene.sources).len(), 1);
}
