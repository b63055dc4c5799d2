//! The page `docs/golden.md` shows what the harness prints.

use std::fs;
use std::process::Command;

use crate::common;

/// Returns the blocks of the page in one language.
fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string(common::root().join("../../docs/golden.md")).unwrap();
    let head = format!("```{language}\n");
    page.split(&head).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Runs the first suite of the page on a case.
fn run(case: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("tests/ui")).unwrap();
    fs::write(dir.path().join("tests/ui/at.my"), case).unwrap();
    let program = common::example("first").get_program().to_owned();
    let mut command = Command::new(&program);
    common::clean_env(&mut command);
    let output = command.current_dir(dir.path()).env_remove("BLESS").output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    stdout.replace(program.to_str().unwrap(), "cargo test -p mycc --test ui --")
}

#[test]
fn the_output_of_the_first_suite_is_on_the_page() {
    let outputs = blocks("console");
    let case = &blocks("vitte")[0];
    let shown = |line: &str| !line.starts_with("test result");
    let passed = run(case);
    let on_page = outputs[0].strip_prefix("$ cargo test --test ui\n").unwrap();
    let lines = |text: &str| {
        text.trim().lines().filter(|line| shown(line)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(on_page), lines(&passed));

    let failed = run(&case.replace("LEX0001", "LEX0002"));
    let (_, failed) = failed.split_once("failures:\n\n").unwrap();
    let (failed, _) = failed.split_once("\n\n\nfailures:").unwrap();
    assert_eq!(outputs[1].trim(), failed.trim());
}
