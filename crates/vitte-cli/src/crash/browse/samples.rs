//! Crashes for the tests.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use vitte_capsule::{Capsule, CapsuleSource, CrashReport, Index, Repository};

use super::crashes::CrashList;
use super::state::State;

/// Source of the location in the sample.
const SHAPES: &str = "struct Shape {\n\tside: int\n}\nfn area(shape: Shape) -> int {\n\tlet side = shape.side;\n\tside * side\n}\n";

fn value(id: &str, changes: &Value) -> Value {
    let time = format!("{}:05:42.123Z", id.get(..13).unwrap());
    let mut report = json!({
        "timestamp": time, "version": "0.1.0", "module": "vittec", "thread": "main", "signal": null,
        "message": "attempt to subtract with overflow", "id": id,
        "backtrace": [
            "std::panicking::begin_panic_handler at /rustc/1/library/std/src/panicking.rs:689:5",
            "core::panicking::panic_fmt at /rustc/1/library/core/src/panicking.rs:80:14",
            "vittec::front::blocks::close at src/front/blocks.rs:3:13",
            "vittec::main at src/main.rs:40:9",
            "std::rt::lang_start at /rustc/1/library/std/src/rt.rs:206:5"
        ],
        "system": {"os": "linux", "arch": "x86_64"}, "session": "5f3c9a",
        "context": [
            {"name": "type-checking", "values": [{"key": "fn", "value": "area"}],
             "variables": [
                 {"key": "scope", "value": {"depth": 2, "names": ["area", "side"]}},
                 {"key": "tokens", "value": null, "error": "timed out"}
             ],
             "place": {"id": 0, "file": "src/shapes.vitte", "lo": 71, "hi": 75, "line": 5, "col": 6}},
            {"name": "check", "values": [], "place": null}
        ],
        "build": "release", "commit": "7991911", "command": ["vittec", "check", "my shapes.vitte"],
        "registers": {"rip": "0x5581"},
        "threads": [{"id": 4712, "name": "worker-1", "backtrace": ["futex_wait", "vittec::work"],
            "context": [{"name": "parsing", "values": [{"key": "file", "value": "b.vitte"}], "place": null}]}],
        "code": "F0001", "location": "src/front/blocks.rs:3:13"
    });
    for (key, value) in changes.as_object().unwrap() {
        report[key] = value.clone();
    }
    report
}

pub(super) fn report(changes: &Value) -> CrashReport {
    serde_json::from_value(value("2025-10-22T13-05-42", changes)).unwrap()
}

pub(super) fn capsule(changes: &Value) -> Capsule {
    let mut capsule = Capsule::new(report(changes));
    capsule.environment.insert("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into());
    capsule.sources.push(CapsuleSource::new("src/shapes.vitte", SHAPES));
    capsule
}

/// Writes crashes into a directory, with ids that do not differ from run to run.
fn write(dir: &Path) {
    let signal = json!({"signal": "SIGSEGV", "code": "F0002", "message": "invalid memory reference",
        "context": []});
    let none = json!({});
    for (id, changes) in [
        ("2025-10-20T08-00-00", &none),
        ("2025-10-21T09-00-00", &signal),
        ("2025-10-22T13-05-42", &none),
    ] {
        fs::write(dir.join(format!("{id}.json")), value(id, changes).to_string()).unwrap();
    }
}

pub(super) fn index() -> Index {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    Repository::new(dir.path()).index().unwrap()
}

/// The list of three crashes.
pub(super) fn state() -> State {
    let index = index();
    let crashes = CrashList::new(&index, index.entries());
    State::new("vitte crash browse   target/crash-reports".to_owned(), crashes)
}
