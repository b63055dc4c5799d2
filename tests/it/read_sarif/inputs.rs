//! Whole inputs: what tools write, what is unusual, and what is not SARIF.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use vitte_diag::code;
use vitte_diag::read::{Imported, ReadError};

use super::{SARIF, messages, run};
use crate::read_support::{self, Total, check, losses, mutated, mutations, read, try_read};

/// Reads a log of `tests/compilers/sarif`. The sources were in `/project`, and the tools ran in directories of it.
fn read_log(path: &Path) -> Result<Imported, ReadError> {
    let input = read_support::dir("sarif/input");
    let mut dirs: Vec<_> =
        fs::read_dir(&input).unwrap().map(|entry| entry.unwrap().path()).collect();
    dirs.sort();
    let bytes = fs::read(path).unwrap();
    let mut load = |path: &str| {
        let path = path.strip_prefix("/project/").unwrap_or(path);
        fs::read(input.join(path))
            .ok()
            .or_else(|| dirs.iter().find_map(|dir| fs::read(dir.join(path)).ok()))
    };
    SARIF.read(&bytes, &mut load)
}

#[test]
fn what_tools_write_is_read() {
    let (mut total, mut logs) = (Total::default(), 0);
    for path in read_support::files(&read_support::dir("sarif"), ".sarif") {
        let imported =
            read_log(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(imported.changed_files, [], "{}", path.display());
        total.add(&imported);
        logs += 1;
    }
    assert!(
        logs >= 19 && total.diagnostics > 150,
        "{logs} logs, {} diagnostics",
        total.diagnostics
    );
    total.assert_known(&[
        "a column that is not on its line",
        "a fix without changes of text",
        "a name that is not a code",
        "fingerprints",
        "other properties of a result",
        "other properties of an analysis step",
        "the Markdown form of a message",
        "the URL of a rule",
        "the base of a relative path",
        "the name of the function or type of a location",
    ]);
}

/// Logs written by hand, with what tools seldom write.
#[test]
fn unusual_logs_are_read() {
    let (mut errors, mut invalid) = (Vec::new(), Vec::new());
    for path in read_support::files(&read_support::dir("sarif/written"), ".sarif") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match read_log(&path) {
            Ok(imported) => {
                check(&imported);
                if !imported.invalid_lines.is_empty() {
                    invalid.push(name);
                }
            }
            Err(error) => errors.push(format!("{name}: {}", error.reason)),
        }
    }
    let expected = [
        "truncated: EOF while parsing a string at line 23 column 67",
        "utf-16: it is encoded in UTF-16, but JSON is UTF-8",
        "version-1: its version is 1.0.0, and only 2.1.0 is supported",
    ];
    assert_eq!(errors, expected);
    assert_eq!(invalid, ["odd-json"]);
}

#[test]
fn an_invalid_result_does_not_hide_the_others() {
    let results = r#""results":[{"message":{"text":"1"}},
        {"message":"a text"},
        null, {"locations":{}}, {"message":{"text":"2 \ud83c"},"ruleId":"A","ruleId":"B"}]"#;
    let imported = read(SARIF, &run(results));
    assert_eq!(messages(&imported), ["warning: 1", "warning[B]: 2 \u{fffd}"]);
    let lines: Vec<_> = imported.invalid_lines.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3]);
    assert!(imported.invalid_lines[0].1.starts_with("an invalid result: invalid type: string"));
}

#[test]
fn all_runs_and_logs_are_read() {
    let log = |tool: &str, message: &str| {
        format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"{tool}","semanticVersion":"2.0",
               "rules":[{{"id":"R1","helpUri":"https://x.example/R1"}}]}}}},
               "results":[{{"ruleId":"R1","message":{{"text":"{message}"}}}}]}}]}}"#
        )
    };
    let input = format!("\u{feff}{}\n{}", log("a", "1"), log("b", "2"));
    let imported = read(SARIF, &input);
    assert_eq!(messages(&imported), ["warning[R1]: 1", "warning[R1]: 2"]);
    assert_eq!(losses(&imported), [("the name of one of several tools", 1)]);
    let tool = imported.tool.unwrap();
    assert_eq!((tool.name(), tool.version()), ("a", "2.0"));
    assert_eq!(tool.code_url(code!("R2")).as_deref(), Some("https://x.example/R2"));
    // clang writes other lines to the same stream.
    let imported =
        read(SARIF, &format!("clang: warning\n\n{}\n1 warning generated.\n", log("a", "1")));
    assert_eq!(imported.diagnostics.len(), 1);
    let expected = [(1, "clang: warning".to_owned()), (6, "1 warning generated.".to_owned())];
    assert_eq!(imported.invalid_lines, expected);
}

#[test]
fn other_inputs_are_errors() {
    let error = |input: &[u8]| {
        try_read(SARIF, input, &[]).map_err(|error| error.reason).map(|read| read.diagnostics.len())
    };
    assert_eq!(error(b"").unwrap_err(), "it is empty");
    assert_eq!(error(b"\xff\xfe{\0").unwrap_err(), "it is encoded in UTF-16, but JSON is UTF-8");
    assert_eq!(error(b"{}").unwrap_err(), "it has neither a version nor runs");
    let old = error(br#"{"version":"1.0.0","runs":[]}"#).unwrap_err();
    assert_eq!(old, "its version is 1.0.0, and only 2.1.0 is supported");
    let cut = error(&run(r#""results":[]"#).as_bytes()[..60]).unwrap_err();
    assert!(cut.starts_with("EOF while parsing"), "{cut}");
    assert!(
        error(br#"{"version":"2.1.0","runs":[{"results":1}]}"#)
            .unwrap_err()
            .contains("invalid type")
    );
    assert_eq!(error(br#"{"version":"2.1.0","runs":[]}"#), Ok(0));
    assert_eq!(error(br#"{"version":"2.1.0","runs":null}"#), Ok(0));
    assert_eq!(error(br#"{"runs":[{"results":null,"tool":null}]}"#), Ok(0));
    let external = read(
        SARIF,
        &run(r#""externalPropertyFileReferences":{"results":[{"location":{"uri":"x"}}]}"#),
    );
    assert_eq!(losses(&external), [("everything: the result is in another file", 1)]);
}

/// All that is read, once.
const MUTATED: &str = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t","version":"1","rules":[
  {"id":"a","helpUri":"https://x.example/a","messageStrings":{"d":{"text":"{0} [x](1)"}},"defaultConfiguration":{"level":"error"}}]}},
  "columnKind":"utf16CodeUnits","originalUriBaseIds":{"R":{"uri":"file:///r/"}},
  "artifacts":[{"location":{"uri":"a.c","uriBaseId":"R"},"contents":{"text":"é𝄞\nline two\n"}}],
  "invocations":[{"toolExecutionNotifications":[{"level":"error","message":{"text":"n"},"exception":{"kind":"k","stack":{"frames":[{"module":"m"}]}}}]}],
  "results":[{"ruleId":"a","ruleIndex":0,"message":{"id":"d","arguments":["y"]},"locations":[{"id":1,"physicalLocation":{
     "artifactLocation":{"uri":"a.c","uriBaseId":"R","index":0},"region":{"startLine":1,"startColumn":2,"endLine":2,"endColumn":3,"byteOffset":2,"byteLength":9}},
     "relationships":[{"target":2,"kinds":["isIncludedBy"]}],"message":{"text":"l"}}],
   "relatedLocations":[{"id":2,"physicalLocation":{"artifactLocation":{"index":0},"region":{"charOffset":3,"charLength":2}}},
     {"message":{"text":"note: n"},"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"byteOffset":0,"byteLength":2}}}],
   "codeFlows":[{"threadFlows":[{"locations":[{"location":{"physicalLocation":{"artifactLocation":{"uri":"a.c","uriBaseId":"R"},"region":{"startLine":2}}}}]}]}],
   "stacks":[{"message":{"text":"include stack"},"frames":[{"location":{"message":{"text":"f"}}}]}],
   "partialFingerprints":{"vitteDiag/v1":"0"},"properties":{"tags":["unnecessary"]},
   "fixes":[{"description":{"text":"f"},"properties":{"applicability":"maybe-incorrect"},"artifactChanges":[{"artifactLocation":{"uri":"a.c","uriBaseId":"R"},
     "replacements":[{"deletedRegion":{"startLine":1,"startColumn":1,"endColumn":2},"insertedContent":{"text":"e"}}]}]}]}]}]}"#;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn mutated_json_never_panics(mutations in mutations()) {
        let input = mutated(MUTATED, &mutations);
        for files in [&[("/r/a.c", "é𝄞\nline two\n")][..], &[("/r/a.c", ""), ("a.c", "x")], &[]] {
            if let Ok(imported) = try_read(SARIF, input.as_bytes(), files) {
                check(&imported);
            }
        }
    }

    #[test]
    fn any_bytes_never_panic(start in prop::collection::vec(any::<u8>(), 0..40), at in 0..MUTATED.len()) {
        let mut input = start;
        input.extend(&MUTATED.as_bytes()[at..]);
        if let Ok(imported) = try_read(SARIF, &input, &[]) {
            check(&imported);
        }
    }
}
