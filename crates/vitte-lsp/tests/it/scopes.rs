//! What is checked, and when: files that are not open, the workspace as a whole, saved documents.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use vitte_diag::{Diagnostic, DiagnosticBag, Span};
use vitte_lsp::{RunOn, Scope, Server};

use crate::common::{Client, all_capabilities, check, ranges, server, uri};

fn start(server: Server, folders: &[&Path]) -> Client {
    let folders: Vec<_> =
        folders.iter().map(|path| json!({"uri": uri(path), "name": "folder"})).collect();
    let params = json!({"capabilities": all_capabilities(), "workspaceFolders": folders});
    Client::start_with(server, params)
}

/// The number of diagnostics of each file that was published, by its name.
fn counts(published: &[Value]) -> Vec<(&str, usize)> {
    let name = |one: &'_ Value| one["uri"].as_str().map(|uri| uri.rfind('/').unwrap() + 1);
    let mut counts: Vec<_> = published
        .iter()
        .map(|one| (&one["uri"].as_str().unwrap()[name(one).unwrap()..], ranges(one).len()))
        .collect();
    counts.sort_unstable();
    counts
}

#[test]
fn files_of_the_workspace_are_checked_without_being_open() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (dir, name, text) in
        [(&a, "a.my", "@"), (&a, "clean.my", ""), (&a, "other.txt", "@"), (&b, "b.my", "@@")]
    {
        fs::write(dir.path().join(name), text).unwrap();
    }
    fs::create_dir(a.path().join(".hidden")).unwrap();
    fs::write(a.path().join(".hidden/h.my"), "@").unwrap();
    let mut client = start(server().workspace_files(["my"]), &[a.path()]);
    let watchers =
        client.wait("watchers", |message| message["method"] == "client/registerCapability");
    let watched = &watchers["params"]["registrations"][0]["registerOptions"]["watchers"];
    assert_eq!(*watched, json!([{"globPattern": "**/*"}]));
    assert_eq!(counts(&client.settle()), [("a.my", 1)]);
    // Another folder.
    let folder = |dir: &Path| json!([{"uri": uri(dir), "name": "b"}]);
    let event = json!({"event": {"added": folder(b.path()), "removed": []}});
    client.notify("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(counts(&client.settle()), [("b.my", 2)]);
    // Files are created, changed and removed.
    let new = b.path().join("new.my");
    fs::write(&new, "@@@").unwrap();
    client.file_changed(&uri(&new));
    assert_eq!(counts(&client.settle()), [("new.my", 3)]);
    fs::write(&new, "").unwrap();
    client.file_changed(&uri(&new));
    assert_eq!(counts(&client.settle()), [("new.my", 0)]);
    fs::remove_file(b.path().join("b.my")).unwrap();
    client.file_changed(&uri(&b.path().join("b.my")));
    assert_eq!(counts(&client.settle()), [("b.my", 0)]);
    // The buffer hides the file, until it is closed.
    let own = uri(&a.path().join("a.my"));
    client.open(&own, "@@@@");
    assert_eq!(counts(&client.settle()).pop(), Some(("a.my", 4)));
    client.close(&own);
    assert_eq!(counts(&client.settle()).pop(), Some(("a.my", 1)));
    let event = json!({"event": {"added": [], "removed": folder(a.path())}});
    client.notify("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(counts(&client.settle()), [("a.my", 0)]);
    client.shut_down();
}

#[test]
fn one_check_is_about_the_whole_workspace() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("a.my", "@"), ("b.my", "@@"), ("c.my", "")] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let server = server().scope(Scope::Workspace).check(move |workspace, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        let mut bag = DiagnosticBag::new();
        for name in ["a.my", "b.my", "c.my"] {
            let file = workspace.load(name).unwrap();
            let text = workspace.sources().file(file).unwrap().text().to_owned();
            for (at, _) in text.match_indices('@') {
                bag.push(Diagnostic::error(None, Span::between(file, at, at + 1), "no"));
            }
        }
        bag
    });
    let mut client = start(server, &[dir.path()]);
    let (a, c) = (uri(&dir.path().join("a.my")), uri(&dir.path().join("c.my")));
    client.open(&c, "");
    assert_eq!(counts(&client.settle()), [("a.my", 1), ("b.my", 2), ("c.my", 0)]);
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    client.replace(&c, 2, "@");
    assert_eq!(counts(&client.settle()), [("c.my", 1)]);
    client.open(&a, "@@@");
    assert_eq!(counts(&client.settle()).pop(), Some(("a.my", 3)));
    // What is closed has the text of its file, and is checked with the rest.
    client.close(&a);
    assert_eq!(counts(&client.settle()).pop(), Some(("a.my", 1)));
    client.shut_down();
}

#[test]
fn documents_are_checked_when_they_are_saved() {
    let a = "file:///w/a.my";
    let mut client = Client::start(server().run_on(RunOn::Save), &all_capabilities());
    client.open(a, "@");
    assert_eq!(counts(&client.settle()), [("a.my", 1)]);
    client.replace(a, 2, "@@");
    client.replace(a, 3, "@@@");
    assert_eq!(client.settle(), Vec::<Value>::new(), "the editor moves what it shows");
    client.save(a);
    let published = client.settle();
    assert_eq!((counts(&published), &published[0]["version"]), (vec![("a.my", 3)], &json!(3)));
    client.shut_down();
}

#[test]
fn a_client_that_pulls_keeps_the_diagnostics_of_the_saved_text() {
    let a = "file:///w/a.my";
    let mut capabilities = all_capabilities();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let mut client = Client::start(server().run_on(RunOn::Save), &capabilities);
    client.open(a, "@");
    let pull = |client: &mut Client, previous: &Value| {
        let params = json!({"textDocument": {"uri": a}, "previousResultId": previous});
        client.request("textDocument/diagnostic", params)
    };
    let first = pull(&mut client, &Value::Null);
    client.replace(a, 2, "@@");
    assert_eq!(pull(&mut client, &first["resultId"])["kind"], "unchanged");
    client.save(a);
    assert_eq!(pull(&mut client, &first["resultId"])["items"].as_array().unwrap().len(), 2);
    client.shut_down();
}

#[test]
fn a_check_sees_the_buffers_and_the_state_of_the_document() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.my");
    fs::write(&path, "on disk").unwrap();
    let server = server().check(|workspace, document| {
        let state = format!(
            "{} {:?} {} {:?} {}",
            document.language_id(),
            document.version(),
            document.is_saved(),
            document.path().and_then(Path::file_name),
            workspace.unsaved().count(),
        );
        let mut bag = check(workspace, document);
        bag.push(Diagnostic::note(None, Span::empty(document.file(), 0), state));
        bag
    });
    let mut client = start(server, &[dir.path()]);
    let uri = uri(&path);
    let state = |client: &mut Client| {
        let published = client.settle().pop().unwrap();
        crate::common::messages(&published)[0].to_owned()
    };
    client.open(&uri, "on disk");
    assert_eq!(state(&mut client), r#"my Some(1) true Some("a.my") 0"#);
    client.replace(&uri, 2, "changed");
    assert_eq!(state(&mut client), r#"my Some(2) false Some("a.my") 1"#);
    client.save(&uri);
    client.replace(&uri, 3, "again");
    assert_eq!(state(&mut client), r#"my Some(3) false Some("a.my") 1"#);
    client.open("untitled:x", "");
    assert_eq!(state(&mut client), "my Some(1) false None 1");
    client.shut_down();
}
