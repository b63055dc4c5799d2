//! Readers of SARIF: the viewer of VS Code, `sarif-tools`, code scanning on GitHub.

use serde_json::{Value, json};
use vitte_diag::{
    Diagnostic, DiagnosticBag, Format, Policy, Severity, SourceMap, Span, Tool, code,
};

use super::{one, with_options};
use crate::common::ten::ten;
use crate::read_sarif::SARIF;

fn log(out: &str) -> Value {
    serde_json::from_str(out).unwrap()
}

fn result(out: &str) -> Value {
    log(out)["runs"][0]["results"][0].clone()
}

/// What the viewer of VS Code shows (`src/panel/widgets.tsx` of <https://github.com/microsoft/sarif-vscode-extension>):
/// placeholders are replaced if there are arguments, and `[text](target)` is a link wherever it matches
/// `\[([^\]]*)\]\(([^)]+)\)`. Returns the text, and the texts of links.
fn in_vs_code(message: &Value) -> (String, Vec<String>) {
    assert_eq!(message.get("arguments"), None);
    let text = message["text"].as_str().unwrap();
    let (mut shown, mut links, mut rest) = (String::new(), Vec::new(), text);
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        shown += before;
        let link = from[1..].split_once(']').and_then(|(text, after)| {
            let (target, after) = after.strip_prefix('(')?.split_once(')')?;
            (!target.is_empty()).then_some((text, after))
        });
        match link {
            Some((text, after)) => {
                shown += text;
                links.push(text.to_owned());
                rest = after;
            }
            None => {
                shown.push('[');
                rest = &from[1..];
            }
        }
    }
    (shown + rest, links)
}

const TEXTS: [&str; 8] = [
    "`fn f() { {0} }` is {unused}",
    "{{}}",
    r"C:\dir\[a] \\ {",
    "a[0] [b] (c)",
    "see [this](1) and [that](https://a.example)",
    "`[](int x) { return x; }`",
    r"\[x\](1)",
    "[[a]](b)(c)",
];

#[test]
fn every_reader_shows_the_text_of_a_message() {
    for text in TEXTS {
        let mut sources = SourceMap::new();
        let file = sources.add("a.vitte", "x").unwrap();
        let error = Diagnostic::error(None, Span::empty(file, 0), text).with_label(text);
        let out = one(Format::Sarif, &sources, error.clone());
        let result = result(&out);
        for message in [&result["message"], &result["locations"][0]["message"]] {
            // `sarif-tools` shows the text as it is.
            let written = message["text"].as_str().unwrap();
            assert_eq!(in_vs_code(message), (written.to_owned(), vec![]), "no links: {text}");
            let expected = text.replace("](", "] (");
            assert!(written.starts_with(&expected), "only a blank is added: {written}");
        }
        let read = SARIF.read(out.as_bytes(), &mut |_| Some(b"x".to_vec())).unwrap();
        assert_eq!(read.diagnostics[0].message(), text, "the exact text is read back");
        assert_eq!(read.diagnostics[0].primary().unwrap().message(), Some(text));
    }
    let link = json!({"text": r"a \[x\](1)"});
    assert_eq!(in_vs_code(&link).1, [r"x\"], "escapes do not help");
}

/// Rules GH1015 and GH1017, and <https://github.com/github/codeql-action/issues/2459>.
#[test]
fn a_location_in_no_file_of_the_disk_is_that_of_another_file() {
    let mut sources = SourceMap::new();
    let input = sources.add("<command line>", "-D X=(\n").unwrap();
    let error = |label: &'static str| {
        Diagnostic::error(None, Span::new(input, 5, 6).unwrap(), "m").with_label(label)
    };
    let uri = |result: &Value| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    let alone = result(&one(Format::Sarif, &sources, error("here")));
    assert_eq!(uri(&alone), "%3Ccommand%20line%3E", "there is no other file");
    sources.add("src/main.c", "").unwrap();
    for (label, message) in [("here", "<command line>:1:6: here"), ("", "<command line>:1:6")] {
        let out = one(Format::Sarif, &sources, error(label));
        let location = &result(&out)["locations"][0];
        assert_eq!(
            location["physicalLocation"],
            json!({"artifactLocation": {"uri": "src/main.c", "uriBaseId": "%SRCROOT%"}})
        );
        assert_eq!(location["message"]["text"], message);
        let load = |path: &str| (path == "<command line>").then(|| b"-D X=(\n".to_vec());
        let read = SARIF.read(out.as_bytes(), &mut |path| load(path)).unwrap();
        let primary = read.diagnostics[0].primary().unwrap();
        assert_eq!(
            read.sources.location(primary.span()).unwrap().to_string(),
            "<command line>:1:6"
        );
        assert_eq!(primary.message().unwrap_or_default(), label);
        assert!(read.losses.is_empty(), "{:?}", read.losses);
    }
    let whole = Diagnostic::for_file(Severity::Error, None, input, "m");
    let whole = result(&one(Format::Sarif, &sources, whole));
    assert_eq!(uri(&whole), "src/main.c");
    assert_eq!(whole["locations"][0]["message"]["text"], "<command line>");
}

/// GitHub: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
/// Azure DevOps: rules `GHAzDO1013` to `GHAzDO1020` of `sarif-multitool`.
#[test]
fn the_run_and_its_tool_can_be_told_apart() {
    let run = |category: &str| {
        let out =
            with_options(Format::Sarif, &ten(), |options| options.with_sarif_category(category));
        log(&out)["runs"][0].clone()
    };
    assert_eq!(run("vittec-linux")["automationDetails"]["id"], "vittec-linux/");
    assert_eq!(run("a/b//")["automationDetails"]["id"], "a/b/");
    let plain = log(&with_options(Format::Sarif, &ten(), |options| options));
    let run = &plain["runs"][0];
    assert_eq!(run.get("automationDetails"), None);
    let driver = &run["tool"]["driver"];
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(driver["fullName"], format!("vittec {version}"));
    assert_eq!(driver["semanticVersion"], version);
    assert_eq!(driver.get("informationUri"), None);
    assert_eq!(driver["rules"][0]["name"], "IllegalCharacter");

    let tool = Tool::new("mycc", "2.1 (beta)")
        .with_full_name("mycc 2.1 for Linux")
        .with_information_url("https://mycc.example/ä b");
    let out = with_options(Format::Sarif, &ten(), |mut options| {
        options.tool = tool;
        options
    });
    let driver = log(&out)["runs"][0]["tool"]["driver"].clone();
    let expected = json!({
        "name": "mycc", "fullName": "mycc 2.1 for Linux", "version": "2.1 (beta)",
        "informationUri": "https://mycc.example/%C3%A4%20b", "rules": [],
    });
    assert_eq!(driver, expected, "the version is not a semantic one");
}

/// The notifications of a log.
fn notifications(out: &str) -> Vec<(String, bool)> {
    let log = log(out);
    let Some(invocations) = log["runs"][0].get("invocations") else { return Vec::new() };
    let is_successful = invocations[0]["executionSuccessful"].as_bool().unwrap();
    let all = invocations[0]["toolExecutionNotifications"].as_array().unwrap().iter();
    all.map(|one| (one["message"]["text"].as_str().unwrap().to_owned(), is_successful)).collect()
}

fn many(count: u32, policy: Policy) -> (SourceMap, DiagnosticBag) {
    let mut sources = SourceMap::new();
    let file = sources.add("a.vitte", "x".repeat(count as usize)).unwrap();
    let mut bag = DiagnosticBag::with_policy(policy);
    for at in 0..count {
        bag.push(Diagnostic::error(code!("E1"), Span::empty(file, at), "m"));
    }
    (sources, bag)
}

#[test]
fn diagnostics_that_are_not_in_the_log_are_reported_in_it() {
    let input = many(9, Policy::new([(code!("E1"), Severity::Error)]).with_max_errors(5));
    let out = with_options(Format::Sarif, &input, |options| options);
    let suppressed = "4 more errors not shown: the limit of errors was reached";
    assert_eq!(notifications(&out), [(suppressed.to_owned(), true)]);
    let read = SARIF.read(out.as_bytes(), &mut |_| None).unwrap();
    assert_eq!(read.diagnostics.len(), 6, "five errors, and a warning");
    assert!(read.diagnostics.iter().any(|one| one.message() == suppressed));

    let out = with_options(Format::Sarif, &input, |options| options.with_sarif_max_results(2));
    let over = "3 more errors not shown: the log has at most 2 results";
    let both = [(suppressed.to_owned(), true), (over.to_owned(), true)];
    assert_eq!(notifications(&out), both);
    assert_eq!(log(&out)["runs"][0]["results"].as_array().unwrap().len(), 2);

    let fatal = Diagnostic::without_location(Severity::Fatal, None, "the compiler stopped");
    let bag = [fatal.clone(), fatal.with_note("n").with_code(code!("F1"))].into_iter().collect();
    let input = (SourceMap::new(), bag);
    let out = with_options(Format::Sarif, &input, |options| options.with_sarif_max_results(1));
    let over = "1 more fatal error not shown: the log has at most 1 results";
    assert_eq!(notifications(&out), [(over.to_owned(), false)], "the tool did not succeed");
    assert_eq!(notifications(&with_options(Format::Sarif, &input, |options| options)), []);
}

/// GitHub accepts at most 25,000 results in a run.
#[test]
fn a_log_has_at_most_as_many_results_as_github_accepts() {
    let input = many(25_002, Policy::default());
    let results = |out: &str| log(out)["runs"][0]["results"].as_array().unwrap().len();
    let out = with_options(Format::Sarif, &input, |options| options);
    let over = "2 more errors not shown: the log has at most 25000 results";
    assert_eq!((results(&out), notifications(&out)), (25_000, vec![(over.to_owned(), true)]));
    let out = with_options(Format::Sarif, &input, |options| options.with_sarif_max_results(0));
    assert_eq!((results(&out), notifications(&out)), (25_002, vec![]));
}

/// The emitter is used again: what was missing in the first log is not missing in the second one.
#[test]
fn a_second_log_begins_without_missing_results() {
    let input = many(3, Policy::default());
    let mut out = Vec::new();
    let options = vitte_diag::EmitterOptions::default().with_sarif_max_results(2);
    let mut emitter = Format::Sarif.emitter(&mut out, &options);
    input.1.emit(&input.0, &mut emitter).unwrap();
    let first: DiagnosticBag = [Diagnostic::error(None, Span::DUMMY, "m")].into_iter().collect();
    first.emit(&input.0, &mut emitter).unwrap();
    drop(emitter);
    let out = String::from_utf8(out).unwrap();
    let start = out.rfind("{\"$schema\"").unwrap();
    assert_eq!(notifications(&out[..start]).len(), 1);
    assert_eq!(notifications(&out[start..]), []);
}
