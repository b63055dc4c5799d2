//! The reader of GCC's JSON.

use proptest::prelude::*;
use vitte_diag::read::InputFormat;
use vitte_diag::{Applicability, ChildLevel, Severity, TraceKind, code};

use crate::read_support::{
    self, Total, check, human, losses, mutated, mutations, primary_text, read, read_with, try_read,
};

const GCC: InputFormat = InputFormat::Gcc;

/// Everything that gcc 11 and 12 wrote for the programs of `tests/compilers/gcc`.
#[test]
fn what_gcc_writes_is_read() {
    let dir = read_support::dir("gcc");
    let mut total = Total::default();
    for path in read_support::files(&dir, ".json") {
        let imported = read_support::read_file(GCC, &path, &dir);
        assert_eq!(imported.invalid_lines, [], "{}", path.display());
        assert_eq!(imported.changed_files, [], "{}", path.display());
        total.add(&imported);
    }
    let kinds: Vec<_> = total.losses().into_iter().map(|(kind, _)| kind).collect();
    let expected = [
        "the URL of an option",
        "the depth of an analysis step",
        "the diagnostic that it was a child of",
        "the function of an analysis step",
        "the location of a note that has no line",
        "the position of a caret in a range",
    ];
    assert!(total.diagnostics > 500, "{}", total.diagnostics);
    assert_eq!(kinds, expected);
}

/// `total + größe;` with a warning for the sum, in the JSON of GCC 12.
const SUM: &str = r#"[{"kind": "warning", "column-origin": 1, "option": "-Wunused-value",
  "option_url": "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-Wunused-value",
  "message": "value computed is not used", "escape-source": false,
  "locations": [{"caret": {"file": "a.c", "line": 2, "column": 8, "byte-column": 8, "display-column": 8},
                 "start": {"file": "a.c", "line": 2, "column": 2, "byte-column": 2, "display-column": 9},
                 "finish": {"file": "a.c", "line": 2, "column": 14, "byte-column": 16, "display-column": 21},
                 "label": "int"},
                {"caret": {"file": "a.c", "line": 1, "byte-column": 5, "column": 5}, "label": "declared here"}],
  "fixits": [{"start": {"file": "a.c", "line": 2, "byte-column": 17, "column": 15},
              "next": {"file": "a.c", "line": 2, "byte-column": 18, "column": 16}, "string": ", 0;"}],
  "metadata": {"cwe": 563},
  "children": [{"kind": "note", "message": "used here", "locations":
    [{"caret": {"file": "a.c", "line": 1, "byte-column": 1, "column": 1},
      "finish": {"file": "a.c", "line": 1, "byte-column": 3, "column": 3}}]}],
  "path": [{"location": {"file": "a.c", "line": 1, "byte-column": 5, "column": 5}, "description": "begins here",
            "function": "f", "depth": 1}]}]"#;
const SUM_C: &str = "int total, größe;\n\ttotal + größe;\n";

#[test]
fn all_parts_of_a_diagnostic_are_read() {
    let imported = read_with(GCC, SUM, &[("a.c", SUM_C)]);
    let [diagnostic] = &imported.diagnostics[..] else { panic!("{imported:?}") };
    assert_eq!(check(&imported), 1);
    assert_eq!(diagnostic.severity(), Severity::Warning);
    assert_eq!(diagnostic.code(), Some(code!("-Wunused-value")));
    let text_at = |span: vitte_diag::Span| &SUM_C[span.range()];
    let labels: Vec<_> =
        diagnostic.labels().map(|label| (text_at(label.span()), label.message())).collect();
    assert_eq!(labels, [("total + größe", Some("int")), ("t", Some("declared here"))]);
    assert_eq!(diagnostic.notes().collect::<Vec<_>>(), ["CWE-563"]);
    let [child] = diagnostic.children() else { panic!("{diagnostic:?}") };
    assert_eq!((child.level(), child.message()), (ChildLevel::Note, "used here"));
    assert_eq!(text_at(child.labels()[0].span()), "int");
    let [suggestion] = diagnostic.suggestions() else { panic!("{diagnostic:?}") };
    assert_eq!(suggestion.message(), "replace this with `, 0;`");
    assert_eq!(text_at(suggestion.edits()[0].span()), ";");
    assert_eq!(suggestion.applicability(), Applicability::Unspecified);
    let [step] = diagnostic.trace() else { panic!("{diagnostic:?}") };
    assert_eq!((step.kind(), step.message()), (TraceKind::Analysis, "begins here"));
    assert_eq!(text_at(step.span().unwrap()), "t");
    let expected = [
        ("the depth of an analysis step", 1),
        ("the function of an analysis step", 1),
        ("the position of a caret in a range", 1),
    ];
    assert_eq!(losses(&imported), expected);
    let url = imported.tool.unwrap().code_url(code!("-Wshadow")).unwrap();
    assert_eq!(url, "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-Wshadow");
}

/// One diagnostic at a line and a column, with further fields.
fn at(line: i64, column: &str, more: &str) -> String {
    format!(
        r#"[{{"kind": "error", "message": "m", "children": [], {more} "locations":
            [{{"caret": {{"file": "a.c", "line": {line}, {column}}}}}]}}]"#
    )
}

#[test]
fn columns_are_bytes_and_depend_on_the_version_and_the_origin() {
    let text = "é = 1;\nx\r\n";
    for (column, more, expected) in [
        // GCC 9 and 10.
        (r#""column": 1"#, "", "é"),
        (r#""column": 4"#, "", "="),
        // Later versions; `column` counts cells.
        (r#""column": 3, "display-column": 3, "byte-column": 4"#, r#""column-origin": 1,"#, "="),
        (r#""column": 2, "byte-column": 3"#, r#""column-origin": 0,"#, "="),
        (r#""column": 0, "byte-column": 0"#, r#""column-origin": 0,"#, "é"),
        // The second byte of a character.
        (r#""column": 2"#, "", "é"),
        // After the last character.
        (r#""column": 8"#, "", ""),
        // No column.
        (r#""column": 0"#, "", "é = 1;"),
        (r#""column": -1, "byte-column": -1"#, r#""column-origin": 1,"#, "é = 1;"),
    ] {
        let imported = read_with(GCC, &at(1, column, more), &[("a.c", text)]);
        let found = primary_text(&imported.sources, &imported.diagnostics[0]);
        assert_eq!(found, expected, "{column} {more}");
        assert!(imported.losses.is_empty() && imported.changed_files.is_empty());
    }
    // The line feed after a carriage return.
    let imported = read_with(GCC, &at(2, r#""column": 3"#, ""), &[("a.c", text)]);
    assert_eq!(primary_text(&imported.sources, &imported.diagnostics[0]), "");
}

#[test]
fn a_location_without_a_line_is_a_file_or_nothing() {
    let imported = read(GCC, &at(0, r#""column": -1"#, "").replace("a.c", "<command-line>"));
    let diagnostic = &imported.diagnostics[0];
    assert_eq!(diagnostic.primary(), None);
    let file = imported.sources.file(diagnostic.file().unwrap()).unwrap();
    assert!(file.is_virtual() && file.path() == "<command-line>");
    let nothing = r#"[{"kind": "fatal error", "message": "a.c: No such file", "locations": [], "children": []}]"#;
    let imported = read(GCC, &format!("{nothing}\ncompilation terminated.\n"));
    let diagnostic = &imported.diagnostics[0];
    assert_eq!((diagnostic.severity(), diagnostic.file()), (Severity::Fatal, None));
    assert_eq!(check(&imported), 1);
    assert!(imported.losses.is_empty() && imported.invalid_lines.is_empty());
}

#[test]
fn an_invalid_element_does_not_affect_the_others() {
    let valid = r#"{"kind": "error", "message": "m", "locations": []}"#;
    let input = format!("[{valid},\n{{\"kind\": 1, \"message\": []}},\n7, {valid}]\n");
    let imported = read(GCC, &input);
    assert_eq!(imported.diagnostics.len(), 2);
    let lines: Vec<_> = imported.invalid_lines.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3]);
    let error = try_read(GCC, b"[\n7]", &[]).unwrap_err();
    assert!(error.reason.starts_with("line 2: invalid type: integer `7`"), "{error}");
}

#[test]
fn kinds_are_severities() {
    use Severity::{Error, Fatal, Note, Warning};
    for (kind, severity, message) in [
        ("note", Note, "m"),
        ("warning", Warning, "m"),
        ("error", Error, "m"),
        ("permerror", Error, "m"),
        ("fatal error", Fatal, "m"),
        ("sorry, unimplemented", Error, "sorry, unimplemented: m"),
        ("internal compiler error", Fatal, "internal compiler error: m"),
    ] {
        let imported = read(GCC, &format!(r#"[{{"kind": "{kind}", "message": "m"}}]"#));
        let diagnostic = &imported.diagnostics[0];
        assert_eq!((diagnostic.severity(), diagnostic.message()), (severity, message));
        assert!(imported.losses.is_empty());
    }
    let imported = read(GCC, r#"[{"kind": "new", "message": "m", "new-field": 1}]"#);
    let lost = [("an unknown kind of diagnostic", 1), ("fields of a later version of GCC", 1)];
    assert_eq!(losses(&imported), lost);
}

#[test]
fn an_option_is_the_code_also_as_an_error() {
    let with = |option: &str| {
        let json = format!(r#"[{{"kind": "error", "message": "m", "option": "{option}"}}]"#);
        read(GCC, &json)
    };
    for (option, code) in [
        ("-Wshadow", code!("-Wshadow")),
        ("-Werror=shadow", code!("-Wshadow")),
        ("-Werror=format=", code!("-Wformat=")),
        ("-Werror=", code!("-Werror=")),
        ("-fpermissive", code!("-fpermissive")),
    ] {
        assert_eq!(with(option).diagnostics[0].code(), Some(code), "{option}");
    }
    let imported = with("-W a");
    let diagnostic = &imported.diagnostics[0];
    assert_eq!(diagnostic.code(), None);
    assert_eq!(diagnostic.notes().collect::<Vec<_>>(), ["the code is `-W a`"]);
    assert_eq!(losses(&imported), [("a name that is not a code", 1)]);
}

/// GCC puts independent errors into one group.
#[test]
fn errors_and_warnings_in_a_group_are_diagnostics() {
    let item = |kind: &str, message: &str, children: &str| {
        format!(r#"{{"kind": "{kind}", "message": "{message}", "children": [{children}]}}"#)
    };
    let children = [
        item("note", "a1", &item("note", "a2", "")),
        item("error", "b", ""),
        item("note", "b1", ""),
        item("note", "b2", ""),
        item("warning", "c", &item("note", "c1", "")),
    ];
    let imported = read(GCC, &format!("[{}]", item("warning", "a", &children.join(","))));
    let found: Vec<_> = imported
        .diagnostics
        .iter()
        .map(|one| {
            let children: Vec<_> = one.children().iter().map(|child| child.message()).collect();
            (one.to_string(), children)
        })
        .collect();
    let expected = [
        ("warning: a".to_owned(), vec!["a1", "a2"]),
        ("error: b".to_owned(), vec!["b1", "b2"]),
        ("warning: c".to_owned(), vec!["c1"]),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        losses(&imported),
        [("the diagnostic that it was a child of", 2), ("the nesting of notes", 1)]
    );
}

/// `make -j` writes the arrays of several compilations, and other lines between them.
#[test]
fn arrays_follow_one_another_among_other_lines() {
    let one = r#"[{"kind": "note", "message": "m"}]"#;
    let input = format!(
        "cc -c a.c\n{one}\n[]\n{one}{one}\r\ncompilation terminated.\n[ 50%] Building a.o\n\
         gcc: error: unrecognized command-line option\ncc1: all warnings\n{{\"kind\": 1}}\n\
         compilation terminated due to -fmax-errors=2.\n"
    );
    let imported = read(GCC, &input);
    let messages: Vec<_> = imported.diagnostics.iter().map(ToString::to_string).collect();
    let expected = [
        "note: m",
        "note: m",
        "note: m",
        "error: gcc: unrecognized command-line option",
        "note: compilation terminated due to -fmax-errors=2",
    ];
    assert_eq!(messages, expected);
    let lines: Vec<_> = imported.invalid_lines.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 6, 8, 9]);
    assert_eq!(imported.invalid_lines[1].1, "[ 50%] Building a.o");
}

#[test]
fn other_inputs_are_errors() {
    let error =
        |input: &[u8]| try_read(GCC, input, &[]).map_err(|error| error.to_string()).map(|_| ());
    assert_eq!(error(b""), Ok(()));
    assert_eq!(error(b"[]\n"), Ok(()));
    let text = error(b"\na.c:1:2: error: m\n").unwrap_err();
    assert_eq!(text, "the input is not gcc output: line 2: a.c:1:2: error: m");
    let text = error(b"[{\"reason\": \"compiler-message\"}]").unwrap_err();
    assert!(
        text.starts_with("the input is not gcc output: line 1: missing field `kind`"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_not_here_has_lines_and_columns() {
    let imported = read(GCC, SUM);
    check(&imported);
    assert!(human(&imported).contains("--> a.c:2:2"), "{}", human(&imported));
    assert_eq!(imported.changed_files, []);
}

/// One location is not in the file, so the others are not shown in it either.
#[test]
fn a_file_that_has_changed_is_not_shown() {
    let input = format!("{}\n{}", at(1, r#""column": 1"#, ""), at(3, r#""column": 1"#, ""));
    let imported = read_with(GCC, &input, &[("a.c", "one line\n")]);
    check(&imported);
    let [file] = imported.changed_files[..] else { panic!("{imported:?}") };
    assert!(imported.sources.file(file).unwrap().is_unavailable());
    let shown = human(&imported);
    assert!(
        shown.contains("a.c:1:1") && shown.contains("a.c:3:1") && !shown.contains("one line"),
        "{shown}"
    );
    assert_eq!(imported.diagnostics.len(), 2);
    let column = read_with(GCC, &at(1, r#""column": 11"#, ""), &[("a.c", "one line\n")]);
    assert_eq!(column.changed_files.len(), 1);
}

#[test]
fn text_that_is_not_utf8_is_counted() {
    let mut input = br#"[{"kind": "note", "message": "caf"#.to_vec();
    input.extend(b"\xe9\"}]");
    let imported = try_read(GCC, &input, &[]).unwrap();
    assert_eq!(imported.diagnostics[0].message(), "caf\u{fffd}");
    assert_eq!(losses(&imported), [("bytes that are not UTF-8", 1)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn mutated_json_never_panics(mutations in mutations()) {
        let input = mutated(SUM, &mutations);
        for files in [&[("a.c", SUM_C)][..], &[("a.c", "é\r\n")], &[]] {
            if let Ok(imported) = try_read(GCC, input.as_bytes(), files) {
                check(&imported);
            }
        }
    }

    #[test]
    fn any_bytes_never_panic(
        start in prop::collection::vec(any::<u8>(), 0..40),
        at in 0..SUM.len(),
        len in 0..SUM.len(),
    ) {
        let mut input = start;
        input.extend(&SUM.as_bytes()[at..(at + len).min(SUM.len())]);
        if let Ok(imported) = try_read(GCC, &input, &[("a.c", SUM_C)]) {
            check(&imported);
        }
    }
}
