//! What the README shows is what comes out.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test states what it expects in the plain way"
)]

mod common;

use std::fs;

use common::{example, root};

/// The text of the README's fenced blocks of one language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let fence = format!("```{language}\n");
    let behind = readme.split(fence.as_str()).skip(1);
    behind.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// What a command of the README writes, standard output and standard error.
fn output_of(command: &str) -> String {
    let arguments = command.trim().strip_prefix("cargo run -q --example vittec -- ").unwrap();
    let output = example("vittec").args(arguments.split(' ')).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_picture_is_the_first_error_of_the_first_command() {
    let output = output_of(&blocks("sh")[0]);
    assert!(output.starts_with(&blocks("text")[0]), "{output}");
}

#[test]
fn the_program_is_the_example_and_writes_what_stands_below_it() {
    let program = fs::read_to_string(root().join("examples/quickstart.rs")).unwrap();
    let (_, program) = program.split_once("\n\n").unwrap();
    assert_eq!(blocks("rust")[0], program);
    let output = example("quickstart").output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), blocks("text")[1]);
    assert!(output.status.success() && output.stdout.is_empty());
}

#[test]
fn the_json_is_a_line_of_its_command() {
    let commands = blocks("sh");
    let command = commands.iter().find(|command| command.contains("json")).unwrap();
    let output = output_of(command);
    let line = &blocks("json")[0];
    assert!(output.contains(line.as_str()), "{output}");
}

#[test]
fn the_second_command_passes_the_tests() {
    assert_eq!(blocks("sh")[1], "cargo test\n");
}
