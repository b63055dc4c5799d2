//! The programs and outputs in the pages about C are those of the examples.

use std::fs;
use std::path::PathBuf;

use crate::common::{compile, dir, has, temporary};

fn read(path: &str) -> String {
    let path = dir().join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of a page, each with its language.
fn blocks(page: &str) -> Vec<(String, String)> {
    let text = read(page);
    let fences: Vec<&str> = text.split("\n```").collect();
    let blocks = fences.iter().skip(1).step_by(2);
    let block =
        |block: &&str| block.split_once('\n').map(|(of, text)| (of.to_owned(), text.to_owned()));
    blocks.filter_map(block).collect()
}

/// The programs of a page that are in a language.
fn programs(page: &str, language: &str) -> Vec<String> {
    let blocks = blocks(page).into_iter().filter(|(of, _)| of == language);
    let programs: Vec<String> = blocks.map(|(_, text)| text).collect();
    assert!(!programs.is_empty(), "{page} has no {language}");
    programs
}

/// Lines without indentation, so that an excerpt may be indented in its program.
fn lines(text: &str) -> String {
    text.lines().map(|line| line.trim_start().to_owned() + "\n").collect()
}

#[test]
fn programs_are_excerpts_of_examples() {
    let (main, features) = (read("examples/c/main.c"), read("examples/c/features.c"));
    assert_eq!(format!("{}\n", programs("docs/c.md", "c")[0]), main);
    for program in programs("docs/c.md", "c") {
        let program = lines(&program);
        assert!(
            lines(&format!("{main}{features}")).contains(&program),
            "no example has this:\n{program}"
        );
    }
    let cpp = lines(&read("examples/cpp/main.cpp"));
    for line in programs("docs/c.md", "cpp").concat().lines() {
        assert!(cpp.contains(line.trim()), "examples/cpp/main.cpp has no {line}");
    }
}

#[test]
fn outputs_are_those_of_examples() {
    let outputs = programs("docs/c.md", "console");
    let output = |command: &str| {
        let found = outputs.iter().find_map(|output| output.split_once(command));
        let (_, rest) = found.unwrap_or_else(|| panic!("docs/c.md has no {command}"));
        rest.to_owned()
    };
    assert!(read("examples/c/features.txt").contains(&output("$ ./features\n")));
    // `install.rs` compares it with the program.
    assert!(read("README.md").contains(&output("$ ./main\n")));
}

#[test]
fn the_program_of_the_package_compiles() {
    if !has("gcc") {
        return;
    }
    let source: PathBuf = temporary("pages").join("readme.c");
    fs::write(&source, &programs("crates/vitte-diag-c/README.md", "c")[0]).unwrap();
    compile("gcc", &["-std=c99", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"], &source, &[]);
}
