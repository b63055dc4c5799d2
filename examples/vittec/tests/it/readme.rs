//! The README and the pages of `docs/` show what `vittec` and `vitte` write.

#[path = "../../../../tests/it/readme/pages.rs"]
mod pages;

use std::fs;
use std::path::Path;

use pages::Page;

use crate::{common, vitte, vittec, workspace};

/// The programs that a page may run, as it writes them.
const VITTEC: &str = "cargo run -q -p vittec -- ";
const VITTEC_WITH_CRASHES: &str = "cargo run -q -p vittec --features crash -- ";
const VITTE: &str = "cargo run -q -p vitte-cli -- ";

/// What a command of a page writes in `dir`: standard output, then standard error. Of a pipeline it is that of
/// the last program.
fn output_of(command: &str, dir: &Path) -> String {
    let mut input = Vec::new();
    let mut written = String::new();
    for one in command.split('|').map(str::trim) {
        let (mut program, arguments) = if let Some(arguments) =
            one.strip_prefix(VITTEC_WITH_CRASHES).or(one.strip_prefix(VITTEC))
        {
            (vittec(), arguments)
        } else if let Some(arguments) = one.strip_prefix(VITTE) {
            (vitte(), arguments)
        } else {
            panic!("which program is that? {one}");
        };
        program.args(arguments.split(' ')).current_dir(dir);
        let output = common::with_input(&mut program, &input);
        assert_ne!(output.status.code(), Some(2), "{one}: {output:?}");
        written = String::from_utf8(output.stdout.clone()).unwrap()
            + &String::from_utf8(output.stderr).unwrap();
        input = output.stdout;
    }
    written
}

/// The functions of `vittec` in a backtrace, without lines and numbers: they change with the source and the
/// compiler.
fn functions(backtrace: &str) -> Vec<&str> {
    let lines =
        backtrace.lines().filter_map(|line| line.split_once(": vittec::")?.1.split("  ").next());
    lines.collect()
}

/// Returns `output` as a page shows it: with the id and the directory of the capsule that `shown` has, because they
/// have the time in them. A backtrace is as `shown` if it has the same functions in the same order.
fn as_shown(output: &str, shown: &str) -> String {
    let (Some([head, frames, tail]), Some([_, shown_frames, shown_tail])) =
        (crash_parts(output), crash_parts(shown))
    else {
        return output.to_owned();
    };
    let tail = match (capsule(tail), capsule(shown_tail)) {
        (Some((dir, id)), Some((shown_dir, shown_id))) => {
            tail.replace(dir, shown_dir).replace(id, shown_id)
        }
        _ => tail.to_owned(),
    };
    let is_same = functions(frames) == functions(shown_frames);
    [head, if is_same { shown_frames } else { frames }, &tail].concat()
}

/// Returns what comes before the backtrace of a crash, the backtrace, and what follows it.
fn crash_parts(text: &str) -> Option<[&str; 3]> {
    let (head, frames) = text.split_at(text.find("   = backtrace:")?);
    let (frames, tail) = frames.split_at(frames.find("\n\n")?);
    Some([head, frames, tail])
}

/// The directory and the id of the capsule that the output of a crash names.
fn capsule(text: &str) -> Option<(&str, &str)> {
    let (_, behind) = text.split_once("crash-reports/")?;
    behind.split_once(".vittecrash")?.0.rsplit_once('/')
}

/// The commands of a page run one after the other, as a reader runs them.
#[test]
fn commands_write_what_is_below_them() {
    let has_crashes = cfg!(all(target_os = "linux", target_arch = "x86_64", feature = "crash"));
    let (mut commands, mut compared) = (0, 0);
    for page in Page::all(&workspace()) {
        if page.text.contains(VITTEC_WITH_CRASHES) && !has_crashes {
            continue;
        }
        let demo = workspace().join("examples/vittec/demo");
        let dir = common::dir_with(&[]);
        // Where readers are, Cargo has made this directory.
        fs::create_dir(dir.path().join("target")).unwrap();
        fs::write(dir.path().join("Cargo.toml"), "").unwrap();
        let copy = dir.path().join("examples/vittec/demo");
        fs::create_dir_all(&copy).unwrap();
        for entry in fs::read_dir(demo).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
        let blocks = page.blocks();
        for (at, block) in blocks.iter().enumerate() {
            let is_run = block.language == "sh" && block.text.starts_with("cargo run ");
            if !is_run {
                continue;
            }
            commands += 1;
            let output = output_of(&block.text, dir.path());
            match blocks.get(at + 1) {
                Some(below) if below.language == "text" => {
                    let output = as_shown(&output, &below.text);
                    page.check(&workspace(), below, &output, block.text.trim_end());
                }
                // Lines of JSON are long: a page shows one of them.
                Some(below) if below.language == "json" => {
                    assert!(output.contains(&below.text), "{}: {output}", block.text);
                }
                _ => continue,
            }
            compared += 1;
        }
    }
    let expected = if has_crashes { (7, 4) } else { (4, 2) };
    assert_eq!((commands, compared), expected, "commands, and those with output");
}

/// The picture is the coloured output of the README's first command.
#[test]
fn the_picture_is_what_the_first_command_shows() {
    let command = Page::read(&workspace(), "README.md").blocks_of("sh").remove(0);
    let arguments = command.trim_end().strip_prefix(VITTEC).unwrap();
    let colour = ["--color=always", "--theme=default-dark", "--diagnostic-width=100"];
    let output = vittec().args(arguments.split(' ')).args(colour).output().unwrap();
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("\u{1b}[") && output.stdout.is_empty());
    let made = anstyle_svg::Term::new()
        .palette(anstyle_svg::WIN10_CONSOLE)
        .render_svg(&format!("$ vittec {arguments}\n{shown}"));

    let path = workspace().join("examples/vittec/picture.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap();
    assert_eq!(stored, made, "it is stale: run UPDATE_PICTURE=1 cargo test -p vittec readme");
    let readme = Page::read(&workspace(), "README.md");
    assert!(readme.links().contains(&"examples/vittec/picture.svg".to_owned()));
}

/// The names that a list of the help has: those of commands or of flags.
fn listed(help: &str, heading: &str) -> Vec<String> {
    let (_, list) = help.split_once(&format!("\n{heading}:\n")).unwrap();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("          "));
    let names = names.filter_map(|line| {
        line.split_whitespace().find(|word| word.len() > 3 || !word.starts_with('-'))
    });
    names.map(|name| name.trim_end_matches(',').to_owned()).filter(|name| name != "help").collect()
}

fn help_of(mut command: std::process::Command, arguments: &[&str]) -> String {
    let output = command.args(arguments).arg("--help").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_tables_of_commands_have_every_command() {
    let page = Page::read(&workspace(), "docs/cli.md");
    let rows: Vec<&str> =
        page.text.lines().filter_map(|line| line.strip_prefix("| `vitte ")).collect();
    for group in ["diag", "crash"] {
        let named = rows.iter().filter_map(|row| row.strip_prefix(&format!("{group} ")));
        let mut named: Vec<&str> = named.map(|row| row.split([' ', '`']).next().unwrap()).collect();
        let mut commands = listed(&help_of(vitte(), &[group]), "Commands");
        named.sort_unstable();
        // A command with commands of its own has several rows.
        named.dedup();
        commands.sort();
        assert_eq!(named, commands);
    }
}

/// "Every command except `upload` and `browse` has `--json`. Every command has `--dir DIR`."
#[test]
fn every_command_of_crash_but_upload_has_json() {
    let page = Page::read(&workspace(), "docs/cli.md");
    assert!(page.text.contains("Every command except `upload` and `browse` has `--json`."));
    for command in listed(&help_of(vitte(), &["crash"]), "Commands") {
        let flags = listed(&help_of(vitte(), &["crash", &command]), "Options");
        let has_json = !["upload", "browse"].contains(&&*command);
        assert_eq!(flags.contains(&"--json".to_owned()), has_json, "{command}");
        assert!(flags.contains(&"--dir".to_owned()), "{command}");
    }
}

#[test]
fn the_table_of_flags_is_that_of_the_help() {
    let named = Page::read(&workspace(), "docs/formats.md").table("| flag | effect |");
    let named: Vec<&str> = named.iter().map(|flag| flag.split(' ').next().unwrap()).collect();
    assert_eq!(named, listed(&help_of(vittec(), &["check"]), "Diagnostics"));
    let readme = Page::read(&workspace(), "README.md");
    // The README omits the flags of `cli::ReportArgs`.
    let of_reports =
        ["--fallback-path", "--sarif-category", "--sarif-max-results", "--junit-family"];
    let named = named.iter().filter(|flag| !of_reports.contains(flag));
    named.for_each(|flag| assert!(readme.text.contains(&format!("`{flag}`")), "{flag}"));
}

/// Each method is one of the builder.
#[test]
fn the_table_of_options_has_every_method_of_the_builder() {
    let builder = workspace().join("crates/vitte-crash/src/handler/builder.rs");
    let builder = fs::read_to_string(builder).unwrap().replace("(\n        mut self", "(mut self");
    let methods =
        builder.lines().filter_map(|line| line.split_once("fn ")?.1.split_once("(mut self"));
    let mut methods: Vec<&str> =
        methods.map(|(name, _)| name).filter(|name| *name != "install").collect();
    let page = Page::read(&workspace(), "docs/crash-capture.md");
    let (_, table) = page.text.split_once("| method | sets | default |\n|---|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let mut named: Vec<&str> =
        rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect();
    methods.sort_unstable();
    named.sort_unstable();
    assert_eq!(named, methods);
}
