//! Output to a pipe or a file: nothing is cut, whatever the width of a terminal would be.

use super::*;

/// A word that no part of a report has, at the end of a long text.
const END: &str = "THE-END";

fn long(what: &str) -> String {
    format!("{what} {}{END}", "word ".repeat(400))
}

/// A workspace in which every text is longer than any terminal is wide.
fn long_workspace() -> Workspace {
    let values: Vec<String> = (0..300).map(|number| format!("value-{number}-{END}")).collect();
    let frames: Vec<String> = (0..40).map(|number| format!("vittec::f{number}::{END}")).collect();
    let contexts: Vec<Value> = (0..20)
        .map(|number| json!({"name": format!("context-{number}-{END}"), "values": [], "place": null}))
        .collect();
    let mut all = vec![json!({"name": "typeck", "values": [{"key": "fn", "value": long("fn")}],
        "variables": [{"key": "list", "value": values}, {"key": "text", "value": long("text")}],
        "place": {"id": 0, "file": "src/a.vitte", "lo": 0, "hi": 1, "line": 3, "col": 4}})];
    all.extend(contexts);
    let changes = |session: &str| json!({"message": long("message"), "backtrace": frames, "context": all, "session": session});
    let dir = tempfile::tempdir().unwrap();
    let repository = Repository::new(dir.path().join(REPORTS));
    let (mut ids, mut paths) = (Vec::new(), Vec::new());
    for second in 0..30 {
        let time = format!("2025-10-22T13:05:{second:02}Z");
        let mut capsule = capsule(report(&time, &changes(&second.to_string())));
        capsule.environment.insert("PATH".into(), long("/usr/bin:"));
        paths.push(repository.save(&mut capsule).unwrap());
        ids.push(capsule.report.id);
    }
    Workspace { dir, ids, paths }
}

#[test]
fn nothing_is_cut_in_a_pipe() {
    let workspace = long_workspace();
    let run = |arguments: &[&str]| good(workspace.path(), arguments);
    let id = &*workspace.ids[0];
    let (message, text) = (long("message"), long("text"));
    let (message, text) = (message.as_str(), text.as_str());
    let env = run(&["env", id]);
    assert!(env.contains(&format!("PATH={}\n", long("/usr/bin:"))), "{env}");
    for (arguments, parts) in [
        (&["list"][..], &[message, id, "src/a.vitte:3:4"][..]),
        (&["groups"], &[message]),
        (
            &[
                "groups",
                "show",
                &Fingerprint::of(&Capsule::read(&workspace.paths[0]).unwrap().report).to_string(),
            ],
            &[message, id],
        ),
        (&["vars", id], &[text, "value-299-THE-END", "context-19-THE-END"]),
        (&["inspect", id], &[message, "context-19-THE-END", "vittec::f39::THE-END"]),
        (&["show", id], &[message, "vittec::f39::THE-END"]),
        (&["show", id, "--full"], &[&*format!("  {message}\n"), text]),
        (&["latest"], &[message]),
        (&["stack", id], &["vittec::f0::THE-END", "vittec::f39::THE-END"]),
        (&["fingerprint", id], &["vittec::f4::THE-END", &*workspace.ids[1]]),
        (&["search", "message word"], &[message]),
        (&["search", "/usr/bin: word"], &["environment PATH: /usr/bin: word", END]),
        (&["stats"], &[message]),
    ] {
        let out = run(arguments);
        for part in parts {
            let flat: String = out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(out.contains(part) || flat.contains(part), "{arguments:?}: {part}: {out}");
        }
        assert!(!out.contains(" more\n") && !out.contains("...\n"), "{arguments:?}: {out}");
    }
    assert_eq!(run(&["list"]).lines().count(), 33);
    assert_eq!(run(&["list"]).lines().filter(|line| line.contains(END)).count(), 30);
    let diff = run(&["diff", id, &workspace.ids[1]]);
    assert!(!diff.contains("..."), "{diff}");
}

#[test]
fn a_known_width_is_kept() {
    let workspace = long_workspace();
    let id = &*workspace.ids[0];
    for arguments in [
        &["list"][..],
        &["groups"],
        &["vars", id],
        &["env", id],
        &["inspect", id],
        &["stack", id],
        &["fingerprint", id],
        &["stats"],
        &["search", "word"],
    ] {
        let out = good(workspace.path(), &[arguments, &["--width=80"]].concat());
        let path = "target/crash-reports/panic";
        let lines = out.lines().filter(|line| !line.starts_with(path));
        lines.for_each(|line| assert!(line.len() <= 80, "{arguments:?}: {line}"));
    }
}

#[test]
fn json_is_complete() {
    let workspace = long_workspace();
    let id = &*workspace.ids[0];
    let message = long("message");
    for arguments in [&["list"][..], &["groups"], &["search", "message word"]] {
        let out = good(workspace.path(), &[arguments, &["--json"]].concat());
        for line in out.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["message"], *message, "{arguments:?}");
        }
    }
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&good(workspace.path(), &[arguments, &["--json"]].concat())).unwrap()
    };
    assert_eq!(json(&["env", id])["PATH"], *long("/usr/bin:"));
    assert_eq!(json(&["vars", id]).as_array().unwrap().len(), 21);
    assert_eq!(json(&["vars", id])[0]["variables"][1]["value"].as_array().unwrap().len(), 300);
    assert_eq!(json(&["inspect", id])["context"].as_array().unwrap().len(), 21);
    assert_eq!(json(&["fingerprint", id])["alike"].as_array().unwrap().len(), 29);
    assert_eq!(json(&["stack", id])[0]["frames"].as_array().unwrap().len(), 40);
    // More fingerprints than the table of `stats` has rows.
    let messages = (b'a'..=b'z').map(|letter| char::from(letter).to_string().repeat(3));
    let reports =
        messages.map(|message| report("2025-10-22T13:05:42Z", &json!({"message": message})));
    let many = workspace_of(reports);
    let stats = good(many.path(), &["stats", "--json"]);
    let stats: Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["fingerprints"].as_array().unwrap().len(), 26);
    let stats = good(many.path(), &["stats", "--width=80"]);
    assert!(stats.contains("         ... and 16 more\n"), "{stats}");
}
