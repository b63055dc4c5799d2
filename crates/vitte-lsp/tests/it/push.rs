//! Diagnostics are published: of the files in which they have changed, and only of those.

use std::fs;

use serde_json::{Value, json};
use vitte_diag::Policy;

use crate::common::{Client, all_capabilities, messages, ranges, server, uri};

fn client() -> Client {
    Client::start(server(), &all_capabilities())
}

#[test]
fn only_the_changed_file_is_published() {
    let mut client = client();
    let uris: Vec<String> = (0..50).map(|i| format!("file:///w/{i}.my")).collect();
    for uri in &uris {
        client.open(uri, "@");
    }
    assert_eq!(client.settle().len(), 50);
    for version in 2..12 {
        client.replace(&uris[7], version, &"@".repeat(version as usize));
        let published = client.settle();
        assert_eq!(published.len(), 1, "{published:?}");
        assert_eq!(
            (&published[0]["uri"], &published[0]["version"]),
            (&json!(uris[7]), &json!(version))
        );
    }
    // The client learns that the new text was checked, even if nothing has changed.
    client.replace(&uris[7], 12, &"@".repeat(11));
    assert_eq!(client.settle()[0]["version"], 12);
    // Saving changes nothing.
    client.save(&uris[7]);
    assert_eq!(client.settle(), Vec::<Value>::new());
    client.shut_down();
}

#[test]
fn diagnostics_that_are_not_shown_are_counted() {
    let mut client =
        Client::start(server().policy(Policy::default().with_max_errors(1)), &json!({}));
    for (text, expected) in [
        ("@@", "1 more diagnostic is not shown, because of the maximum number of errors"),
        ("@@@", "2 more diagnostics are not shown, because of the maximum number of errors"),
    ] {
        client.open("file:///w/a.my", text);
        let published = client.settle();
        let last = published.last().unwrap();
        assert!(messages(last).contains(&expected), "{published:?}");
    }
    client.shut_down();
}

#[test]
fn diagnostics_of_other_files_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let (other, main) = (dir.path().join("other.my"), uri(&dir.path().join("main.my")));
    fs::write(&other, "\u{feff}a @").unwrap();
    let mut client = client();
    let text = format!("use {};", other.display());
    client.open(&main, &text);
    let published = client.settle();
    assert_eq!(published.len(), 2, "{published:?}");
    let found = published.iter().find(|one| one["uri"] == uri(&other)).unwrap();
    // Editors do not show the mark of a file, and do not count it.
    assert_eq!(ranges(found), [[0, 2, 0, 3]]);
    assert!(found.get("version").is_none());
    let related = &found["diagnostics"][0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], main);

    // The buffer has another text than the file.
    client.open_version(&uri(&other), 7, "@");
    let published = client.settle();
    let found = published.iter().rfind(|one| one["uri"] == uri(&other)).unwrap();
    assert_eq!((&found["version"], messages(found).len()), (&json!(7), 2), "{published:?}");
    // Both documents find the same character, but one of them knows where it is used.
    client.close(&uri(&other));
    let published = client.settle();
    let found = published.iter().rfind(|one| one["uri"] == uri(&other)).unwrap();
    assert_eq!(ranges(found), [[0, 2, 0, 3]], "the text of the file again: {published:?}");

    client.close(&main);
    let published = client.settle();
    let mut withdrawn: Vec<&Value> = published.iter().map(|one| &one["uri"]).collect();
    withdrawn.sort_by_key(|uri| uri.as_str());
    assert!(published.iter().all(|one| one["diagnostics"] == json!([])));
    assert!(withdrawn.contains(&&json!(uri(&other))), "{published:?}");
    client.shut_down();
}

#[test]
fn a_file_that_is_closed_without_a_change_keeps_what_others_find_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let (other, main) = (dir.path().join("other.my"), uri(&dir.path().join("main.my")));
    fs::write(&other, "@").unwrap();
    let mut client = client();
    client.open(&main, &format!("use {};", other.display()));
    client.settle();
    client.open(&uri(&other), "@");
    client.settle();
    client.close(&uri(&other));
    let published = client.settle();
    let found = published.iter().rfind(|one| one["uri"] == uri(&other)).unwrap();
    assert_eq!(ranges(found).len(), 1, "{published:?}");
    client.shut_down();
}

#[test]
fn a_file_that_is_opened_without_a_change_keeps_what_others_find_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let (other, main) = (dir.path().join("other.my"), uri(&dir.path().join("main.my")));
    fs::write(&other, "@").unwrap();
    let mut client = client();
    client.open(&main, &format!("use {};", other.display()));
    client.settle();
    client.open(&uri(&other), "@");
    let published = client.settle();
    let own = published.iter().filter(|one| one["uri"] == uri(&other));
    assert!(own.clone().all(|one| !messages(one).is_empty()), "{published:?}");
    assert!(own.count() > 0, "{published:?}");
    // With another text, they are removed until the other document was checked again.
    client.replace(&uri(&other), 2, "");
    let published = client.settle();
    let last = published.iter().rfind(|one| one["uri"] == uri(&other)).unwrap();
    assert!(messages(last).is_empty(), "{published:?}");
    client.shut_down();
}

#[test]
fn dependents_are_checked_when_a_buffer_or_a_file_changes() {
    let dir = tempfile::tempdir().unwrap();
    let (other, main) = (dir.path().join("other.my"), uri(&dir.path().join("main.my")));
    let other_uri = uri(&other);
    let mut client = client();
    client.open(&main, &format!("use {};", other.display()));
    let published = client.settle();
    assert_eq!(ranges(&published[0]), [[0, 0, 0, 3]], "the file does not exist");
    fs::write(&other, "@@").unwrap();
    client.file_changed(&other_uri);
    let published = client.settle();
    let of = |published: &[Value], uri: &str| {
        published.iter().rfind(|one| one["uri"] == uri).map(|one| ranges(one).len())
    };
    assert_eq!((of(&published, &main), of(&published, &other_uri)), (Some(0), Some(2)));
    client.open(&other_uri, "");
    assert_eq!(of(&client.settle(), &other_uri), Some(0));
    client.replace(&other_uri, 2, "@");
    assert_eq!(of(&client.settle(), &other_uri), Some(2), "each document has found it");
    // The buffer hides the file.
    fs::write(&other, "@@@@@@").unwrap();
    client.file_changed(&other_uri);
    assert_eq!(client.settle(), Vec::<Value>::new());
    client.close(&other_uri);
    assert_eq!(of(&client.settle(), &other_uri), Some(6));
    fs::remove_file(&other).unwrap();
    client.file_changed(&other_uri);
    let published = client.settle();
    assert_eq!((of(&published, &main), of(&published, &other_uri)), (Some(1), Some(0)));
    client.shut_down();
}

#[test]
fn tags_are_those_that_the_client_knows() {
    for (tags, expected) in [
        (json!({"valueSet": [1, 2]}), json!([1, 2])),
        (json!({"valueSet": [2]}), json!([2])),
        (json!({"valueSet": [9]}), json!(null)),
        (json!(null), json!(null)),
    ] {
        let mut capabilities = all_capabilities();
        capabilities["textDocument"]["publishDiagnostics"]["tagSupport"] = tags;
        let mut client = Client::start(server(), &capabilities);
        client.open("file:///w/a.my", "?");
        let published = client.published("file:///w/a.my");
        assert_eq!(published["diagnostics"][0]["tags"], expected);
        client.shut_down();
    }
}

#[test]
fn settings_that_the_user_removes_do_not_stay() {
    let params = json!({
        "capabilities": all_capabilities(),
        "initializationOptions": {"deny": ["W0001"]},
    });
    let mut client = Client::start_with(server(), params);
    let asked = |client: &mut Client| {
        client.wait("a request", |message| message["method"] == "workspace/configuration");
    };
    asked(&mut client);
    client.open("file:///w/a.my", "?");
    let severities = |client: &mut Client| {
        let published = client.settle().pop().unwrap();
        let diagnostics = published["diagnostics"].as_array().unwrap().clone();
        diagnostics.into_iter().map(|mut one| one["severity"].take()).collect::<Vec<_>>()
    };
    assert_eq!(severities(&mut client), [json!(1)], "those of `initialize`");
    for (settings, expected) in [
        (json!({"allow": ["W0001"]}), vec![]),
        (json!(null), vec![json!(1)]),
        (json!({}), vec![json!(2)]),
        (json!(null), vec![json!(1)]),
    ] {
        client.settings = settings.clone();
        client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
        asked(&mut client);
        assert_eq!(severities(&mut client), expected, "{settings}");
    }
    client.shut_down();
}

#[test]
fn a_changed_file_is_of_the_workspace_if_the_search_finds_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path(".hidden")).unwrap();
    let names = ["a.my", ".hidden/b.my", ".c.my", "d.other"];
    names.iter().for_each(|name| fs::write(path(name), "@").unwrap());
    #[cfg(unix)]
    std::os::unix::fs::symlink(path("a.my"), path("link.my")).unwrap();
    let params = json!({"capabilities": all_capabilities(), "rootUri": uri(dir.path())});
    let mut client = Client::start_with(server().workspace_files(["my"]), params);
    let shown = |published: Vec<Value>| -> Vec<String> {
        published.iter().map(|one| one["uri"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(shown(client.settle()), [uri(&path("a.my"))]);
    for name in names.iter().chain(&["link.my"]) {
        client.file_changed(&uri(&path(name)));
    }
    assert_eq!(shown(client.settle()), [""; 0]);
    client.shut_down();
}

#[test]
fn a_removed_folder_takes_its_files_along() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.my"), "@").unwrap();
    fs::write(folder.join("b.other"), "").unwrap();
    fs::write(dir.path().join("in-other.my"), "@").unwrap();
    let params = json!({"capabilities": all_capabilities(), "rootUri": uri(dir.path())});
    let mut client = Client::start_with(server().workspace_files(["my"]), params);
    let is_registration = |message: &Value| message["method"] == "client/registerCapability";
    let registration = client.wait("the watchers", is_registration);
    // A pattern with an extension has neither folders nor the other files that a check may load.
    let watchers = &registration["params"]["registrations"][0]["registerOptions"]["watchers"];
    assert_eq!(watchers, &json!([{"globPattern": "**/*"}]));
    let main = uri(&dir.path().join("main.my"));
    client.open(&main, "use in/b.other;");
    assert_eq!(client.settle().len(), 3);
    fs::remove_dir_all(&folder).unwrap();
    client.file_changed(&uri(&folder));
    let shown = client.settle();
    assert_eq!(
        (&shown[0]["uri"], messages(&shown[0])),
        (&json!(uri(&folder.join("a.my"))), vec![])
    );
    assert_eq!((&shown[1]["uri"], messages(&shown[1]).len()), (&json!(main), 1), "{shown:?}");
    assert_eq!(shown.len(), 2);
    client.shut_down();
}

#[test]
fn the_last_search_of_the_workspace_is_the_one_that_counts() {
    let dir = tempfile::tempdir().unwrap();
    let folder = |name: &str| json!({"uri": uri(&dir.path().join(name)), "name": name});
    for name in ["many", "one"] {
        fs::create_dir(dir.path().join(name)).unwrap();
    }
    (0..500).for_each(|i| fs::write(dir.path().join(format!("many/{i}.my")), "").unwrap());
    fs::write(dir.path().join("one/a.my"), "@").unwrap();
    let server = server().workspace_files(["my"]);
    let mut client = Client::start(server, &all_capabilities());
    for _ in 0..10 {
        for (added, removed) in [("many", "one"), ("one", "many")] {
            let event = json!({"added": [folder(added)], "removed": [folder(removed)]});
            client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
        }
    }
    let report = client.request("workspace/diagnostic", json!({"previousResultIds": []}));
    let uris: Vec<&Value> =
        report["items"].as_array().unwrap().iter().map(|one| &one["uri"]).collect();
    assert_eq!(uris, [&json!(uri(&dir.path().join("one/a.my")))]);
    client.shut_down();
}
