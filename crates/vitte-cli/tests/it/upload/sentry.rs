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
