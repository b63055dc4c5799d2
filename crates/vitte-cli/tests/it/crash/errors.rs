//! Ids, files and reports that cannot be found or read.

use super::*;

#[test]
fn unknown_and_ambiguous_ids_are_errors() {
    let workspace = workspace();
    let dir = workspace.path();
    let unknown = "no crash matches `nope` in `target/crash-reports`\n";
    for command in ["show", "inspect", "stack", "vars", "env", "fingerprint", "clear"] {
        assert_eq!(bad(dir, &[command, "nope"]), format!("vitte: {unknown}"), "{command}");
    }
    for arguments in [
        &["diff", "latest", "nope"][..],
        &["diff", "nope", "latest"],
        &["export", "nope", "--out=x"],
        &["upload", "nope", "--to=file", "--out=x"],
    ] {
        assert_eq!(bad(dir, arguments), format!("vitte: {unknown}"), "{arguments:?}");
    }
    for (arguments, why) in [
        (
            &["show", "2025-10-22"][..],
            "`2025-10-22` is ambiguous, it matches 2 crashes: 2025-10-22T13-05-42-1",
        ),
        (
            &["show", "../no-such-file"],
            "no crash matches `../no-such-file` in `target/crash-reports`\n",
        ),
        (&["show", "\u{1b}[2J"], "no crash matches `␛[2J` in `target/crash-reports`\n"),
        (&["clear", "2025-11", "2025-10"], "`2025-10` is ambiguous, it matches 3 crashes: "),
        (&["clear", ""], "no crash matches `` in"),
        (&["show", "latest", "--dir", "none"], "no crash reports in `none`\n"),
        (&["vars", "2025-10-23", "--context=1"], "no context 1: `2025-10-23T08-00-00-000-"),
        (&["show", "no.vittecrash"], "cannot read the capsule `no.vittecrash`: "),
    ] {
        let stderr = bad(dir, arguments);
        assert!(stderr.starts_with(&format!("vitte: {why}")), "{arguments:?}: {stderr}");
    }
    for arguments in [
        &["clear", "--all", "latest"][..],
        &["clear", "--all", "--signal=segv"],
        &["show"],
        &["diff", "latest"],
        &["export", "latest"],
        &["list", "--all", "--limit=3"],
        &["clean", "--max-size=much"],
        &["show", "latest", "--json", "--full"],
    ] {
        bad(dir, arguments);
    }
    assert_eq!(workspace.ids(&["list", "--json"]).len(), 4);
}

#[test]
fn reports_without_capsules_are_crashes_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    reports().into_iter().for_each(|report| write_report_file(&path.join(REPORTS), report));
    let listed = good(path, &["list", "--width=80"]);
    assert!(listed.ends_with("\n\n4 crashes\n"), "{listed}");
    assert!(listed.contains("\n2025-10-22T13-05-42-2      3  "), "{listed}");
    let shown = good(path, &["show", "2025-10-22T13-05-42"]);
    assert!(shown.ends_with(" (2 other crashes)\n"), "{shown}");
    assert!(good(path, &["inspect", "latest"]).starts_with("a report without a capsule\n"));
    assert!(
        good(path, &["env", "latest"]).starts_with("no environment was captured for `2025-11-01")
    );
    good(path, &["export", "latest", "--out=a.vittecrash"]);
    assert!(good(path, &["show", "a.vittecrash"]).contains("`vitte-fmt` panicked: "));
    assert_eq!(
        good(path, &["clear", "--yes", "2025-10-22T13-05-42"]),
        "removed 2025-10-22T13-05-42\n"
    );
    assert_eq!(good(path, &["clear", "--yes"]).lines().count(), 3);
    assert_eq!(good(path, &["list"]), "no crash reports in `target/crash-reports`\n");
}

#[test]
fn damaged_files_are_reported_and_the_others_listed() {
    let workspace = workspace();
    let reports = workspace.path().join(REPORTS);
    fs::write(reports.join("2025-10-22T20-00-00.json"), "{\"timestamp\": \u{1b}").unwrap();
    fs::write(reports.join("x\u{1b}.json"), "").unwrap();
    fs::write(&workspace.paths[0], "not a capsule").unwrap();
    // The index is rebuilt from the files.
    fs::remove_file(reports.join("index.jsonl")).unwrap();
    let listed = crash(workspace.path(), &["list"]);
    assert_eq!(listed.code, 2);
    assert!(listed.stdout.ends_with("\n\n3 crashes\n"), "{}", listed.stdout);
    let lines: Vec<&str> = listed.stderr.lines().collect();
    assert!(
        lines[0].starts_with("vitte: cannot read the capsule `")
            && lines[0].ends_with("not a .vittecrash archive")
    );
    assert_eq!(
        lines[1..],
        [
            "vitte: cannot read `target/crash-reports/2025-10-22T20-00-00.json`: invalid crash report: \
             expected value at line 1 column 15",
            "vitte: cannot read `target/crash-reports/x␛.json`: the file name is not the id of a report"
        ]
    );
    for number in 2..50 {
        fs::write(reports.join(format!("2025-10-22T20-00-00-{number}.json")), "").unwrap();
    }
    let stderr = crash(workspace.path(), &["list", "--json"]).stderr;
    assert_eq!(stderr.lines().count(), 21);
    assert!(stderr.ends_with("vitte: and 31 more files like these\n"), "{stderr}");
    // Damaged files are removed with all others.
    let cleared = good(workspace.path(), &["clear", "--all", "--yes"]);
    assert_eq!(cleared.lines().count(), 3 + 50, "{cleared}");
    fs::write(workspace.path().join("file"), "").unwrap();
    let stderr = bad(workspace.path(), &["list", "--dir=file"]);
    assert!(stderr.starts_with("vitte: cannot read `file"), "{stderr}");
}
