//! The command line of `vittec`: exit codes, streams, directories, threads, flags.
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use vitte_diag::registry;

use crate::common::{CommandResult, dir_with};

const GOOD: &str = "fn f() -> u8\n  ret 1\n.end\n";
const BAD: &str = "fn f() -> u8\n  ret @\n.end\n";
const UNUSED: &str = "use std/a\n";

fn vittec(arguments: &[&str]) -> Command {
    let mut command = crate::vittec();
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs `vittec` in `dir` and returns exit code, standard output and standard error.
fn run_in(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let CommandResult { code, stdout, stderr } = crate::run_in(dir, arguments);
    (code, stdout, stderr)
}

fn parts(output: &Output) -> (i32, String, String) {
    let CommandResult { code, stdout, stderr } = CommandResult::new(output);
    (code, stdout, stderr)
}

#[test]
fn exit_codes_and_the_last_line() {
    let dir = dir_with(&[("good.vitte", GOOD), ("bad.vitte", BAD), ("unused.vitte", UNUSED)]);
    let last = |arguments: &[&str]| {
        let (code, stdout, stderr) = run_in(dir.path(), arguments);
        assert_eq!(stdout, "", "human output goes to standard error");
        (code, stderr.lines().last().unwrap_or_default().to_owned())
    };
    assert_eq!(last(&["check", "good.vitte"]), (0, "no errors in 1 file".into()));
    assert_eq!(last(&["check", "unused.vitte"]), (0, "1 warning in 1 file".into()));
    assert_eq!(last(&["check", "bad.vitte", "good.vitte"]), (1, "1 error in 2 files".into()));
    assert_eq!(last(&["check", "."]), (1, "1 error, 1 warning in 3 files".into()));
    assert_eq!(last(&["check", "bad.vitte", "none.vitte"]), (2, "2 errors in 1 file".into()));
    assert_eq!(last(&["check", "none.vitte"]), (2, "1 error".into()));
    assert_eq!(last(&["check"]).0, 2);
    assert_eq!(last(&["chekc", "."]).0, 2);
    assert_eq!(last(&["check", "--error-format", "xml", "."]).0, 2);
}

#[test]
fn only_json_goes_to_standard_output() {
    let dir = dir_with(&[("bad.vitte", BAD), ("unused.vitte", UNUSED)]);
    let (code, stdout, stderr) = run_in(dir.path(), &["check", "--error-format", "json", "."]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    let codes: Vec<_> = stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["code"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(codes, ["E0001", "W0100"]);
    let (code, stdout, _) = run_in(dir.path(), &["check", "--error-format=json", "unused.vitte"]);
    assert_eq!((code, stdout.lines().count()), (0, 1));
}

#[test]
fn a_file_that_cannot_be_read_is_a_diagnostic_on_the_command_line() {
    let dir = dir_with(&[("bad.vitte", BAD)]);
    let (code, stdout, _) =
        run_in(dir.path(), &["check", "--error-format=json", "bad.vitte", "no such file"]);
    assert_eq!(code, 2);
    let lines: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["code"], "E0004");
    let primary = &lines[0]["primary"];
    assert_eq!(primary["file"], "<command line>");
    assert_eq!((&primary["lo"], &primary["hi"]), (&10.into(), &22.into()));
    assert!(lines[0]["notes"][0].as_str().unwrap().contains("No such file"));
    assert_eq!(lines[1]["code"], "E0001", "the other files are still checked");
}

#[test]
fn directories_are_searched_for_vitte_files_in_order_of_names() {
    let dir = dir_with(&[
        ("b/z.vitte", BAD),
        ("b/a.vitte", BAD),
        ("a.vitte", BAD),
        ("c.vitte.txt", BAD),
        ("B/x.vitte", BAD),
        ("empty/readme.md", ""),
    ]);
    let (_, stdout, _) = run_in(dir.path(), &["check", "--error-format=json", "."]);
    let files: Vec<_> = stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["primary"]["file"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(files, ["B/x.vitte", "a.vitte", "b/a.vitte", "b/z.vitte"]);
    let (code, _, stderr) = run_in(dir.path(), &["check", "empty"]);
    assert_eq!((code, stderr.as_str()), (0, "no .vitte files found in `empty`\n"));
}

#[test]
fn a_file_that_is_given_twice_is_checked_once() {
    let dir = dir_with(&[("a/bad.vitte", BAD)]);
    let whole = dir.path().join("a/bad.vitte");
    let whole = whole.canonicalize().unwrap();
    let relative = run_in(dir.path(), &["check", "a/bad.vitte", "./a/../a/bad.vitte", "a", "."]);
    assert!(relative.2.ends_with("\n1 error in 1 file\n"), "{}", relative.2);
    let absolute = run_in(dir.path(), &["check", whole.to_str().unwrap()]);
    assert_eq!(
        absolute.2, relative.2,
        "a path below the working directory is shown relative to it"
    );
}

#[test]
fn a_dash_is_standard_input() {
    let mut child =
        vittec(&["check", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(BAD.as_bytes()).unwrap();
    let (code, _, stderr) = parts(&child.wait_with_output().unwrap());
    assert_eq!(code, 1);
    assert!(stderr.contains("--> <stdin>:2:7\n"), "{stderr}");
}

#[test]
fn the_output_does_not_depend_on_the_number_of_threads() {
    let files: Vec<(String, String)> = (0..60)
        .map(|n| (format!("{}/f{n}.vitte", n % 7), format!("{UNUSED}{}", BAD.repeat(n % 5))))
        .collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let dir = dir_with(&files);
    for format in ["human", "json"] {
        let with = |threads: &str| {
            let mut command = vittec(&["check", "--error-format", format, "."]);
            parts(
                &command
                    .current_dir(dir.path())
                    .env("RAYON_NUM_THREADS", threads)
                    .output()
                    .unwrap(),
            )
        };
        let one = with("1");
        assert!(one.1.len() + one.2.len() > 10_000);
        for threads in ["2", "16", "16"] {
            assert_eq!(with(threads), one);
        }
    }
}

#[test]
fn colours_follow_the_option() {
    let dir = dir_with(&[("bad.vitte", BAD)]);
    let has_colour = |color: &str, no_color: Option<&str>| {
        let mut command = vittec(&["check", "--color", color, "bad.vitte"]);
        command.current_dir(dir.path());
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        parts(&command.output().unwrap()).2.contains('\u{1b}')
    };
    assert!(has_colour("always", None));
    assert!(has_colour("always", Some("1")));
    assert!(!has_colour("never", None));
    assert!(!has_colour("auto", None), "a pipe is not a terminal");
}

#[test]
fn explain_prints_the_page() {
    for page in registry::pages() {
        let (code, stdout, _) = run_in(&crate::workspace(), &["explain", page.code.as_str()]);
        assert_eq!((code, stdout.as_str()), (0, page.text));
    }
    let (code, stdout, _) = run_in(&crate::workspace(), &["explain", "e0001"]);
    assert!(code == 0 && stdout.starts_with("# E0001: "), "codes are case-insensitive");
    let (code, stdout, stderr) = run_in(&crate::workspace(), &["explain", "E9999\u{1b}[2J"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert_eq!(stderr, "vittec: unknown code `E9999␛[2J`\n");
    let (_, _, stderr) = run_in(&crate::workspace(), &["explain", "w0101"]);
    assert_eq!(stderr, "vittec: unknown code `w0101`; did you mean `W0100`?\n");
    let (_, _, stderr) = run_in(&crate::workspace(), &["explain", ""]);
    assert_eq!(stderr, "vittec: the code is empty\n");
}

/// A file with four errors and two warnings.
const MIXED: &str = "use std/a\nuse std/b\nfn f() -> u8\n  ret @ + $ + `\n.end\nfn f()\n.end\n";

#[test]
fn levels_and_limits_are_applied() {
    let dir = dir_with(&[("mixed.vitte", MIXED), ("unused.vitte", UNUSED)]);
    let last = |arguments: &[&str]| {
        let arguments = [&["check", "--error-format=short"], arguments].concat();
        let (code, _, stderr) = run_in(dir.path(), &arguments);
        (code, stderr.lines().last().unwrap_or_default().to_owned())
    };
    let mixed = |arguments: &[&str]| last(&[arguments, &["mixed.vitte"]].concat());
    let unused = |arguments: &[&str]| last(&[arguments, &["unused.vitte"]].concat());
    assert_eq!(mixed(&[]), (1, "4 errors, 2 warnings in 1 file".into()));
    for allow in ["W0100", "W01", "W", "warnings"] {
        assert_eq!(mixed(&["--allow", allow]), (1, "4 errors in 1 file".into()), "{allow}");
    }
    for deny in
        [&["--deny", "W0100"][..], &["--deny=W"], &["--deny=warnings"], &["--deny-warnings"]]
    {
        assert_eq!(unused(deny), (1, "1 error in 1 file".into()), "{deny:?}");
    }
    assert_eq!(unused(&["--deny-warnings", "--warn=W0100"]), (0, "1 warning in 1 file".into()));
    assert_eq!(unused(&["--allow=W0100", "--deny=W0100"]).0, 1, "the stricter level applies");
    assert_eq!(unused(&["--deny=W0100", "--allow=W0100"]).0, 1, "in any order");
    assert_eq!(
        mixed(&["--max-errors=1"]),
        (1, "1 error (3 more errors, 2 more warnings not shown) in 1 file".into())
    );
    assert_eq!(mixed(&["--max-errors=0"]), (1, "4 errors, 2 warnings in 1 file".into()));
}

#[test]
fn the_limit_of_errors_applies_to_json() {
    let errors = "let x = @\n".repeat(20_000);
    let dir = dir_with(&[("many.vitte", &errors)]);
    let arguments = ["check", "--error-format=json", "--max-errors=3", "many.vitte"];
    let (code, stdout, stderr) = run_in(dir.path(), &arguments);
    assert_eq!((code, stdout.lines().count()), (1, 3));
    assert_eq!(stderr, "\n3 errors (39996 more errors not shown) in 1 file\n");
}

#[test]
fn wrong_flags_are_usage_errors_with_suggestions() {
    let dir = dir_with(&[("unused.vitte", UNUSED)]);
    let error = |arguments: &[&str]| {
        let (code, stdout, stderr) =
            run_in(dir.path(), &[&["check", "unused.vitte"], arguments].concat());
        assert_eq!((code, &*stdout), (2, ""), "{arguments:?}");
        stderr
    };
    assert_eq!(error(&["--deny=W0101"]), "vittec: unknown code `W0101`; did you mean `W0100`?\n");
    assert_eq!(
        error(&["--allow=E0001"]),
        "vittec: cannot lower the level of `E0001`: errors are always errors\n"
    );
    assert!(error(&["--error-format=jsn"]).contains("unknown format `jsn`; did you mean `json`?"));
    let both = error(&["--error-format=json", "--error-format=sarif=-"]);
    assert!(both.contains("`json` and `sarif` would both be written to standard output"), "{both}");
    assert!(error(&["--max-errors=-1"]).contains("--max-errors"));
    assert!(error(&["--diagnostic-width=0"]).contains("--diagnostic-width"));
}

#[test]
fn every_flag_has_one_line_of_help() {
    let (_, help, _) = run_in(&crate::workspace(), &["check", "--help"]);
    for flag in [
        "--allow",
        "--warn",
        "--deny",
        "--deny-warnings",
        "--max-errors",
        "--diagnostic-width",
        "--color",
        "--error-format",
        "--fix",
        "--dry-run",
    ] {
        let lines = help.lines().filter(|line| line.trim_start().starts_with(&format!("{flag} ")));
        let lines: Vec<&str> = lines.collect();
        let [line] = lines.as_slice() else { panic!("{flag}: {lines:?}") };
        assert!(line.split("  ").filter(|part| !part.is_empty()).count() >= 2, "{line}");
    }
    for format in vitte_diag::Format::ALL {
        assert!(help.contains(format.name()), "{format}");
    }
}

#[test]
fn the_schema_is_printed() {
    let (code, stdout, _) = run_in(&crate::workspace(), &["schema"]);
    assert_eq!((code, stdout.as_str()), (0, vitte_diag::json::SCHEMA));
}

/// Formats for people go to standard error, formats for programs to standard output.
#[test]
fn every_format_goes_to_its_stream() {
    let dir = dir_with(&[("bad.vitte", BAD)]);
    for format in vitte_diag::Format::ALL {
        let arguments = ["check", "--error-format", format.name(), "bad.vitte"];
        let (code, stdout, stderr) = run_in(dir.path(), &arguments);
        let for_people = format.stream() == vitte_diag::Stream::Stderr;
        assert_eq!(
            (code, stdout.is_empty(), stderr.is_empty()),
            (1, for_people, !for_people),
            "{format}"
        );
        let all = stdout + &stderr;
        assert!(all.contains("E0001") && all.contains("bad.vitte"), "{format}: {all}");
    }
}

#[test]
#[cfg(unix)]
fn names_that_are_not_utf8_and_cycles_of_links_are_handled() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = dir_with(&[("a/good.vitte", GOOD)]);
    fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"\xff\n.vitte")), BAD).unwrap();
    std::os::unix::fs::symlink("..", dir.path().join("a/up")).unwrap();
    for link in ["dangling.vitte", ".#lock"] {
        std::os::unix::fs::symlink("nowhere", dir.path().join(link)).unwrap();
    }
    let (code, _, stderr) = run_in(dir.path(), &["check", "."]);
    assert_eq!(code, 2);
    assert!(stderr.contains("--> \u{fffd}\\n.vitte:2:7\n"), "{stderr}");
    assert!(stderr.contains("cannot read `./dangling.vitte`"), "{stderr}");
    assert!(stderr.ends_with("\n2 errors in 2 files\n"), "{stderr}");
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_not_a_crash() {
    let dir = dir_with(&[("bad.vitte", &"let x = @\n".repeat(20_000))]);
    let mut child = vittec(&["check", "--error-format=json", "bad.vitte"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (code, _, stderr) = parts(&child.wait_with_output().unwrap());
    assert_eq!((code, stderr.as_str()), (2, ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported() {
    let dir = dir_with(&[("bad.vitte", BAD)]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = vittec(&["check", "--error-format=json", "bad.vitte"]);
    let output = command.current_dir(dir.path()).stdout(full).output().unwrap();
    let (code, _, stderr) = parts(&output);
    assert_eq!(code, 2);
    assert!(stderr.starts_with("vittec: cannot write the output: "), "{stderr}");
}
