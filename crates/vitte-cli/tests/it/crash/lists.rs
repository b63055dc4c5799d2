//! `list` and `groups`: filters, ids, columns, and which crashes they show.

use super::*;

#[test]
fn filters_are_combined_with_and() {
    let workspace = workspace();
    let list = |arguments: &[&str]| workspace.ids(&[&["list", "--json"], arguments].concat());
    assert_eq!(list(&[]), [0, 1, 2, 3]);
    assert_eq!(list(&["-n1"]), [3]);
    assert_eq!(list(&["--module=vittec"]), [0, 1, 2]);
    assert_eq!(list(&["--module=vitte"]), [0; 0]);
    for name in ["SIGSEGV", "segv", "sigsegv"] {
        assert_eq!(list(&["--signal", name]), [2]);
    }
    for kind in ["panic", "PANIC", "F0001", "f0001"] {
        assert_eq!(list(&["--kind", kind]), [0, 1, 3]);
    }
    assert_eq!(list(&["--session=5f3c9a", "--limit=1"]), [1]);
    assert_eq!(list(&["--session=77"]), [2]);
    assert_eq!(list(&["--since=2025-10-23"]), [2, 3]);
    assert_eq!(list(&["--since=2025-10-22T13:05:42.5Z"]), [1, 2, 3]);
    assert_eq!(list(&["--since=2h"]), [0; 0]);
    assert_eq!(list(&["--since=2025-10-23", "--module=vittec"]), [2]);
    let none = good(workspace.path(), &["list", "--signal=SIGILL"]);
    assert_eq!(none, "no match among 4 crashes in `target/crash-reports`\n");
    let wrong = bad(workspace.path(), &["list", "--since=yesterday"]);
    assert!(wrong.contains("an age such as 2h"), "{wrong}");
}

#[test]
fn no_crashes_are_not_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    for command in ["list", "latest", "groups", "stats", "clean", "clear"] {
        assert_eq!(
            good(path, &[command]),
            "no crash reports in `target/crash-reports`\n",
            "{command}"
        );
    }
    let nothing = "no crash reports in `none`\n";
    assert_eq!(good(path, &["groups", "--dir=none"]), nothing);
    assert_eq!(good(path, &["list", "--signal=segv", "--dir=none"]), nothing);
    assert_eq!(good(path, &["list", "--json"]), "");
    assert_eq!(good(path, &["clear", "--json"]), "");
    let stats: Value = serde_json::from_str(&good(path, &["stats", "--json"])).unwrap();
    assert_eq!((&stats["crashes"], &stats["first"]), (&json!(0), &Value::Null));
    for command in ["show", "inspect", "stack", "vars", "env", "fingerprint"] {
        let stderr = bad(path, &[command, "latest"]);
        assert_eq!(stderr, "vitte: no crash reports in `target/crash-reports`\n");
    }
    assert_eq!(fs::read_dir(path).unwrap().count(), 0, "no file is created");
}

#[test]
fn listed_ids_are_unambiguous() {
    let timestamps = ["41.999Z", "42Z", "42Z", "42.1Z", "42.11Z", "42.2Z", "42.2Z", "42.2Z", "43Z"];
    let time = |time: &str| format!("2025-10-22T13:05:{time}");
    let reports = || timestamps.iter().map(|end| report(&time(end), &json!({})));
    let workspace = workspace_of(reports());
    reports().for_each(|report| write_report_file(&workspace.path().join(REPORTS), report));
    let listed = good(workspace.path(), &["list"]);
    let ids: Vec<&str> =
        listed.lines().skip(1).map_while(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids.len(), 2 * timestamps.len());
    let mut shown: Vec<Value> = Vec::new();
    for id in ids {
        let json = good(workspace.path(), &["show", id, "--json"]);
        let report: Value = serde_json::from_str(&json).unwrap();
        assert!(report["id"].as_str().unwrap().starts_with(id));
        assert!(!shown.contains(&report["id"]), "{id} is ambiguous");
        shown.push(report["id"].clone());
    }
}

#[test]
fn the_directory_is_set_by_a_flag_or_by_the_environment() {
    let workspace = workspace();
    let reports = workspace.path().join(REPORTS);
    let elsewhere = tempfile::tempdir().unwrap();
    let run = |dir: &str, arguments: &[&str]| {
        let mut vitte = crate::vitte();
        vitte.current_dir(elsewhere.path()).env("VITTE_CRASH_DIR", dir);
        vitte.args(["crash", "list"]).args(arguments);
        CommandResult::new(&vitte.output().unwrap()).stdout
    };
    let reports = reports.to_str().unwrap();
    assert!(run(reports, &[]).ends_with("\n\n4 crashes\n"));
    assert!(run("none", &["--dir", reports]).ends_with("\n\n4 crashes\n"));
    assert_eq!(run(reports, &["--dir=none"]), "no crash reports in `none`\n");
    assert_eq!(run("", &[]), "no crash reports in `target/crash-reports`\n");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "no file is created");
}

#[test]
fn only_the_newest_of_many_crashes_are_listed() {
    const COUNT: usize = 2100;
    let mut workspace = workspace_of([report("2025-10-22T12:00:00Z", &json!({}))]);
    // As if each had been saved; the index is rebuilt from the files.
    for number in 1..COUNT {
        let id = format!("2025-10-22T13-{:02}-{:02}-000-0123abcd", number / 60, number % 60);
        let path = workspace.paths[0].with_file_name(format!("{id}.vittecrash"));
        fs::copy(&workspace.paths[0], &path).unwrap();
        workspace.ids.push(id);
        workspace.paths.push(path);
    }
    fs::remove_file(workspace.path().join(REPORTS).join("index.jsonl")).unwrap();
    let listed = good(workspace.path(), &["list", "-n50"]);
    assert!(listed.ends_with("\n\nshowing 50 of 2,100 crashes; --all shows all\n"), "{listed}");
    assert_eq!(listed.lines().count(), 53);
    let last = listed.lines().nth(50).unwrap();
    assert!(last.starts_with("2025-10-22T13-34-59-000-"), "the newest is the last: {last}");
    assert_eq!(workspace.ids(&["list", "--json"]), (0..COUNT).collect::<Vec<_>>());
    // With that many entries only the files of the shown rows are checked.
    fs::remove_file(&workspace.paths[COUNT - 1]).unwrap();
    let listed = good(workspace.path(), &["list"]);
    assert!(listed.ends_with("\n\n2,099 crashes\n"), "{}", listed.lines().last().unwrap());
}

/// Crashes of three fingerprints, one of them by two versions at two locations.
fn grouped() -> Workspace {
    let place = |file: &str, line: u32| {
        json!([{"name": "typeck", "values": [],
            "place": {"id": 0, "file": file, "lo": 0, "hi": 1, "line": line, "col": 1}}])
    };
    workspace_of([
        report("2025-10-21T00:00:00Z", &json!({"context": place("src/shapes.vitte", 13)})),
        report("2025-10-22T00:00:00Z", &json!({"message": "another", "context": []})),
        report("2025-10-22T00:00:01Z", &json!({"message": "a third", "context": []})),
        report(
            "2025-10-23T00:00:00Z",
            &json!({"version": "0.2.0", "context": place("a.vitte", 1)}),
        ),
    ])
}

#[test]
fn a_list_has_the_location_in_the_source_and_the_count_of_the_fingerprint() {
    let workspace = grouped();
    let listed = good(workspace.path(), &["list", "--width=80"]);
    let rows: Vec<Vec<&str>> =
        listed.lines().take(5).map(|line| line.split_whitespace().take(4).collect()).collect();
    assert_eq!(rows[0], ["id", "count", "kind", "place"]);
    assert_eq!(rows[1], ["2025-10-21T00-00-00", "2", "panic", "src/shapes.vitte:13:1"]);
    assert_eq!(rows[2], ["2025-10-22T00-00-00", "1", "panic", "another"]);
    assert_eq!(rows[4], ["2025-10-23T00-00-00", "2", "panic", "a.vitte:1:1"]);
    assert!(listed.lines().all(|line| line.len() <= 80), "{listed}");
    // The time is in the id alone.
    assert!(!listed.contains("2025-10-21T00:00:00"), "{listed}");
    // Filters do not change what the count means.
    let listed = good(workspace.path(), &["list", "--since=2025-10-23"]);
    assert!(listed.lines().nth(1).unwrap().contains("      2  "), "{listed}");
    let json = good(workspace.path(), &["list", "--json", "-n1"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["place"], "a.vitte:1:1");
    // A long path is shortened where it begins, and only on a terminal.
    let long = "a/".repeat(300) + "shapes.vitte";
    let context = json!([{"name": "typeck", "values": [],
        "place": {"id": 0, "file": long, "lo": 0, "hi": 1, "line": 13, "col": 1}}]);
    let workspace = workspace_of([report("2025-10-21T00:00:00Z", &json!({"context": context}))]);
    let listed = good(workspace.path(), &["list", "--width=80"]);
    assert!(listed.contains("  ...a/shapes.vitte:13:1  "), "{listed}");
}

#[test]
fn groups_are_sorted_by_their_last_crash_or_by_their_count() {
    let workspace = grouped();
    let groups = |arguments: &[&str]| -> Vec<Value> {
        let lines = good(workspace.path(), &[&["groups", "--json"], arguments].concat());
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let messages = |arguments: &[&str]| -> Vec<String> {
        groups(arguments).iter().map(|group| group["message"].as_str().unwrap().into()).collect()
    };
    let overflow = "attempt to subtract with overflow";
    assert_eq!(messages(&[]), ["another", "a third", overflow]);
    assert_eq!(messages(&["--sort=count"]), ["another", "a third", overflow]);
    assert_eq!(messages(&["--since=2025-10-22", "--sort=count"]).len(), 3);
    assert_eq!(messages(&["-n1"]), [overflow]);
    let group = &groups(&["-n1"])[0];
    assert_eq!(group["crashes"], 2);
    assert_eq!(group["first"], "2025-10-21T00:00:00Z");
    assert_eq!(group["last"], "2025-10-23T00:00:00Z");
    assert_eq!(group["versions"], json!({"vittec 0.1.0": 1, "vittec 0.2.0": 1}));
    assert_eq!(group["places"], json!({"src/shapes.vitte:13:1": 1, "a.vitte:1:1": 1}));
    assert_eq!(group["latest"], *workspace.ids[3]);
    // The older of two crashes decides if only it is selected.
    assert_eq!(messages(&["--session=5f3c9a", "--module=vittec"]).len(), 3);
    let none = good(workspace.path(), &["groups", "--module=other"]);
    assert_eq!(none, "no match among 4 crashes in `target/crash-reports`\n");
}

#[test]
fn a_group_is_shown_by_a_prefix_of_its_fingerprint() {
    let workspace = grouped();
    let print = Fingerprint::of(&report("", &json!({}))).to_string();
    let shown = good(workspace.path(), &["groups", "show", &print[..6].to_uppercase()]);
    for part in [
        &*format!("fingerprint  {print}\n"),
        "\ncrashes      2\n",
        "\nversions     vittec 0.1.0 (1), vittec 0.2.0 (1)\n",
        "\nplaces       a.vitte:1:1 (1), src/shapes.vitte:13:1 (1)\n",
        &*format!("\n{}  ", workspace.ids[0]),
        &*format!("\nthe report of {}\n", workspace.ids[3]),
        "\nfatal[F0001]: `vittec` panicked: attempt to subtract with overflow\n",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let json = good(workspace.path(), &["groups", "show", &print, "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["entries"].as_array().unwrap().len(), 2);
    assert_eq!(json["report"]["id"], *workspace.ids[3]);
    for (asked, why) in [
        ("nope", "no crash has a fingerprint that begins with `nope`; see `vitte crash groups`\n"),
        ("", "no crash has a fingerprint that begins with ``"),
        ("+1", "no crash has a fingerprint that begins with `+1`"),
    ] {
        let stderr = bad(workspace.path(), &["groups", "show", asked]);
        assert!(stderr.starts_with(&format!("vitte: {why}")), "{stderr}");
    }
}

/// Every command that takes an id also takes the fingerprint of a group, which is its newest crash.
#[test]
fn a_fingerprint_names_its_newest_crash() {
    let workspace = grouped();
    let print = Fingerprint::of(&report("", &json!({}))).to_string();
    for asked in [&print[..], &print[..8], &print[..4]] {
        let json = good(workspace.path(), &["show", asked, "--json"]);
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["id"], *workspace.ids[3]);
    }
    good(workspace.path(), &["stack", &print[..8]]);
    let stderr = bad(workspace.path(), &["show", &print[..3]]);
    assert!(stderr.starts_with("vitte: no crash matches `"), "{stderr}");
    // Crashes are not removed by a fingerprint: it would name one of several.
    bad(workspace.path(), &["clear", "--yes", &print]);
}
