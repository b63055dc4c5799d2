//! Capsules with more than any person reads: the rest is counted.

use super::*;

/// Stores a crash with 30,000 variables and a message of two million lines. Returns its id.
fn store(repository: &Repository, session: &str) -> String {
    let message = format!("{session}{}", "\n".repeat(2 << 20));
    let changes = json!({"message": message, "session": session});
    let mut capsule = capsule(report("2025-10-22T13:05:42Z", &changes));
    for index in 0..30_000 {
        capsule.environment.insert(format!("V{index:05}"), session.to_owned());
    }
    capsule.environment.insert("A".into(), session.repeat(1 << 20));
    repository.save(&mut capsule).unwrap();
    capsule.report.id
}

#[test]
fn what_nobody_reads_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let repository = Repository::new(dir.path().join(REPORTS));
    let (a, b) = (store(&repository, "xx"), store(&repository, "yy"));
    let message = "... and 2087152 more bytes";
    for (arguments, remarks, max_lines) in [
        (&["show", &a, "--full"][..], &[message][..], 10_100),
        (&["env", &a], &["... and 1048576 more bytes", " more variables\n"], 20_100),
        (&["diff", &a, &b], &["... and 1048576 more bytes", " more differences\n"], 61_000),
    ] {
        let out = good(dir.path(), arguments);
        for remark in remarks {
            assert!(out.contains(remark), "{arguments:?}: {remark}");
        }
        let (lines, bytes) = (out.lines().count(), out.len());
        assert!(lines < max_lines && bytes < 8 << 20, "{arguments:?}: {lines} {bytes}");
    }
}

#[test]
fn contexts_of_other_threads_are_shown() {
    let context = |name: &str| json!({"name": name, "values": [{"key": "file", "value": "b.vitte"}], "place": null});
    let threads = json!([
        {"id": 4711, "name": "main", "backtrace": ["f"]},
        {"id": 4712, "name": "worker-1", "backtrace": ["g"], "context": [context("parsing"), context("check")]},
        {"id": 4713, "name": "worker-2", "backtrace": ["g"], "context": [context("lexing")]}
    ]);
    let changes = json!({"threads": threads, "context": [context("typeck")]});
    let workspace = workspace_of([report("2025-10-22T13:05:42Z", &changes)]);
    let run = |arguments: &[&str]| good(workspace.path(), arguments);
    let expected = "0: typeck\n   file: \"b.vitte\"\n\nthread 4712 worker-1\n\n1: parsing\n   file: \"b.vitte\"\n\n\
        2: check\n   file: \"b.vitte\"\n\nthread 4713 worker-2\n\n3: lexing\n   file: \"b.vitte\"\n";
    assert_eq!(run(&["vars", "latest"]), expected);
    let one = run(&["vars", "latest", "--context=3"]);
    assert_eq!(one, "thread 4713 worker-2\n\n3: lexing\n   file: \"b.vitte\"\n");
    let json: Value = serde_json::from_str(&run(&["vars", "latest", "--json"])).unwrap();
    let threads: Vec<&Value> =
        json.as_array().unwrap().iter().map(|context| &context["thread"]).collect();
    let null = &Value::Null;
    assert_eq!(
        threads,
        [null, &json!("4712 worker-1"), &json!("4712 worker-1"), &json!("4713 worker-2")]
    );
    let full = run(&["show", "latest", "--full"]);
    assert!(
        full.contains("  4712 worker-1:\n    - parsing (file: b.vitte)\n    - check "),
        "{full}"
    );
    let tree = run(&["stack", "latest", "--tree", "--threads"]);
    assert!(tree.contains("  lexing (file: b.vitte)\n  `- frames; which of them "), "{tree}");
}

/// As in a dump of workers that wait for the same lock.
#[test]
fn threads_with_the_same_frames_are_all_shown_and_one_of_them_crashed() {
    for frames in [json!(["vittec::wait", "vittec::work"]), json!([])] {
        let thread = |id: usize, file: &str| {
            let values = [json!({"key": "file", "value": file})];
            let context = json!([{"name": "parsing", "values": values, "place": null}]);
            let context = if id == 1 { json!([]) } else { context };
            json!({"id": id, "name": format!("w{id}"), "backtrace": frames, "context": context})
        };
        let threads = [thread(1, "a.vitte"), thread(2, "b.vitte"), thread(3, "c.vitte")];
        let changes = json!({"thread": "w1", "threads": threads, "backtrace": frames});
        let workspace = workspace_of([report("2025-10-22T13:05:42Z", &changes)]);
        let run = |arguments: &[&str]| good(workspace.path(), arguments);
        let tree = run(&["stack", "latest", "--tree", "--threads"]);
        for text in ["thread 2 w2,", "thread 3 w3,", "(file: b.vitte)", "(file: c.vitte)"] {
            assert!(tree.contains(text), "{text}: {tree}");
        }
        assert!(!tree.contains("thread 1 w1"), "{tree}");
        let json: Value =
            serde_json::from_str(&run(&["stack", "latest", "--threads", "--json"])).unwrap();
        let names: Vec<&Value> =
            json.as_array().unwrap().iter().map(|thread| &thread["thread"]).collect();
        assert_eq!(names, ["w1", "2 w2", "3 w3"]);
        let full = run(&["show", "latest", "--full"]);
        assert!(full.contains("\n  2 w2:\n") && full.contains("(file: c.vitte)"), "{full}");
        let has_frames = frames != json!([]);
        assert_eq!(full.matches("see the backtrace above").count(), usize::from(has_frames));
        let page = run(&["html", "latest", "--out", "page.html"]);
        let page = fs::read_to_string(workspace.path().join(page.trim())).unwrap();
        assert_eq!(page.matches(">crashed</span>").count(), 1);
        if has_frames {
            let found = run(&["search", "vittec::wait", "--json"]);
            assert!(found.contains("thread w2, frame"), "{found}");
        }
    }
}
