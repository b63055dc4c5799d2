//! The JSON Schema is generated from the structs, and validates all JSON in the snapshots.
use std::fs;

use serde_json::{Value, json};
use vitte_diag::json::{SCHEMA, schema};

use crate::common::root;

fn errors(instance: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let describe =
        |error: jsonschema::ValidationError<'_>| format!("{} {error}", error.instance_path());
    validator.iter_errors(instance).map(describe).collect()
}

#[test]
fn the_schema_file_is_up_to_date() {
    let path = root().join("src/emit/json/schema.json");
    let generated = schema().unwrap();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(
        written, generated,
        "the schema is out of date: run UPDATE_SCHEMA=1 cargo test --features schema --test it schema"
    );
    assert!(SCHEMA.contains("https://json-schema.org/draft/2020-12/schema"));
}

#[test]
fn every_json_line_of_every_snapshot_is_valid() {
    let mut lines = 0;
    let dirs = ["tests/snapshots", "examples/vittec/tests/snapshots"];
    let entries = dirs.iter().flat_map(|dir| fs::read_dir(root().join(dir)).unwrap());
    for path in entries.map(|entry| entry.unwrap().path()) {
        let snapshot = fs::read_to_string(&path).unwrap();
        let is_diagnostic =
            |line: &&str| line.starts_with("{\"severity\":") && line.contains("\"labels\":");
        for line in snapshot.lines().filter(is_diagnostic) {
            let instance = serde_json::from_str(line).unwrap();
            assert_eq!(errors(&instance), [""; 0], "{}: {line}", path.display());
            lines += 1;
        }
    }
    assert!(lines > 90, "{lines} lines");
}

#[test]
fn a_missing_or_wrong_field_is_invalid() {
    let good = json!({
        "severity": "error", "code": "E0001", "message": "m",
        "primary": {"file": "a", "lo": 0, "hi": 1, "line": 1, "col": 1},
        "labels": [{"style": "primary", "file": "a", "lo": 0, "hi": 1, "line": 1, "col": 1, "message": null}],
        "help": null, "notes": [],
        "suggestions": [{"message": "s", "applicability": "unspecified",
            "edits": [{"file": "a", "lo": 0, "hi": 0, "line": 1, "col": 1, "text": "x"}]}],
        "backtrace": ["f at a.rs:1:1"],
    });
    assert_eq!(errors(&good), [""; 0]);
    for key in ["severity", "code", "message", "primary", "labels", "help", "notes"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(key);
        assert_eq!(errors(&bad).len(), 1, "without {key}");
    }
    for (pointer, value) in [
        ("/severity", json!("awful")),
        ("/code", json!("e 1")),
        ("/code", json!("")),
        ("/primary/line", json!(0)),
        ("/primary/lo", json!(-1)),
        ("/labels/0/style", json!("tertiary")),
        ("/suggestions/0/edits", json!([])),
        ("/suggestions/0/applicability", json!("sure")),
        ("/backtrace", json!("f")),
        ("/backtrace/0", json!(1)),
        ("/notes/0", json!(1)),
    ] {
        let mut bad = good.clone();
        match bad.pointer_mut(pointer) {
            Some(field) => *field = value,
            None => bad["notes"] = json!([value]),
        }
        assert!(!errors(&bad).is_empty(), "{pointer}");
    }
    for key in ["style", "file", "lo", "hi", "line", "col", "message"] {
        let mut bad = good.clone();
        bad["labels"][0].as_object_mut().unwrap().remove(key);
        assert_eq!(errors(&bad).len(), 1, "a label without {key}");
    }
}
