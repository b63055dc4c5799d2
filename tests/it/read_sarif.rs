//! The reader of SARIF logs.

mod inputs;
mod locations;
mod own;
mod regions;

use vitte_diag::read::{Imported, InputFormat};
use vitte_diag::{Applicability, Severity, Tag, code};

use crate::read_support::{check, losses, read, read_with};

pub const SARIF: InputFormat = InputFormat::Sarif;

/// A log with one run of these fields.
fn run(fields: &str) -> String {
    format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"t","version":"1"}}}},{fields}}}]}}"#
    )
}

/// A log with one result of these fields.
fn result(fields: &str) -> String {
    let message = if fields.contains("\"message\":{\"text\":\"own\"") {
        ""
    } else {
        r#""message":{"text":"m"},"#
    };
    run(&format!(r#""columnKind":"utf16CodeUnits","results":[{{{message}{fields}}}]"#)
        .replace(",}", "}"))
}

/// A location at a line of a file.
fn location(uri: &str, line: u32, more: &str) -> String {
    format!(
        r#"{{"physicalLocation":{{"artifactLocation":{{"uri":"{uri}"}},"region":{{"startLine":{line}}}}}{more}}}"#
    )
}

fn messages(imported: &Imported) -> Vec<String> {
    imported.diagnostics.iter().map(ToString::to_string).collect()
}

fn kinds(imported: &Imported) -> Vec<&'static str> {
    imported.losses.kinds().map(|(kind, _)| kind).collect()
}

#[test]
fn levels_are_severities() {
    let rules = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t","rules":[
        {"id":"a","defaultConfiguration":{"level":"error"}},{"id":"b"}]}},"results":["#;
    for (fields, expected) in [
        (r#""level":"error""#, Severity::Error),
        (r#""level":"note""#, Severity::Note),
        (r#""level":"none""#, Severity::Note),
        (r#""ruleId":"a""#, Severity::Error),
        (r#""ruleIndex":0"#, Severity::Error),
        (r#""ruleId":"a/sub""#, Severity::Error),
        (r#""rule":{"id":"a"}"#, Severity::Error),
        (r#""ruleId":"a","level":"note""#, Severity::Note),
        (r#""ruleId":"a","ruleIndex":-1"#, Severity::Error),
        (r#""ruleId":"b""#, Severity::Warning),
        (r#""ruleId":"x""#, Severity::Warning),
        (r#""ruleId":"x","ruleIndex":null"#, Severity::Warning),
    ] {
        let imported =
            read(SARIF, &format!(r#"{rules}{{"message":{{"text":"m"}},{fields}}}]}}]}}"#));
        assert_eq!(imported.diagnostics[0].severity(), expected, "{fields}");
        assert!(imported.losses.is_empty(), "{fields}");
    }
    for (fields, expected) in [
        (r#""kind":"open""#, "the kind of a result, which is a note"),
        (r#""kind":"review","level":"none""#, "the kind of a result, which is a note"),
    ] {
        let imported = read(SARIF, &result(fields));
        assert_eq!(imported.diagnostics[0].severity(), Severity::Note);
        assert_eq!(losses(&imported), [(expected, 1)]);
    }
}

#[test]
fn results_that_report_no_problem_are_counted() {
    for (fields, lost) in [
        (r#""kind":"pass""#, Some("everything: the result reports that there is no problem")),
        (
            r#""kind":"notApplicable""#,
            Some("everything: the result reports that there is no problem"),
        ),
        (r#""baselineState":"absent""#, Some("everything: the result is of an earlier run only")),
        (r#""suppressions":[{"kind":"inSource"}]"#, Some("everything: the result is suppressed")),
        (r#""suppressions":[{"status":"accepted"}]"#, Some("everything: the result is suppressed")),
        (r#""suppressions":[{"status":"accepted"},{"status":"rejected"}]"#, None),
        (r#""suppressions":[{"status":"underReview"}]"#, None),
        (r#""suppressions":[]"#, None),
        (r#""baselineState":"new""#, None),
    ] {
        let imported = read(SARIF, &result(fields));
        assert_eq!(imported.diagnostics.len(), usize::from(lost.is_none()), "{fields}");
        if let Some(lost) = lost {
            assert_eq!(losses(&imported), [(lost, 1)]);
        }
    }
    let state = read(SARIF, &result(r#""baselineState":"unchanged""#));
    assert_eq!(kinds(&state), ["the comparison with an earlier run"]);
    let rejected = read(SARIF, &result(r#""suppressions":[{"status":"rejected"}]"#));
    assert_eq!(kinds(&rejected), ["a suppression that is not accepted"]);
}

#[test]
fn messages_are_looked_up_and_formatted() {
    let log = |message: &str| {
        format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"t",
              "globalMessageStrings":{{"all":{{"text":"global {{0}}"}}}},
              "rules":[{{"id":"a","shortDescription":{{"text":"short"}},
                         "messageStrings":{{"one":{{"text":"'{{0}}' and {{{{1}}}} {{1}}"}}}}}}]}}}},
              "results":[{{"ruleId":"a","message":{message}}}]}}]}}"#
        )
    };
    for (message, expected, lost) in [
        (r#"{"text":"plain"}"#, "plain", vec![]),
        (r#"{"id":"one","arguments":["x","y"]}"#, "'x' and {1} y", vec![]),
        (r#"{"id":"all","arguments":["x"]}"#, "global x", vec![]),
        (r#"{"id":"none"}"#, "none", vec!["the text of a message"]),
        (
            r#"{"text":"see [here](1)","markdown":"see **here**"}"#,
            "see here",
            vec!["the Markdown form of a message"],
        ),
        (r#"{"text":""}"#, "short", vec![]),
        ("null", "short", vec![]),
    ] {
        let imported = read(SARIF, &log(message));
        assert_eq!(imported.diagnostics[0].message(), expected, "{message}");
        assert_eq!(kinds(&imported), lost, "{message}");
    }
}

#[test]
fn a_rule_that_is_not_a_code_is_a_note() {
    let imported = read(SARIF, &result(r#""ruleId":"two words""#));
    assert_eq!(imported.diagnostics[0].code(), None);
    assert_eq!(imported.diagnostics[0].notes().collect::<Vec<_>>(), ["the code is `two words`"]);
    assert_eq!(losses(&imported), [("a name that is not a code", 1)]);
    let imported = read(SARIF, &result(r#""ruleId":"CA1000/md5""#));
    assert_eq!(imported.diagnostics[0].code(), Some(code!("CA1000/md5")));
}

#[test]
fn rules_of_extensions_are_found() {
    let log = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t","rules":[{"id":"a"}]},
      "extensions":[{"name":"e","rules":[{"id":"b","defaultConfiguration":{"level":"note"}},{"id":"c"}]}]},
      "results":[{"message":{"text":"1"},"rule":{"index":0,"toolComponent":{"index":0}}},
                 {"message":{"text":"2"},"ruleId":"b","rule":{"toolComponent":{"name":"e"}}}]}]}"#;
    let imported = read(SARIF, log);
    assert_eq!(messages(&imported), ["note[b]: 1", "note[b]: 2"]);
}

#[test]
fn fixes_are_suggestions() {
    let fix = |description: &str, text: &str, more: &str| {
        format!(
            r#"{{"description":{{"text":"{description}"}},"artifactChanges":[{{"artifactLocation":{{"uri":"a.c"}},
               "replacements":[{{"deletedRegion":{{"startLine":1,"startColumn":1,"endColumn":2}},"insertedContent":{{"text":"{text}"}}}}]}}]{more}}}"#
        )
    };
    let fixes = [
        fix("same", "x", ""),
        fix("same", "y", ""),
        fix("sure", "z", r#","properties":{"applicability":"machine-applicable"}"#),
        r#"{"description":{"text":"nothing"},"artifactChanges":[]}"#.to_owned(),
        fix("", "", "").replace(r#","insertedContent":{"text":""}"#, ""),
    ];
    let imported =
        read_with(SARIF, &result(&format!(r#""fixes":[{}]"#, fixes.join(","))), &[("a.c", "ab\n")]);
    check(&imported);
    let found: Vec<_> = imported.diagnostics[0]
        .suggestions()
        .iter()
        .map(|one| {
            (one.message(), one.alternatives().count(), one.edits()[0].text(), one.applicability())
        })
        .collect();
    use Applicability::{MachineApplicable, Unspecified};
    let expected = [
        ("same", 2, "x", Unspecified),
        ("sure", 1, "z", MachineApplicable),
        ("apply this fix", 1, "", Unspecified),
    ];
    assert_eq!(found, expected);
    assert_eq!(losses(&imported), [("a fix without changes of text", 1)]);
}

#[test]
fn tags_and_other_properties_are_read_or_counted() {
    let imported = read(SARIF, &result(r#""properties":{"tags":["deprecated","security"]}"#));
    assert_eq!(imported.diagnostics[0].tags().collect::<Vec<_>>(), [Tag::Deprecated]);
    assert_eq!(kinds(&imported), ["tags other than `unnecessary` and `deprecated`"]);
    for (fields, lost) in [
        (r#""rank":-1"#, vec![]),
        (r#""rank":50.5"#, vec!["other properties of a result"]),
        (r#""properties":{"a":1}"#, vec!["other properties of a result"]),
        (r#""taxa":[]"#, vec![]),
        (r#""webRequest":{"index":0}"#, vec!["other properties of a result"]),
        (r#""guid":"1","fingerprints":{"a":"b"}"#, vec!["fingerprints"]),
        (r#""partialFingerprints":{"a":"b"}"#, vec!["fingerprints"]),
    ] {
        assert_eq!(kinds(&read(SARIF, &result(fields))), lost, "{fields}");
    }
}

#[test]
fn notifications_of_problems_are_diagnostics() {
    let log = run(r#""invocations":[{"executionSuccessful":false,"toolExecutionNotifications":[
          {"level":"error","message":{"text":"crashed"},"descriptor":{"id":"E1"},
           "exception":{"kind":"IndexError","message":"7","stack":{"frames":[
             {"location":{"logicalLocations":[{"fullyQualifiedName":"f"}],"physicalLocation":{
               "artifactLocation":{"uri":"tool.py"},"region":{"startLine":3}}}}]}}},
          {"level":"note","message":{"text":"read a file"}}],
        "toolConfigurationNotifications":[{"message":{"text":"no such rule"},"locations":[
          {"physicalLocation":{"artifactLocation":{"uri":"t.ini"},"region":{"startLine":2}}}]}]}]"#);
    let imported = read(SARIF, &log);
    check(&imported);
    assert_eq!(messages(&imported), ["error[E1]: crashed", "warning: no such rule"]);
    let [crash, config] = &imported.diagnostics[..] else { panic!("{imported:?}") };
    assert_eq!(crash.notes().collect::<Vec<_>>(), ["IndexError: 7"]);
    assert_eq!(crash.backtrace().unwrap().frames()[0].text(), "f at tool.py:3");
    assert!(crash.file().is_none() && config.primary().is_some());
    assert!(imported.losses.is_empty());
}
