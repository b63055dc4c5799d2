//! What the README shows is what comes out.

use std::fs;

use vitte_diag::{Format, Stream};

use crate::common::{example, root};

/// The text of the README's fenced blocks of one language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let fence = format!("```{language}\n");
    let behind = readme.split(fence.as_str()).skip(1);
    behind.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_program_is_the_example_and_writes_what_stands_below_it() {
    let program = fs::read_to_string(root().join("examples/quickstart.rs")).unwrap();
    let (_, program) = program.split_once("\n\n").unwrap();
    assert_eq!(blocks("rust")[0], program);
    let output = example("quickstart").output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), blocks("text")[0]);
    assert!(output.status.success() && output.stdout.is_empty());
}

#[test]
fn the_program_with_codespan_is_the_example_and_writes_what_stands_below_it() {
    let program = fs::read_to_string(root().join("examples/codespan.rs")).unwrap();
    let (_, program) = program.split_once("\n\n").unwrap();
    assert!(blocks("rust").contains(&program.to_owned()), "{program}");
    let output = example("codespan").output().unwrap();
    // It ends with an empty line.
    let shown = format!("{}\n", blocks("text")[2]);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), shown);
    assert!(output.status.success() && output.stdout.is_empty());
}

#[test]
fn the_driver_is_the_example() {
    let driver = fs::read_to_string(root().join("examples/driver.rs")).unwrap();
    let shown = &blocks("rust,ignore")[0];
    assert!(shown.starts_with("fn run(") && driver.contains(shown.as_str()), "{shown}");
}

/// The table of formats has every format, and says where each goes.
#[test]
fn the_table_of_formats_is_the_list() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, table) =
        readme.split_once("| format | who reads it | what it is |\n|---|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let named: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    assert_eq!(named, names);
    let for_people = |format: &&Format| format.stream() == Stream::Stderr;
    assert_eq!(Format::ALL.iter().take_while(for_people).count(), 3, "the first three");
    assert_eq!(Format::ALL.iter().filter(for_people).count(), 3);
}

#[test]
fn the_second_command_passes_the_tests() {
    assert_eq!(blocks("sh")[1], "cargo test --workspace --all-features\n");
}
