//! Clients of `vittec lsp` that do what no client should do.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, PUBLISH, frame};
use super::lsp::start;
use super::vittec;

const A: &str = "file:///w/a.vitte";

/// Sends bytes to a server that is not initialized, closes the stream, and returns how it ended and what it wrote.
fn session(bytes: &[u8]) -> (ExitStatus, String, String) {
    let mut command = vittec();
    command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The server may end before it has read everything.
    _ = child.stdin.take().unwrap().write_all(bytes);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status, text(output.stdout), text(output.stderr))
}

fn initialize() -> Vec<u8> {
    frame(
        &json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}),
    )
}

fn end(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the server still runs");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The maximum of the memory that a process has used, in MiB.
#[cfg(target_os = "linux")]
fn peak_mib(process: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
fn garbage_instead_of_headers_ends_the_session() {
    for (bytes, expected) in [
        ("GET / HTTP/1.1\r\n\r\n", "found `GET / HTTP/1.1`"),
        ("Content-Length: -5\r\n\r\n{}", "found `Content-Length: -5`"),
        ("Content-Length: 99999999999999999999\r\n\r\n{}", "found `Content-Length: 9999"),
        ("Content-Length: five\r\n\r\n", "found `Content-Length: five`"),
        ("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "found `Content-Length: 3`"),
        ("\r\n\r\n{\"jsonrpc\":\"2.0\"}\n", "found `{\"jsonrpc\":\"2.0\"}`"),
        ("\u{1b}[31m\u{7}\0\n", "found `"),
    ] {
        let (status, out, err) = session(bytes.as_bytes());
        assert_eq!((status.code(), &*out), (Some(1), ""), "{bytes:?}");
        assert!(err.starts_with("vittec: the client does not send LSP: "), "{err}");
        assert!(err.contains(expected) && !err.contains('\u{1b}'), "{err}");
    }
}

#[test]
fn a_stream_that_ends_early_ends_the_session() {
    let message = initialize();
    for bytes in [
        &b""[..],
        b"Content-Length: 18446744073709551615\r\n\r\nabc",
        &message[..9],
        &message[..message.len() - 1],
        &message,
    ] {
        let (status, _, err) = session(bytes);
        assert_eq!(status.code(), Some(1));
        assert_eq!(err, "vittec: the client ended without a `shutdown` request\n");
    }
}

#[test]
fn messages_that_are_not_json_rpc_are_answered_and_the_session_goes_on() {
    let mut client = start(&json!({}));
    let deep = format!(r#"{{"id":1,"method":"a","params":{}"#, "[".repeat(1_000_000));
    for (body, code) in [
        (&b"{"[..], -32700),
        (b"\0\0", -32700),
        (b"{\"method\":\"\xff\xfe\"}", -32700),
        (deep.as_bytes(), -32700),
        (b"[]", -32600),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]"#, -32600),
        (br#"{"id":1.5,"method":"shutdown"}"#, -32600),
        (br#"{"id":12345678901,"method":"shutdown"}"#, -32600),
        (br#"{"id":true,"method":"shutdown"}"#, -32600),
        (br#""text""#, -32600),
    ] {
        client.send_bytes(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        client.send_bytes(body);
        let error = client.response(Value::Null).unwrap_err();
        assert_eq!(error["code"], code, "{error}");
    }
    let nested = format!(
        r#"{{"jsonrpc":"2.0","id":"x","method":"textDocument/hover","params":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    client.send_bytes(format!("Content-Length: {}\r\n\r\n{nested}", nested.len()).as_bytes());
    assert_eq!(client.response("x").unwrap_err()["code"], -32602);
    client.open(A, "@");
    client.published(A);
}

#[test]
fn requests_have_their_order() {
    let mut client = Client::spawn(vittec().arg("lsp"));
    for method in ["textDocument/hover", "shutdown", "unknown"] {
        let error = client.try_request(method, Value::Null).unwrap_err();
        assert_eq!(error["code"], -32002, "{method}");
    }
    client.open(A, "@");
    client.initialize(json!({}));
    let error = client.try_request("initialize", json!({"capabilities": {}})).unwrap_err();
    assert_eq!(error["code"], -32600);
    client.notify("initialized", json!({}));
    assert_eq!(client.settle(), Vec::<Value>::new(), "opened too early");
    assert_eq!(client.try_request("no/method", Value::Null).unwrap_err()["code"], -32601);
    assert_eq!(client.try_request("$/no", Value::Null).unwrap_err()["code"], -32601);
    client.request("shutdown", Value::Null);
    for method in ["textDocument/hover", "shutdown", "initialize"] {
        assert_eq!(client.try_request(method, Value::Null).unwrap_err()["code"], -32600);
    }
    client.open(A, "@");
    // Without `exit` the session ends with the stream.
    client.close_output();
    assert_eq!(end(client.process()).code(), Some(0));
}

#[test]
fn an_exit_without_shutdown_is_an_error() {
    for before in [vec![], initialize()] {
        let exit = frame(&json!({"jsonrpc": "2.0", "method": "exit"}));
        assert_eq!(session(&[before, exit].concat()).0.code(), Some(1));
    }
}

#[test]
fn invalid_parameters_are_answered() {
    let mut client = start(&json!({}));
    for method in [
        "textDocument/diagnostic",
        "workspace/diagnostic",
        "textDocument/codeAction",
        "textDocument/hover",
        "textDocument/documentLink",
        "workspace/executeCommand",
    ] {
        for params in [
            json!(null),
            json!(1),
            json!("x"),
            json!({"textDocument": 1, "previousResultIds": [1]}),
            json!({"textDocument": {"uri": 5}, "previousResultIds": 1, "command": 1}),
        ] {
            if let Err(error) = client.try_request(method, params.clone()) {
                assert_eq!(error["code"], -32602, "{method} {params}");
                let message = error["message"].as_str().unwrap();
                assert!(!message.is_empty(), "{method} {params}");
            } else {
                panic!("{method} accepts {params}");
            }
        }
    }
    for method in ["didOpen", "didChange", "didSave", "didClose"] {
        for params in [json!(null), json!([1]), json!({"textDocument": {"uri": []}})] {
            client.notify(&format!("textDocument/{method}"), params);
        }
    }
    for method in ["didChangeWatchedFiles", "didChangeConfiguration", "didChangeWorkspaceFolders"] {
        for params in [json!(null), json!([1]), json!({"changes": {}, "settings": 1, "event": []})]
        {
            client.notify(&format!("workspace/{method}"), params);
        }
    }
    client.open(A, "@");
    client.published(A);
}

#[test]
fn a_server_ends_with_its_client() {
    // The streams are closed, as they are when the client is killed.
    let mut client = start(&json!({}));
    client.open(A, "@");
    client.close_output();
    assert_eq!(end(client.process()).code(), Some(1));

    // The client is killed, but another process keeps the streams open.
    let mut editor = Command::new("sleep").arg("1000").spawn().unwrap();
    let mut client = Client::spawn(vittec().arg("lsp"));
    client.initialize(json!({"processId": editor.id(), "capabilities": {}}));
    editor.kill().unwrap();
    editor.wait().unwrap();
    assert_eq!(end(client.process()).code(), Some(1));
}

#[test]
fn a_server_ends_when_nobody_reads_its_stream() {
    let mut child =
        vittec().arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&initialize()).unwrap();
    let mut some = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    // The reader is gone. The stream of the client stays open.
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server still runs");
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "unknown"});
        _ = input.write_all(&frame(&request));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(end(&mut child).code(), Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn a_message_of_100_mb_needs_a_few_times_its_size() {
    let mut client = start(&json!({}));
    let size = 100_000_000;
    let array =
        format!(r#"{{"jsonrpc":"2.0","method":"a/b","params":[{}0]}}"#, "0,".repeat(size / 2));
    client.send_bytes(format!("Content-Length: {}\r\n\r\n{array}", array.len()).as_bytes());
    assert_eq!(client.response(Value::Null).unwrap_err()["code"], -32600);
    let garbage = "{".repeat(size);
    client.send_bytes(format!("Content-Length: {size}\r\n\r\n{garbage}").as_bytes());
    assert_eq!(client.response(Value::Null).unwrap_err()["code"], -32700);
    assert!(peak_mib(client.process()) < 320, "{} MiB", peak_mib(client.process()));
    client.open(A, &"x".repeat(size));
    client.request(
        "textDocument/hover",
        json!({"textDocument": {"uri": A}, "position": {"line": 0, "character": 0}}),
    );
    client.close(A);
    client.open(A, "@");
    client.settle();
    assert!(peak_mib(client.process()) < 700, "{} MiB", peak_mib(client.process()));
    client.process().kill().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_client_may_send_100_000_requests_before_it_reads() {
    let mut client = start(&json!({}));
    client.open(A, "let x = @\n");
    let params = json!({"textDocument": {"uri": A}, "position": {"line": 0, "character": 9}});
    let mut bytes = Vec::new();
    for id in 1000..101_000 {
        bytes.extend(frame(
            &json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": params}),
        ));
        if id % 1000 == 0 {
            let document = json!({"uri": A, "version": id});
            let changes =
                json!({"textDocument": document, "contentChanges": [{"text": "let x = @\n"}]});
            bytes.extend(frame(
                &json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": changes}),
            ));
        }
    }
    client.send_bytes(&bytes);
    for id in [1000, 50_000, 100_999] {
        assert!(client.response(id).is_ok());
    }
    assert!(peak_mib(client.process()) < 700, "{} MiB", peak_mib(client.process()));
    client.process().kill().unwrap();
}

#[test]
fn ten_thousand_documents_cost_a_keystroke_nothing() {
    let mut client =
        start(&json!({"textDocument": {"publishDiagnostics": {"versionSupport": true}}}));
    let uri = |number: usize| format!("file:///w/{number}.vitte");
    for number in 0..10_000 {
        client.open(&uri(number), "let x = @\n");
    }
    assert_eq!(client.settle().len(), 10_000);
    for version in 2..100 {
        let lines = usize::try_from(version).unwrap();
        client.replace(&uri(77), version, &"let x = @\n".repeat(lines));
        // Answered after the check.
        client.request("textDocument/documentLink", json!({"textDocument": {"uri": uri(77)}}));
        let published = client.take(PUBLISH);
        assert_eq!(published.len(), 1);
        let (uri, version) = (json!(uri(77)), json!(version));
        assert_eq!((&published[0]["uri"], &published[0]["version"]), (&uri, &version));
    }
    client.process().kill().unwrap();
}

#[test]
fn a_thousand_changes_of_a_long_file_in_one_message() {
    let mut client =
        start(&json!({"textDocument": {"publishDiagnostics": {"versionSupport": true}}}));
    client.open(A, &"let x = 1\n".repeat(100_000));
    let changes: Vec<Value> = (0..1000)
        .map(|i| {
            let at = json!({"line": (i * 97) % 100_000, "character": 8});
            json!({"range": {"start": at, "end": at}, "text": "@"})
        })
        .collect();
    client.change(A, 2, changes.into());
    let published = client.wait("version 2", |message| {
        message["method"] == PUBLISH && message["params"]["version"] == 2
    });
    let found = published["params"]["diagnostics"].as_array().unwrap();
    let illegal = found.iter().filter(|one| one["code"] == "E0001").count();
    assert!(illegal >= 1000, "{illegal}");
    client.process().kill().unwrap();
}
