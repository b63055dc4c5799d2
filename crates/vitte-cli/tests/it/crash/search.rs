//! `vitte crash search`: where it looks, how it compares, and what it prints.

use super::*;

/// Returns the hits of each crash, as `place: text`.
fn hits(workspace: &Workspace, arguments: &[&str]) -> Vec<Vec<String>> {
    let arguments = [&["search", "--json"], arguments].concat();
    let ended = crash(workspace.path(), &arguments);
    assert_eq!((ended.code == 0, &*ended.stderr), (!ended.stdout.is_empty(), ""), "{arguments:?}");
    let hits = |line: &str| {
        let crash: Value = serde_json::from_str(line).unwrap();
        let hits = crash["hits"].as_array().unwrap().clone();
        let text = |hit: &Value, key: &str| hit[key].as_str().unwrap().to_owned();
        hits.iter().map(|hit| format!("{}: {}", text(hit, "in"), text(hit, "text"))).collect()
    };
    ended.stdout.lines().map(hits).collect()
}

fn full_report() -> CrashReport {
    report(
        "2025-10-22T13:05:42.123Z",
        &json!({
            "notes": ["caused by: no space left"],
            "frames": [
                {"function": "vittec::a", "file": "/build/over/there/a.rs", "line": 1, "module": "/opt/lib/libfoo.so"}
            ],
            "threads": [{"id": 7, "name": "rayon-worker", "backtrace": ["futex_wait", "park"],
                "context": [{"name": "parsing", "values": [{"key": "file", "value": "b.vitte"}], "place": null}]}],
            "registers": {"rip": "0x5581d4c01c20"},
            "sources": [{"id": 0, "file": "src/shapes.vitte",
                "lines": [{"line": 3, "lo": 20, "text": "    let zigzag = area;"}]}],
        }),
    )
}

#[test]
fn search_looks_everywhere_and_reports_where() {
    let workspace = workspace_of([full_report()]);
    let id = &*workspace.ids[0];
    let print = Fingerprint::of(&full_report()).to_string();
    for (term, expected) in [
        ("subtract", "message: attempt to subtract with overflow"),
        ("no space", "note: caused by: no space left"),
        ("f0001", "code: F0001"),
        ("panic", "kind: panic"),
        ("vittec", "module: vittec"),
        ("0.1.0", "version: 0.1.0"),
        ("release", "build: release"),
        ("7991911", "commit: 7991911"),
        ("my shapes", "command: vittec check 'my shapes.vitte'"),
        ("x86_64", "system: linux x86_64"),
        ("5f3c9a", "session: 5f3c9a"),
        ("blocks.rs:3:13", "location: src/front/blocks.rs:3:13"),
        ("13:05:42", "time: 2025-10-22T13:05:42.123Z"),
        (id, &format!("id: {id}")),
        (&print, &format!("fingerprint: {print}")),
        ("blocks::close", "frame 2: vittec::front::blocks::close at src/front/blocks.rs:3:13"),
        ("over/there", "frame 0: /build/over/there/a.rs"),
        ("libfoo", "frame 0: /opt/lib/libfoo.so"),
        ("rayon-", "thread: rayon-worker"),
        ("futex", "thread rayon-worker, frame 0: futex_wait"),
        ("b.vitte", "thread rayon-worker, context parsing, file: b.vitte"),
        ("0x5581", "register rip: 0x5581d4c01c20"),
        ("typeck", "context: typeck"),
        ("shapes.vitte:3:4", "context typeck, at: src/shapes.vitte:3:4"),
        ("fn: ar", "context typeck, fn: area"),
        ("timed out", "context typeck, variable tokens: timed out"),
        ("side", "context typeck, variable scope.names[1]: side"),
        ("depth", "context typeck, variable scope: depth"),
        ("scope", "context typeck, variable: scope"),
        ("zigzag", "source src/shapes.vitte:3: let zigzag = area;"),
        ("depth - 1", "source src/front/blocks.rs:3: let depth = depth - 1;"),
        ("blocks.rs", "source file: src/front/blocks.rs"),
        ("vitte_home", "environment VITTE_HOME: /opt/vitte"),
        ("fr_fr", "environment LANG: fr_FR.UTF-8"),
    ] {
        let found = hits(&workspace, &[term]);
        let [found] = found.as_slice() else { panic!("{term}: {found:?}") };
        assert!(found.iter().any(|hit| hit == expected), "{term}: {found:?}");
    }
}

#[test]
fn case_and_expressions_are_as_in_ripgrep() {
    let workspace = workspace();
    let count = |arguments: &[&str]| hits(&workspace, arguments).len();
    assert_eq!(count(&["sigsegv"]), 1);
    assert_eq!(count(&["SigSegV"]), 0);
    assert_eq!(count(&["SigSegV", "-i"]), 1);
    assert_eq!(count(&["sigsegv", "-s"]), 0);
    assert_eq!(count(&["over.low"]), 0);
    assert_eq!(count(&["-e", "over.low$"]), 3);
    assert_eq!(count(&["--regex", "^Attempt"]), 0);
    assert_eq!(count(&["overflow", "--module=vittec"]), 2);
    for (arguments, why) in [
        (&["-e", "a("][..], "invalid regular expression `a(`: unclosed group\n"),
        (&[""], "the text to search for is empty\n"),
    ] {
        let stderr = bad(workspace.path(), &[&["search"], arguments].concat());
        assert_eq!(stderr, format!("vitte: {why}"));
    }
}

#[test]
fn nothing_found_is_exit_code_1() {
    let workspace = workspace();
    let run = |arguments: &[&str]| {
        let ended = crash(workspace.path(), &[&["search"], arguments].concat());
        (ended.code, ended.stdout, ended.stderr)
    };
    let no_match = "vitte: no match among 4 crashes in `target/crash-reports`\n";
    assert_eq!(run(&["nothing like it"]), (1, String::new(), no_match.into()));
    assert_eq!(run(&["nothing like it", "--json"]), (1, String::new(), String::new()));
    let no_crashes = "vitte: no crash reports in `none`\n";
    assert_eq!(run(&["x", "--dir=none"]), (1, String::new(), no_crashes.into()));
    // A crash that cannot be read might contain the text.
    fs::write(&workspace.paths[0], "not a capsule").unwrap();
    let (code, stdout, stderr) = run(&["nothing like it"]);
    assert_eq!((code, &*stdout), (2, ""));
    assert!(stderr.starts_with("vitte: cannot read the capsule `"), "{stderr}");
}

#[test]
fn the_newest_crashes_are_shown_last() {
    let workspace = workspace();
    let found = good(workspace.path(), &["search", "overflow", "-n2"]);
    assert!(found.starts_with(&*workspace.ids[1]), "{found}");
    assert!(
        found.ends_with("\n3 hits in 3 crashes; showing 2 crashes; --all shows all\n"),
        "{found}"
    );
}

#[test]
fn a_hostile_capsule_is_searched_with_bounds() {
    let key = "k".repeat(1 << 16);
    let mut value = json!("needle");
    for _ in 0..60 {
        value = json!({ &key: [value] });
    }
    let changes = json!({
        "message": "needle\u{1b}[2J\n".repeat(100),
        "context": [{"name": "n".repeat(1 << 20), "values": [], "place": null,
            "variables": [{"key": "v", "value": value}]}],
    });
    let mut hostile = capsule(report("2025-10-22T13:05:42Z", &changes));
    let lines = "a needle\r\n".repeat(100_000);
    hostile.sources.push(CapsuleSource::new("many.vitte", lines));
    let long = format!("{}needle{}", "é".repeat(1 << 20), "\u{202e}".repeat(1 << 20));
    hostile.sources.push(CapsuleSource::new("long.vitte", long));
    hostile.sources.push(CapsuleSource::new("not-utf8.vitte", b"\xff\xfe needle\x00".to_vec()));
    let dir = tempfile::tempdir().unwrap();
    Repository::new(dir.path().join(REPORTS)).save(&mut hostile).unwrap();
    let found = good(dir.path(), &["search", "needle"]);
    assert!(found.contains("\n  ... and at least 9,000 more\n"), "{found}");
    assert!(found.len() < 1 << 20, "{}", found.len());
    assert!(found.lines().all(|line| line.chars().count() < 20_000));
    let found = good(dir.path(), &["search", "needle", "--width=80"]);
    assert!(found.lines().all(|line| vitte_diag::text::width_of(line) <= 80), "{found}");
    assert!(!found.contains('\u{1b}'), "{found}");
    let found = good(dir.path(), &["search", "-e", "éneedle", "--width=80"]);
    assert!(found.contains("\n  source long.vitte:1: ...ééé"), "{found}");
    assert!(found.contains("éneedle"), "{found}");
    good(dir.path(), &["search", "-e", "x*", "--width=80"]);
}
