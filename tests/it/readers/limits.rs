//! The limits of the APIs that read the formats.

use serde_json::{Value, json};
use vitte_diag::{Diagnostic, DiagnosticBag, Format, Policy, Severity, SourceMap, Span, code};

use super::{one, with_options};
use crate::common::decode;

fn value(out: &str) -> Value {
    serde_json::from_str(out).unwrap()
}

/// Bitbucket: 100 annotations in a request, 1000 in a report, 450 characters of a summary, 2000 of the details.
#[test]
fn bitbucket_gets_what_its_api_accepts() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "x".repeat(1500)).unwrap();
    let mut bag = DiagnosticBag::with_policy(Policy::default().with_max_errors(700));
    for at in 0..1500 {
        let severity = if at % 2 == 0 { Severity::Warning } else { Severity::Error };
        let message = format!("{at} {}", "日".repeat(3000));
        bag.push(Diagnostic::new(severity, code!("E0001"), Span::empty(file, at), message));
    }
    let shown = bag.summary();
    let report = value(&with_options(Format::Bitbucket, &(sources, bag), |options| options));
    let groups = report["annotations"].as_array().unwrap();
    assert_eq!(
        groups.iter().map(|group| group.as_array().unwrap().len()).collect::<Vec<_>>(),
        [100; 10]
    );
    let all: Vec<&Value> = groups.iter().flat_map(|group| group.as_array().unwrap()).collect();
    let count = |name: &str| all.iter().filter(|one| one["severity"] == name).count();
    assert_eq!((count("HIGH"), count("MEDIUM")), (700, 300), "the most severe ones are kept");
    let first = all.iter().find(|one| one["severity"] == "MEDIUM").unwrap();
    assert!(first["summary"].as_str().unwrap().starts_with("E0001: 0 "), "in their order");
    for one in &all {
        let chars = |field: &str| one[field].as_str().unwrap().chars().count();
        assert_eq!((chars("summary"), chars("details")), (450, 2000));
        assert!(chars("external_id") <= 450);
    }
    let ids: std::collections::BTreeSet<_> =
        all.iter().map(|one| one["external_id"].as_str()).collect();
    assert_eq!(ids.len(), 1000);
    assert_eq!(report["report"]["result"], "FAILED");
    let over = "401 of them are not annotations, of which there are at most 1000";
    let suppressed = "50 more errors, 49 more warnings not shown: the limit of errors was reached";
    let details = format!("700 errors, 701 warnings; {over}; {suppressed}");
    assert_eq!(report["report"]["details"], details);
    assert_eq!(shown.suppressed, 99);
}

#[test]
fn bitbucket_reports_pass_without_errors() {
    let warning = Diagnostic::without_location(Severity::Warning, None, "m");
    let report = value(&one(Format::Bitbucket, &SourceMap::new(), warning));
    assert_eq!(report["report"]["result"], "PASSED");
    assert_eq!(report["annotations"][0][0]["path"], ".", "there is no file");
    let none = with_options(Format::Bitbucket, &Default::default(), |options| options);
    assert_eq!(value(&none)["annotations"], json!([]));
}

/// TeamCity: 255 characters of a name, 4000 of a message.
#[test]
fn teamcity_gets_what_it_accepts() {
    let error = Diagnostic::without_location(Severity::Error, None, "|".repeat(9000));
    let out = one(Format::Teamcity, &SourceMap::new(), error);
    let message = decode::teamcity(out.lines().nth(1).unwrap());
    let text = message.value("message").unwrap();
    assert_eq!(text.chars().count(), 4000);
    assert!(text.ends_with("||…"));
}

/// SonarQube rejects the whole report if a range is empty, or past the end of its line.
#[test]
fn sonarqube_gets_only_ranges_that_are_in_their_files() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "\u{feff}let 👩 = x\rend\nlast").unwrap();
    let range = |lo, hi| {
        let error = Diagnostic::error(None, Span::new(file, lo, hi).unwrap(), "m");
        let issues = value(&one(Format::Sonarqube, &sources, error));
        issues["issues"][0]["primaryLocation"]["textRange"].clone()
    };
    let lines = |start: [u32; 2], end: [u32; 2]| json!({"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]});
    assert_eq!(range(3, 6), lines([1, 0], [1, 3]), "a byte order mark is not counted");
    assert_eq!(range(7, 11), lines([1, 4], [1, 6]), "in UTF-16");
    assert_eq!(range(16, 19), lines([2, 0], [2, 3]), "a lone carriage return ends a line");
    assert_eq!(range(14, 17), lines([1, 9], [2, 1]));
    assert_eq!(range(24, 24), json!({"startLine": 3}), "empty");
    assert_eq!(range(0, 3), json!({"startLine": 1}), "only the mark");
}

/// The severity of a rule is that of its most severe issue.
#[test]
fn sonarqube_has_a_rule_for_each_issue() {
    let of = |severity, code| Diagnostic::without_location(severity, code, "m");
    let bag = [
        of(Severity::Warning, Some(code!("W1"))),
        of(Severity::Error, Some(code!("W1"))),
        of(Severity::Note, None),
        of(Severity::Fatal, None),
    ];
    let out =
        with_options(Format::Sonarqube, &(SourceMap::new(), bag.into_iter().collect()), |o| o);
    let report = value(&out);
    let rules: Vec<_> = (report["rules"].as_array().unwrap().iter())
        .map(|rule| (rule["id"].as_str().unwrap(), rule["severity"].as_str().unwrap()))
        .collect();
    assert_eq!(rules.len(), 3);
    for expected in [("W1", "CRITICAL"), ("note", "INFO"), ("fatal", "BLOCKER")] {
        assert!(rules.contains(&expected), "{rules:?}");
    }
    for issue in report["issues"].as_array().unwrap() {
        assert!(rules.iter().any(|(id, _)| issue["ruleId"] == *id));
    }
}

/// No field of comma-separated values is a formula.
#[test]
fn spreadsheets_calculate_nothing() {
    for (code, message, expected) in [
        ("=A1+B1", "=HYPERLINK(\"x\")", ["'=A1+B1", "'=HYPERLINK(\"x\")"]),
        ("-Wformat=2", "-x", ["-Wformat=2", "-x"]),
        ("--deny", "＝1", ["--deny", "'＝1"]),
        ("-1+1", "+1", ["'-1+1", "'+1"]),
        ("@x", "@x", ["@x", "@x"]),
        ("E0001", "@SUM(1)", ["E0001", "'@SUM(1)"]),
        ("E0001", "-x()", ["E0001", "'-x()"]),
        ("E0001", "1 = 1", ["E0001", "1 = 1"]),
        ("E0001", "\t=1", ["E0001", "\\t=1"]),
    ] {
        let code = vitte_diag::Code::new(code).unwrap();
        let error = Diagnostic::without_location(Severity::Error, Some(code), message);
        let records = decode::csv(&one(Format::Csv, &SourceMap::new(), error));
        assert_eq!(records[1][1..3], expected);
    }
}
