//! The pages "moving from …" show programs of this package, and what they write.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::pages::{Block, Page};

/// The pages, and the programs that each one shows.
const PAGES: [(&str, &[&str]); 3] = [
    ("docs/moving-from-anyhow.md", &["anyhow_before", "anyhow_after", "eyre_after"]),
    ("docs/moving-from-ariadne.md", &["ariadne_before", "ariadne_after"]),
    ("docs/moving-from-miette.md", &["miette_before", "miette_after", "miette_bridge"]),
];

/// The root of the workspace of vitte-diag.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a program without its first comment.
fn body(program: &str) -> String {
    let path = format!("{}/moving/{program}.rs", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.split_once("\n\n").unwrap().1.to_owned()
}

/// Runs a program, which `cargo test` has built.
fn run(program: &str, variables: &[(&str, &str)]) -> Output {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let name = format!("examples/{program}{}", std::env::consts::EXE_SUFFIX);
    let mut command = Command::new(profile.join(name));
    // They change what the programs write.
    for name in
        ["RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"]
    {
        command.env_remove(name);
    }
    for name in ["FORCE_HYPERLINK", "NO_GRAPHICS", "CI", "COLORTERM"] {
        command.env_remove(name);
    }
    // miette chooses its characters by the locale.
    command.env("LANG", "C.UTF-8").env_remove("LC_ALL").env_remove("LC_CTYPE");
    command.envs(variables.iter().copied()).output().unwrap()
}

/// What a program writes, without blanks at the ends of lines.
fn output(program: &str) -> String {
    let output = run(program, &[]);
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let lines: Vec<&str> = text.iter().flat_map(|text| text.lines()).map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn pages_show_the_programs_and_what_they_write() {
    for (path, programs) in PAGES {
        let page = Page::read(&root(), path);
        let blocks = page.blocks();
        let is_program =
            |block: &Block| block.language == "rust" && block.text.contains("fn main()");
        let shown: Vec<usize> = (0..blocks.len()).filter(|at| is_program(&blocks[*at])).collect();
        assert_eq!(shown.len(), programs.len(), "{path} shows {programs:?}");
        for (at, program) in shown.into_iter().zip(programs) {
            page.check(&root(), &blocks[at], &body(program), program);
            assert_eq!(blocks[at + 1].language, "text", "{path}: the output is below {program}");
            page.check(&root(), &blocks[at + 1], &output(program), program);
        }
    }
}

#[test]
fn exit_codes_are_the_same_before_and_after() {
    for (_, programs) in PAGES {
        let codes = programs.iter().map(|program| run(program, &[]).status.code());
        let codes: Vec<Option<i32>> = codes.collect();
        assert!(codes.iter().all(|code| *code == codes[0]), "{programs:?}: {codes:?}");
    }
}

#[test]
fn backtraces_of_reports_are_kept() {
    for (program, function) in
        [("anyhow_after", "anyhow_after::number"), ("eyre_after", "eyre_after::check")]
    {
        let output = run(program, &[("RUST_BACKTRACE", "1")]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(function), "{text}");
    }
}
