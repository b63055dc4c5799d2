//! Hover, links, explanations, settings and progress.

use std::sync::Mutex;
use std::sync::mpsc;

use serde_json::{Value, json};

use crate::common::{Client, all_capabilities, check, messages, server};

const A: &str = "file:///w/a.my";

fn client() -> Client {
    Client::start(server(), &all_capabilities())
}

fn at(line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": A}, "position": {"line": line, "character": character}})
}

#[test]
fn hovering_shows_the_page_of_the_code() {
    let mut client = client();
    client.open(A, "a @ ? x");
    for character in [2, 3] {
        let hover = client.request("textDocument/hover", at(0, character));
        assert_eq!(hover["contents"]["kind"], "markdown");
        let text = hover["contents"]["value"].as_str().unwrap();
        assert!(text.starts_with("# T0001: illegal character"), "{text}");
        assert!(text.ends_with("<https://mycc.example/T0001>\n"), "{text}");
        assert_eq!(hover["range"]["start"]["character"], 2);
    }
    // No diagnostic is here; that one has no page.
    for position in [
        at(0, 0),
        at(0, 4),
        at(9, 9),
        json!({"textDocument": {"uri": "x"}, "position": at(0, 0)["position"]}),
    ] {
        assert_eq!(client.request("textDocument/hover", position), Value::Null);
    }
    client.shut_down();

    let mut client = Client::start(server(), &json!({}));
    client.open(A, "@");
    let hover = client.request("textDocument/hover", at(0, 0));
    assert_eq!(hover["contents"]["kind"], "plaintext");
    client.shut_down();
}

#[test]
fn links_lead_to_the_pages_and_do_not_overlap() {
    let mut client = client();
    client.open(A, "@ {@} &");
    let links = client.request("textDocument/documentLink", json!({"textDocument": {"uri": A}}));
    let links = links.as_array().unwrap();
    let starts: Vec<_> = links.iter().map(|one| &one["range"]["start"]["character"]).collect();
    assert_eq!(starts, [0, 3]);
    assert!(links.iter().all(|one| one["target"] == "https://mycc.example/T0001"));
    client.shut_down();
}

#[test]
fn a_command_explains_a_code() {
    let explain = |client: &mut Client, arguments: Value| {
        let params = json!({"command": "mycc.explain", "arguments": arguments});
        client.try_request("workspace/executeCommand", params)
    };
    let mut client = client();
    let commands = &client.initialized["capabilities"]["executeCommandProvider"]["commands"];
    assert_eq!(*commands, json!(["mycc.explain"]));
    let page = explain(&mut client, json!(["t0001"])).unwrap();
    assert!(page.as_str().unwrap().starts_with("# T0001: illegal character"));
    let shown = client.take("window/showDocument");
    let path = vitte_diag::lsp::path_of_uri(shown[0]["uri"].as_str().unwrap()).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page.as_str().unwrap());
    for (arguments, code) in [
        (json!(["T0009"]), -32803),
        (json!([]), -32602),
        (json!([1]), -32602),
        (json!(["../x"]), -32803),
    ] {
        assert_eq!(
            explain(&mut client, arguments.clone()).unwrap_err()["code"],
            code,
            "{arguments}"
        );
    }
    let error =
        client.try_request("workspace/executeCommand", json!({"command": "rm"})).unwrap_err();
    assert_eq!(error["message"], "the server has no command `rm`");
    client.shut_down();
    assert!(!path.exists(), "the page is removed with the session");

    // A client that shows no documents is shown a message.
    let mut client = Client::start(server(), &json!({}));
    explain(&mut client, json!(["T0001"])).unwrap();
    let shown = client.take("window/showMessage");
    assert!(shown[0]["message"].as_str().unwrap().starts_with("# T0001"));
    client.shut_down();
}

#[test]
fn a_function_may_have_the_pages() {
    let server = server().explain(|code| (code == "W0001").then(|| "asks".to_owned()));
    let mut client = Client::start(server, &all_capabilities());
    client.open(A, "?");
    let hover = client.request("textDocument/hover", at(0, 0));
    assert_eq!(hover["contents"]["value"], "asks\n\n<https://mycc.example/W0001>\n");
    client.shut_down();
}

fn severities(client: &mut Client) -> Vec<u64> {
    let mut published = client.settle();
    let last = published.pop().unwrap();
    let list = last["diagnostics"].as_array().unwrap();
    list.iter().map(|one| one["severity"].as_u64().unwrap()).collect()
}

#[test]
fn settings_come_with_the_first_message() {
    for options in [json!({"deny": ["W0001"]}), json!({"mycc": {"denyWarnings": true}})] {
        let mut capabilities = all_capabilities();
        capabilities["workspace"]["configuration"] = json!(false);
        let params = json!({"capabilities": capabilities, "initializationOptions": options});
        let mut client = Client::start_with(server(), params);
        client.open(A, "?");
        assert_eq!(severities(&mut client), [1], "{options}");
        client.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": {"mycc": {"allow": ["W0001"]}}}),
        );
        assert_eq!(severities(&mut client), [0_u64; 0]);
        client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
        client.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": {"mycc": {"allow": ["W0001"]}}}),
        );
        assert_eq!(client.settle(), Vec::<Value>::new());
        client.shut_down();
    }
}

#[test]
fn settings_are_asked_for() {
    let mut client = Client::connect(server());
    client.settings = json!({"deny": ["W0001"], "maxErrors": 2});
    client.initialize(json!({"capabilities": all_capabilities()}));
    client.wait("the question", |message| message["method"] == "workspace/configuration");
    client.open(A, "?@@@");
    let mut published = client.settle();
    let last = published.pop().unwrap();
    assert_eq!(messages(&last).len(), 3, "{last}");
    assert!(
        messages(&last).iter().any(|one| one.contains("2 more diagnostics are not shown")),
        "{last}"
    );
    client.settings = json!({"allow": ["W0001"]});
    client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    client.wait("the question", |message| message["method"] == "workspace/configuration");
    assert_eq!(severities(&mut client), [1, 1, 1]);
    client.shut_down();
}

#[test]
fn a_mistake_in_the_settings_is_shown_once() {
    let mut capabilities = all_capabilities();
    capabilities["workspace"]["configuration"] = json!(false);
    let options = json!({"deny": ["W9999"], "allow": 3});
    let params = json!({"capabilities": capabilities, "initializationOptions": options});
    let mut client = Client::start_with(server(), params);
    client.notify("workspace/didChangeConfiguration", json!({"settings": options}));
    client.open(A, "?");
    assert_eq!(severities(&mut client), [2]);
    let shown = client.take("window/showMessage");
    let mut shown: Vec<_> = shown.iter().map(|one| one["message"].as_str().unwrap()).collect();
    shown.sort_unstable();
    assert_eq!(
        shown,
        ["mycc: `allow` must be a list of codes, not `3`", "mycc: unknown code `W9999`"]
    );
    client.shut_down();
}

#[test]
fn a_check_that_takes_long_shows_its_progress() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = server().check(move |workspace, document| {
        let wait = wait.lock().unwrap();
        _ = wait.recv();
        workspace.report_progress("half of it", 150);
        _ = wait.recv();
        check(workspace, document)
    });
    let mut client = Client::start(server, &all_capabilities());
    client.open(A, "@");
    let created =
        client.wait("progress", |message| message["method"] == "window/workDoneProgress/create");
    let value = |client: &mut Client| {
        let mut progress = client.wait("progress", |message| message["method"] == "$/progress");
        assert_eq!(progress["params"]["token"], created["params"]["token"]);
        progress["params"]["value"].take()
    };
    let begin = json!({"kind": "begin", "title": "mycc: checking", "cancellable": false});
    assert_eq!(value(&mut client), begin);
    go.send(()).unwrap();
    assert_eq!(
        value(&mut client),
        json!({"kind": "report", "message": "half of it", "percentage": 100})
    );
    go.send(()).unwrap();
    assert_eq!(value(&mut client), json!({"kind": "end"}));
    drop(go);
    // One that is quick shows nothing.
    client.replace(A, 2, "");
    client.settle();
    assert_eq!(client.take("$/progress"), Vec::<Value>::new());
    client.shut_down();
}
