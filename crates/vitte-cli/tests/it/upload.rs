//! Uploading crash reports: the requests, private data, retries, and errors of servers.
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
use vitte_capsule::{CrashReport, Fingerprint};

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

#[test]
fn sentry_receives_one_event() {
    let server = Server::start(vec![answer("200 OK", "", "{\"id\":\"1\"}")]);
    let host = server.host();
    let (result, pauses) = upload(sentry(&host), &report());
    let requests = server.received();
    let [request] = &*requests else { panic!("one request: {requests:?}") };
    assert_eq!(request.line, "POST /api/42/envelope/ HTTP/1.1");
    let auth = format!("Sentry sentry_key={KEY}, sentry_version=7, sentry_client=vitte-diag/0.1.0");
    let length = request.body.len().to_string();
    let headers = [
        ("accept", "application/json"),
        ("content-length", &*length),
        ("content-type", "application/x-sentry-envelope"),
        ("host", &*host),
        ("user-agent", "vitte-diag/0.1.0"),
        ("x-sentry-auth", &*auth),
    ];
    assert_eq!(request.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));

    // Three lines: the header, the item's header with its length, and the item.
    let text = String::from_utf8(request.body.clone()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let head: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(head, json!({"type": "event", "length": lines[2].len()}));
    let event = event(request);
    let id = event.event_id.as_simple().to_string();
    assert_eq!(lines[0], json!({"event_id": event.event_id}).to_string());
    assert_eq!(lines.len(), 3);
    assert_eq!(result.unwrap(), UploadReceipt::Event { id, host });
    assert!(pauses.is_empty());

    assert_eq!((event.level, event.release.as_deref()), (Level::Fatal, Some("vittec@0.1.0")));
    assert_eq!((event.server_name.clone(), event.environment.clone()), (None, None));
    assert!(event.user.is_none() && event.request.is_none());
    let exception = &event.exception[0];
    assert_eq!(exception.ty, "panic");
    assert_eq!(exception.value.as_deref(), Some("index out of bounds\nthe length is 3"));
    let frames = &exception.stacktrace.as_ref().unwrap().frames;
    let functions: Vec<_> = frames
        .iter()
        .map(|frame| (frame.function.as_deref().unwrap(), frame.lineno, frame.in_app))
        .collect();
    let expected = [
        ("main", Some(3), Some(true)),
        ("vittec::front::close", Some(77), Some(true)),
        ("core::panicking::panic", Some(75), Some(false)),
    ];
    assert_eq!(functions, expected);
    assert_eq!(frames[1].filename.as_deref(), Some("~/vitte/src/front.rs"));
    let threads: Vec<_> = event.threads.iter().map(|t| (t.name.as_deref(), t.crashed)).collect();
    assert_eq!(threads, [(Some("main"), true), (Some("worker"), false)]);
    let Some(Context::Other(crash)) = event.contexts.get("crash") else { panic!("{event:?}") };
    assert_eq!(crash["contexts"], json!(["typeck fn=area at src/shapes.vitte:12:7"]));
    assert_eq!(event.tags["code"], "F0001");
    assert_eq!(event.tags["fingerprint"], Fingerprint::of(&report()).to_string());
    assert_private(&text);
}

/// Checks that a text contains no private data.
fn assert_private(text: &str) {
    for private in ["ada", "password", "hunter2", "TOP SECRET"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}

#[test]
fn the_same_report_gives_the_same_event() {
    let body = |report: &CrashReport| {
        let prepared = Upload::new(sentry("localhost")).prepare(report).unwrap();
        prepared.requests()[0].body().to_owned()
    };
    assert_eq!(body(&report()), body(&report()));
    let id = |report: &CrashReport| {
        *Envelope::from_slice(body(report).as_bytes()).unwrap().uuid().unwrap()
    };
    assert_eq!(id(&report()).get_version_num(), 4);
    assert_ne!(id(&report()), id(&with(|value| value["session"] = json!("other"))));
    assert_ne!(id(&report()), id(&with(|value| value["id"] = json!("2025-10-22T13-05-42-1"))));
}

fn issue_json(url: &str, body: &str, state: &str) -> Value {
    json!({"html_url": url, "body": body, "state": state, "number": 7})
}

const NO_ISSUES: &str = "[]";
const NOTHING_FOUND: &str = r#"{"total_count":0,"items":[]}"#;

#[test]
fn github_is_searched_before_an_issue_is_opened() {
    let opened = issue_json("https://github.com/vitte/vittec/issues/7", "", "open").to_string();
    let server = Server::start(vec![
        answer("200 OK", "", NO_ISSUES),
        answer("200 OK", "", NOTHING_FOUND),
        answer("201 Created", "", &opened),
    ]);
    let host = server.host();
    let target = github(&host);
    let (result, pauses) = upload(target.clone(), &report());
    let url = "https://github.com/vitte/vittec/issues/7".to_owned();
    assert_eq!(result.unwrap(), UploadReceipt::NewIssue { url });
    assert!(pauses.is_empty());
    let requests = server.received();
    let print = Fingerprint::of(&report());
    let lines: Vec<_> = requests.iter().map(|request| &*request.line).collect();
    let search = format!(
        "GET /search/issues?q=repo:vitte/vittec+is:issue+in:body+{print}&per_page=5 HTTP/1.1"
    );
    let newest =
        "GET /repos/vitte/vittec/issues?state=all&sort=created&direction=desc&per_page=10 HTTP/1.1";
    assert_eq!(lines, [newest, &search, "POST /repos/vitte/vittec/issues HTTP/1.1"]);
    let names: Vec<_> = requests[0].headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["accept", "authorization", "host", "user-agent", "x-github-api-version"]);
    assert_eq!(requests[2].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert_eq!(requests[2].header("content-type"), Some("application/json"));

    let issue: Value = serde_json::from_slice(&requests[2].body).unwrap();
    assert_eq!(issue.as_object().unwrap().keys().collect::<Vec<_>>(), ["body", "title"]);
    assert_eq!(issue["title"], "F0001 in vittec: index out of bounds");
    let expected = format!(
        "<!-- vitte-crash {print} -->\n| field | value |\n|---|---|\n| code | `F0001` |\n\
        | program | `vittec 0.1.0` |\n| location | `src/front.rs:77:13` |\n| thread | `main` |\n\
        | system | `linux x86_64` |\n| build | `release` |\n| commit | `abcdef1` |\n\
        | time | `2025-10-22T13:05:42.5Z` |\n| report | `{ID}` |\n| session | `5e551011` |\n\n\
        **Message**\n\n```text\nindex out of bounds\nthe length is 3\n```\n\n\
        **Contexts, innermost first**\n\n```text\n\
        typeck fn=area at src/shapes.vitte:12:7\n```\n\n\
        **Backtrace, innermost frame first**\n\n```text\n\
        core::panicking::panic at /rustc/abc/library/core/src/panicking.rs:75:14\n\
        vittec::front::close::h0123456789abcdef at ~/vitte/src/front.rs:77:13\n\
        main at src/main.rs:3:5\n```\n"
    );
    assert_eq!(issue["body"], expected);

    // The prepared requests are the requests that were sent.
    let prepared = Upload::new(target).prepare(&report()).unwrap();
    for (prepared, sent) in prepared.requests().iter().zip(&requests) {
        assert_eq!(prepared.body().as_bytes(), sent.body);
        assert_eq!(
            prepared.url().replace(&host, ""),
            format!("http://{}", sent.line.split(' ').nth(1).unwrap())
        );
        let mut headers: Vec<_> = prepared
            .headers()
            .map(|(name, value)| (name.to_owned(), value.replace("***", TOKEN)))
            .collect();
        headers.push(("host".to_owned(), host.clone()));
        headers.sort();
        assert_eq!(headers, sent.headers);
    }
}

#[test]
fn an_existing_issue_is_found() {
    let marker = format!("<!-- vitte-crash {} -->", Fingerprint::of(&report()));
    let known = issue_json("https://github.com/o/r/issues/3", &format!("{marker}\nx"), "closed");
    // A marker that is not at the beginning is a quotation.
    let quote = issue_json("https://github.com/o/r/issues/4", &format!("see\n{marker}"), "open");
    let none = json!({"html_url": "https://github.com/o/r/issues/5", "body": null});
    let url = "https://github.com/o/r/issues/3".to_owned();
    let expected = UploadReceipt::ExistingIssue { url, is_open: false };
    let newest = json!([none, quote, known]).to_string();
    let found = json!({"items": [quote, known]}).to_string();
    for steps in [
        vec![answer("200 OK", "", &newest)],
        vec![answer("200 OK", "", NO_ISSUES), answer("200 OK", "", &found)],
    ] {
        let count = steps.len();
        let server = Server::start(steps);
        let (result, _) = upload(github(&server.host()), &report());
        assert_eq!(result.unwrap(), expected);
        assert_eq!(server.received().len(), count);
    }
}

/// If the server opens the issue but responds with an error, the retry finds that issue.
#[test]
fn a_retry_does_not_open_a_second_issue() {
    let marker = format!("<!-- vitte-crash {} -->", Fingerprint::of(&report()));
    let opened =
        json!([issue_json("https://github.com/o/r/issues/9", &marker, "open")]).to_string();
    let (text, requests, pauses) = outcome(
        github,
        vec![
            answer("200 OK", "", NO_ISSUES),
            answer("200 OK", "", NOTHING_FOUND),
            answer("502 Bad Gateway", "", "<html>"),
            answer("200 OK", "", &opened),
        ],
    );
    assert_eq!(text, "already reported: https://github.com/o/r/issues/9");
    assert_eq!((requests, pauses), (4, vec![HALF_SECOND]));
}

#[test]
fn the_fingerprint_depends_only_on_the_defect() {
    let same = Fingerprint::of(&report());
    assert_eq!(same.to_string().len(), 64);
    let hash = "vittec::front::close::hfedcba9876543210";
    for is_same in [
        with(|value| value["frames"][1]["function"] = json!(hash)),
        with(|value| value["frames"][1]["line"] = json!(78)),
        with(|value| value["frames"][0]["function"] = json!("core::other")),
        with(|value| value["message"] = json!("index out of bounds\nthe length is 4")),
        with(|value| value["id"] = json!("another")),
    ] {
        assert_eq!(Fingerprint::of(&is_same), same);
    }
    for other in [
        with(|value| value["frames"][1]["function"] = json!("vittec::front::open")),
        with(|value| value["code"] = json!("F0002")),
        with(|value| value["signal"] = json!("SIGSEGV")),
        with(|value| value["frames"] = json!([])),
        // The message is part of the fingerprint, without its numbers.
        with(|value| value["message"] = json!("the length is 3")),
    ] {
        assert_ne!(Fingerprint::of(&other), same);
    }
    let nameless = |message: &str| {
        Fingerprint::of(&with(|value| {
            value["frames"] = json!([]);
            value["message"] = json!(message);
        }))
    };
    assert_ne!(nameless("a"), nameless("b"));
}

#[test]
fn temporary_errors_are_retried() {
    let ok = || answer("200 OK", "", "{}");
    let fail = || answer("500 Internal Server Error", "", "{\"detail\":\"oops\"}");
    let (text, requests, pauses) = outcome(sentry, vec![fail(), ok()]);
    assert!(text.starts_with("event ") && text.ends_with(" at HOST"), "{text}");
    assert_eq!((requests, pauses), (2, vec![HALF_SECOND]));

    let (text, requests, pauses) = outcome(sentry, vec![fail(), fail(), fail(), ok()]);
    assert_eq!(text, "HOST: server error (status 500: oops)");
    assert_eq!((requests, pauses), (3, vec![HALF_SECOND, ONE_SECOND]));

    let later = |time| answer("429 Too Many Requests", &format!("retry-after: {time}\r\n"), "");
    let (text, requests, pauses) = outcome(sentry, vec![later("7"), ok()]);
    assert!(text.starts_with("event "), "{text}");
    assert_eq!((requests, pauses), (2, vec![Duration::from_secs(7)]));
    let (text, requests, pauses) = outcome(sentry, vec![later("61"), ok()]);
    assert_eq!(text, "HOST: too many requests (status 429); try again in 61 s");
    assert_eq!((requests, pauses), (1, vec![]));
    let (_, requests, pauses) = outcome(sentry, vec![later("soon"), ok()]);
    assert_eq!((requests, pauses), (2, vec![HALF_SECOND]));

    // The connection is closed before the response and within its headers.
    let cut = || Step::Write(b"HTTP/1.1 200 OK\r\ncontent-".to_vec());
    let (text, requests, pauses) =
        outcome(sentry, vec![Step::Write(Vec::new()), cut(), cut(), ok()]);
    assert_eq!(
        text,
        "cannot reach HOST: the connection was closed before the response was complete"
    );
    assert_eq!((requests, pauses), (3, vec![HALF_SECOND, ONE_SECOND]));
}

#[test]
fn a_refused_connection_is_retried() {
    let (result, pauses) = upload(sentry(CLOSED), &report());
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot reach {CLOSED}: connection refused"));
    assert_eq!(pauses, [HALF_SECOND, ONE_SECOND]);
}

#[test]
fn rejected_requests_are_not_retried() {
    let body = format!("{{\"message\":\"Bad\\u001b[2J credentials {TOKEN}\"}}");
    let rejected = |status| answer(status, "", &body);
    let quote = "Bad␛[2J credentials ***";
    for (status, meaning) in [
        ("401 Unauthorized", "the token was rejected"),
        ("403 Forbidden", "the token has no permission to open issues in `vitte/vittec`"),
        (
            "404 Not Found",
            "the repository `vitte/vittec` does not exist or the token has no access to it",
        ),
        ("410 Gone", "issues are disabled in `vitte/vittec`"),
        ("422 Unprocessable", "request rejected"),
    ] {
        let number = &status[..3];
        let (text, requests, pauses) = outcome(github, vec![rejected(status), rejected(status)]);
        assert_eq!(text, format!("HOST: {meaning} (status {number}: {quote})"));
        assert_eq!((requests, pauses), (1, vec![]));
    }
    for (status, meaning) in [
        ("401 Unauthorized", "the key of the DSN was rejected"),
        ("404 Not Found", "project not found"),
        ("413 Too Large", "the report is too large"),
    ] {
        let body = format!("{{\"detail\":\"no {KEY}\"}}");
        let (text, requests, _) = outcome(sentry, vec![answer(status, "", &body)]);
        assert_eq!(text, format!("HOST: {meaning} (status {}: no ***)", &status[..3]));
        assert_eq!(requests, 1);
    }
    // GitHub reports a rate limit also by this header.
    let limited = answer("403 Forbidden", "x-ratelimit-remaining: 0\r\n", "");
    let (text, requests, _) = outcome(github, vec![limited]);
    assert_eq!((&*text, requests), ("HOST: too many requests (status 403)", 1));
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(vec![answer("200 OK", "", "{}")]);
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        for (target, secret) in [(sentry as fn(&str) -> Target, KEY), (github, TOKEN)] {
            let to = format!("location: http://{}/?{secret}\r\n", elsewhere.host());
            let (text, requests, pauses) = outcome(target, vec![answer(status, &to, "")]);
            assert!(text.starts_with("HOST: redirect to `http://127.0.0.1:"), "{text}");
            assert!(text.contains("` not followed (status 30"), "{text}");
            assert_eq!((requests, pauses), (1, vec![]));
        }
    }
    assert_eq!(elsewhere.received(), []);
}

#[test]
fn a_server_that_hangs_is_a_timeout() {
    let half = Step::WriteAndHang(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[".to_vec());
    for (target, step, name) in [
        (sentry as fn(&str) -> Target, Step::Hang, "sentry"),
        (github, Step::Hang, "github"),
        (github, half, "half a response"),
    ] {
        let server = Server::start(vec![step.clone(), step]);
        let host = server.host();
        let short = Duration::from_millis(200);
        let upload = Upload::new(target(&host)).with_timeouts(short, short);
        let error = upload.send(&upload.prepare(&report()).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), format!("no response from {host} within 200ms"), "{name}");
        assert!(matches!(error, UploadError::Timeout { is_connect: false, .. }));
        assert_eq!(server.received().len(), 1, "{name}");
    }
}

#[test]
fn invalid_responses_are_errors() {
    let garbage = Step::Write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec());
    for target in [sentry, github] {
        let (text, requests, _) = outcome(target, vec![garbage.clone(), garbage.clone()]);
        assert!(text.starts_with("invalid response from HOST: invalid HTTP: "), "{text}");
        assert_eq!(requests, 1);
    }
    let before = [answer("200 OK", "", NO_ISSUES), answer("200 OK", "", NOTHING_FOUND)];
    let after = |step: Step| [&before[..], &[step]].concat();

    let huge = answer("201 Created", "", &format!("\"{}\"", "x".repeat(8 << 20)));
    let (text, requests, _) = outcome(github, after(huge.clone()));
    assert_eq!(text, "invalid response from HOST: longer than 1 MiB");
    assert_eq!(requests, 3);
    // The event id is known in advance, so Sentry's response is not read.
    let (text, ..) = outcome(sentry, vec![huge]);
    assert!(text.starts_with("event "), "{text}");

    let cut = Step::Write(b"HTTP/1.1 201 Created\r\ncontent-length: 999\r\n\r\n{\"html_".to_vec());
    let steps: Vec<_> = (0..3).flat_map(|_| after(cut.clone())).collect();
    let (text, requests, pauses) = outcome(github, steps);
    assert_eq!(
        text,
        "cannot reach HOST: the connection was closed before the response was complete"
    );
    assert_eq!((requests, pauses), (9, vec![HALF_SECOND, ONE_SECOND]));

    // A failed TLS handshake is not retried.
    let server =
        Server::start(vec![Step::WriteAtOnce(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())]);
    let host = server.host();
    let dsn = Secret::new(format!("https://{KEY}@{host}/42"));
    let (result, pauses) = upload(Target::Sentry { dsn }, &report());
    let text = result.unwrap_err().to_string();
    assert!(text.starts_with(&format!("TLS connection to {host} failed: ")), "{text}");
    assert!(pauses.is_empty() && server.received().is_empty());

    for body in ["", "[]", "{}", "<html>", "{\"html_url\": 3}", &format!("\"{TOKEN}\"")] {
        let (text, ..) = outcome(github, after(answer("201 Created", "", body)));
        let expected = "invalid response from HOST: unexpected JSON";
        assert!(text.starts_with(expected), "{body}: {text}");
    }
}

/// The errors do not contain the secrets.
#[test]
fn invalid_targets_are_errors() {
    let error_of = |target: Target| {
        let error = Upload::new(target).prepare(&report()).unwrap_err();
        let text = error.to_string();
        assert!(!format!("{text}{error:?}").contains("5ecret"), "{error:?}");
        text
    };
    for (dsn, reason) in [
        ("", "not a URL of the form `https://KEY@HOST/PROJECT`"),
        ("5ecret", "not a URL of the form `https://KEY@HOST/PROJECT`"),
        ("https://5ecret@host/", "empty path"),
        ("https://host/42", "username is empty"),
        ("ftp://5ecret@host/42", "no valid scheme"),
    ] {
        let text = error_of(Target::Sentry { dsn: Secret::new(dsn) });
        assert_eq!(text, format!("invalid DSN: {reason}"), "{dsn}");
    }
    let github = |repository: &str, token: &str, api: &str| {
        let (repository, api) = (repository.to_owned(), api.to_owned());
        error_of(Target::Github { repository, token: Secret::new(token), api })
    };
    let api = "https://api.github.com";
    for repository in ["", "vitte", "a/b/c", "../x", "a/..", "a/b?c", "a/b\n", "é/b"] {
        let text = github(repository, TOKEN, api);
        assert!(
            text.starts_with("invalid repository `") && text.ends_with("`: expected OWNER/NAME"),
            "{text}"
        );
    }
    for token in ["", "5ecret\n", "5ecret x", "5ecreté"] {
        let text = github("a/b", token, api);
        assert_eq!(text, "invalid token: it is empty or has characters other than printable ASCII");
    }
    for (api, reason) in [
        ("", "not a URL"),
        ("/v3", "no host"),
        ("https://host:99999", "invalid port"),
        ("ftp://host", "neither HTTPS nor HTTP"),
        ("https://me:5ecret@host", "only a host and a path are allowed"),
        ("http://api.github.com", "HTTP does not protect the token; use HTTPS"),
    ] {
        let text = github("a/b", TOKEN, api);
        assert!(
            text.starts_with("invalid API URL `") && text.ends_with(&format!("`: {reason}")),
            "{text}"
        );
    }
    for time in ["yesterday", "", "1969-12-31T23:59:59Z"] {
        let report = with(|value| value["timestamp"] = json!(time));
        let error = Upload::new(sentry("localhost")).prepare(&report).unwrap_err();
        assert!(error.to_string().starts_with("invalid timestamp `"), "{error}");
    }
    let debug = format!("{:?}", Upload::new(sentry("h")).prepare(&report()).unwrap());
    assert!(!debug.contains(KEY), "{debug}");
}

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
    })
}

#[test]
fn hostile_reports_are_escaped_and_bounded() {
    for text in [
        "`",
        "````\n",
        "-->",
        "<!-- vitte-crash 0 -->\n",
        "@all #1 ",
        "|",
        "\\",
        "\"",
        "\n",
        "😀",
        "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2028}\r\0\t",
        "</table><img src=x> ",
        "a",
    ] {
        // One of the reports has 10 MB.
        let report = hostile(text, if text == "````\n" { 1 << 20 } else { 1 << 14 });
        let prepared = Upload::new(github("localhost")).prepare(&report).unwrap();
        let shown = prepared.to_string();
        assert!(shown.chars().all(|c| c == '\n' || !vitte_diag::text::is_unsafe(c)), "{text:?}");
        let issue: Value = serde_json::from_str(prepared.requests()[2].body()).unwrap();
        let (title, body) = (issue["title"].as_str().unwrap(), issue["body"].as_str().unwrap());
        assert!(title.chars().count() <= 120 && !title.contains('\n'), "{text:?}: {title}");
        assert!(!title.contains("@a") && !title.contains("#1"), "{title}");
        let length = body.chars().count();
        assert!((2_000..60_000).contains(&length), "{text:?}: {length}");
        assert_all_in_code(body, text);

        let prepared = Upload::new(sentry("localhost")).prepare(&report).unwrap();
        let shown = prepared.to_string();
        assert!(shown.chars().all(|c| c == '\n' || !vitte_diag::text::is_unsafe(c)), "{text:?}");
        let body = prepared.requests()[0].body();
        assert!(body.len() < 1 << 20, "{text:?}: {}", body.len());
        let envelope = Envelope::from_slice(body.as_bytes()).unwrap();
        let Some(EnvelopeItem::Event(event)) = envelope.items().next() else { panic!("{text:?}") };
        assert!(event.tags.values().all(|tag| tag.chars().count() <= 200 && !tag.contains('\n')));
        let stacktrace = event.exception[0].stacktrace.as_ref().unwrap();
        assert_eq!((stacktrace.frames.len(), stacktrace.frames_omitted), (128, Some((0, 372))));
    }
}

/// Checks that all text of the report is in code blocks and code spans.
fn assert_all_in_code(body: &str, text: &str) {
    let mut fence: Option<&str> = None;
    let mut own = String::new();
    for (index, line) in body.lines().enumerate() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            // A line of as many backticks as the fence would end the block (CommonMark, section 4.5).
            Some(open) => assert!(ticks.len() < open.len(), "{text:?}: {line}"),
            None if line.ends_with("`text") || line.ends_with("``text") => {
                fence = line.strip_suffix("text");
            }
            None if index > 2 && line.starts_with("| ") => {
                let cells: Vec<_> = line.split(" | ").collect();
                let [_, cell] = &*cells else { panic!("{text:?}: {line}") };
                let cell = cell.strip_suffix(" |").unwrap();
                let ticks = &cell[..cell.len() - cell.trim_start_matches('`').len()];
                let inner =
                    cell.strip_prefix(ticks).and_then(|cell| cell.strip_suffix(ticks)).unwrap();
                let rows = inner.split(|c| c != '`').map(str::len);
                assert!(rows.max().unwrap() < ticks.len() && !inner.contains('|'), "{line}");
            }
            None => own += &format!("{line}\n"),
        }
    }
    assert_eq!(fence, None, "{text:?}");
    let (marker, own) = own.split_once('\n').unwrap();
    let print = marker.strip_prefix("<!-- vitte-crash ").unwrap().strip_suffix(" -->").unwrap();
    assert!(print.len() == 64 && print.bytes().all(|byte| byte.is_ascii_hexdigit()), "{marker}");
    let known = "| field | value |\n|---|---|\n\n**Message**\n\n\n\
        **Contexts, innermost first**\n\n\n**Backtrace, innermost frame first**\n\n";
    assert_eq!(own, known, "{text:?}");
}

#[test]
fn a_copied_report_does_not_overwrite_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a/b");
    let target = || Target::File { dir: out.clone() };
    let path = out.join(format!("{ID}.json"));
    let copied = |is_new| UploadReceipt::Copied { path: path.clone(), is_new };
    assert_eq!(upload(target(), &report()).0.unwrap(), copied(true));
    let read: CrashReport = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(read, report());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(upload(target(), &report()).0.unwrap(), copied(false));

    let other = with(|value| value["message"] = json!("another"));
    let error = upload(target(), &other).0.unwrap_err().to_string();
    assert_eq!(
        error,
        format!("cannot write `{}`: it exists with different content", path.display())
    );
    let read: CrashReport = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(read, report());
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "there are no temporary files");

    for id in ["", "..", ".x", "../x", "a/b", "a\\b", "a\0", &"x".repeat(200)] {
        let report = with(|value| value["id"] = json!(id));
        let error = Upload::new(target()).prepare(&report).unwrap_err();
        assert!(matches!(error, UploadError::Report { field: "id", .. }), "{error}");
    }
    let in_a_file = Target::File { dir: path.clone() };
    let error = upload(in_a_file, &report()).0.unwrap_err().to_string();
    assert!(error.starts_with("cannot write `"), "{error}");
    let large = hostile("\u{202e}`\u{1b}", 1 << 18);
    let mut large_id = large;
    "large".clone_into(&mut large_id.id);
    assert!(upload(target(), &large_id).0.is_ok());
    let text = fs::read_to_string(out.join("large.json")).unwrap();
    assert!(text.len() > 10 << 20);
    assert_eq!(serde_json::from_str::<CrashReport>(&text).unwrap(), large_id);
}

/// `vitte crash upload` in a directory with the report, without tokens and proxies in the environment.
fn vitte(dir: &Path) -> Command {
    let mut vitte = crate::vitte();
    for name in ["SENTRY_DSN", "GITHUB_TOKEN", "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        vitte.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    vitte.current_dir(dir).args(["crash", "upload", ID]);
    vitte
}

fn stored() -> tempfile::TempDir {
    let json = value().to_string();
    let name = format!("target/crash-reports/{ID}.json");
    common::dir_with(&[(&name, &json), ("token", &format!("{TOKEN}\n")), ("bad/x.json", "{}")])
}

fn run(command: &mut Command) -> CommandResult {
    CommandResult::new(&command.output().unwrap())
}

#[test]
fn the_command_prints_the_receipt() {
    let dir = stored();
    let ended = run(vitte(dir.path()).args(["--to", "file", "--out", "copies"]));
    let expected = format!("{ID}: copied to copies/{ID}.json\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*expected, ""));
    assert!(dir.path().join(format!("copies/{ID}.json")).is_file());

    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let dsn = format!("http://{KEY}@{}/42", server.host());
    let ended = run(vitte(dir.path()).args(["--to", "sentry"]).env("SENTRY_DSN", &dsn));
    let host = server.host();
    let requests = server.received();
    let id = event(&requests[0]).event_id.as_simple().to_string();
    let expected = format!("{ID}: event {id} at {host}\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*expected, ""));

    for by_file in [true, false] {
        let opened = issue_json("https://github.com/o/r/issues/7", "", "open").to_string();
        let server = Server::start(vec![
            answer("200 OK", "", NO_ISSUES),
            answer("200 OK", "", NOTHING_FOUND),
            answer("201 Created", "", &opened),
        ]);
        let api = format!("http://{}/", server.host());
        let mut command = vitte(dir.path());
        command.args(["--to", "github", "--repo", "o/r", "--api", &api]);
        if by_file {
            command.args(["--token-file", "token"]).env("GITHUB_TOKEN", "another");
        } else {
            command.env("GITHUB_TOKEN", TOKEN);
        }
        let ended = run(&mut command);
        let expected = format!("{ID}: opened https://github.com/o/r/issues/7\n");
        assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*expected, ""));
        let requests = server.received();
        assert_eq!(requests[2].line, "POST /repos/o/r/issues HTTP/1.1");
        assert_eq!(requests[2].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    }
}

#[test]
fn a_dry_run_prints_the_requests_without_secrets() {
    let dir = stored();
    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let host = server.host();
    let dsn = format!("http://{KEY}:{TOKEN}@{host}/42");
    let ended = run(vitte(dir.path()).args(["--to", "sentry", "--dry-run", "--dsn", &dsn]));
    let request = format!("POST http://{host}/api/42/envelope/\naccept: application/json\n");
    assert!(ended.stdout.starts_with(&request), "{}", ended.stdout);
    let auth = "\nx-sentry-auth: Sentry sentry_key=***, sentry_version=7, \
        sentry_client=vitte-diag/0.1.0, sentry_secret=***\n";
    assert!(ended.stdout.contains(auth), "{}", ended.stdout);
    let prepared = Upload::new(sentry(&host)).prepare(&report()).unwrap();
    assert!(ended.stdout.ends_with(prepared.requests()[0].body()), "{}", ended.stdout);
    assert_no_secrets(&ended);

    let api = format!("http://{host}");
    let arguments = ["--to", "github", "--repo", "o/r", "--api", &api, "--dry-run"];
    let ended = run(vitte(dir.path()).args(arguments).env("GITHUB_TOKEN", TOKEN));
    for part in [
        &format!("GET {api}/repos/o/r/issues?"),
        &format!("\nGET {api}/search/issues?q=repo:o/r+"),
        &format!("\nPOST {api}/repos/o/r/issues\n"),
        "\nauthorization: Bearer ***\n",
        "{\"body\":\"<!-- vitte-crash ",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    assert_no_secrets(&ended);

    let ended = run(vitte(dir.path()).args(["--to", "file", "--out", "copies", "--dry-run"]));
    assert!(
        ended.stdout.starts_with(&format!("write copies/{ID}.json\n\n{{\n")),
        "{}",
        ended.stdout
    );
    assert!(ended.code == 0 && !dir.path().join("copies").exists());
    assert_eq!(server.received(), [], "a dry run does not connect");
}

fn assert_no_secrets(ended: &CommandResult) {
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
    assert!(!ended.stdout.contains(KEY) && !ended.stdout.contains(TOKEN), "{}", ended.stdout);
    assert_private(&ended.stdout);
}

#[test]
fn missing_arguments_are_errors() {
    let dir = stored();
    let stderr = |arguments: &[&str]| {
        let ended = run(vitte(dir.path()).args(arguments));
        assert_eq!((ended.code, &*ended.stdout), (2, ""), "{arguments:?}");
        ended.stderr
    };
    for (arguments, expected) in [
        (&["--to", "sentry"][..], "vitte: no DSN; pass --dsn or set SENTRY_DSN\n"),
        (
            &["--to", "sentry", "--dsn", "x"],
            "vitte: invalid DSN: not a URL of the form `https://KEY@HOST/PROJECT`\n",
        ),
        (
            &["--to", "github", "--repo", "o/r"],
            "vitte: no token; pass --token-file or set GITHUB_TOKEN\n",
        ),
    ] {
        assert_eq!(stderr(arguments), expected);
    }
    for (arguments, expected) in [
        (&["--to", "github"][..], "--repo <OWNER/NAME>"),
        (&["--to", "file"], "--out <DIR>"),
        (&["--to", "file", "--out", "x", "--timeout", "0"], "--timeout <SECONDS>"),
        (
            &["--to", "file", "--out", "x", "--dir", "none"],
            "no crash matches `2025-10-22T13-05-42` in `none`",
        ),
        (&["--to", "mail"], "invalid value 'mail'"),
    ] {
        let text = stderr(arguments);
        assert!(text.contains(expected), "{text}");
    }
    for (id, expected) in [
        ("../no-such-file", "vitte: no crash matches `../no-such-file` in `bad`\n"),
        ("..", "vitte: no crash matches `..` in `bad`\n"),
        ("x", "vitte: no crash matches `x` in `bad`\n"),
    ] {
        let mut vitte = crate::vitte();
        let arguments = ["crash", "upload", id, "--dir", "bad", "--to", "file", "--out", "copies"];
        let ended = run(vitte.current_dir(dir.path()).args(arguments));
        assert_eq!((ended.code, &*ended.stderr), (2, expected));
    }
    // A rejected token is exit code 2, like every error.
    let server = Server::start(vec![answer("401 Unauthorized", "", "")]);
    let api = format!("http://{}", server.host());
    let arguments = ["--to", "github", "--repo", "o/r", "--token-file", "token", "--api", &api];
    let expected = format!("vitte: {}: the token was rejected (status 401)\n", server.host());
    assert_eq!(stderr(&arguments), expected);
}
