use vitte_diag::{Applicability, Edit, TraceStep, code};

use super::*;

/// Returns the messages of a diagnostic in the first file, one per line: `lines kind[code]: text`.
fn shown(diagnostic: Diagnostic, sources: &SourceMap) -> Vec<String> {
    let diagnostics = [diagnostic];
    let messages = messages(&diagnostics, sources, FileId::new(0));
    let line = |message: &Message<'_>| format!("{:?} {message}", message.lines);
    messages.iter().map(line).collect()
}

fn sources() -> (SourceMap, FileId, FileId) {
    let mut sources = SourceMap::new();
    let case = sources.insert("a.toy", "one\ntwo\nthree\n");
    let other = sources.insert("b.toy", "other\n");
    (sources, case, other)
}

#[test]
fn the_end_of_a_file_is_on_its_last_line() {
    for (text, line) in
        [("a\nb\n", 2), ("a\nb", 2), ("a\r\nb\r\n", 2), ("\n", 1), ("", 1), ("a\n\n", 2)]
    {
        let mut sources = SourceMap::new();
        let case = sources.insert("a.toy", text);
        let at_end = Span::between(case, text.len(), text.len());
        let expected = format!("[{line}] error: open");
        assert_eq!(
            shown(Diagnostic::error(None, at_end, "open"), &sources),
            [expected],
            "{text:?}"
        );
    }
}

#[test]
fn each_part_is_a_message_on_its_line() {
    let (sources, case, _) = sources();
    let at = |offset| Span::empty(case, offset);
    let diagnostic = Diagnostic::error(code!("T1"), at(4), "mismatched\n  expected a")
        .with_label("found b")
        .with_secondary(at(0), "declared here")
        .with_note("a note")
        .with_help("do that")
        .with_child(Child::note("required").with_label(at(8), "this bound"))
        .with_child(Child::warning("by the way"))
        .with_suggestion(Suggestion::single(
            "write c",
            Edit::replace(at(8), "c\nd"),
            Applicability::MachineApplicable,
        ));
    assert_eq!(
        shown(diagnostic, &sources),
        [
            "[2] error[T1]: mismatched",
            "[2] error[T1]:   expected a",
            "[2] note: found b",
            "[1] note: declared here",
            "[2] help: do that",
            "[2] note: a note",
            "[3] note: required",
            "[3] note: this bound",
            "[2] warning: by the way",
            "[2, 3] help: write c",
            "[3] suggestion: c",
            "[4] suggestion: d",
        ]
    );
}

#[test]
fn code_of_another_file_is_announced_where_the_case_uses_it() {
    let (sources, case, other) = sources();
    let inside = Span::empty(other, 0);
    let diagnostic = Diagnostic::error(None, inside, "no")
        .with_label("in the macro")
        .with_step(
            TraceStep::expansion("in this expansion of `m!`").with_span(Span::empty(case, 4)),
        )
        .with_child(Child::note("inside").with_label(inside, ""));
    assert_eq!(
        shown(diagnostic, &sources),
        [
            "[2] error: no",
            "[2] note: in the macro",
            "[2] note: in this expansion of m!",
            "[2] note: in this expansion of `m!`",
            "[2] note: inside",
        ]
    );
    let diagnostic = Diagnostic::error(None, inside, "no").with_label("here");
    assert_eq!(shown(diagnostic, &sources), ["[] error: no", "[] note: here"]);
    let diagnostic = Diagnostic::for_file(vitte_diag::Severity::Error, None, case, "no header");
    assert_eq!(shown(diagnostic, &sources), ["[] error: no header"]);
}

#[test]
fn a_message_contains_its_code() {
    let (sources, case, _) = sources();
    let diagnostics = [Diagnostic::error(code!("E0308"), Span::empty(case, 0), "mismatched types")];
    let messages = messages(&diagnostics, &sources, case);
    let contains = |part: &str| messages[0].contains(part, &|text| text.replace("types", "$T"));
    assert!(
        contains("types [E0308]") && contains("E0308") && contains("") && contains("mismatched $T")
    );
    assert!(!contains("E0309") && !contains("Mismatched"));
}
