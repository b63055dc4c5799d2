//! Failing tests, whose panics are stored.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::{Value, json};
use vitte_capsule::{CrashReport, Repository};

/// Compiles the program whose tests fail, and returns its path. Usually it is compiled already, with the other tests.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--locked", "--offline", "-p", "vitte-crash", "--all-features"]);
        cargo.args(["--test", "failing_tests", "--no-run", "--message-format=json"]);
        let output = cargo.output().unwrap();
        let messages = String::from_utf8(output.stdout).unwrap();
        let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut programs = messages.filter_map(|message| {
            let is_program = message["target"]["name"] == "failing_tests";
            Some(message["executable"].as_str()?.to_owned()).filter(|_| is_program)
        });
        programs.next_back().expect("cargo compiles it").into()
    })
}

/// Runs the tests, and returns what they write and the reports.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Output, Vec<CrashReport>) {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(program());
    command.args(arguments).env_remove("RUST_BACKTRACE").envs(environment.iter().copied());
    command.env("VITTE_CRASH_DIR", dir.path()).env("CARGO_PKG_NAME", "demo");
    let output = command.output().unwrap();
    let index = Repository::new(dir.path()).index().unwrap();
    let ids: Vec<String> = index.ids().map(str::to_owned).collect();
    (output, ids.iter().map(|id| index.load(id).unwrap().report).collect())
}

const ON: (&str, &str) = ("VITTE_CRASH_TESTS", "1");

#[test]
fn each_failing_test_is_stored_with_its_name_its_variables_and_its_output() {
    for arguments in [&[][..], &["--test-threads=1"], &["--quiet"]] {
        let (output, mut reports) = run(arguments, &[ON]);
        assert_eq!(output.status.code(), Some(101), "{output:#?}");
        reports.sort_by_key(|report| report.test.clone());
        let tests: Vec<_> = reports.iter().map(|report| report.test.as_deref().unwrap()).collect();
        let expected = ["parser::fails_after_another_panic", "parser::fails_with_variables"];
        assert_eq!(tests, expected, "{output:#?}");
        assert_eq!((&*reports[0].message, &*reports[0].program), ("the second", "demo"));
        let contexts = &reports[1].contexts;
        assert_eq!(contexts[0].to_string(), "checking (fn: area)");
        assert_eq!(contexts[0].variables[0].value, json!({"area": 4, "side": 2}));
        let written = &contexts[1].variables[0];
        assert_eq!((&*contexts[1].name, &*written.key), ("running a test", "output"));
        let text = written.value.as_str().unwrap();
        assert!(text.starts_with("reading password=[redacted]\n"), "{text}");
        assert!(text.contains("left: 4"), "{text}");
    }
}

#[test]
fn the_harness_writes_what_it_always_writes() {
    let text = |environment: &[(&str, &str)]| {
        let (output, reports) = run(&["--test-threads=1"], environment);
        let text = String::from_utf8(output.stdout).unwrap();
        // Times and ids of threads differ.
        let lines = text.lines().map(|line| line.split([',', '(']).next().unwrap().to_owned());
        let lines: Vec<_> = lines.filter(|line| !line.starts_with("test result")).collect();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        (lines, reports.len())
    };
    let (plain, captured) = (text(&[]), text(&[ON]));
    assert_eq!(captured.0, plain.0);
    assert_eq!((plain.1, captured.1), (0, 2));
    assert_eq!(text(&[("VITTE_CRASH_TESTS", "0")]).1, 0);
}

#[test]
fn a_test_that_is_run_alone_with_its_output_is_stored() {
    // As nextest does.
    let arguments = ["--exact", "parser::fails_with_variables", "--nocapture"];
    let (output, reports) = run(&arguments, &[ON]);
    let [report] = &reports[..] else { panic!("{output:#?}") };
    assert_eq!(report.test.as_deref(), Some("parser::fails_with_variables"));
    let (_, none) = run(&["--exact", "panics", "--nocapture"], &[ON]);
    assert_eq!(none, []);
}
