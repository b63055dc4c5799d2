//! Formats, and output that is in none.

use vitte_diag::read::InputFormat;

use super::support::{Fixture, shell};

const JSON: &str = r#"{"severity":"warning","code":null,"message":"m","primary":null,"labels":[],"help":null,"notes":[]}"#;
const RUSTC: &str = r#"{"$message_type":"diagnostic","message":"m","code":null,"level":"error","spans":[{"file_name":"b.x","byte_start":2,"byte_end":3,"line_start":2,"line_end":2,"column_start":1,"column_end":2,"is_primary":true,"text":[{"text":"b","highlight_start":1,"highlight_end":2}],"label":null,"suggested_replacement":null,"suggestion_applicability":null,"expansion":null}],"children":[],"rendered":null}"#;
const SUMMARY: &str = r#"{"$message_type":"diagnostic","message":"aborting due to 1 previous error","code":null,"level":"error","spans":[],"children":[],"rendered":null}"#;
const GCC: &str = r#"[{"kind":"error","message":"m","locations":[{"caret":{"file":"b.x","line":2,"display-column":1,"byte-column":1,"column":1}}],"children":[]}]"#;
const LSP: &str = r#"{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"b.x","diagnostics":[{"range":{"start":{"line":1,"character":0},"end":{"line":1,"character":1}},"message":"m","severity":1}]}}"#;
const SARIF: &str = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t"}},"results":[{"level":"error","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"b.x"},"region":{"startLine":2,"startColumn":1,"endColumn":2}}}]}]}]}"#;

fn check(format: Option<InputFormat>, script: &str) -> Vec<String> {
    let fixture = Fixture::new(&[("a.x", ""), ("b.x", "a\nb\n")]);
    fixture.check(&shell(script).from(format), "a.x")
}

#[test]
fn each_format_is_read_from_both_streams_among_other_lines() {
    let expected = ["b.x:2:1: error: m"];
    for (format, text) in [
        (InputFormat::Rustc, RUSTC),
        (InputFormat::Gcc, GCC),
        (InputFormat::Lsp, LSP),
        (InputFormat::Sarif, SARIF),
    ] {
        for script in [
            format!("echo '{text}'"),
            format!("echo '{text}' >&2"),
            format!("echo '{text}'; echo 'mycc: done' >&2"),
        ] {
            if format == InputFormat::Gcc && script.contains("done") {
                continue;
            }
            assert_eq!(check(Some(format), &script), expected, "{format} {script}");
        }
    }
    for (format, text) in [(InputFormat::Rustc, RUSTC), (InputFormat::Lsp, LSP)] {
        let script = format!("echo 'Checking a'; echo '{text}'; echo 'done'");
        assert_eq!(check(Some(format), &script), expected, "{format}");
    }
    let script = format!("echo Checking; echo '{RUSTC}'; echo '{SUMMARY}'; exit 1");
    assert_eq!(check(Some(InputFormat::Rustc), &script), expected);
    let script = format!("echo '{SUMMARY}'; exit 1");
    let expected = ["error: aborting due to 1 previous error"];
    assert_eq!(check(Some(InputFormat::Rustc), &script), expected);
    let script = format!("echo Checking; echo '  {JSON}'; echo '{JSON}' >&2");
    assert_eq!(check(None, &script), ["warning: m"]);
}

#[test]
fn a_byte_order_mark_hides_nothing() {
    for (format, text, expected) in [
        (None, JSON, "warning: m"),
        (Some(InputFormat::Rustc), RUSTC, "b.x:2:1: error: m"),
        (Some(InputFormat::Gcc), GCC, "b.x:2:1: error: m"),
        (Some(InputFormat::Lsp), LSP, "b.x:2:1: error: m"),
        (Some(InputFormat::Sarif), SARIF, "b.x:2:1: error: m"),
    ] {
        let script = format!("printf '\\357\\273\\277'; echo '{text}'");
        assert_eq!(check(format, &script), [expected], "{format:?}");
    }
}

#[test]
fn output_in_another_format_is_reported() {
    let all = [
        None,
        Some(InputFormat::Rustc),
        Some(InputFormat::Gcc),
        Some(InputFormat::Lsp),
        Some(InputFormat::Sarif),
    ];
    for format in all {
        for garbage in ["{\"a\": 1}", "{", "{\"\\377\": [}"] {
            let out = check(format, &format!("printf '{garbage}\\n'"));
            assert_eq!(out.len(), 1, "{format:?} {garbage}");
            assert!(
                out[0].starts_with("a.x: error: `sh` wrote output that cannot be read: "),
                "{out:?}"
            );
        }
        assert_eq!(check(format, "exit 0"), [""; 0], "{format:?}");
        assert_eq!(check(format, "echo; echo ' ' >&2"), [""; 0], "{format:?}");
    }
    let script = format!(
        "echo '{JSON}'; echo '{{\"severity\": 1}}'; echo '{}'",
        JSON.replace("\"m\"", "\"n\"")
    );
    let out = check(None, &script);
    assert_eq!(out.len(), 3, "{out:?}");
    assert!(
        out[2].contains("cannot be read: line 2: expected value at line 1 column 14"),
        "{out:?}"
    );
}

#[test]
fn invalid_bytes_do_not_hide_diagnostics() {
    let script = format!("printf '\\377\\376 text\\n'; echo '{JSON}'");
    assert_eq!(check(None, &script), ["warning: m"]);
    let script =
        format!("printf '%s' '{}'", JSON.replace("\"m\"", "\"'; printf '\\303'; printf '%s' '\""));
    assert_eq!(check(None, &script), ["warning: \u{fffd}"]);
}

#[test]
fn a_changed_file_has_the_locations_of_the_compiler() {
    let at = r#""file":"b.x","lo":40,"hi":41,"line":7,"col":3"#;
    let json = format!(
        r#"{{"severity":"error","code":null,"message":"m","primary":{{{at}}},"labels":[{{"style":"primary",{at},"message":null}}],"help":null,"notes":[]}}"#
    );
    assert_eq!(check(None, &format!("echo '{json}'")), ["b.x:7:3: error: m"]);
    for (from, to) in [("b.x", "missing.x"), ("b.x", "<prelude>")] {
        let json = json.replace(from, to);
        assert_eq!(check(None, &format!("echo '{json}'")), [format!("{to}:7:3: error: m")]);
    }
    let changed = RUSTC.replace("\"text\":\"b\"", "\"text\":\"c\"");
    assert_eq!(
        check(Some(InputFormat::Rustc), &format!("echo '{changed}'")),
        ["b.x:2:1: error: m"]
    );
}
