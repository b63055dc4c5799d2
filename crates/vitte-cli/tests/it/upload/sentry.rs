//! Sentry: the event.

use super::*;

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
