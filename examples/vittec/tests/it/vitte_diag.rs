//! `vitte diag`: conversion, merging, statistics, and errors in the input.
use std::fs;
use std::path::Path;

use vitte_diag::{Diagnostic, Format, Frame, Severity, SourceMap, Span, Stream, code, registry};

use crate::common::{self, CommandResult, dir_with};

const BAD: &str =
    "use std/abc\r\n\r\nfn f() -> u8\r\n  ret @ \"日本\" $\r\n  if a\r\n    b()\r\n.end\r\n";
const WORSE: &str = "\u{feff}fn g()\n  ret `\n.end\nfn g()\n.end\n";

/// Runs `vitte diag` in `dir` with a standard input.
fn diag(dir: &Path, arguments: &[&str], input: &str) -> CommandResult {
    let mut vitte = crate::vitte();
    vitte.current_dir(dir).arg("diag").args(arguments);
    CommandResult::new(&common::with_input(&mut vitte, input.as_bytes()))
}

/// Returns the diagnostics that vittec writes in a format, without the summary line.
fn vittec(dir: &Path, format: Format, paths: &[&str]) -> String {
    let arguments = [&["check", "--error-format", format.name()], paths].concat();
    let CommandResult { stdout, stderr, .. } = crate::run_in(dir, &arguments);
    if format.stream() == Stream::Stdout {
        return stdout;
    }
    // Formats for people end with a summary line.
    let (diagnostics, _) = stderr.trim_end().rsplit_once('\n').unwrap();
    diagnostics.strip_suffix('\n').unwrap_or(diagnostics).to_owned() + "\n"
}

fn workspace() -> tempfile::TempDir {
    dir_with(&[
        ("src/bad.vitte", BAD),
        ("src/worse/worse é %.vitte", WORSE),
        ("src/good.vitte", ""),
    ])
}

/// Removes the elements of HTML that colour source text, which only the compiler can.
fn without_syntax(html: &str) -> String {
    let mut parts = html.split("<span class=\"vd-syntax-");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (_, rest) = part.split_once("\">").unwrap();
        let (text, after) = rest.split_once("</span>").unwrap();
        out.extend([text, after]);
    }
    out
}

#[test]
fn converted_json_equals_the_output_of_the_compiler() {
    let dir = workspace();
    let json = vittec(dir.path(), Format::Json, &["src"]);
    assert_eq!(json.lines().count(), 6, "{json}");
    for &format in Format::ALL {
        let converted = diag(dir.path(), &["convert", "--to", format.name()], &json);
        assert_eq!((converted.code, &*converted.stderr), (0, ""), "{format}");
        let own = without_syntax(&vittec(dir.path(), format, &["src"]));
        assert_eq!(converted.stdout, own, "{format}");
    }
    // The order in which the compiler read its files does not matter.
    let paths = ["src/worse", "src/bad.vitte"];
    let json = vittec(dir.path(), Format::Json, &paths);
    for &format in Format::ALL {
        let converted = diag(dir.path(), &["convert", "--to", format.name()], &json).stdout;
        let own = without_syntax(&vittec(dir.path(), format, &paths));
        assert_eq!(converted, own, "{format} of {paths:?}");
    }
}

#[test]
fn a_crash_with_a_backtrace_is_converted() {
    let dir = workspace();
    let root = dir.path().canonicalize().unwrap();
    let mut sources = SourceMap::with_root(&root);
    let file = sources.load(root.join("src/bad.vitte")).unwrap();
    let frames = [
        Frame::new("core::panicking::panic"),
        Frame::at("vittec::close", "examples/vittec/front/blocks.rs", 77, Some(13)),
        Frame::in_module("<unknown>", "vittec", 0x1c20),
        Frame::omitted(7),
        Frame::new("a\n\u{1b}[2J"),
        Frame::new("main"),
    ];
    let span = sources.span(file, 0..3).unwrap();
    let crash = |span| {
        Diagnostic::new(Severity::Fatal, code!("F0001"), span, "the compiler crashed")
            .with_note("vittec 0.1.0")
            .with_backtrace(frames.iter().cloned().collect())
    };
    let bag = [crash(span), crash(Span::DUMMY)].into_iter().collect();
    let json = common::json(&sources, &bag);
    assert_eq!(json.matches("\"backtrace\":[\"core::").count(), 2, "{json}");
    let options = vitte_diag::EmitterOptions::default();
    for &format in Format::ALL {
        let converted = diag(&root, &["convert", "--to", format.name()], &json);
        let direct = common::write(format, &sources, &bag, &options);
        assert_eq!((converted.code, &*converted.stdout, &*converted.stderr), (0, &*direct, ""));
    }
    let mut vitte = crate::vitte();
    vitte.current_dir(&root).args(["diag", "convert", "--to=human"]).env("RUST_BACKTRACE", "full");
    let full = CommandResult::new(&common::with_input(&mut vitte, json.as_bytes())).stdout;
    assert_eq!(full.matches("\n      5: main\n").count(), 2, "{full}");
    assert_eq!(diag(&root, &["merge"], &json).stdout, json);
}

/// Text of the command line is not in a file. It is not shown, but its location is.
#[test]
fn an_unreadable_file_is_converted() {
    let dir = workspace();
    let paths = ["src", "no such file"];
    let json = vittec(dir.path(), Format::Json, &paths);
    for &format in Format::ALL {
        let converted = diag(dir.path(), &["convert", "--to", format.name()], &json).stdout;
        if matches!(format, Format::Human | Format::Html | Format::Narrated | Format::Rustc) {
            assert!(
                converted.contains("line&gt;:1:5")
                    || converted.contains("line>:1:5")
                    || converted.contains("line>, line 1, column 5"),
                "{format}: {converted}"
            );
        } else {
            assert_eq!(converted, vittec(dir.path(), format, &paths), "{format}");
        }
    }
}

#[test]
fn only_sources_below_the_root_are_read() {
    let dir = workspace();
    let json = vittec(&dir.path().join("src"), Format::Json, &["."]);
    let elsewhere = tempfile::tempdir().unwrap();
    let root = dir.path().join("src").to_str().unwrap().to_owned();
    let human = |root: &str, json: &str| {
        diag(elsewhere.path(), &["convert", "--to=human", "--root", root], json)
    };
    let found = human(&root, &json);
    assert_eq!(found.stdout, vittec(&dir.path().join("src"), Format::Human, &["."]));

    let outside = json.replace("bad.vitte", "../outside.vitte");
    fs::write(dir.path().join("outside.vitte"), BAD).unwrap();
    let ended = human(&root, &outside);
    assert!(ended.stdout.contains(" --> ../outside.vitte:4:7\n"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("日本"), "a file outside of the root is not read");
    assert!(
        ended.stderr.contains("`../outside.vitte` is missing or has changed"),
        "{}",
        ended.stderr
    );
    let absolute = json.replace("bad.vitte", dir.path().join("outside.vitte").to_str().unwrap());
    assert!(!human(&root, &absolute).stdout.contains("日本"));
    #[cfg(unix)]
    {
        let link = dir.path().join("src/link.vitte");
        std::os::unix::fs::symlink("../outside.vitte", link).unwrap();
        let linked = json.replace("bad.vitte", "link.vitte");
        assert!(
            !human(&root, &linked).stdout.contains("日本"),
            "a link out of the root is not followed"
        );
    }
}

#[test]
fn a_source_that_has_changed_is_not_shown() {
    let dir = workspace();
    let json = vittec(dir.path(), Format::Json, &["src"]);
    let path = dir.path().join("src/bad.vitte");
    fs::write(&path, format!("# new\n{BAD}")).unwrap();
    let ended = diag(dir.path(), &["convert", "--to=human"], &json);
    assert!(ended.stdout.contains("error[E0001]: illegal character `@`\n --> src/bad.vitte:4:7\n"));
    assert!(ended.stdout.contains("\n  = note: not part of any token\n"));
    assert!(!ended.stdout.contains("日本"), "{}", ended.stdout);
    assert!(ended.stdout.contains("2 |   ret `\n"), "the other file is shown");
    fs::write(&path, "").unwrap();
    assert_eq!(diag(dir.path(), &["convert", "--to=sarif"], &json).code, 0);
}

/// A suggestion for a missing file is shown with its location and its new text.
#[test]
fn a_suggestion_for_a_missing_file_has_no_line_numbers() {
    let json = "{\"severity\":\"error\",\"code\":\"E0001\",\"message\":\"m\",\"primary\":{\"file\":\"x.vitte\",\"lo\":90,\"hi\":92,\"line\":8,\"col\":1},\"labels\":[],\"help\":null,\"notes\":[],\"suggestions\":[{\"message\":\"do it\",\"applicability\":\"unspecified\",\"edits\":[{\"file\":\"x.vitte\",\"lo\":100,\"hi\":102,\"line\":9,\"col\":3,\"text\":\"new\\nlines\"}]}]}\n";
    let dir = tempfile::tempdir().unwrap();
    let shown = |format| diag(dir.path(), &["convert", "--to", format], json).stdout;
    assert_eq!(
        shown("human"),
        "error[E0001]: m\n --> x.vitte:8:1\nhelp: do it\n --> x.vitte:9:3\n  |\n  = replace the text at 9:3 with:\n  + new\n  + lines\n  |\n"
    );
    let narrated = shown("narrated");
    let change = "  In line 9, column 3, replace the existing text with \"new\", a line break and \"lines\"\n";
    assert!(narrated.ends_with(change), "{narrated}");
}

#[test]
fn a_suggestion_may_edit_two_files_at_the_same_offset() {
    let dir = dir_with(&[("a.vitte", "one\n"), ("b.vitte", "two\n")]);
    let edit = |file| {
        format!("{{\"file\":\"{file}\",\"lo\":0,\"hi\":3,\"line\":1,\"col\":1,\"text\":\"six\"}}")
    };
    let json = format!(
        "{{\"severity\":\"error\",\"code\":\"E0001\",\"message\":\"m\",\"primary\":null,\"labels\":[],\"help\":null,\"notes\":[],\"suggestions\":[{{\"message\":\"rename\",\"applicability\":\"unspecified\",\"edits\":[{},{}]}}]}}\n",
        edit("a.vitte"),
        edit("b.vitte")
    );
    for command in [&["convert", "--to=json"][..], &["merge"]] {
        let ended = diag(dir.path(), command, &json);
        assert_eq!((ended.code, &*ended.stderr, &*ended.stdout), (0, "", &*json), "{command:?}");
    }
    let human = diag(dir.path(), &["convert", "--to=human"], &json).stdout;
    assert!(human.contains("a.vitte:1:1") && human.contains("b.vitte:1:1"), "{human}");
}

#[test]
fn a_file_named_like_a_virtual_file_is_not_read() {
    let dir = dir_with(&[("<command line>", "some other text\n")]);
    let json = vittec(dir.path(), Format::Json, &["nope"]);
    let ended = diag(dir.path(), &["convert", "--to=human"], &json);
    assert!(!ended.stdout.contains("other text"), "{}", ended.stdout);
}

#[test]
fn an_invalid_line_is_reported_and_the_others_are_converted() {
    let dir = workspace();
    let json = vittec(dir.path(), Format::Json, &["src"]);
    let lines: Vec<&str> = json.lines().collect();
    let reversed = lines[1].replacen("\"hi\":", "\"hi\":0,\"was\":", 1);
    let input = format!("{}\n\nnonsense\r\n{{}}\n{reversed}\n[]\n{}", lines[0], lines[2]);
    for command in [&["convert", "--to=short"][..], &["merge"], &["stats"]] {
        let ended = diag(dir.path(), command, &input);
        assert_eq!(ended.code, 2, "{command:?}");
        let reports: Vec<&str> = ended.stderr.lines().collect();
        assert_eq!(
            reports,
            [
                "vitte: <stdin>:3:2: not a JSON diagnostic: expected ident",
                "vitte: <stdin>:4:2: not a JSON diagnostic: missing field `severity`",
                "vitte: <stdin>:5:1: not a JSON diagnostic: the span 35..0 ends before it begins",
                "vitte: <stdin>:6:2: not a JSON diagnostic: invalid length 0, expected struct JsonDiagnostic with 13 elements",
            ]
        );
        assert!(!ended.stdout.is_empty(), "{command:?}");
    }
    fs::write(dir.path().join("binary"), b"\xff\x00\n".repeat(1000)).unwrap();
    let ended = diag(dir.path(), &["stats", "binary", "none", "src"], "");
    assert_eq!((ended.code, &*ended.stdout), (2, "no errors in 0 files\n"));
    assert!(ended.stderr.contains("\nvitte: binary: 980 more lines are not diagnostics\n"));
    assert!(ended.stderr.contains("vitte: cannot read `none`: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("vitte: cannot read `src`: "), "{}", ended.stderr);
}

#[test]
fn line_0_column_0_and_a_missing_root_are_errors() {
    let dir = workspace();
    let json = vittec(dir.path(), Format::Json, &["src/bad.vitte"]);
    for (good, bad) in [("\"line\":4", "\"line\":0"), ("\"col\":7", "\"col\":0")] {
        let input = json.replacen(good, bad, 1);
        let ended = diag(dir.path(), &["convert", "--to=lsp"], &input);
        assert!(ended.code == 2 && ended.stderr.contains("line and column numbers start at 1"));
    }
    let ended = diag(dir.path(), &["convert", "--to=human", "--root=nowhere"], &json);
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert_eq!(ended.stderr, "vitte: no such directory `nowhere`\n");
}

#[test]
fn merging_writes_each_diagnostic_once_in_order() {
    let dir = workspace();
    let bad = vittec(dir.path(), Format::Json, &["src/bad.vitte"]);
    let worse = vittec(dir.path(), Format::Json, &["src/worse"]);
    fs::write(dir.path().join("1"), &bad).unwrap();
    fs::write(dir.path().join("2"), format!("{worse}{bad}")).unwrap();
    let merged = diag(dir.path(), &["merge", "1", "2"], "");
    assert_eq!((merged.code, &*merged.stderr), (0, ""));
    assert_eq!(merged.stdout, vittec(dir.path(), Format::Json, &["src"]));
    for order in [&["merge", "2", "1"][..], &["merge", "2", "-", "1"], &["merge", "1", "1", "2"]] {
        assert_eq!(diag(dir.path(), order, &worse).stdout, merged.stdout, "{order:?}");
    }
    assert_eq!(diag(dir.path(), &["merge"], "").stdout, "");
}

#[test]
fn diagnostics_without_a_location_are_merged_last() {
    let fatal = "{\"severity\":\"fatal\",\"code\":\"F0001\",\"message\":\"m\",\"primary\":null,\"labels\":[],\"help\":null,\"notes\":[\"n\"]}\n";
    let dir = workspace();
    let bad = vittec(dir.path(), Format::Json, &["src/bad.vitte"]);
    let merged = diag(dir.path(), &["merge"], &format!("{fatal}{bad}")).stdout;
    assert_eq!(merged, format!("{bad}{fatal}"));
    let stats = diag(dir.path(), &["stats"], &merged).stdout;
    assert!(stats.starts_with("1 fatal error, 3 errors, 1 warning in 1 file\n"), "{stats}");
    assert!(stats.contains("\n     1         0      0  (no file)\n"), "{stats}");
    let human = diag(dir.path(), &["convert", "--to=human"], fatal).stdout;
    assert_eq!(human, "fatal[F0001]: m\n  |\n  = note: n\n");
}

#[test]
fn the_name_of_the_compiler_can_be_set() {
    let json = "{\"severity\":\"error\",\"code\":\"TYP0042\",\"message\":\"m\",\"primary\":null,\"labels\":[],\"help\":null,\"notes\":[],\"extra\":1}\n";
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["convert", "--to=sarif", "--tool=mycc", "--tool-version=9"];
    let sarif = diag(dir.path(), &arguments, json).stdout;
    assert!(
        sarif.contains("\"name\":\"mycc\",\"fullName\":\"mycc 9\",\"version\":\"9\"")
            && sarif.contains("\"TYP0042\"")
    );
}

#[test]
fn explain_prints_the_page_or_suggests_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let page = registry::explain("W0100").unwrap().text;
    assert_eq!(diag(dir.path(), &["explain", "w0100"], "").stdout, page);
    let ended = diag(dir.path(), &["explain", "W01"], "");
    assert_eq!((ended.code, &*ended.stdout), (2, ""));
    assert_eq!(ended.stderr, "vitte: unknown code `W01`; did you mean `W0100`?\n");
}

#[test]
fn wrong_usage_is_exit_code_2_and_help_is_0() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, code) in [
        (&["convert"][..], 2),
        (&["convert", "--to=xml"], 2),
        (&["chekc"], 2),
        (&[], 2),
        (&["convert", "--help"], 0),
        (&["--help"], 0),
    ] {
        assert_eq!(diag(dir.path(), arguments, "").code, code, "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_and_a_closed_pipe_are_errors() {
    let dir = workspace();
    let json = vittec(dir.path(), Format::Json, &["src"]);
    fs::write(dir.path().join("in"), json.repeat(2000)).unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut vitte = crate::vitte();
    vitte.current_dir(dir.path()).args(["diag", "convert", "--to=short", "in"]);
    let output = vitte.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("vitte: cannot write the output: "), "{stderr}");

    let mut child = vitte
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(2), &b""[..]));
}
