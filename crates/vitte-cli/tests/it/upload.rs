//! Reports of crashes, uploaded: what is sent and what is not, and what is said of a server that fails.
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

use crate::common::{self, Ended};

const ID: &str = "2025-10-22T13-05-42";
const TOKEN: &str = "ghp_5ecretT0ken";
const KEY: &str = "5ecretkey0123";

/// A report with all there may be in one, and what nobody else may see: `ada`, `--password`, `TOP SECRET`.
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

/// Uploads, and says how long it would have slept before each further try.
fn upload(
    target: Target,
    report: &CrashReport,
) -> (Result<UploadReceipt, UploadError>, Vec<Duration>) {
    let slept = Arc::new(Mutex::new(Vec::new()));
    let sleeps = Arc::clone(&slept);
    let upload = Upload::new(target)
        .with_timeouts(Duration::from_secs(5), Duration::from_secs(10))
        .with_sleep(move |pause| sleeps.lock().unwrap().push(pause));
    let done = upload.send(&upload.prepare(report).unwrap());
    let slept = slept.lock().unwrap().clone();
    (done, slept)
}

/// What is said of a server that answers so, how often it was asked, and what was slept.
fn said(target: fn(&str) -> Target, steps: Vec<Step>) -> (String, usize, Vec<Duration>) {
    let server = Server::start(steps);
    let host = server.host();
    let (done, slept) = upload(target(&host), &report());
    let text = done.map_or_else(|error| error.to_string(), |uploaded| uploaded.to_string());
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
    (text.replace(&host, "HOST"), server.received().len(), slept)
}

const HALF: Duration = Duration::from_millis(500);
const ONE: Duration = Duration::from_secs(1);

fn event(request: &Received) -> Event<'static> {
    let envelope = Envelope::from_slice(&request.body).expect("an envelope");
    let items: Vec<_> = envelope.items().collect();
    let [EnvelopeItem::Event(event)] = &*items else { panic!("one event: {items:?}") };
    event.clone()
}

#[test]
fn sentry_gets_the_event_and_nothing_else() {
    let server = Server::start(vec![answer("200 OK", "", "{\"id\":\"1\"}")]);
    let host = server.host();
    let (done, slept) = upload(sentry(&host), &report());
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

    // Three lines: the header, the item's header with its length, the item.
    let text = String::from_utf8(request.body.clone()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let head: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(head, json!({"type": "event", "length": lines[2].len()}));
    let event = event(request);
    let id = event.event_id.as_simple().to_string();
    assert_eq!(lines[0], json!({"event_id": event.event_id}).to_string());
    assert_eq!(lines.len(), 3);
    assert_eq!(done.unwrap(), UploadReceipt::Event { id, host });
    assert!(slept.is_empty());

    assert_eq!((event.level, event.release.as_deref()), (Level::Fatal, Some("vittec@0.1.0")));
    assert_eq!((event.server_name.clone(), event.environment.clone()), (None, None));
    assert!(event.user.is_none() && event.request.is_none());
    let exception = &event.exception[0];
    assert_eq!(exception.ty, "panic");
    assert_eq!(exception.value.as_deref(), Some("index out of bounds\nthe length is 3"));
    let frames = &exception.stacktrace.as_ref().unwrap().frames;
    let calls: Vec<_> = frames
        .iter()
        .map(|frame| (frame.function.as_deref().unwrap(), frame.lineno, frame.in_app))
        .collect();
    let expected = [
        ("main", Some(3), Some(true)),
        ("vittec::front::close", Some(77), Some(true)),
        ("core::panicking::panic", Some(75), Some(false)),
    ];
    assert_eq!(calls, expected);
    assert_eq!(frames[1].filename.as_deref(), Some("~/vitte/src/front.rs"));
    let threads: Vec<_> = event.threads.iter().map(|t| (t.name.as_deref(), t.crashed)).collect();
    assert_eq!(threads, [(Some("main"), true), (Some("worker"), false)]);
    let Some(Context::Other(crash)) = event.contexts.get("crash") else { panic!("{event:?}") };
    assert_eq!(crash["doing"], json!(["typeck fn=area at src/shapes.vitte:12:7"]));
    assert_eq!(event.tags["code"], "F0001");
    assert_eq!(event.tags["fingerprint"], Fingerprint::of(&report()).to_string());
    assert_private(&text);
}

/// Nothing of what stays with the user is in it.
fn assert_private(text: &str) {
    for private in ["ada", "password", "hunter2", "TOP SECRET"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}

#[test]
fn the_same_report_is_the_same_event() {
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
fn github_gets_an_issue_after_it_was_looked_for() {
    let opened = issue_json("https://github.com/vitte/vittec/issues/7", "", "open").to_string();
    let server = Server::start(vec![
        answer("200 OK", "", NO_ISSUES),
        answer("200 OK", "", NOTHING_FOUND),
        answer("201 Created", "", &opened),
    ]);
    let host = server.host();
    let target = github(&host);
    let (done, slept) = upload(target.clone(), &report());
    let url = "https://github.com/vitte/vittec/issues/7".to_owned();
    assert_eq!(done.unwrap(), UploadReceipt::NewIssue { url });
    assert!(slept.is_empty());
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
        "<!-- vitte-crash {print} -->\n| fact | value |\n|---|---|\n| code | `F0001` |\n\
        | program | `vittec 0.1.0` |\n| place | `src/front.rs:77:13` |\n| thread | `main` |\n\
        | system | `linux x86_64` |\n| build | `release` |\n| commit | `abcdef1` |\n\
        | time | `2025-10-22T13:05:42.5Z` |\n| report | `{ID}` |\n| session | `5e551011` |\n\n\
        **Message**\n\n```text\nindex out of bounds\nthe length is 3\n```\n\n\
        **What it was doing, the innermost first**\n\n```text\n\
        typeck fn=area at src/shapes.vitte:12:7\n```\n\n\
        **Backtrace, the innermost call first**\n\n```text\n\
        core::panicking::panic at /rustc/abc/library/core/src/panicking.rs:75:14\n\
        vittec::front::close::h0123456789abcdef at ~/vitte/src/front.rs:77:13\n\
        main at src/main.rs:3:5\n```\n"
    );
    assert_eq!(issue["body"], expected);

    // What was shown is what was sent.
    let prepared = Upload::new(target).prepare(&report()).unwrap();
    for (shown, sent) in prepared.requests().iter().zip(&requests) {
        assert_eq!(shown.body().as_bytes(), sent.body);
        assert_eq!(
            shown.url().replace(&host, ""),
            format!("http://{}", sent.line.split(' ').nth(1).unwrap())
        );
        let mut headers: Vec<_> = shown
            .headers()
            .map(|(name, value)| (name.to_owned(), value.replace("***", TOKEN)))
            .collect();
        headers.push(("host".to_owned(), host.clone()));
        headers.sort();
        assert_eq!(headers, sent.headers);
    }
}

#[test]
fn an_issue_that_is_there_is_named() {
    let marker = format!("<!-- vitte-crash {} -->", Fingerprint::of(&report()));
    let known = issue_json("https://github.com/o/r/issues/3", &format!("{marker}\nx"), "closed");
    // Quoted, it marks nothing.
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
        let (done, _) = upload(github(&server.host()), &report());
        assert_eq!(done.unwrap(), expected);
        assert_eq!(server.received().len(), count);
    }
}

/// A server's error after which the issue is there: it is found, not opened once more.
#[test]
fn a_second_try_opens_no_second_issue() {
    let marker = format!("<!-- vitte-crash {} -->", Fingerprint::of(&report()));
    let opened =
        json!([issue_json("https://github.com/o/r/issues/9", &marker, "open")]).to_string();
    let (text, asked, slept) = said(
        github,
        vec![
            answer("200 OK", "", NO_ISSUES),
            answer("200 OK", "", NOTHING_FOUND),
            answer("502 Bad Gateway", "", "<html>"),
            answer("200 OK", "", &opened),
        ],
    );
    assert_eq!(text, "is already known: https://github.com/o/r/issues/9");
    assert_eq!((asked, slept), (4, vec![HALF]));
}

#[test]
fn the_fingerprint_is_of_the_defect() {
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
        // The message is part of it, but for its numbers.
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
fn what_passes_is_tried_again() {
    let ok = || answer("200 OK", "", "{}");
    let fail = || answer("500 Internal Server Error", "", "{\"detail\":\"oops\"}");
    let (text, asked, slept) = said(sentry, vec![fail(), ok()]);
    assert!(text.starts_with("event ") && text.ends_with(" at HOST"), "{text}");
    assert_eq!((asked, slept), (2, vec![HALF]));

    let (text, asked, slept) = said(sentry, vec![fail(), fail(), fail(), ok()]);
    assert_eq!(text, "HOST: the server has a problem (status 500: oops)");
    assert_eq!((asked, slept), (3, vec![HALF, ONE]));

    let later = |time| answer("429 Too Many Requests", &format!("retry-after: {time}\r\n"), "");
    let (text, asked, slept) = said(sentry, vec![later("7"), ok()]);
    assert!(text.starts_with("event "), "{text}");
    assert_eq!((asked, slept), (2, vec![Duration::from_secs(7)]));
    let (text, asked, slept) = said(sentry, vec![later("61"), ok()]);
    assert_eq!(text, "HOST: too many requests (status 429); try again in 61 s");
    assert_eq!((asked, slept), (1, vec![]));
    let (_, asked, slept) = said(sentry, vec![later("soon"), ok()]);
    assert_eq!((asked, slept), (2, vec![HALF]));

    // A connection that breaks, before the answer and within its head.
    let cut = || Step::Write(b"HTTP/1.1 200 OK\r\ncontent-".to_vec());
    let (text, asked, slept) = said(sentry, vec![Step::Write(Vec::new()), cut(), cut(), ok()]);
    assert_eq!(text, "cannot reach HOST: the connection was closed before the answer was complete");
    assert_eq!((asked, slept), (3, vec![HALF, ONE]));
}

#[test]
fn a_refused_connection_is_tried_again() {
    let (done, slept) = upload(sentry(CLOSED), &report());
    let error = done.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot reach {CLOSED}: the connection was refused"));
    assert_eq!(slept, [HALF, ONE]);
}

#[test]
fn what_is_refused_is_not_tried_again() {
    let body = format!("{{\"message\":\"Bad\\u001b[2J credentials {TOKEN}\"}}");
    let rejected = |status| answer(status, "", &body);
    let quote = "Bad␛[2J credentials ***";
    for (status, meaning) in [
        ("401 Unauthorized", "the token is not accepted"),
        ("403 Forbidden", "the token may not open issues in `vitte/vittec`"),
        ("404 Not Found", "there is no repository `vitte/vittec`, or the token may not see it"),
        ("410 Gone", "`vitte/vittec` takes no issues"),
        ("422 Unprocessable", "the server does not accept it"),
    ] {
        let number = &status[..3];
        let (text, asked, slept) = said(github, vec![rejected(status), rejected(status)]);
        assert_eq!(text, format!("HOST: {meaning} (status {number}: {quote})"));
        assert_eq!((asked, slept), (1, vec![]));
    }
    for (status, meaning) in [
        ("401 Unauthorized", "the key of the DSN is not accepted"),
        ("404 Not Found", "there is no such project"),
        ("413 Too Large", "the report is too large"),
    ] {
        let body = format!("{{\"detail\":\"no {KEY}\"}}");
        let (text, asked, _) = said(sentry, vec![answer(status, "", &body)]);
        assert_eq!(text, format!("HOST: {meaning} (status {}: no ***)", &status[..3]));
        assert_eq!(asked, 1);
    }
    // GitHub's other way to say that these are too many.
    let limited = answer("403 Forbidden", "x-ratelimit-remaining: 0\r\n", "");
    let (text, asked, _) = said(github, vec![limited]);
    assert_eq!((&*text, asked), ("HOST: too many requests (status 403)", 1));
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(vec![answer("200 OK", "", "{}")]);
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        for (target, secret) in [(sentry as fn(&str) -> Target, KEY), (github, TOKEN)] {
            let to = format!("location: http://{}/?{secret}\r\n", elsewhere.host());
            let (text, asked, slept) = said(target, vec![answer(status, &to, "")]);
            assert!(text.starts_with("HOST: it redirects to `http://127.0.0.1:"), "{text}");
            assert!(text.contains("which is not followed (status 30"), "{text}");
            assert_eq!((asked, slept), (1, vec![]));
        }
    }
    assert_eq!(elsewhere.received(), []);
}

#[test]
fn a_server_that_hangs_is_left() {
    let half = Step::WriteAndHang(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[".to_vec());
    for (target, step, name) in [
        (sentry as fn(&str) -> Target, Step::Hang, "sentry"),
        (github, Step::Hang, "github"),
        (github, half, "half an answer"),
    ] {
        let server = Server::start(vec![step.clone(), step]);
        let host = server.host();
        let short = Duration::from_millis(200);
        let upload = Upload::new(target(&host)).with_timeouts(short, short);
        let error = upload.send(&upload.prepare(&report()).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), format!("{host}: no answer within 200ms"), "{name}");
        assert!(matches!(error, UploadError::Timeout { is_connect: false, .. }));
        assert_eq!(server.received().len(), 1, "{name}");
    }
}

#[test]
fn bad_answers_are_said_to_be_bad() {
    let garbage = Step::Write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec());
    for target in [sentry, github] {
        let (text, asked, _) = said(target, vec![garbage.clone(), garbage.clone()]);
        assert!(
            text.starts_with("the answer of HOST is not understood: it is no HTTP: "),
            "{text}"
        );
        assert_eq!(asked, 1);
    }
    let before = [answer("200 OK", "", NO_ISSUES), answer("200 OK", "", NOTHING_FOUND)];
    let after = |step: Step| [&before[..], &[step]].concat();

    let huge = answer("201 Created", "", &format!("\"{}\"", "x".repeat(8 << 20)));
    let (text, asked, _) = said(github, after(huge.clone()));
    assert_eq!(text, "the answer of HOST is not understood: it is longer than 1 MiB");
    assert_eq!(asked, 3);
    // Sentry's id is known before, so that its answer is of no use.
    let (text, ..) = said(sentry, vec![huge]);
    assert!(text.starts_with("event "), "{text}");

    let cut = Step::Write(b"HTTP/1.1 201 Created\r\ncontent-length: 999\r\n\r\n{\"html_".to_vec());
    let steps: Vec<_> = (0..3).flat_map(|_| after(cut.clone())).collect();
    let (text, asked, slept) = said(github, steps);
    assert_eq!(text, "cannot reach HOST: the connection was closed before the answer was complete");
    assert_eq!((asked, slept), (9, vec![HALF, ONE]));

    // What speaks no TLS is not asked twice.
    let server = Server::start(vec![Step::Blurt(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())]);
    let host = server.host();
    let dsn = Secret::new(format!("https://{KEY}@{host}/42"));
    let (done, slept) = upload(Target::Sentry { dsn }, &report());
    let text = done.unwrap_err().to_string();
    assert!(text.starts_with(&format!("no secure connection to {host}: ")), "{text}");
    assert!(slept.is_empty() && server.received().is_empty());

    for body in ["", "[]", "{}", "<html>", "{\"html_url\": 3}", &format!("\"{TOKEN}\"")] {
        let (text, ..) = said(github, after(answer("201 Created", "", body)));
        let expected =
            "the answer of HOST is not understood: it is not the JSON that GitHub writes";
        assert!(text.starts_with(expected), "{body}: {text}");
    }
}

/// What a target that is none is said to be; nothing secret is in it.
#[test]
fn bad_targets_are_named() {
    let said = |target: Target| {
        let error = Upload::new(target).prepare(&report()).unwrap_err();
        let text = error.to_string();
        assert!(!format!("{text}{error:?}").contains("5ecret"), "{error:?}");
        text
    };
    for (dsn, reason) in [
        ("", "no valid url provided"),
        ("5ecret", "no valid url provided"),
        ("https://5ecret@host/", "empty path"),
        ("https://host/42", "username is empty"),
        ("ftp://5ecret@host/42", "no valid scheme"),
    ] {
        let text = said(Target::Sentry { dsn: Secret::new(dsn) });
        assert_eq!(text, format!("the DSN is none: {reason}"), "{dsn}");
    }
    let github = |repository: &str, token: &str, api: &str| {
        let (repository, api) = (repository.to_owned(), api.to_owned());
        said(Target::Github { repository, token: Secret::new(token), api })
    };
    let api = "https://api.github.com";
    for repository in ["", "vitte", "a/b/c", "../x", "a/..", "a/b?c", "a/b\n", "é/b"] {
        let text = github(repository, TOKEN, api);
        assert!(text.ends_with("is no repository: it is OWNER/NAME"), "{text}");
    }
    for token in ["", "5ecret\n", "5ecret x", "5ecreté"] {
        let text = github("a/b", token, api);
        assert_eq!(text, "the token is empty or has characters that no token has");
    }
    for (api, reason) in [
        ("", "it is no URL"),
        ("/v3", "it has no host"),
        ("https://host:99999", "its port is none"),
        ("ftp://host", "it is neither HTTPS nor HTTP"),
        ("https://me:5ecret@host", "it is more than a host and a path"),
        ("http://api.github.com", "without HTTPS everybody could read the token"),
    ] {
        let text = github("a/b", TOKEN, api);
        assert!(text.ends_with(&format!("cannot be the address of an API: {reason}")), "{text}");
    }
    for time in ["yesterday", "", "1969-12-31T23:59:59Z"] {
        let report = with(|value| value["timestamp"] = json!(time));
        let error = Upload::new(sentry("localhost")).prepare(&report).unwrap_err();
        assert!(error.to_string().starts_with("the report's timestamp is `"), "{error}");
    }
    let debug = format!("{:?}", Upload::new(sentry("h")).prepare(&report()).unwrap());
    assert!(!debug.contains(KEY), "{debug}");
}

/// A report of long texts, 500 of each: what is large has `size` bytes, and there are ten of them.
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
fn hostile_reports_do_no_harm() {
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
        // One of them has 10 MB.
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

/// Whatever stands outside of blocks and spans of code is this crate's own.
fn assert_all_in_code(body: &str, text: &str) {
    let mut fence: Option<&str> = None;
    let mut own = String::new();
    for (index, line) in body.lines().enumerate() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            // A row as long as the fence would end the block (section 4.5).
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
    let known = "| fact | value |\n|---|---|\n\n**Message**\n\n\n\
        **What it was doing, the innermost first**\n\n\n**Backtrace, the innermost call first**\n\n";
    assert_eq!(own, known, "{text:?}");
}

#[test]
fn a_copy_is_the_report_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a/b");
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
    assert_eq!(error, format!("`{}` is there already and holds something else", path.display()));
    let read: CrashReport = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(read, report());
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "something is left beside it");

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

/// `vitte crash upload` in a folder with the report, and nothing of the environment that matters here.
fn vitte(folder: &Path) -> Command {
    let mut vitte = crate::vitte();
    for name in ["SENTRY_DSN", "GITHUB_TOKEN", "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        vitte.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    vitte.current_dir(folder).args(["crash", "upload", ID]);
    vitte
}

fn stored() -> tempfile::TempDir {
    let json = value().to_string();
    let name = format!("target/crash-reports/{ID}.json");
    common::folder(&[(&name, &json), ("token", &format!("{TOKEN}\n")), ("bad/x.json", "{}")])
}

fn run(command: &mut Command) -> Ended {
    Ended::of(&command.output().unwrap())
}

#[test]
fn the_command_says_where_it_went() {
    let folder = stored();
    let ended = run(vitte(folder.path()).args(["--to", "file", "--out", "kept"]));
    let said = format!("{ID}: copied to kept/{ID}.json\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*said, ""));
    assert!(folder.path().join(format!("kept/{ID}.json")).is_file());

    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let dsn = format!("http://{KEY}@{}/42", server.host());
    let ended = run(vitte(folder.path()).args(["--to", "sentry"]).env("SENTRY_DSN", &dsn));
    let host = server.host();
    let requests = server.received();
    let id = event(&requests[0]).event_id.as_simple().to_string();
    let said = format!("{ID}: event {id} at {host}\n");
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*said, ""));

    for by_file in [true, false] {
        let opened = issue_json("https://github.com/o/r/issues/7", "", "open").to_string();
        let server = Server::start(vec![
            answer("200 OK", "", NO_ISSUES),
            answer("200 OK", "", NOTHING_FOUND),
            answer("201 Created", "", &opened),
        ]);
        let api = format!("http://{}/", server.host());
        let mut command = vitte(folder.path());
        command.args(["--to", "github", "--repo", "o/r", "--api", &api]);
        if by_file {
            command.args(["--token-file", "token"]).env("GITHUB_TOKEN", "another");
        } else {
            command.env("GITHUB_TOKEN", TOKEN);
        }
        let ended = run(&mut command);
        let said = format!("{ID}: opened https://github.com/o/r/issues/7\n");
        assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (0, &*said, ""));
        let requests = server.received();
        assert_eq!(requests[2].line, "POST /repos/o/r/issues HTTP/1.1");
        assert_eq!(requests[2].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    }
}

#[test]
fn a_dry_run_sends_nothing_and_shows_no_secret() {
    let folder = stored();
    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let host = server.host();
    let dsn = format!("http://{KEY}:{TOKEN}@{host}/42");
    let ended = run(vitte(folder.path()).args(["--to", "sentry", "--dry-run", "--dsn", &dsn]));
    let request = format!("POST http://{host}/api/42/envelope/\naccept: application/json\n");
    assert!(ended.stdout.starts_with(&request), "{}", ended.stdout);
    let auth = "\nx-sentry-auth: Sentry sentry_key=***, sentry_version=7, \
        sentry_client=vitte-diag/0.1.0, sentry_secret=***\n";
    assert!(ended.stdout.contains(auth), "{}", ended.stdout);
    let prepared = Upload::new(sentry(&host)).prepare(&report()).unwrap();
    assert!(ended.stdout.ends_with(prepared.requests()[0].body()), "{}", ended.stdout);
    assert_quiet(&ended);

    let api = format!("http://{host}");
    let arguments = ["--to", "github", "--repo", "o/r", "--api", &api, "--dry-run"];
    let ended = run(vitte(folder.path()).args(arguments).env("GITHUB_TOKEN", TOKEN));
    for part in [
        &format!("GET {api}/repos/o/r/issues?"),
        &format!("\nGET {api}/search/issues?q=repo:o/r+"),
        &format!("\nPOST {api}/repos/o/r/issues\n"),
        "\nauthorization: Bearer ***\n",
        "{\"body\":\"<!-- vitte-crash ",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    assert_quiet(&ended);

    let ended = run(vitte(folder.path()).args(["--to", "file", "--out", "kept", "--dry-run"]));
    assert!(ended.stdout.starts_with(&format!("write kept/{ID}.json\n\n{{\n")), "{}", ended.stdout);
    assert!(ended.code == 0 && !folder.path().join("kept").exists());
    assert_eq!(server.received(), [], "a dry run connects");
}

fn assert_quiet(ended: &Ended) {
    assert_eq!((ended.code, &*ended.stderr), (0, ""));
    assert!(!ended.stdout.contains(KEY) && !ended.stdout.contains(TOKEN), "{}", ended.stdout);
    assert_private(&ended.stdout);
}

#[test]
fn the_command_says_what_is_missing() {
    let folder = stored();
    let said = |arguments: &[&str]| {
        let ended = run(vitte(folder.path()).args(arguments));
        assert_eq!((ended.code, &*ended.stdout), (2, ""), "{arguments:?}");
        ended.stderr
    };
    for (arguments, expected) in [
        (&["--to", "sentry"][..], "vitte: no DSN; pass --dsn or set SENTRY_DSN\n"),
        (&["--to", "sentry", "--dsn", "x"], "vitte: invalid DSN: no valid url provided\n"),
        (
            &["--to", "github", "--repo", "o/r"],
            "vitte: no token; pass --token-file or set GITHUB_TOKEN\n",
        ),
    ] {
        assert_eq!(said(arguments), expected);
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
        let text = said(arguments);
        assert!(text.contains(expected), "{text}");
    }
    for (id, expected) in [
        ("../x", "vitte: no crash matches `../x` in `bad`\n"),
        ("..", "vitte: no crash matches `..` in `bad`\n"),
        ("x", "vitte: no crash matches `x` in `bad`\n"),
    ] {
        let mut vitte = crate::vitte();
        let arguments = ["crash", "upload", id, "--dir", "bad", "--to", "file", "--out", "kept"];
        let ended = run(vitte.current_dir(folder.path()).args(arguments));
        assert_eq!((ended.code, &*ended.stderr), (2, expected));
    }
    // The exit code of a refusal is that of any failure.
    let server = Server::start(vec![answer("401 Unauthorized", "", "")]);
    let api = format!("http://{}", server.host());
    let arguments = ["--to", "github", "--repo", "o/r", "--token-file", "token", "--api", &api];
    let expected = format!("vitte: {}: the token is not accepted (status 401)\n", server.host());
    assert_eq!(said(&arguments), expected);
}
