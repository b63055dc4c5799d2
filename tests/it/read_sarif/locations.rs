//! The locations of SARIF: labels, files and traces.

use vitte_diag::{Span, TraceKind};

use super::{SARIF, kinds, location, result, run};
use crate::read_support::{check, human, losses, read, read_with};

#[test]
fn locations_are_labels() {
    let locations = [
        r#"{"message":{"text":"no file"}}"#.to_owned(),
        location(
            "a.c",
            1,
            r#","message":{"text":"primary"},"annotations":[{"startLine":2,"message":{"text":"beside"}}]"#,
        ),
        location("b.c", 1, r#","message":{"text":"second"}"#),
    ];
    let related = [
        location("b.c", 2, r#","id":0,"message":{"text":"related"}"#),
        r#"{"message":{"text":"only text"}}"#.to_owned(),
        r#"{"physicalLocation":{"artifactLocation":{"uri":"c.c"}}}"#.to_owned(),
    ];
    let fields = format!(
        r#""locations":[{}],"relatedLocations":[{}]"#,
        locations.join(","),
        related.join(",")
    );
    let files = [("a.c", "one\ntwo\n"), ("b.c", "three\nfour\n")];
    let imported = read_with(SARIF, &result(&fields), &files);
    assert_eq!(check(&imported), 1);
    let diagnostic = &imported.diagnostics[0];
    let text = |span: Span| &imported.sources.file(span.file()).unwrap().text()[span.range()];
    let labels: Vec<_> =
        diagnostic.labels().map(|label| (text(label.span()), label.message().unwrap())).collect();
    assert_eq!(
        labels,
        [("one", "primary"), ("three", "second"), ("two", "beside"), ("four", "related")]
    );
    assert_eq!(diagnostic.notes().collect::<Vec<_>>(), ["no file", "only text"]);
    assert_eq!(losses(&imported), [("a further location without a line", 1)]);
}

#[test]
fn a_location_without_a_region_is_a_whole_file() {
    let whole = r#""locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b.c"}},"message":{"text":"why"}}]"#;
    let imported = read(SARIF, &result(whole));
    let diagnostic = &imported.diagnostics[0];
    assert_eq!(diagnostic.primary(), None);
    assert_eq!(imported.sources.file(diagnostic.file().unwrap()).unwrap().path(), "a b.c");
    assert_eq!(diagnostic.notes().collect::<Vec<_>>(), ["why"]);
    let nothing = read(SARIF, &result(r#""locations":[{"logicalLocations":[{"name":"f"}]}]"#));
    assert_eq!(nothing.diagnostics[0].file(), None);
    assert_eq!(kinds(&nothing), ["the name of the function or type of a location"]);
    for zero in [r#"{"startLine":0}"#, "{}", r#"{"startLine":null}"#] {
        let imported = read(
            SARIF,
            &result(&whole.replace(r#"},"message""#, &format!(r#","region":{zero}}},"message""#))),
        );
        assert_eq!(imported.diagnostics[0].primary(), None, "{zero}");
        assert!(imported.diagnostics[0].file().is_some());
    }
}

#[test]
fn paths_are_resolved_against_bases() {
    let log = |base: &str, artifact: &str| {
        run(&format!(
            r#""originalUriBaseIds":{{"ROOT":{{"uri":"file:///ci/"}},"SRC":{{"uri":"src/","uriBaseId":"ROOT"}},
                 "LOOP":{{"uri":"x/","uriBaseId":"LOOP"}},"NONE":{{"description":{{"text":"d"}}}}}},
               "artifacts":[{{"location":{{"uri":"cached.c","uriBaseId":"SRC"}}}},
                            {{"location":{{"uri":"in.c"}},"parentIndex":2}},{{"location":{{"uri":"all.zip"}}}}],
               "results":[{{"message":{{"text":"m"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{{artifact}{base}}}}}}}]}}]"#
        ))
    };
    let path = |base: &str, artifact: &str, files: &[(&str, &str)]| {
        let base =
            if base.is_empty() { String::new() } else { format!(r#","uriBaseId":"{base}""#) };
        let imported = read_with(SARIF, &log(&base, artifact), files);
        let file = imported.diagnostics[0].file().unwrap();
        (imported.sources.file(file).unwrap().path().to_owned(), kinds(&imported))
    };
    let a = r#""uri":"a.c""#;
    let plain = |path: &str| (path.to_owned(), vec![]);
    assert_eq!(path("", a, &[]), plain("a.c"));
    assert_eq!(path("ROOT", a, &[]), plain("/ci/a.c"));
    assert_eq!(path("SRC", a, &[]), plain("/ci/src/a.c"));
    // On another machine.
    assert_eq!(path("ROOT", a, &[("a.c", "x")]), plain("a.c"));
    assert_eq!(path("ROOT", a, &[("a.c", "x"), ("/ci/a.c", "y")]), plain("/ci/a.c"));
    assert_eq!(path("%SRCROOT%", a, &[]), plain("a.c"));
    let lost = ("a.c".to_owned(), vec!["the base of a relative path"]);
    for unknown in ["OTHER", "LOOP", "NONE"] {
        assert_eq!(path(unknown, a, &[]), lost);
    }
    assert_eq!(path("", r#""index":0"#, &[]), plain("/ci/src/cached.c"));
    assert_eq!(path("", r#""uri":"in.c","index":1"#, &[]), plain("<all.zip/in.c>"));
    assert_eq!(path("", r#""uri":"file:///x/y%23.c""#, &[]), plain("/x/y#.c"));
}

#[test]
fn the_contents_in_a_log_are_the_text_of_a_file_that_is_not_here() {
    let log = run(&format!(
        r#""artifacts":[{{"location":{{"uri":"a.c"}},"contents":{{"text":"from the log\n"}}}}],
           "results":[{{"message":{{"text":"m"}},"locations":[{}]}}]"#,
        location("a.c", 1, "")
    ));
    assert!(human(&read(SARIF, &log)).contains("1 | from the log"));
    assert!(human(&read_with(SARIF, &log, &[("a.c", "here\n")])).contains("1 | here"));
    // The file has changed, or neither of the texts has the line.
    let second = log
        .replace(r#""startLine":1"#, r#""startLine":2"#)
        .replace(r"from the log\n", r"1\nfrom the log");
    assert!(human(&read_with(SARIF, &second, &[("a.c", "here")])).contains("2 | from the log"));
    let ninth = log.replace(r#""startLine":1"#, r#""startLine":9"#);
    let imported = read_with(SARIF, &ninth, &[("a.c", "here")]);
    assert!(human(&imported).contains("a.c:9:1"), "{}", human(&imported));
    assert_eq!(imported.changed_files.len(), 1);
}

#[test]
fn flows_stacks_and_includes_are_traces() {
    let step = |line: u32, message: &str, more: &str| {
        let location = location("a.c", line, &format!(r#","message":{{"text":"{message}"}}"#));
        format!(r#"{{"location":{location}{more}}}"#)
    };
    let flow = |steps: &str| format!(r#"{{"threadFlows":[{{"locations":[{steps}]}}]}}"#);
    let fields = format!(
        r#""locations":[{}],"relatedLocations":[{},{}],"codeFlows":[{},{}],"stacks":[{{"frames":[{{"location":{}}},
           {{"location":{{"logicalLocations":[{{"fullyQualifiedName":"main"}}]}}}}]}}]"#,
        location("b.h", 1, r#","id":1,"relationships":[{"target":2,"kinds":["isIncludedBy"]}]"#),
        location(
            "a.h",
            3,
            r#","id":2,"relationships":[{"target":1,"kinds":["includes"]},{"target":3,"kinds":["isIncludedBy"]}]"#
        ),
        location("a.c", 2, r#","id":3"#),
        flow(
            &[
                step(1, "first", r#","nestingLevel":1"#),
                step(2, "second", ""),
                r#"{"index":0}"#.to_owned()
            ]
            .join(",")
        ),
        flow(&step(1, "other", "")),
        location("a.c", 4, r#","message":{"text":"called"}"#),
    );
    let log = result(&fields).replace(
        r#""results""#,
        &format!(r#""threadFlowLocations":[{}],"results""#, step(3, "cached", "")),
    );
    let imported = read(SARIF, &log);
    assert_eq!(check(&imported), 1);
    let diagnostic = &imported.diagnostics[0];
    let at = |span: Span| imported.sources.location(span).unwrap().to_string();
    let trace: Vec<_> = diagnostic
        .trace()
        .iter()
        .map(|step| {
            format!(
                "{} {} {}",
                step.kind(),
                step.message(),
                step.span().map(at).unwrap_or_default()
            )
        })
        .collect();
    let expected = [
        "include included from here a.h:3:1",
        "include included from here a.c:2:1",
        "analysis first a.c:1:1",
        "analysis second a.c:2:1",
        "analysis cached a.c:3:1",
        "call called a.c:4:1",
        "call main ",
    ];
    assert_eq!(trace, expected);
    assert_eq!(diagnostic.secondary(), []);
    let lost = [("further paths of an analysis", 1), ("the depth of an analysis step", 1)];
    assert_eq!(losses(&imported), lost);
    assert_eq!(diagnostic.trace()[2].kind(), TraceKind::Analysis);
}
