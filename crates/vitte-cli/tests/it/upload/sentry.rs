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
    assert_eq!((event.server_name.clone(), event.environment.as_deref()), (None, Some("staging")));
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
    assert_eq!((&crash["process"], &crash["test"]), (&json!(4711), &json!("front::closes")));
    let Some(Context::Other(typeck)) = event.contexts.get("0 typeck") else { panic!("{event:?}") };
    assert_eq!(json!(typeck), json!({"fn": "area", "place": "src/shapes.vitte:12:7"}));
    let breadcrumbs = serde_json::to_value(&event.breadcrumbs).unwrap();
    let first = json!({"timestamp": 1_761_138_340.25, "category": "vittec::cache", "level": "debug",
        "message": "entry removed",
        "data": {"key": "shapes", "passwd": "[redacted]", "thread": "worker"}});
    assert_eq!(breadcrumbs["values"][0], first);
    assert_eq!(breadcrumbs["values"][1]["level"], "warning");
    assert_eq!(event.tags["test"], "front::closes");
    assert_eq!(event.tags["code"], "F0001");
    assert_eq!(event.tags["fingerprint"], Fingerprint::of(&report()).to_string());
    assert_eq!(event.fingerprint[..], [Fingerprint::of(&report()).to_string()]);
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

/// The event of a report.
fn event_of(report: &CrashReport) -> Value {
    let prepared = Upload::new(sentry("localhost")).prepare(report).unwrap();
    let body = prepared.requests()[0].body().to_owned();
    serde_json::from_str(body.lines().nth(2).unwrap()).unwrap()
}

/// A report of a signal in a stripped program, at an offset.
fn stripped(offset: u64) -> CrashReport {
    let frame = |module: &str, build_id: Value, offset: u64, in_project: bool| json!({"module": module, "build_id": build_id, "offset": offset, "in_project": in_project});
    let id = json!("b4a7aff4c19ac1ea1a2d4c4b1b2ba0b4e1d6d3c2");
    with(|value| {
        value["signal"] = json!("SIGSEGV");
        value["code"] = json!("F0002");
        value["location"] = Value::Null;
        value["backtrace"] = json!([]);
        value["message"] = json!("invalid memory access at 0x0\nsecond line");
        value["frames"] = json!([
            frame("/opt/bin/vittec", id.clone(), offset, true),
            frame("/lib/libc.so.6", json!("aa"), 0x200, false),
            frame("/opt/bin/vittec", id.clone(), 0x300, true),
            frame("/lib/none.so", Value::Null, 0x400, false),
            {"in_project": false},
        ]);
    })
}

/// Sentry finds the functions of a stripped program by the build ids of its modules.
#[test]
fn frames_without_names_have_addresses_in_images() {
    let event = event_of(&stripped(0x100));
    let exception = &event["exception"]["values"][0];
    let frames = exception["stacktrace"]["frames"].as_array().unwrap();
    let frames: Vec<_> = frames.iter().rev().collect();
    let functions: Vec<_> = frames.iter().map(|frame| &frame["function"]).collect();
    let expected =
        ["vittec+0x100", "libc.so.6+0x200", "vittec+0x300", "none.so+0x400", "<unknown>"];
    assert_eq!(functions, expected);
    let addresses: Vec<_> =
        frames.iter().map(|frame| json!([frame["addr_mode"], frame["instruction_addr"]])).collect();
    // Except for the innermost frame, it is the address after the call.
    let expected =
        [json!(["rel:0", "0x100"]), json!(["rel:1", "0x201"]), json!(["rel:0", "0x301"])];
    assert_eq!(addresses[..3], expected);
    assert_eq!(addresses[3..], [json!([null, null]), json!([null, null])]);
    let image = |path: &str, id: &str, code: &str| {
        json!({"type": "symbolic", "name": path, "arch": "x86_64", "image_addr": "0x0", "image_size": 0,
               "id": id, "code_id": code})
    };
    let images = [
        image(
            "/opt/bin/vittec",
            "f4afa7b4-9ac1-eac1-1a2d-4c4b1b2ba0b4",
            "b4a7aff4c19ac1ea1a2d4c4b1b2ba0b4e1d6d3c2",
        ),
        image("/lib/libc.so.6", "000000aa-0000-0000-0000-000000000000", "aa"),
    ];
    assert_eq!(event["debug_meta"], json!({"images": images}));
    assert_eq!(exception["value"], "invalid memory access at 0x0 in `vittec+0x100`\nsecond line");
}

#[test]
fn defects_have_events_of_different_groups() {
    let fingerprint = |report: &CrashReport| event_of(report)["fingerprint"].clone();
    let own = |report: &CrashReport| Fingerprint::of(report).to_string();
    // The functions are in the fingerprint of the report.
    assert_eq!(fingerprint(&report()), json!([own(&report())]));
    // Without functions, all invalid accesses have the same one.
    let [first, second] = [stripped(0x100), stripped(0x180)];
    assert_eq!(own(&first), own(&second));
    assert_eq!(fingerprint(&first), fingerprint(&stripped(0x100)));
    assert_ne!(fingerprint(&first), fingerprint(&second));
    let other = with(|value| {
        *value = serde_json::to_value(stripped(0x100)).unwrap();
        value["module"] = json!("other");
    });
    assert_ne!(fingerprint(&first), fingerprint(&other));
}

/// The parts of a multipart form: the headers and the content of each.
fn parts<'b>(body: &'b [u8], boundary: &str) -> Vec<(String, &'b [u8])> {
    let find = |text: &[u8], from: usize| {
        body[from..].windows(text.len()).position(|part| part == text).map(|at| at + from)
    };
    let delimiter = format!("--{boundary}\r\n");
    assert!(body.starts_with(delimiter.as_bytes()));
    let (mut at, mut found) = (delimiter.len(), Vec::new());
    loop {
        let head = find(b"\r\n\r\n", at).unwrap();
        let end = find(format!("\r\n--{boundary}").as_bytes(), head).unwrap();
        let name = String::from_utf8(body[at..head].to_vec()).unwrap();
        found.push((name, &body[head + 4..end]));
        at = end + boundary.len() + 6;
        if body[end + 4 + boundary.len()..].starts_with(b"--\r\n") {
            assert_eq!(body.len(), end + boundary.len() + 8);
            return found;
        }
    }
}

/// Bytes that are not UTF-8, with what ends an envelope's item and a form's part.
const MINIDUMP: &[u8] = b"MDMP\xff\n{\"type\":\"event\"}\n\r\n--vitte-\r\n\0";

fn with_minidump() -> Capsule {
    let mut capsule = Capsule::new(report());
    capsule.minidump = Some(MINIDUMP.to_vec());
    capsule
}

#[test]
fn a_minidump_is_sent_only_if_that_is_requested() {
    let prepare = |upload: Upload| upload.prepare_capsule(&with_minidump()).unwrap();
    let plain = prepare(Upload::new(sentry("localhost")));
    assert_eq!(plain.requests()[0].attachment(), None);
    let server = Server::start(vec![answer("200 OK", "", "{}")]);
    let upload = Upload::new(sentry(&server.host())).with_minidump(true);
    let prepared = prepare(upload.clone());
    let shown = prepared.to_string();
    assert!(shown.ends_with("}\n[minidump.dmp: 36 bytes]\n"), "{shown}");
    upload.send(&prepared).unwrap();
    let requests = server.received();
    let body = &requests[0].body;
    assert_eq!(*body, prepared.requests()[0].body_bytes());
    let envelope = Envelope::from_slice(body).unwrap();
    let items: Vec<_> = envelope.items().collect();
    let [EnvelopeItem::Event(event), EnvelopeItem::Attachment(dump)] = &*items else {
        panic!("{items:?}")
    };
    assert_eq!(dump.buffer, MINIDUMP);
    assert_eq!(
        (&*dump.filename, dump.ty.as_ref().unwrap().as_str()),
        ("minidump.dmp", "event.minidump")
    );
    assert_eq!(event.exception[0].ty, "panic");
    let without = upload.prepare_capsule(&Capsule::new(report())).unwrap_err();
    assert!(matches!(without, UploadError::NoMinidump), "{without}");
}

#[test]
fn the_minidump_endpoint_gets_a_form() {
    let server = Server::start(vec![answer("200 OK", "", "1")]);
    let host = server.host();
    let dsn = Secret::new(format!("http://{KEY}@{host}/42"));
    let upload = Upload::new(Target::SentryMinidump { dsn });
    let prepared = upload.prepare_capsule(&with_minidump()).unwrap();
    assert!(prepared.to_string().contains("\n\n[minidump.dmp: 36 bytes]\n--vitte-"));
    let receipt = upload.send(&prepared).unwrap();
    let requests = server.received();
    let [request] = &*requests else { panic!("{requests:?}") };
    // The key is in a header, so that it is in no log of URLs.
    assert_eq!(request.line, "POST /api/42/minidump/ HTTP/1.1");
    assert!(request.header("x-sentry-auth").unwrap().contains(KEY));
    let content = request.header("content-type").unwrap();
    let boundary = content.strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts = parts(&request.body, boundary);
    let [(first, event), (second, dump)] = &*parts else { panic!("{parts:?}") };
    assert!(first.starts_with("content-disposition: form-data; name=\"sentry\"\r\n"), "{first}");
    let name =
        "content-disposition: form-data; name=\"upload_file_minidump\"; filename=\"minidump.dmp\"";
    assert!(second.starts_with(name), "{second}");
    assert_eq!(*dump, MINIDUMP);
    let event: Value = serde_json::from_slice(event).unwrap();
    let UploadReceipt::Event { id, .. } = receipt else { panic!("{receipt:?}") };
    assert_eq!(event["event_id"].as_str().unwrap().replace('-', ""), id);
    assert_eq!(event["release"], "vittec@0.1.0");
    assert_private(&event.to_string());
    let error = upload.prepare(&report()).unwrap_err();
    assert_eq!(error.to_string(), "the crash has no minidump");
    // The server may choose the id.
    let own = "7c7b6585f9014351bf8d02711b721929";
    for body in [own, "7c7b6585-f901-4351-bf8d-02711b721929", &json!({"id": own}).to_string()] {
        let server = Server::start(vec![answer("200 OK", "", body)]);
        let dsn = Secret::new(format!("http://{KEY}@{}/42", server.host()));
        let upload = Upload::new(Target::SentryMinidump { dsn });
        let receipt = upload.send(&upload.prepare_capsule(&with_minidump()).unwrap()).unwrap();
        assert!(receipt.to_string().starts_with(&format!("event {own} at ")), "{receipt}");
    }
}

#[test]
fn the_session_of_a_crash_has_crashed() {
    let session = |report: &CrashReport| -> Option<Value> {
        let prepared = Upload::new(sentry("localhost")).with_session(true).prepare(report).unwrap();
        let body = prepared.requests()[0].body();
        let lines: Vec<&str> = body.lines().collect();
        let head: Value = serde_json::from_str(lines.get(3)?).unwrap();
        assert_eq!(head, json!({"type": "session", "length": lines[4].len()}));
        Some(serde_json::from_str(lines[4]).unwrap())
    };
    let crashed = session(&report()).unwrap();
    let expected = json!({"sid": crashed["sid"], "did": null, "timestamp": "2025-10-22T13:05:42.5Z",
        "started": "2025-10-22T13:05:42.5Z", "init": true, "status": "crashed", "errors": 1,
        "attrs": {"release": "vittec@0.1.0", "environment": "staging"}});
    assert_eq!(crashed, expected);
    let id = "7c7b6585-f901-4351-bf8d-02711b721929";
    let same = with(|value| value["session"] = json!(id));
    assert_eq!(session(&same).unwrap()["sid"], id);
    let worker = session(&with(|value| value["thread"] = json!("worker"))).unwrap();
    assert_eq!((&worker["status"], &worker["errors"]), (&json!("ok"), &json!(1)));
    let aborted = session(&with(|value| {
        value["code"] = json!("F0005");
        value["thread"] = json!("worker");
    }));
    assert_eq!(aborted.unwrap()["status"], "crashed");
    assert_eq!(session(&with(|value| value["code"] = json!("N0900"))), None);
    let other = with(|value| value["deployment"] = json!("a b/c"));
    assert_eq!(session(&other).unwrap()["attrs"]["environment"], "a_b_c");
}

#[test]
fn only_the_newest_breadcrumbs_are_sent() {
    let many = with(|value| {
        let one = |number: usize| {
            json!({"timestamp": "yesterday", "level": "info",
            "target": "a", "message": format!("{number}")})
        };
        value["breadcrumbs"] = (0..1000).map(one).collect();
    });
    let event = event_of(&many);
    let breadcrumbs = event["breadcrumbs"]["values"].as_array().unwrap();
    assert_eq!(breadcrumbs.len(), 100);
    let last = json!({"timestamp": event["timestamp"], "category": "a", "message": "999",
        "data": {"timestamp": "yesterday"}});
    assert_eq!(breadcrumbs[99], last);
}
