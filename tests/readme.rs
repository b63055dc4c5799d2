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
use vitte_diag::{Format, Stream};

/// The text of the README's fenced blocks of one language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let fence = format!("```{language}\n");
    let behind = readme.split(fence.as_str()).skip(1);
    behind.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The arguments of vittec in a command of the README.
fn arguments_of(command: &str) -> Vec<String> {
    let arguments = command.trim().strip_prefix("cargo run -q --example vittec -- ").unwrap();
    arguments.split(' ').map(str::to_owned).collect()
}

/// What a command of the README writes, standard output and standard error.
fn output_of(command: &str) -> String {
    let output = example("vittec").args(arguments_of(command)).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// The picture is the real, coloured output of the README's first command.
#[test]
fn the_picture_is_what_the_first_command_shows() {
    let arguments = arguments_of(&blocks("sh")[0]);
    let colour = ["--color=always", "--diagnostic-width=100"];
    let output = example("vittec").args(&arguments).args(colour).output().unwrap();
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("\u{1b}[") && output.stdout.is_empty());
    let command = format!("$ vittec {}\n", arguments.join(" "));
    let made = anstyle_svg::Term::new()
        .palette(anstyle_svg::WIN10_CONSOLE)
        .render_svg(&(command + &shown));

    let path = root().join("examples/vittec/picture.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert_eq!(kept, made, "it is stale: run UPDATE_PICTURE=1 cargo test --test readme");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains("](examples/vittec/picture.svg)"));
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
fn the_json_is_a_line_of_its_command() {
    let commands = blocks("sh");
    let command =
        commands.iter().find(|command| command.contains("json") && !command.contains('|')).unwrap();
    let output = output_of(command);
    let line = &blocks("json")[0];
    assert!(output.contains(line.as_str()), "{output}");
}

/// The lines before the backtrace, which says lines of this example's own source, and the id and the folder of
/// the report taken out.
fn without_the_moment(shown: &str) -> String {
    let (shown, _) = shown.split_once("backtrace:\n").unwrap();
    let (_, behind) = shown.split_once("crash-reports/").unwrap();
    let (path, _) = behind.split_once(".vittecrash").unwrap();
    let (folder, id) = path.rsplit_once('/').unwrap();
    shown.replace(folder, "FOLDER").replace(id, "ID")
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_crash_is_what_its_command_shows() {
    let commands = blocks("sh");
    let command = commands.iter().find(|command| command.contains("--crash")).unwrap();
    let folder = common::folder(&[(
        "examples/vittec/demo/shapes.vitte",
        include_str!("../examples/vittec/demo/shapes.vitte"),
    )]);
    let mut vittec = example("vittec");
    let output = vittec.args(arguments_of(command)).current_dir(folder.path()).output().unwrap();
    let (shown, kept) = (String::from_utf8(output.stderr).unwrap(), &blocks("text")[3]);
    assert_eq!(without_the_moment(&shown), without_the_moment(kept));
    assert!(
        shown.contains("vittec::crash::write_nowhere at ") && kept.contains("write_nowhere at ")
    );
    let commands = commands.iter().find(|command| command.contains("crash vars"));
    let (_, arguments) = commands.unwrap().trim().split_once(" --bin vitte -- ").unwrap();
    let mut vitte = common::vitte();
    vitte.args(arguments.split(' ')).current_dir(folder.path()).env_remove("VITTE_CRASH_DIR");
    let variables = String::from_utf8(vitte.output().unwrap().stdout).unwrap();
    assert_eq!(variables, blocks("text")[4]);
}

#[test]
fn the_driver_is_the_example() {
    let driver = fs::read_to_string(root().join("examples/driver.rs")).unwrap();
    let shown = &blocks("rust,ignore")[0];
    assert!(shown.starts_with("fn run(") && driver.contains(shown.as_str()), "{shown}");
}

#[test]
fn the_statistics_are_what_their_command_shows() {
    let commands = blocks("sh");
    let command = commands.iter().find(|command| command.contains("--bin vitte")).unwrap();
    let (first, second) = command.split_once(" |\n").unwrap();
    let json = example("vittec").args(arguments_of(first)).output().unwrap().stdout;
    let (_, arguments) = second.trim().split_once(" --bin vitte -- ").unwrap();
    let mut vitte = common::vitte();
    let output = common::with_input(vitte.args(arguments.split(' ')), &json);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), blocks("text")[1]);
    assert_eq!(output.stderr, b"");
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
    assert_eq!(blocks("sh")[1], "cargo test\n");
}
