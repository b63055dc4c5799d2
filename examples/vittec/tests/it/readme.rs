//! What the README shows of `vittec` and `vitte` is what comes out.

use std::fs;

use crate::{common, vitte, vittec, workspace};

/// The text of the README's fenced blocks of one language, in their order.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let fence = format!("```{language}\n");
    let behind = readme.split(fence.as_str()).skip(1);
    behind.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The arguments of vittec in a command of the README.
fn arguments_of(command: &str) -> Vec<String> {
    let (cargo, arguments) = command.trim().split_once(" -- ").unwrap();
    assert!(["cargo run -q -p vittec", "cargo run -q -p vittec --features crash"].contains(&cargo));
    arguments.split(' ').map(str::to_owned).collect()
}

/// What a command of the README writes, standard output and standard error.
fn output_of(command: &str) -> String {
    let output = vittec().args(arguments_of(command)).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// The picture is the real, coloured output of the README's first command.
#[test]
fn the_picture_is_what_the_first_command_shows() {
    let arguments = arguments_of(&blocks("sh")[0]);
    let colour = ["--color=always", "--diagnostic-width=100"];
    let output = vittec().args(&arguments).args(colour).output().unwrap();
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("\u{1b}[") && output.stdout.is_empty());
    let command = format!("$ vittec {}\n", arguments.join(" "));
    let made = anstyle_svg::Term::new()
        .palette(anstyle_svg::WIN10_CONSOLE)
        .render_svg(&(command + &shown));

    let path = workspace().join("examples/vittec/picture.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert_eq!(kept, made, "it is stale: run UPDATE_PICTURE=1 cargo test -p vittec readme");
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    assert!(readme.contains("](examples/vittec/picture.svg)"));
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
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "crash"))]
fn without_the_moment(shown: &str) -> String {
    let (shown, _) = shown.split_once("backtrace:\n").unwrap();
    let (_, behind) = shown.split_once("crash-reports/").unwrap();
    let (path, _) = behind.split_once(".vittecrash").unwrap();
    let (folder, id) = path.rsplit_once('/').unwrap();
    shown.replace(folder, "FOLDER").replace(id, "ID")
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "crash"))]
fn the_crash_is_what_its_command_shows() {
    let commands = blocks("sh");
    let command = commands.iter().find(|command| command.contains("--crash")).unwrap();
    let folder = common::folder(&[(
        "examples/vittec/demo/shapes.vitte",
        include_str!("../../demo/shapes.vitte"),
    )]);
    let mut vittec = vittec();
    let output = vittec.args(arguments_of(command)).current_dir(folder.path()).output().unwrap();
    let (shown, kept) = (String::from_utf8(output.stderr).unwrap(), &blocks("text")[3]);
    assert_eq!(without_the_moment(&shown), without_the_moment(kept));
    assert!(
        shown.contains("vittec::crash::write_nowhere at ") && kept.contains("write_nowhere at ")
    );
    let commands = commands.iter().find(|command| command.contains("crash vars"));
    let (_, arguments) =
        commands.unwrap().trim().split_once("cargo run -q -p vitte-cli -- ").unwrap();
    let mut vitte = vitte();
    vitte.args(arguments.split(' ')).current_dir(folder.path()).env_remove("VITTE_CRASH_DIR");
    let variables = String::from_utf8(vitte.output().unwrap().stdout).unwrap();
    assert_eq!(variables, blocks("text")[4]);
}

#[test]
fn the_statistics_are_what_their_command_shows() {
    let commands = blocks("sh");
    let command = commands.iter().find(|command| command.contains("diag stats")).unwrap();
    let (first, second) = command.split_once(" |\n").unwrap();
    let json = vittec().args(arguments_of(first)).output().unwrap().stdout;
    let (_, arguments) = second.trim().split_once("cargo run -q -p vitte-cli -- ").unwrap();
    let mut vitte = vitte();
    let output = common::with_input(vitte.args(arguments.split(' ')), &json);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), blocks("text")[1]);
    assert_eq!(output.stderr, b"");
}

#[test]
fn the_programs_with_crashes_are_the_examples() {
    let blocks = blocks("rust,ignore");
    let of_crashes: Vec<_> =
        blocks.iter().filter(|block| block.contains("vitte_crash::")).collect();
    let [compiler, variables] = &*of_crashes else { panic!("{of_crashes:#?}") };
    for (name, shown) in [("compiler", compiler), ("variables", variables)] {
        let path = format!("crates/vitte-crash/examples/{name}.rs");
        let program = fs::read_to_string(workspace().join(path)).unwrap();
        assert!(program.contains(shown.as_str()), "{name}");
    }
}
