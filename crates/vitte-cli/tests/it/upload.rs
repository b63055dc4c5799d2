//! Uploading crash reports: the requests, private data, retries, and errors of servers.
mod command;
mod copies;
mod github;
mod input;
mod otlp;
mod pending;
mod responses;
mod sentry;
mod server;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sentry_types::protocol::v7::{Context, Envelope, EnvelopeItem, Event, Level};
use serde_json::{Value, json};
use server::{CLOSED, Received, Server, Step, answer};
use vitte_capsule::upload::{Secret, Target, Upload, UploadError, UploadReceipt};
use vitte_capsule::{Capsule, CrashReport, Fingerprint};

use crate::common::{self, CommandResult};

const ID: &str = "2025-10-22T13-05-42";
const TOKEN: &str = "ghp_5ecretT0ken";
const KEY: &str = "5ecretkey0123";

/// A report with all fields, and with private data: `ada`, `--password`, `TOP SECRET`.
fn value() -> Value {
    json!({
        "timestamp": "2025-10-22T13:05:42.5Z", "version": "0.1.0", "module": "vittec",
        "thread": "main", "signal": null, "message": "index out of bounds\nthe length is 3",
        "backtrace": [
            "core::panicking::panic at /rustc/abc/library/core/src/panicking.rs:75:14",
            "vittec::front::close::h0123456789abcdef at /home/ada/vitte/src/front.rs:77:13",
            "main at src/main.rs:3:5"
        ],
        "system": {"os": "linux", "arch": "x86_64"}, "id": ID, "session": "5e551011",
        "frames": [
            {"function": "core::panicking::panic", "file": "/rustc/abc/library/core/src/panicking.rs",
             "line": 75, "column": 14, "inlined": false, "module": null, "offset": null, "in_project": false},
            {"function": "vittec::front::close::h0123456789abcdef", "file": "/home/ada/vitte/src/front.rs",
             "line": 77, "column": 13, "inlined": false, "module": "vittec", "offset": 16, "in_project": true},
            {"function": "main", "file": "src/main.rs", "line": 3, "column": 5, "inlined": false,
             "module": "vittec", "offset": 32, "in_project": true}
        ],
        "context": [{"name": "typeck", "values": [{"key": "fn", "value": "area"}],
                     "place": {"id": 0, "file": "src/shapes.vitte", "lo": 5, "hi": 9, "line": 12, "col": 7}}],
        "build": "release", "commit": "abcdef1",
        "command": ["vittec", "--password", "hunter2"],
        "registers": {"rip": "0x55d0"},
        "threads": [{"id": 41, "name": "main", "backtrace": []},
                    {"id": 42, "name": "worker", "backtrace": ["wait in libc.so.6+0x10", "run"]}],
        "process": 4711, "deployment": "staging", "test": "front::closes",
        "breadcrumbs": [
            {"timestamp": "2025-10-22T13:05:40.25Z", "level": "debug", "target": "vittec::cache",
             "message": "entry removed", "thread": "worker",
             "fields": [{"key": "key", "value": "shapes"}, {"key": "passwd", "value": "hunter2"}]},
            {"timestamp": "2025-10-22T13:05:42.25Z", "level": "warn", "target": "vittec::front",
             "message": "unusual block", "thread": "main"}
        ],
        "code": "F0001", "location": "src/front.rs:77:13", "address": null, "notes": ["a note"],
        "sources": [{"id": 0, "file": "src/shapes.vitte",
                     "lines": [{"line": 12, "lo": 5, "text": "TOP SECRET"}]}]
    })
}

fn report() -> CrashReport {
    serde_json::from_value(value()).unwrap()
}

fn with(change: impl FnOnce(&mut Value)) -> CrashReport {
    let mut value = value();
    change(&mut value);
    serde_json::from_value(value).unwrap()
}

fn sentry(host: &str) -> Target {
    Target::Sentry { dsn: Secret::new(format!("http://{KEY}@{host}/42")) }
}

fn github(host: &str) -> Target {
    Target::Github {
        repository: "vitte/vittec".to_owned(),
        token: Secret::new(TOKEN),
        api: format!("http://{host}"),
    }
}

/// Uploads a report. Returns the result, and the pauses before the retries, without waiting for them.
fn upload(
    target: Target,
    report: &CrashReport,
) -> (Result<UploadReceipt, UploadError>, Vec<Duration>) {
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let recorded = Arc::clone(&pauses);
    let upload = Upload::new(target)
        .with_timeouts(Duration::from_secs(5), Duration::from_secs(10))
        .with_sleep(move |pause| recorded.lock().unwrap().push(pause));
    let result = upload.send(&upload.prepare(report).unwrap());
    let pauses = pauses.lock().unwrap().clone();
    (result, pauses)
}

/// Uploads the report to a server that runs `steps`. Returns the receipt or error as text, the number of requests, and
/// the pauses.
fn outcome(target: fn(&str) -> Target, steps: Vec<Step>) -> (String, usize, Vec<Duration>) {
    let server = Server::start(steps);
    let host = server.host();
    let (result, pauses) = upload(target(&host), &report());
    let text = result.map_or_else(|error| error.to_string(), |uploaded| uploaded.to_string());
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
    (text.replace(&host, "HOST"), server.received().len(), pauses)
}

const HALF_SECOND: Duration = Duration::from_millis(500);
const ONE_SECOND: Duration = Duration::from_secs(1);

fn event(request: &Received) -> Event<'static> {
    let envelope = Envelope::from_slice(&request.body).expect("an envelope");
    let items: Vec<_> = envelope.items().collect();
    let [EnvelopeItem::Event(event)] = &*items else { panic!("one event: {items:?}") };
    event.clone()
}

fn otlp(host: &str) -> Target {
    let endpoint = format!("http://{host}/v1/logs");
    Target::Otlp { endpoint, headers: vec![("Api-Key".to_owned(), Secret::new(TOKEN))] }
}

/// Checks that a text contains no private data.
fn assert_private(text: &str) {
    for private in ["ada", "password", "hunter2", "TOP SECRET"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}

fn issue_json(url: &str, body: &str, state: &str) -> Value {
    json!({"html_url": url, "body": body, "state": state, "number": 7})
}

const NO_ISSUES: &str = "[]";
const NOTHING_FOUND: &str = r#"{"total_count":0,"items":[]}"#;

/// A report with 500 entries in each list, and ten texts of `size` bytes, all made of `text`.
fn hostile(text: &str, size: usize) -> CrashReport {
    let large = text.repeat(size / text.len());
    with(|value| {
        for key in
            ["message", "module", "version", "thread", "location", "build", "commit", "session"]
        {
            value[key] = json!(large);
        }
        value["signal"] = json!(large);
        value["address"] = json!(large);
        value["system"] = json!({"os": large, "arch": large});
        let many = |one: Value| Value::from(vec![one; 500]);
        let part: String = large.chars().take(1_000).collect();
        value["backtrace"] = many(json!(part));
        value["notes"] = many(json!(part));
        value["frames"] = many(json!({"function": part, "file": part, "line": 1, "column": 1,
            "inlined": false, "module": part, "offset": 1, "in_project": true}));
        value["threads"] = many(json!({"id": 1, "name": part, "backtrace": vec!["call"; 20]}));
        value["context"] = many(json!({"name": part, "values": [{"key": part, "value": part}],
            "place": null}));
        value["breadcrumbs"] = Value::from(vec![
            json!({"timestamp": part, "level": "info", "target": part,
            "message": part, "thread": part, "fields": vec![json!({"key": part, "value": part}); 3]});
            120
        ]);
        value["deployment"] = json!(large);
        value["test"] = json!(large);
    })
}
