//! The first line is written before the last one is read, and the output does not depend on threads or reads.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{diag, line, lines};
use crate::common::dir_with;
use crate::vitte;

/// Starts `vitte diag` with pipes, and returns what to write to and the lines of its output.
fn piped(dir: &Path, arguments: &[&str]) -> (Child, ChildStdin, Lines<BufReader<ChildStdout>>) {
    let mut command = vitte();
    command.current_dir(dir).arg("diag").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, input, output)
}

/// Feeds a pipe one line at a time, and waits for the output of each before the next one is written.
#[test]
fn each_line_is_written_before_the_next_one_is_read() {
    let dir = dir_with(&[("a.c", "int x;\n")]);
    for (arguments, per_line) in [
        (&["convert", "--to=json"][..], 1),
        (&["filter", "--code=E"], 1),
        (&["convert", "--to=short"], 1),
        (&["convert", "--to=human"], 5),
        (&["convert", "--to=github"], 1),
    ] {
        let (mut child, mut input, mut output) = piped(dir.path(), arguments);
        for number in 0..3 {
            let one = line("error", "E1", "a.c", number, &format!("message {number}"));
            // In two parts: half a line is not a diagnostic.
            let (first, second) = one.split_at(20);
            input.write_all(first.as_bytes()).unwrap();
            input.flush().unwrap();
            input.write_all(second.as_bytes()).unwrap();
            input.flush().unwrap();
            let skipped = usize::from(number > 0 && per_line > 1);
            let shown: Vec<_> =
                (0..per_line + skipped).map(|_| output.next().unwrap().unwrap()).collect();
            assert!(
                shown.join("\n").contains(&format!("message {number}")),
                "{arguments:?} {shown:?}"
            );
        }
        drop(input);
        assert!(child.wait().unwrap().success());
        assert!(output.next().is_none());
    }
}

#[test]
fn the_output_is_the_same_for_any_number_of_threads() {
    let all = lines(20_000);
    let dir = dir_with(&[("in", &all), ("a/b", "x")]);
    for arguments in [
        &["convert", "--to=json"][..],
        &["convert", "--to=short"],
        &["filter", "--severity=error"],
        &["stats"],
        &["stats", "--by=directory,severity"],
        &["top", "--by=file"],
        &["merge"],
    ] {
        let with = |jobs: &str, from: &str| {
            let ended =
                diag(dir.path(), &[arguments, &["--jobs", jobs, from]].concat(), all.as_bytes());
            assert_eq!(ended.code, 0, "{arguments:?} {}", ended.stderr);
            ended.stdout
        };
        let one = with("1", "in");
        assert!(!one.is_empty());
        for (jobs, from) in [("2", "in"), ("7", "in"), ("3", "-")] {
            assert_eq!(with(jobs, from), one, "{arguments:?} {jobs} {from}");
        }
    }
    assert_eq!(diag(dir.path(), &["convert", "--to=json", "in"], b"").stdout, all);
}

/// A canonical line is copied, another one is written in its canonical form.
#[test]
fn lines_are_copied_or_rewritten() {
    let canonical = line("error", "E1", "a", 0, "é \\u202e");
    let spaced = canonical.replace("\",\"", "\" ,\t\"").replace('\n', "\r\n");
    let unknown = canonical.replacen('{', "{\"new\":[1],", 1);
    let input = format!("{canonical}\n  \n{spaced}{unknown}nonsense\n{}", canonical.trim_end());
    let dir = dir_with(&[]);
    let ended = diag(dir.path(), &["convert", "--to=json"], input.as_bytes());
    assert_eq!((ended.code, &*ended.stdout), (2, &*canonical.repeat(4)));
    assert_eq!(ended.stderr, "vitte: <stdin>:6:2: not a JSON diagnostic: expected ident\n");
}

#[test]
fn a_line_that_is_too_long_is_reported_and_skipped() {
    let short = line("error", "E1", "a", 0, "m");
    let long = line("error", "E1", "a", 0, &"m".repeat(3 << 20));
    let dir = dir_with(&[("in", &format!("{short}{long}{short}"))]);
    for from in ["in", "-"] {
        let input = std::fs::read(dir.path().join("in")).unwrap();
        let ended = diag(dir.path(), &["convert", "--to=json", from], &input);
        assert_eq!((ended.code, &*ended.stdout), (2, &*short.repeat(2)));
        let name = if from == "-" { "<stdin>" } else { from };
        let expected = format!(
            "vitte: cannot read `{name}`: line 2 has more than 1048576 bytes, the limit; --max-line-bytes sets another one\n"
        );
        assert_eq!(ended.stderr, expected);
    }
    let ended = diag(dir.path(), &["convert", "--to=json", "--max-line-bytes=4M", "in"], b"");
    assert_eq!((ended.code, ended.stdout), (0, format!("{short}{long}{short}")));
    // The line feed does not count.
    for (limit, first) in
        [(short.len() - 1, "2 errors in 1 file"), (short.len() - 2, "no errors in 0 files")]
    {
        let limit = format!("--max-line-bytes={limit}");
        let ended = diag(dir.path(), &["stats", &limit, "in"], b"");
        assert_eq!((ended.code, ended.stdout.lines().next()), (2, Some(first)));
    }
}

/// Sources that do not fit in memory together are read again.
#[test]
fn many_sources_are_shown() {
    let text = format!("{}\n", "x".repeat(1 << 20));
    let names: Vec<String> = (0..40).map(|number| format!("f{number}.c")).collect();
    let dir = dir_with(&[]);
    for name in &names {
        std::fs::write(dir.path().join(name), format!("int {name};\n{text}")).unwrap();
    }
    let all: String = [&names[..], &names[..]]
        .concat()
        .iter()
        .map(|name| line("error", "E1", name, 4, "m"))
        .collect();
    let ended = diag(dir.path(), &["convert", "--to=human"], all.as_bytes());
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
    for name in &names {
        assert_eq!(ended.stdout.matches(&format!("1 | int {name};\n")).count(), 2);
    }
}

/// A file is reported once, however many diagnostics it has, and not shown after it was found to be another one.
#[test]
fn missing_and_changed_files_are_reported_once() {
    let dir = dir_with(&[("changed.c", "int x;\nint y;\n")]);
    let wrong = line("error", "E1", "changed.c", 8, "on another line");
    let right = line("error", "E1", "changed.c", 0, "on the right line");
    let gone = line("error", "E1", "gone.c", 0, "gone");
    let input = [&*right, &wrong, &right, &gone].concat().repeat(3000);
    let ended = diag(dir.path(), &["convert", "--to=human"], input.as_bytes());
    assert_eq!(ended.code, 0);
    let reports: Vec<&str> = ended.stderr.lines().collect();
    let report = |path| {
        format!(
            "vitte: warning: `{path}` is missing or has changed; its diagnostics have no source lines"
        )
    };
    assert_eq!(reports, [report("changed.c"), report("gone.c")]);
    assert_eq!(ended.stdout.matches("1 | int x;").count(), 1, "only before the change was found");
    assert_eq!(ended.stdout.matches(" --> gone.c:1:1\n").count(), 3000);
}

#[test]
fn of_many_missing_files_the_first_are_named() {
    let dir = dir_with(&[]);
    let gcc = |path: &str| {
        format!(
            r#"[{{"kind":"error","message":"m","locations":[{{"caret":{{"file":"{path}","line":1,"column":1}}}}]}}]"#
        )
    };
    let sarif = |paths: &[String]| {
        let result = |path: &String| {
            format!(
                r#"{{"message":{{"text":"m"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"{path}"}},"region":{{"startLine":1}}}}}}]}}"#
            )
        };
        let results: Vec<_> = paths.iter().map(result).collect();
        format!(r#"{{"version":"2.1.0","runs":[{{"results":[{}]}}]}}"#, results.join(","))
    };
    let paths: Vec<_> = (0..23).map(|number| format!("f{number}.c")).collect();
    let each = |one: &dyn Fn(&str) -> String, paths: &[String]| {
        paths.iter().map(|path| one(path)).collect::<String>()
    };
    for count in [20, 21, 23] {
        let paths = &paths[..count];
        for (from, input) in [
            ("json", each(&|path| line("error", "E1", path, 0, "m"), paths).repeat(2)),
            ("gcc", each(&gcc, paths)),
            ("sarif", sarif(paths)),
        ] {
            let arguments = ["convert", "--to=short", "--from", from];
            let ended = diag(dir.path(), &arguments, input.as_bytes());
            let mut reports = ended.stderr.lines();
            assert_eq!(
                reports.by_ref().take(20).filter(|one| one.contains(".c` is missing")).count(),
                20
            );
            let more = match count {
                20 => None,
                21 => Some("vitte: warning: 1 more file is missing or has changed"),
                _ => Some("vitte: warning: 3 more files are missing or have changed"),
            };
            assert_eq!((ended.code, reports.next(), reports.next()), (0, more, None), "{from}");
        }
    }
}

/// Without `--root`, nothing outside of the working directory is opened.
#[test]
fn sources_are_read_below_the_working_directory() {
    let dir = dir_with(&[("secret.c", "int secret;\n"), ("project/a.c", "int own;\n")]);
    let base = dir.path().canonicalize().unwrap();
    let project = base.join("project");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.c", project.join("link.c")).unwrap();
    let absolute = |path: &str| base.join(path).to_str().unwrap().to_owned();
    for outside in [
        absolute("secret.c"),
        "../secret.c".to_owned(),
        absolute("project/../secret.c"),
        "link.c".to_owned(),
    ] {
        let input = line("error", "E1", &outside, 4, "m");
        let ended = diag(&project, &["convert", "--to=human"], input.as_bytes());
        assert!(!ended.stdout.contains("int secret"), "{outside}: {}", ended.stdout);
        assert!(ended.stderr.contains("is missing or has changed"), "{outside}: {}", ended.stderr);
    }
    for inside in ["a.c".to_owned(), absolute("project/a.c")] {
        let input = line("error", "E1", &inside, 4, "m");
        let ended = diag(&project, &["convert", "--to=human"], input.as_bytes());
        assert!(ended.stdout.contains("1 | int own;"), "{inside}: {}", ended.stdout);
    }
}

/// The output of rustc is converted line by line, too.
#[test]
fn the_output_of_rustc_is_a_stream() {
    let dir = dir_with(&[("a.rs", "fn main() {}\n"), ("changed.rs", "fn g() {}\n")]);
    let message = |file: &str, text: &str, code: &str| {
        format!(
            r#"{{"$message_type":"diagnostic","message":"{code}","code":null,"level":"error","spans":[{{"file_name":"{file}","byte_start":3,"byte_end":4,"line_start":1,"line_end":1,"column_start":4,"column_end":5,"is_primary":true,"text":[{{"text":"{text}","highlight_start":4,"highlight_end":5}}],"label":null,"suggested_replacement":null,"suggestion_applicability":null,"expansion":null}}],"children":[],"rendered":null}}"#
        ) + "\n"
    };
    let arguments = ["convert", "--from=rustc", "--to=short", "--to=human=out"];
    let (child, mut input, mut output) = piped(dir.path(), &arguments);
    let lines = [
        message("a.rs", "fn main() {}", "one"),
        message("changed.rs", "fn f() {}", "two"),
        message("gone.rs", "fn f() {}", "three"),
        message("changed.rs", "fn g() {}", "four"),
        message("gone.rs", "fn f() {}", "five"),
    ];
    for (one, number) in lines.iter().zip(["one", "two", "three", "four", "five"]) {
        input.write_all(format!("\nCompiling x\n{one}").as_bytes()).unwrap();
        let shown = output.next().unwrap().unwrap();
        assert!(shown.ends_with(&format!("error: {number}")), "{shown}");
    }
    drop(input);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let report = String::from_utf8(ended.stderr).unwrap();
    let invalid: Vec<_> = report.lines().filter(|line| line.contains("not a diagnostic")).collect();
    assert_eq!(invalid.len(), 5, "{report}");
    assert!(invalid[4].starts_with("vitte: <stdin>:14: not a diagnostic: "), "{report}");
    for file in ["changed.rs", "gone.rs"] {
        assert_eq!(report.matches(&format!("`{file}`")).count(), 1, "{report}");
    }
    let human = std::fs::read_to_string(dir.path().join("out")).unwrap();
    assert!(human.contains("fn main() {}") && !human.contains("fn g() {}"), "{human}");
}

/// The output of GCC is converted one diagnostic after the other, also if all of them are in one array.
#[test]
fn the_output_of_gcc_is_a_stream() {
    let dir = dir_with(&[("a.c", "int x;\n")]);
    let url = "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-Wshadow";
    let object = |message: &str, more: &str| {
        format!(
            r#"{{"kind": "warning", "message": "{message}", {more} "locations": [{{"caret": {{"file": "a.c", "line": 1, "column": 5}}}}]}}"#
        )
    };
    let option = format!(r#""option": "-Wshadow", "option_url": "{url}","#);
    let arguments = ["convert", "--from=gcc", "--to=short", "--to=rdjsonl=out"];
    let (child, mut input, mut output) = piped(dir.path(), &arguments);
    let mut next = |text: &str| {
        input.write_all(text.as_bytes()).unwrap();
        output.next().unwrap().unwrap()
    };
    // The URL of the codes is not known yet.
    let shown = next(&format!("[]\n[{}, {}", object("one", ""), object("two", &option)));
    assert_eq!(shown, "a.c:1:5: warning: one");
    assert_eq!(next(","), "a.c:1:5: warning[-Wshadow]: two");
    for (text, expected) in [
        (object("three", ""), "a.c:1:5: warning: three"),
        (format!("]\ncc1: error: {}\n", "no input files"), "error: cc1: no input files"),
        (format!("[{}", object("four", &option)), "a.c:1:5: warning[-Wshadow]: four"),
        ("]\nmake: *** [a] 1\n[{\"kind\": 1}]\ncc1: error: end\n".into(), "error: cc1: end"),
    ] {
        assert_eq!(next(&text), expected);
    }
    drop(input);
    let ended = child.wait_with_output().unwrap();
    let report = String::from_utf8(ended.stderr).unwrap();
    let reasons: Vec<_> =
        report.lines().map(|line| line.split_once(": not a").unwrap().0).collect();
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(reasons, ["vitte: <stdin>:5", "vitte: <stdin>:6"]);
    let out = std::fs::read_to_string(dir.path().join("out")).unwrap();
    assert_eq!((out.lines().count(), out.matches(url).count()), (6, 2), "{out}");
}

/// The memory does not grow with the array, and a diagnostic that is too long does not affect the others.
#[test]
fn arrays_of_gcc_of_any_size_are_converted() {
    let object = r#"{"kind": "error", "message": "m", "locations": []}"#;
    let long = object.replace("\"m\"", &format!("\"{}\"", "m".repeat(2 << 20)));
    let dir = dir_with(&[]);
    let objects = vec![object; 40_000].join(",\n");
    let input = format!("[{objects}, {long}, {object}]");
    let ended = diag(dir.path(), &["convert", "--from=gcc", "--to=short"], input.as_bytes());
    assert_eq!((ended.code, ended.stdout.lines().count()), (2, 40_001));
    assert_eq!(
        ended.stderr,
        "vitte: cannot read `<stdin>`: the diagnostic in line 40000 has more than 1048576 bytes, the limit; --max-line-bytes sets another one\n"
    );
}

/// Work that takes longer than a second shows how much was read, but only on a terminal, and not with `--no-progress`.
#[test]
#[cfg(target_os = "linux")]
fn progress_is_shown_on_a_terminal() {
    use std::io::Read as _;

    let dir = dir_with(&[]);
    for (arguments, is_shown) in [(&["stats"][..], true), (&["stats", "--no-progress"], false)] {
        let (mut pty, pts) = pty_process::blocking::open().unwrap();
        let stderr = std::os::fd::AsFd::as_fd(&pts).try_clone_to_owned().unwrap();
        let mut child = vitte()
            .current_dir(dir.path())
            .env("TERM", "xterm-256color")
            .arg("diag")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        drop(pts);
        let mut input = child.stdin.take().unwrap();
        for number in 0..2 {
            input.write_all(line("error", "E1", "a", number, "m").as_bytes()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(1200));
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stdout.starts_with(b"2 errors in 1 file\n"));
        let (mut shown, mut bytes) = (Vec::new(), [0; 4096]);
        // The end of a pseudoterminal is an error.
        while let Ok(len @ 1..) = pty.read(&mut bytes) {
            shown.extend_from_slice(&bytes[..len]);
        }
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(shown.contains(" B, ") && shown.contains("/s"), is_shown, "{shown:?}");
        assert_eq!(shown.is_empty(), !is_shown, "{shown:?}");
    }
}
