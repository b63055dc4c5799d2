//! `vitte diag convert --from`, and the parts of the model in `merge` and `stats`.

use std::path::{Path, PathBuf};

use crate::common::{dir_with, root, with_input};
use crate::vitte;

/// Standard output, standard error, and whether the command succeeded.
fn run(dir: &Path, args: &[&str], input: &str) -> (String, String, bool) {
    let output = with_input(vitte().arg("diag").args(args).current_dir(dir), input.as_bytes());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.success())
}

fn compilers(dir: &str) -> PathBuf {
    root().join("../../tests/compilers").join(dir)
}

const RUSTC: &str = r#"{"$message_type":"diagnostic","message":"no `main`","code":{"code":"E0601","explanation":""},"level":"error","spans":[],"children":[],"rendered":null}"#;

#[test]
fn the_output_of_each_tool_is_converted() {
    for (from, dir, file, expected) in [
        ("rustc", "rustc", "borrow_moved_in_loop.json", "error[E0382]: use of moved value: `job`"),
        ("cargo", "cargo/shop", "check.json", "warning"),
        ("gcc", "gcc", "include_chain.json", ""),
        ("lsp", "lsp", "clangd.jsonl", ""),
        ("sarif", "sarif", "ruff.sarif", ""),
    ] {
        let dir = compilers(dir);
        let file = if dir.join(file).exists() { file.to_owned() } else { first(&dir) };
        let (out, report, _) = run(&dir, &["convert", "--from", from, "--to", "short", &file], "");
        assert!(!out.is_empty() && out.contains(expected), "{from}: {out}{report}");
    }
}

#[test]
fn the_output_of_rustc_is_drawn_as_rustc_does() {
    let dir = compilers("rustc");
    let rendered: String = std::fs::read_to_string(dir.join("lint_unused_must_use.json"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|diagnostic| diagnostic["rendered"].as_str().unwrap().to_owned())
        .collect();
    let args = ["convert", "--from", "rustc", "--to", "human", "lint_unused_must_use.json"];
    assert_eq!(run(&dir, &args, "").0, rendered.strip_suffix('\n').unwrap());
    let unicode = [&args[..], &["--diagnostic-style", "unicode"]].concat();
    assert!(run(&dir, &unicode, "").0.contains("╭─▸ lint_unused_must_use.rs:"));
}

/// The first JSON file of a directory.
fn first(dir: &Path) -> String {
    let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| name.ends_with(".json")).min().unwrap()
}

#[test]
fn standard_input_is_read_and_losses_are_reported_by_kind() {
    let dir = dir_with(&[]);
    let lsp = r#"{"uri":"file:///a.c","diagnostics":[
        {"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"severity":4,"message":"hint"}]}"#;
    let lsp = lsp.replace('\n', "");
    let args = ["convert", "--from", "lsp", "--to", "short"];
    let (out, report, is_complete) = run(dir.path(), &args, &lsp);
    assert_eq!(out, "/a.c:1:1: note: hint\n");
    assert!(report.contains("`/a.c` is missing or has changed"), "{report}");
    assert!(report.contains("vitte: warning: <stdin>: 1 diagnostic lost "), "{report}");
    assert!(is_complete, "a loss is not a failure");
}

#[test]
fn invalid_input_is_reported_and_the_rest_is_converted() {
    let dir = dir_with(&[]);
    let args = ["convert", "--from", "rustc", "--to", "short"];
    let (out, report, is_complete) = run(dir.path(), &args, &format!("no JSON\n{RUSTC}\n"));
    assert_eq!(out, "error[E0601]: no `main`\n");
    assert!(report.starts_with("vitte: <stdin>:1: not a diagnostic: "), "{report}");
    assert!(!is_complete);

    let args = ["convert", "--from", "sarif", "--to", "short"];
    let (out, report, is_complete) = run(dir.path(), &args, "{");
    assert_eq!(out, "");
    assert!(report.starts_with("vitte: <stdin>: the input is not sarif output: "), "{report}");
    assert!(!is_complete);

    let args = ["convert", "--from", "gcc", "--to", "short", "gone.json"];
    let (_, report, is_complete) = run(dir.path(), &args, "");
    assert!(report.starts_with("vitte: cannot read `gone.json`: "), "{report}");
    assert!(!is_complete);
}

#[test]
fn sources_outside_of_the_root_are_not_read() {
    let dir = dir_with(&[("secret.c", "int secret;\n"), ("project/main.c", "int a;\n")]);
    let line = |path: &str| {
        format!(
            r#"{{"uri":"file://{path}","diagnostics":[{{"range":{{"start":{{"line":0,"character":4}},"end":{{"line":0,"character":5}}}},"severity":1,"message":"m"}}]}}"#
        )
    };
    let base = dir.path().canonicalize().unwrap();
    let base = base.to_str().unwrap();
    let input = format!(
        "{}\n{}\n{}\n",
        line(&format!("{base}/secret.c")),
        line(&format!("{base}/project/../secret.c")),
        line(&format!("{base}/project/main.c")),
    );
    let args = ["convert", "--from", "lsp", "--to", "human"];
    let (out, _, _) = run(&dir.path().join("project"), &args, &input);
    assert!(!out.contains("secret;"), "{out}");
    assert!(out.contains("1 | int a;"), "{out}");
}

#[test]
fn the_tool_is_the_one_that_the_input_or_the_arguments_name() {
    let dir = dir_with(&[]);
    let name = |args: &[&str]| {
        let all = [&["convert", "--from", "rustc", "--to", "sarif"], args].concat();
        let (out, _, _) = run(dir.path(), &all, RUSTC);
        let log: serde_json::Value = serde_json::from_str(&out).unwrap();
        log["runs"][0]["tool"]["driver"]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name(&[]), "rustc");
    assert_eq!(name(&["--tool", "mycc"]), "mycc");
}

/// Lines with everything that is new in the model.
const LINES: [&str; 4] = [
    r#"{"severity":"error","code":null,"message":"z","primary":null,"labels":[],"help":null,"notes":[]}"#,
    r#"{"severity":"warning","code":"unused_variables","message":"y","primary":{"file":"a","lo":0,"hi":1,"line":1,"col":1},"labels":[{"style":"primary","file":"a","lo":0,"hi":1,"line":1,"col":1,"message":null}],"help":null,"notes":[],"children":[{"level":"note","message":"n","labels":[{"style":"secondary","file":"b","lo":0,"hi":1,"line":7,"col":1,"message":"m"}]}],"trace":[{"kind":"macro","message":"t","location":null}],"tags":["unnecessary"]}"#,
    r#"{"severity":"error","code":"-Wfile","message":"x","primary":null,"labels":[],"help":null,"notes":[],"file":"a"}"#,
    r#"{"severity":"error","code":"E0001","message":"old","primary":null,"labels":[],"help":null,"notes":[]}"#,
];

#[test]
fn merge_keeps_and_sorts_every_part() {
    let dir = dir_with(&[]);
    let [no_code, warning, whole_file, old] = LINES;
    let (out, report, _) = run(dir.path(), &["merge"], &[LINES, LINES].concat().join("\n"));
    assert_eq!(report, "");
    assert_eq!(out.lines().collect::<Vec<_>>(), [whole_file, warning, no_code, old]);
}

#[test]
fn stats_count_diagnostics_without_a_code_and_about_a_file() {
    let dir = dir_with(&[]);
    let (out, _, _) = run(dir.path(), &["stats"], &LINES.join("\n"));
    assert!(out.starts_with("3 errors, 1 warning in 1 file\n"), "{out}");
    for row in [
        "(no code)         error         1",
        "     1         1      0  a",
        "     2         0      0  (no file)",
    ] {
        assert!(out.contains(row), "{row}:\n{out}");
    }
}

#[test]
fn json_with_children_is_converted_to_every_format() {
    let dir = dir_with(&[("a", "x"), ("b", "1\n2\n3\n4\n5\n6\nx\n")]);
    for format in vitte_diag::Format::ALL {
        let args = ["convert", "--to", format.name()];
        let (out, _, is_complete) = run(dir.path(), &args, &LINES.join("\n"));
        assert!(is_complete && !out.is_empty(), "{format}");
    }
}

#[test]
fn the_flags_for_people_apply_to_both_kinds_of_input() {
    let source = "int a;\n\tint b;\nint c;\n";
    let dir = dir_with(&[("a.c", source)]);
    let lsp = r#"{"uri":"file:///BASE/a.c","diagnostics":[{"range":{"start":{"line":1,"character":5},"end":{"line":1,"character":6}},"severity":1,"message":"m"}]}"#;
    let base = dir.path().canonicalize().unwrap();
    let lsp = lsp.replace("/BASE", base.to_str().unwrap());
    let (json, _, _) = run(dir.path(), &["convert", "--from", "lsp", "--to", "json"], &lsp);
    let flags = ["--diagnostic-style=unicode", "--context-lines=1", "--tab-width=2"];
    for (from, input) in [("lsp", &lsp), ("json", &json)] {
        let args = [&["convert", "--from", from, "--to", "human"], &flags[..]].concat();
        let (out, report, _) = run(dir.path(), &args, input);
        for line in ["1 │ int a;", "2 │   int b;", "3 │ int c;"] {
            assert!(out.contains(line), "{from}: {out}{report}");
        }
        let colors = ["--color=always", "--theme=default-dark", "--editor-url=ed:{path}?{line}"];
        let args = [&["convert", "--from", from, "--to", "human"], &colors[..]].concat();
        let (out, report, _) = run(dir.path(), &args, input);
        assert!(out.starts_with("\u{1b}[1;91merror"), "{from}: {out}{report}");
        let args = ["convert", "--from", from, "--to", "html", "--theme=color-blind", colors[2]];
        let (out, report, _) = run(dir.path(), &args, input);
        assert!(
            out.starts_with("<div class=\"vitte-diag vd-color-blind\">"),
            "{from}: {out}{report}"
        );
        assert!(
            out.contains(&format!("<a href=\"ed:{}/a.c?2\">", base.display())),
            "{from}: {out}"
        );
    }
    let (_, report, succeeded) = run(dir.path(), &["convert", "--to", "human", "--theme=x"], "");
    assert!(!succeeded && report.contains("unknown theme `x`"), "{report}");
}

/// A file that the readers of some formats need is known only when a later diagnostic names it.
#[test]
fn a_diagnostic_without_a_location_has_the_first_file_of_the_input() {
    let unlocated = |number: usize| {
        format!(
            r#"{{"severity":"error","code":null,"message":"no `main` {number}","primary":null,"labels":[],"help":null,"notes":[]}}"#
        )
    };
    let at = r#"{"file":"src/a.my","lo":0,"hi":1,"line":1,"col":1"#;
    let located = format!(
        r#"{{"severity":"error","code":null,"message":"illegal","primary":{at}}},"labels":[{{"style":"primary",{},"message":null}}],"help":null,"notes":[]}}"#,
        &at[1..]
    );
    let input = |count: usize| {
        let lines = (0..count).map(unlocated).chain([located.clone()]);
        lines.map(|line| line + "\n").collect::<String>()
    };
    let dir = dir_with(&[("src/a.my", "@\n")]);
    for format in ["sarif", "gitlab", "teamcity", "sonarqube", "bitbucket"] {
        let convert = |count: usize, more: &[&str]| {
            let args = [&["convert", "--to", format], more].concat();
            let (out, report, is_complete) = run(dir.path(), &args, &input(count));
            assert!(is_complete && report.is_empty(), "{format}: {report}");
            assert!(out.contains("main` 0") && out.contains("illegal"), "{format}: {out}");
            out.matches("src/a.my").count()
        };
        let one = convert(1, &["--fallback-path", "Makefile"]);
        assert_eq!(convert(1, &[]), 2 * one, "{format}");
        // As many as wait are written with the file, further ones without it.
        assert_eq!(convert(256, &[]), 257 * one, "{format}");
        assert_eq!(convert(257, &[]), one, "{format}");
    }
    // Checkstyle has one element for adjacent diagnostics of a file.
    let (xml, ..) = run(dir.path(), &["convert", "--to", "checkstyle"], &input(2));
    assert_eq!((xml.matches("<file ").count(), xml.matches("<error ").count()), (1, 3), "{xml}");
    // JSON that is written at the same time does not wait.
    let args = ["convert", "--to", "json=-", "--to", "sarif=out/log.sarif"];
    assert_eq!(run(dir.path(), &args, &input(3)).0, input(3));
    let log = std::fs::read_to_string(dir.path().join("out/log.sarif")).unwrap();
    assert_eq!(log.matches("\"uri\":\"src/a.my\"").count(), 4, "{log}");
}
