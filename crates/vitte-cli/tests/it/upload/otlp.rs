//! OpenTelemetry: the log records, and the responses of servers.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use opentelemetry_proto::tonic::common::v1::{AnyValue as Any, KeyValue};

use super::*;

/// Reads a request by the definitions of the protocol, which must lose nothing.
fn read(body: &[u8]) -> ExportLogsServiceRequest {
    let request: ExportLogsServiceRequest = serde_json::from_slice(body).expect("log records");
    let sent: Value = serde_json::from_slice(body).unwrap();
    assert_contains(&serde_json::to_value(&request).unwrap(), &sent, "");
    request
}

/// Checks that everything that was sent is in what the definitions have read. These write fields that were not sent, too.
fn assert_contains(read: &Value, sent: &Value, path: &str) {
    match (read, sent) {
        (Value::Object(read), Value::Object(sent)) => {
            for (key, value) in sent {
                let path = format!("{path}.{key}");
                assert_contains(read.get(key).unwrap_or_else(|| panic!("{path}")), value, &path);
            }
        }
        (Value::Array(read), Value::Array(sent)) => {
            assert_eq!(read.len(), sent.len(), "{path}");
            read.iter().zip(sent).for_each(|(read, sent)| assert_contains(read, sent, path));
        }
        (read, sent) => assert_eq!(read, sent, "{path}"),
    }
}

fn text_of(value: Option<&Any>) -> String {
    match value.and_then(|value| value.value.clone()) {
        Some(AnyValue::StringValue(text)) => text,
        Some(AnyValue::IntValue(number)) => format!("{number}i"),
        Some(AnyValue::ArrayValue(list)) => {
            list.values.iter().map(|value| text_of(Some(value))).collect::<Vec<_>>().join(" | ")
        }
        other => panic!("{other:?}"),
    }
}

fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let found: Vec<_> = attributes.iter().filter(|attribute| attribute.key == key).collect();
    let [found] = &*found else { panic!("{key}: {found:?}") };
    text_of(found.value.as_ref())
}

#[test]
fn a_crash_is_a_fatal_log_record_with_its_breadcrumbs() {
    let server = Server::start(vec![answer("200 OK", "", "{\"partialSuccess\":{}}")]);
    let host = server.host();
    let (result, _) = upload(otlp(&host), &report());
    let receipt = result.unwrap();
    assert_eq!(receipt.to_string(), format!("log record at {host}"));
    let requests = server.received();
    let [request] = &*requests else { panic!("{requests:?}") };
    assert_eq!(request.line, "POST /v1/logs HTTP/1.1");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("api-key"), Some(TOKEN));
    let logs = read(&request.body);
    let [logs] = &*logs.resource_logs else { panic!("{logs:?}") };
    let resource = &logs.resource.as_ref().unwrap().attributes;
    for (key, value) in [
        ("service.name", "vittec"),
        ("service.version", "0.1.0"),
        ("deployment.environment.name", "staging"),
        ("host.arch", "amd64"),
        ("os.type", "linux"),
        ("process.pid", "4711i"),
        ("vcs.ref.head.revision", "abcdef1"),
    ] {
        assert_eq!(attribute(resource, key), value, "{key}");
    }
    let names: Vec<_> =
        logs.scope_logs.iter().map(|logs| &*logs.scope.as_ref().unwrap().name).collect();
    assert_eq!(names, ["vittec::cache", "vittec::front", "vitte-capsule"]);
    let record = |scope: usize| &logs.scope_logs[scope].log_records[0];
    let crash = record(2);
    assert_eq!((crash.severity_number, &*crash.severity_text), (21, "FATAL"));
    assert_eq!(crash.time_unix_nano, 1_761_138_342_500_000_000);
    assert_eq!(text_of(crash.body.as_ref()), "index out of bounds\nthe length is 3");
    for (key, value) in [
        ("exception.type", "panic"),
        ("exception.message", "index out of bounds\nthe length is 3"),
        ("code.function.name", "vittec::front::close::h0123456789abcdef"),
        ("code.file.path", "~/vitte/src/front.rs"),
        ("code.line.number", "77i"),
        ("code.column.number", "13i"),
        ("thread.id", "41i"),
        ("thread.name", "main"),
        ("session.id", "5e551011"),
        ("test.case.name", "front::closes"),
        ("vitte.crash.id", ID),
        ("vitte.crash.code", "F0001"),
        ("vitte.crash.kind", "panic"),
        ("vitte.crash.contexts", "typeck fn=area at src/shapes.vitte:12:7"),
        ("vitte.crash.notes", "a note"),
        ("vitte.crash.fingerprint", &Fingerprint::of(&report()).to_string()),
    ] {
        assert_eq!(attribute(&crash.attributes, key), value, "{key}");
    }
    let stack = attribute(&crash.attributes, "exception.stacktrace");
    assert_eq!(stack.lines().count(), 3);
    assert!(stack.lines().last().unwrap().starts_with("main at src/main.rs:3:5"), "{stack}");
    let (removed, unusual) = (record(0), record(1));
    assert_eq!((removed.severity_number, &*removed.severity_text), (5, "DEBUG"));
    assert_eq!((unusual.severity_number, unusual.time_unix_nano), (13, 1_761_138_342_250_000_000));
    assert_eq!(text_of(removed.body.as_ref()), "entry removed");
    for (key, value) in [("key", "shapes"), ("passwd", "[redacted]"), ("thread.name", "worker")] {
        assert_eq!(attribute(&removed.attributes, key), value, "{key}");
    }
    // Servers find duplicates by it.
    let uid = |record: usize| {
        attribute(&logs.scope_logs[record].log_records[0].attributes, "log.record.uid")
    };
    assert!(uid(0).len() == 32 && uid(0) != uid(1) && uid(1) != uid(2));
    assert_private(&String::from_utf8(request.body.clone()).unwrap());
}

#[test]
fn the_same_report_gives_the_same_records() {
    let prepare = |report: &CrashReport| {
        Upload::new(otlp("localhost")).prepare(report).unwrap().requests()[0].body().to_owned()
    };
    assert_eq!(prepare(&report()), prepare(&report()));
    for text in ["x", "\u{1b}[2J\u{202e}é\n", "\"\\"] {
        let body = prepare(&hostile(text, 1 << 20));
        assert!(body.len() < 1 << 20, "{} bytes", body.len());
        assert!(!body.contains(['\u{1b}', '\u{202e}']));
        read(body.as_bytes());
    }
    let dump = with(|value| value["code"] = json!("N0900"));
    let logs = read(prepare(&dump).as_bytes());
    let last = logs.resource_logs[0].scope_logs.last().unwrap();
    assert_eq!(last.log_records[0].severity_number, 9);
    let early = with(|value| value["timestamp"] = json!("1960-01-01T00:00:00Z"));
    let error = Upload::new(otlp("localhost")).prepare(&early).unwrap_err().to_string();
    assert!(error.contains("not an RFC 3339 timestamp after 1970"), "{error}");
    let odd = with(|value| value["breadcrumbs"][0]["timestamp"] = json!("yesterday"));
    let logs = read(prepare(&odd).as_bytes());
    let record = &logs.resource_logs[0].scope_logs[0].log_records[0];
    assert_eq!(
        (record.time_unix_nano, record.observed_time_unix_nano),
        (0, 1_761_138_342_500_000_000)
    );
}

#[test]
fn responses_are_handled_as_the_protocol_requires() {
    let partial = |rejected: &str, message: &str| {
        answer(
            "200 OK",
            "",
            &format!(
                "{{\"partialSuccess\":{{\"rejectedLogRecords\":{rejected},\"errorMessage\":\"{message}\"}}}}"
            ),
        )
    };
    for (step, text) in [
        (answer("200 OK", "", ""), "log record at HOST"),
        (answer("200 OK", "", "\u{0}"), "log record at HOST"),
        (partial("0", "deprecated"), "log record at HOST (warning: deprecated)"),
        (partial("\"1\"", "too \\u001b old"), "HOST: rejected 1 of 3 log records: too ␛ old"),
        (partial("3", ""), "HOST: rejected 3 of 3 log records"),
        (
            answer("400 Bad Request", "", "{\"code\":3,\"message\":\"no\"}"),
            "HOST: request rejected (status 400: no)",
        ),
        // A server that has failed in this way may have stored the records.
        (answer("500 Internal Server Error", "", ""), "HOST: server error (status 500)"),
        (
            answer("401 Unauthorized", "", TOKEN),
            "HOST: the headers have no valid credentials (status 401: ***)",
        ),
        (answer("404 Not Found", "", ""), "HOST: no endpoint for logs at this path (status 404)"),
    ] {
        let (shown, requests, pauses) = outcome(otlp, vec![step]);
        assert_eq!((&*shown, requests, pauses.len()), (text, 1, 0));
    }
    for status in ["429 Too Many Requests", "502 Bad Gateway", "503 Service Unavailable"] {
        let busy = answer(status, "retry-after: 7\r\n", "");
        let (shown, requests, pauses) = outcome(otlp, vec![busy, answer("200 OK", "", "{}")]);
        assert_eq!((&*shown, requests), ("log record at HOST", 2));
        assert_eq!(pauses, [Duration::from_secs(7)]);
    }
}

#[test]
fn the_headers_of_another_machine_need_https() {
    let prepare = |endpoint: &str, headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value)));
        let target = Target::Otlp { endpoint: endpoint.to_owned(), headers: headers.collect() };
        Upload::new(target).prepare(&report()).map_err(|error| error.to_string())
    };
    assert!(prepare("http://collector:4318/v1/logs", &[]).is_ok());
    assert!(prepare("https://collector/v1/logs", &[("k", TOKEN)]).is_ok());
    let error = prepare("http://collector:4318/v1/logs", &[("k", TOKEN)]).unwrap_err();
    assert!(error.ends_with("HTTP does not protect the token; use HTTPS"), "{error}");
    for endpoint in ["", "collector", "ftp://a/", "http://a:b@c/"] {
        let error = prepare(endpoint, &[]).unwrap_err();
        assert!(error.starts_with("invalid OpenTelemetry endpoint `"), "{error}");
    }
    let shown = prepare("http://localhost/v1/logs", &[("K", TOKEN)]).unwrap().to_string();
    assert!(shown.contains("\nk: ***\n") && !shown.contains(TOKEN), "{shown}");
}
