//! What all commands have in common: JSON, safe text, colours, help.

use super::*;

#[test]
fn json_output_is_valid() {
    let workspace = workspace();
    for (arguments, pointer) in [
        (&["show", "latest"][..], "/backtrace/2"),
        (&["latest"], "/backtrace/2"),
        (&["stats"], "/days/2/crashes"),
        (&["inspect", "latest"], "/parts/5/bytes"),
        (&["stack", "latest"], "/0/frames/2/source"),
        (&["vars", "latest"], "/0/variables/0/value"),
        (&["env", "latest"], "/LANG"),
        (&["fingerprint", "latest"], "/of/frames"),
        (&["diff", "latest", "2025-10-23"], "/frames/0/in"),
        (&["clean", "--dry-run"], "/removed/0/reason"),
        (&["export", "latest", "--out=out/", "--sources=out"], "/sources/0"),
    ] {
        let json = good(workspace.path(), &[arguments, &["--json"]].concat());
        let value: Value = serde_json::from_str(&json).unwrap();
        let field = value.pointer(pointer);
        assert!(field.is_some_and(|value| !value.is_null()), "{arguments:?}: {json}");
    }
    for arguments in [&["list"][..], &["search", "overflow"], &["clear", "--dry-run"]] {
        assert!(workspace.ids(&[arguments, &["--json"]].concat()).len() > 2);
    }
}

#[test]
fn diff_reports_what_differs() {
    let workspace = workspace();
    let diff = |a: &str, b: &str| -> Value {
        let json = good(workspace.path(), &["diff", a, b, "--json"]);
        serde_json::from_str(&json).unwrap()
    };
    let [first, second, signal, other] = workspace.ids.as_slice() else { panic!() };
    assert_eq!(diff(first, first)["same"], true);
    let thread = diff(first, second);
    let expected = json!([{"name": "thread", "a": "main", "b": "worker-1"}]);
    assert_eq!((&thread["same"], &thread["facts"]), (&json!(false), &expected));
    assert_eq!(diff(first, other)["facts"][0]["name"], "module");
    let frames = &diff(first, signal)["frames"];
    let sides = frames.as_array().unwrap().iter().map(|frame| frame["in"].as_str().unwrap());
    assert_eq!(sides.collect::<Vec<_>>(), ["a", "a", "a", "b", "both", "both", "a"]);
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let hostile = "::warning::\u{1b}[2J\u{202e}\u{9b}\r\n::set-env\t";
    let frame = format!("{hostile} at {hostile}:1:1");
    let changes = json!({
        "module": hostile, "version": hostile, "thread": hostile, "signal": hostile, "message": hostile, "session": hostile,
        "build": hostile, "commit": hostile, "location": hostile, "notes": [hostile], "command": [hostile],
        "system": {"os": hostile, "arch": hostile},
        "backtrace": [hostile, frame],
        "frames": [{"function": hostile, "file": hostile, "line": 1, "in_project": true}],
        "context": [{"name": hostile, "values": [{"key": hostile, "value": hostile}],
            "variables": [{"key": hostile, "value": {hostile: [hostile]}, "error": hostile}],
            "place": {"id": 0, "file": hostile, "lo": 0, "hi": 1, "line": 1, "col": 1}}],
        "threads": [{"id": 1, "name": hostile, "backtrace": [hostile]}],
    });
    let long = json!({"message": "\u{1b}".repeat(1 << 20), "thread": "日本".repeat(100)});
    let hostile_report = report("2025-10-22T13:05:42Z", &changes);
    let workspace = workspace_of([hostile_report.clone(), report("2025-10-22T13:05:43Z", &long)]);
    // A file from elsewhere can have any id, time and environment.
    let mut own = capsule(hostile_report);
    (own.report.id, own.report.timestamp) = (hostile.to_owned(), hostile.to_owned());
    own.environment.insert(hostile.into(), hostile.into());
    own.sources.push(CapsuleSource::new(hostile, format!("{hostile}\n")));
    own.write(workspace.path().join("hostile.vittecrash")).unwrap();
    let (first, file) = (&*workspace.ids[0], "hostile.vittecrash");
    let print = own.fingerprint.to_string();
    let runs: &[&[&str]] = &[
        &["list"],
        &["list", "--width=80", "--color=never"],
        &["search", "warning"],
        &["search", "set-env", "--width=40"],
        &["groups"],
        &["groups", "--width=80"],
        &["groups", "show", &print],
        &["stats"],
        &["show", first],
        &["show", file, "--full"],
        &["show", file],
        &["show", &workspace.ids[1], "--full"],
        &["inspect", file],
        &["stack", file, "--threads", "--all"],
        &["vars", file],
        &["env", file],
        &["fingerprint", file],
        &["diff", file, &workspace.ids[1]],
        &["diff", first, file],
        &["export", file, "--out=copy/", "--sources=sources"],
        &["clean", "--dry-run"],
        &["clear", "--dry-run"],
    ];
    for arguments in runs {
        for line in good(workspace.path(), arguments).split('\n') {
            assert!(!line.contains(vitte_diag::text::is_unsafe), "{arguments:?}: {line:?}");
            assert!(!line.trim_start().starts_with("::"), "{arguments:?}: {line}");
        }
    }
    let export = good(workspace.path(), &["export", file, "--sources=more", "--json"]);
    let exported: Value = serde_json::from_str(&export).unwrap();
    let inside = workspace.path().join("more").canonicalize().unwrap();
    for path in exported["sources"].as_array().unwrap() {
        let path = workspace.path().join(path.as_str().unwrap()).canonicalize().unwrap();
        assert!(path.starts_with(&inside), "{path:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_not_a_crash() {
    let workspace = workspace();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut vitte = crate::vitte();
    vitte
        .current_dir(workspace.path())
        .args(["crash", "list"])
        .stdout(writer)
        .stderr(Stdio::piped());
    let ended = CommandResult::new(&vitte.output().unwrap());
    assert_eq!((ended.code, &*ended.stderr), (2, ""));
}

#[test]
fn colours_change_nothing_else() {
    let workspace = workspace();
    let first = &*workspace.ids[0];
    for arguments in [
        &["list"][..],
        &["stats"],
        &["show", first],
        &["stack", first],
        &["vars", first],
        &["env", first],
        &["inspect", first],
        &["fingerprint", first],
        &["diff", first, "2025-10-23"],
    ] {
        let plain = good(workspace.path(), &[arguments, &["--color=never"]].concat());
        let coloured = good(workspace.path(), &[arguments, &["--color=always"]].concat());
        assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'), "{arguments:?}");
        assert_eq!(common::on_terminal(&coloured).0, plain, "{arguments:?}");
    }
}

#[test]
fn every_flag_has_one_line_of_help() {
    let here = common::root();
    let filters = ["--module", "--signal", "--kind", "--session", "--since"];
    for (command, flags) in [
        ("list", &["--all", "--color", "--width"][..]),
        (
            "search",
            &["--regex", "--ignore-case", "--case-sensitive", "--all", "--color", "--width"],
        ),
        ("groups", &["--sort", "--all", "--color", "--width"]),
        ("stats", &["--color", "--width"]),
        ("show", &["--full", "--color", "--width"]),
        ("latest", &["--full", "--color", "--width"]),
        ("inspect", &["--color", "--width"]),
        ("stack", &["--all", "--threads", "--color", "--width"]),
        ("vars", &["--context", "--color", "--width"]),
        ("env", &["--color", "--width"]),
        ("fingerprint", &["--color", "--width"]),
        ("diff", &["--color", "--width"]),
        ("export", &["--out", "--sources", "--force"]),
        ("clean", &["--max-days", "--max-per-fingerprint", "--max-size", "--dry-run"]),
        ("clear", &["--all", "--dry-run"]),
    ] {
        let help = good(&here, &[command, "--help"]);
        let is_filtered = ["list", "search", "groups", "stats", "clear"].contains(&command);
        let filters = filters.iter().filter(|_| is_filtered);
        for flag in flags.iter().chain(filters).chain(&["--dir", "--json"]) {
            let is_flag = |line: &&str| {
                let line = line.trim_start();
                let short_and_long = line.split_once(", ").filter(|(short, _)| short.len() == 2);
                let long = short_and_long.map_or(line, |(_, long)| long);
                long.starts_with(&format!("{flag} "))
            };
            let lines: Vec<&str> = help.lines().filter(is_flag).collect();
            let [line] = lines.as_slice() else { panic!("{command} {flag}: {lines:?}\n{help}") };
            assert!(line.split("  ").filter(|part| !part.is_empty()).count() >= 2, "{line}");
        }
    }
}
