//! `breadcrumbs`, and where else breadcrumbs, the process, the deployment and the test of a crash are shown.

use super::*;

fn with_breadcrumbs() -> CrashReport {
    let event = |time: &str, level: &str, target: &str, message: &str, thread: &str| {
        json!({"timestamp": format!("2025-10-22T13:{time}Z"), "level": level, "target": target,
            "message": message, "thread": thread})
    };
    let mut events = vec![
        event("02:39.123000", "info", "vittec::driver", "started", "main"),
        event("05:40.246001", "debug", "vittec::cache", "entry removed", "worker"),
        event("05:42.122000", "warn", "vittec::front::blocks::checker", "unusual\nblock", "main"),
        event("05:42.122500", "error", "vittec::cache", "", "worker"),
    ];
    events[3]["fields"] =
        json!([{"key": "key", "value": "zigzag"}, {"key": "bytes", "value": "7"}]);
    let changes = json!({"breadcrumbs": events, "process": 4711, "deployment": "staging", "test": "front::closes"});
    report("2025-10-22T13:05:42.123Z", &changes)
}

#[test]
fn breadcrumbs_are_a_table() {
    let workspace = workspace_of([with_breadcrumbs()]);
    let run = |arguments: &[&str]| {
        good(workspace.path(), &[&["breadcrumbs", "latest"], arguments].concat())
    };
    let expected = "\
time     level  thread  target                          message
-3m03s   info   main    vittec::driver                  started
-1.876s  debug  worker  vittec::cache                   entry removed
-0.001s  warn   main    vittec::front::blocks::checker  unusual\\nblock
-0.000s  error  worker  vittec::cache                   (key: zigzag, bytes: 7)

4 breadcrumbs
";
    assert_eq!(run(&[]), expected);
    let narrow = run(&["--width=60"]);
    assert!(narrow.contains("  ...ront::blocks::checker  "), "{narrow}");
    let times = run(&["--absolute", "--last=1"]);
    assert!(times.contains("\n2025-10-22T13:05:42.122500Z  error  worker  "), "{times}");
    assert!(times.ends_with("\n\nshowing 1 of 4 breadcrumbs\n"), "{times}");

    let messages = |arguments: &[&str]| -> Vec<String> {
        let json: Vec<Value> =
            serde_json::from_str(&run(&[&["--json"], arguments].concat())).unwrap();
        json.iter().map(|event| event["timestamp"].as_str().unwrap()[17..26].to_owned()).collect()
    };
    assert_eq!(messages(&[]).len(), 4);
    assert_eq!(messages(&["--level=warn"]), ["42.122000", "42.122500"]);
    assert_eq!(messages(&["--thread=main"]), ["39.123000", "42.122000"]);
    assert_eq!(messages(&["--thread=main", "--last=1"]), ["42.122000"]);
    assert_eq!(messages(&["--thread=main", "--level=error"]), [""; 0]);
    assert_eq!(run(&["--thread=x"]).lines().count(), 1);
    assert!(run(&["--thread=x"]).starts_with("no match among 4 breadcrumbs of `2025-10-22T13-05"));
    let one_thread = run(&["--json", "--level=error"]);
    let fields = json!([{"key": "key", "value": "zigzag"}, {"key": "bytes", "value": "7"}]);
    assert_eq!(serde_json::from_str::<Value>(&one_thread).unwrap()[0]["fields"], fields);

    let without = self::workspace();
    let text = good(without.path(), &["breadcrumbs", "latest"]);
    assert!(text.starts_with("no breadcrumbs were recorded for `2025-11-01"), "{text}");
    assert_eq!(good(without.path(), &["breadcrumbs", "latest", "--json"]), "[]\n");
}

#[test]
fn other_commands_show_what_preceded_the_crash() {
    let workspace = workspace_of([with_breadcrumbs()]);
    let run = |arguments: &[&str]| good(workspace.path(), arguments);
    let short = run(&["show", "latest"]);
    let last = "\nbreadcrumbs, the oldest first\n  -3m03s   info   main    vittec::driver                  started\n";
    assert!(short.contains(last), "{short}");
    let full = run(&["show", "latest", "--full"]);
    for row in ["deployment:  staging", "process:     4711", "test:        front::closes"] {
        assert!(full.contains(&format!("\n{row}\n")), "{row}: {full}");
    }
    assert!(full.contains("\nbreadcrumbs, oldest first:\n  -3m03s   info   main    "), "{full}");
    assert!(run(&["inspect", "latest"]).contains("\nbreadcrumbs  4\n"));
    let page = run(&["html", "latest", "--out=page.html"]);
    let page = fs::read_to_string(workspace.path().join(page.trim())).unwrap();
    for part in
        ["<dd>front::closes</dd>", ">-1.876s</code>", "<span class=\"s\">entry removed</span>"]
    {
        assert!(page.contains(part), "{part}");
    }
    for (term, place) in [
        ("zigzag", "breadcrumb vittec::cache, key"),
        ("entry removed", "breadcrumb vittec::cache"),
        ("blocks::checker", "breadcrumb, target"),
        ("staging", "deployment"),
        ("front::closes", "test"),
        ("4711", "process"),
    ] {
        let found: Value = serde_json::from_str(&run(&["search", term, "--json"])).unwrap();
        assert_eq!(found["hits"][0]["in"], place, "{term}");
    }
}

#[test]
fn the_newest_of_many_breadcrumbs_are_shown() {
    let mut report = with_breadcrumbs();
    let mut event = report.breadcrumbs[0].clone();
    report.breadcrumbs = (0..30_000)
        .map(|number| {
            event.message = format!("event {number}");
            event.clone()
        })
        .collect();
    let workspace = workspace_of([report]);
    let run = |arguments: &[&str]| good(workspace.path(), arguments);
    let short = run(&["show", "latest"]);
    assert!(
        short.contains("\nthe last 5 of 30,000 breadcrumbs; `vitte crash breadcrumbs` shows all\n"),
        "{short}"
    );
    assert!(short.contains(" event 29995\n") && !short.contains(" event 29994\n"), "{short}");
    let table = run(&["breadcrumbs", "latest"]);
    assert!(table.ends_with("\n... and 10000 more breadcrumbs\n\n30,000 breadcrumbs\n"));
    let page = run(&["html", "latest", "--out=page.html"]);
    let page = fs::read_to_string(workspace.path().join(page.trim())).unwrap();
    assert!(page.contains(">29800 older omitted<") && page.contains("event 29999"));
}

#[test]
fn crashes_of_tests_are_listed() {
    let other = report("2025-10-22T13:05:42.9Z", &json!({}));
    let workspace = workspace_of([with_breadcrumbs(), other]);
    assert_eq!(workspace.ids(&["list", "--json", "--tests"]), [0]);
    assert_eq!(workspace.ids(&["list", "--json"]), [0, 1]);
    let table = good(workspace.path(), &["list", "--tests", "--width=120"]);
    let row = "id                     count  test           kind   place";
    assert!(table.starts_with(row), "{table}");
    assert!(table.contains("  front::closes  panic  "), "{table}");
    let entry: Value =
        serde_json::from_str(&good(workspace.path(), &["list", "--json", "--tests"])).unwrap();
    assert_eq!(entry["test"], "front::closes");
}
