//! The client asks for diagnostics.

use std::fs;
use std::sync::mpsc;

use serde_json::{Value, json};

use crate::common::{Client, PUBLISH, all_capabilities, check, server, uri};

const A: &str = "file:///w/a.my";

fn capabilities() -> Value {
    let mut capabilities = all_capabilities();
    let publish = capabilities["textDocument"]["publishDiagnostics"].clone();
    capabilities["textDocument"]["diagnostic"] = publish;
    capabilities["workspace"]["diagnostics"] = json!({"refreshSupport": true});
    capabilities
}

fn client() -> Client {
    Client::start(server(), &capabilities())
}

fn pull(client: &mut Client, uri: &str, previous: Option<&Value>) -> Value {
    let params = json!({"textDocument": {"uri": uri}, "previousResultId": previous});
    client.request("textDocument/diagnostic", params)
}

fn count(report: &Value) -> usize {
    report["items"].as_array().unwrap().len()
}

#[test]
fn a_report_is_full_or_unchanged() {
    let mut client = client();
    let provider = &client.initialized["capabilities"]["diagnosticProvider"];
    assert_eq!(
        *provider,
        json!({"identifier": "mycc", "interFileDependencies": true, "workspaceDiagnostics": true})
    );
    client.open(A, "@");
    let first = pull(&mut client, A, None);
    assert_eq!((first["kind"].as_str(), count(&first)), (Some("full"), 1));
    let same = pull(&mut client, A, Some(&first["resultId"]));
    assert_eq!(same, json!({"kind": "unchanged", "resultId": first["resultId"]}));
    let other = pull(&mut client, A, Some(&json!("made up")));
    assert_eq!(other, first);
    client.replace(A, 2, "@@");
    let second = pull(&mut client, A, Some(&first["resultId"]));
    assert_eq!((second["kind"].as_str(), count(&second)), (Some("full"), 2));
    client.replace(A, 3, "@");
    let third = pull(&mut client, A, Some(&second["resultId"]));
    assert_eq!(third, first, "the same diagnostics have the same id");
    client.close(A);
    assert_eq!(count(&pull(&mut client, A, None)), 0);
    assert_eq!(count(&pull(&mut client, "file:///w/unknown.my", None)), 0);
    client.shut_down();
}

#[test]
fn what_is_pulled_is_not_published() {
    let mut client = client();
    client.open(A, "@");
    // Until the client pulls for the first time, it may be one that says so and does not.
    let first = client.published(A);
    assert_eq!(first["diagnostics"].as_array().unwrap().len(), 1);
    pull(&mut client, A, None);
    assert_eq!(client.take(PUBLISH), [json!({"uri": A, "version": 1, "diagnostics": []})]);
    for version in 2..5 {
        client.replace(A, version, &"@".repeat(version as usize));
        assert_eq!(count(&pull(&mut client, A, None)), version as usize);
    }
    assert_eq!(client.take(PUBLISH), Vec::<Value>::new());
    client.shut_down();
}

#[test]
fn files_that_are_not_open_are_published_to_a_client_that_pulls_documents_only() {
    let dir = tempfile::tempdir().unwrap();
    let (other, main) = (dir.path().join("other.my"), uri(&dir.path().join("main.my")));
    fs::write(&other, "@").unwrap();
    let mut client = client();
    client.open(&main, &format!("@ use {};", other.display()));
    assert_eq!(count(&pull(&mut client, &main, None)), 1);
    let published = client.published(&uri(&other));
    assert_eq!(published["diagnostics"].as_array().unwrap().len(), 1);
    // After the client has pulled the workspace it shows each diagnostic once.
    let report = client.request("workspace/diagnostic", json!({"previousResultIds": []}));
    let items = report["items"].as_array().unwrap();
    let mut found: Vec<_> =
        items.iter().map(|one| (one["uri"].as_str().unwrap(), &one["version"])).collect();
    found.sort_by_key(|(uri, _)| *uri);
    assert_eq!(found, [(&*main, &json!(1)), (&*uri(&other), &json!(null))]);
    assert_eq!(client.published(&uri(&other))["diagnostics"], json!([]));
    // A report for each file of which the client has a result, even if it is gone.
    client.close(&main);
    let previous: Vec<_> =
        items.iter().map(|one| json!({"uri": one["uri"], "value": one["resultId"]})).collect();
    let report = client.request("workspace/diagnostic", json!({"previousResultIds": previous}));
    let items = report["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|one| one["kind"] == "full" && count(one) == 0), "{items:?}");
    client.shut_down();
}

#[test]
fn a_change_of_another_file_makes_the_client_pull_again() {
    let dir = tempfile::tempdir().unwrap();
    let (other, main) = (dir.path().join("other.my"), uri(&dir.path().join("main.my")));
    let mut client = client();
    client.open(&main, &format!("use {};", other.display()));
    assert_eq!(count(&pull(&mut client, &main, None)), 1);
    client.open(&uri(&other), "");
    let refresh = |client: &mut Client| {
        client.wait("refresh", |message| message["method"] == "workspace/diagnostic/refresh");
    };
    refresh(&mut client);
    assert_eq!(count(&pull(&mut client, &main, None)), 0);
    pull(&mut client, &uri(&other), None);
    // No refresh if nothing has changed in the other document.
    client.replace(&uri(&other), 2, "x");
    pull(&mut client, &uri(&other), None);
    pull(&mut client, &main, None);
    assert_eq!(client.take("workspace/diagnostic/refresh").len(), 0);
    client.shut_down();
}

#[test]
fn a_request_waits_for_the_check_and_can_be_cancelled() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = server().check(move |workspace, document| {
        _ = wait.lock().unwrap().recv();
        check(workspace, document)
    });
    let mut client = Client::start(server, &capabilities());
    client.open(A, "@");
    let params = json!({"textDocument": {"uri": A}});
    let first = client.send_request("textDocument/diagnostic", params.clone());
    let second = client.send_request("textDocument/diagnostic", params.clone());
    client.send(&json!({"jsonrpc": "2.0", "id": "text", "method": "textDocument/diagnostic",
        "params": params}));
    let workspace = client.send_request("workspace/diagnostic", json!({"previousResultIds": []}));
    for id in [json!(first), json!("text"), json!(workspace)] {
        client.notify("$/cancelRequest", json!({"id": id}));
        assert_eq!(client.response(id).unwrap_err()["code"], -32800);
    }
    for unknown in [
        json!({"id": 99}),
        json!({"id": "no"}),
        json!({"id": null}),
        json!({}),
        json!({"id": first}),
        json!({"id": 1.5}),
        json!({"id": 1_u64 << 40}),
    ] {
        client.notify("$/cancelRequest", unknown);
    }
    go.send(()).unwrap();
    assert_eq!(count(&client.response(second).unwrap()), 1);
    // A client that shuts down gets its answers.
    client.replace(A, 2, "");
    let last = client.send_request("textDocument/diagnostic", params);
    let shutdown = client.send_request("shutdown", Value::Null);
    assert_eq!(client.response(last).unwrap_err()["code"], -32800);
    assert_eq!(client.response(shutdown), Ok(Value::Null));
    drop(go);
    client.notify("exit", Value::Null);
    client.end().unwrap();
}
