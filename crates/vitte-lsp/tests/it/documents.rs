//! Documents are opened, changed, saved and closed.

use serde_json::json;

use crate::common::{Client, all_capabilities, edit, messages, ranges, server};

fn client() -> Client {
    Client::start(server(), &all_capabilities())
}

const A: &str = "file:///w/a.my";

#[test]
fn a_session_has_a_beginning_and_an_end() {
    let mut client = client();
    let capabilities = &client.initialized["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2, "incremental");
    assert_eq!(client.initialized["serverInfo"], json!({"name": "mycc", "version": "1.0.0"}));
    client.open(A, "a @");
    let published = client.published(A);
    assert_eq!(published["version"], 1);
    assert_eq!(messages(&published), ["illegal character `@`\nnot part of any token"]);
    assert_eq!(ranges(&published), [[0, 2, 0, 3]]);
    client.shut_down();
}

#[test]
fn changes_apply_one_after_another() {
    let mut client = client();
    client.open(A, "one\ntwo\n");
    assert_eq!(client.published(A)["diagnostics"], json!([]));
    // The second change is in the text after the first one.
    client.change(A, 2, json!([edit([0, 0, 0, 0], "x\ny\n"), edit([2, 0, 2, 1], "@"),]));
    let published = client.published(A);
    assert_eq!((published["version"].clone(), ranges(&published)), (json!(2), vec![[2, 0, 2, 1]]));
    // A change of the whole text between two others.
    client.change(
        A,
        3,
        json!([edit([0, 0, 9, 9], "?"), {"text": "a\n@"}, edit([0, 0, 0, 1], "@")]),
    );
    let published = client.published(A);
    assert_eq!(ranges(&published), [[0, 0, 0, 1], [1, 0, 1, 1]]);
    client.change(A, 4, json!([]));
    assert_eq!(client.published(A)["version"], 4, "a new version without a change");
    client.shut_down();
}

#[test]
fn versions_may_be_anything() {
    let mut client = client();
    client.open_version(A, -5, "@");
    assert_eq!(client.published(A)["version"], -5);
    client.replace(A, i32::MAX, "@@");
    let published = client.published(A);
    assert_eq!((published["version"].clone(), ranges(&published).len()), (json!(i32::MAX), 2));
    // The version is the same or lower, the text is another one.
    for (version, text) in [(i32::MAX, "@@@"), (3, "@"), (3, "")] {
        client.replace(A, version, text);
        let published = client.published(A);
        assert_eq!(published["version"], version);
        assert_eq!(ranges(&published).len(), text.len());
    }
    // Versions that the protocol had before 3.16.
    client.change(A, json!(null), json!([{"text": "@"}]));
    assert_eq!(client.published(A)["version"], 4);
    client.shut_down();
}

#[test]
fn a_stale_result_has_no_fixes_even_if_the_version_stays_the_same() {
    let mut client = client();
    client.open(A, "@");
    client.published(A);
    client.close(A);
    client.published(A);
    client.open(A, "  @");
    assert_eq!(ranges(&client.published(A)), [[0, 2, 0, 3]]);
    client.shut_down();
}

#[test]
fn a_document_that_is_opened_twice_has_the_second_text() {
    let mut client = client();
    client.open(A, "@");
    assert_eq!(ranges(&client.published(A)).len(), 1);
    client.open_version(A, 1, "@@");
    assert_eq!(client.published(A)["diagnostics"], json!([]), "those of the first text");
    assert_eq!(ranges(&client.published(A)).len(), 2);
    client.close(A);
    assert_eq!(client.published(A)["diagnostics"], json!([]));
    client.close(A);
    assert_eq!(client.settle(), Vec::<serde_json::Value>::new());
    client.shut_down();
}

#[test]
fn a_document_that_is_not_open_cannot_be_changed() {
    let mut client = client();
    client.replace(A, 2, "@");
    client.save(A);
    client.close(A);
    assert_eq!(client.settle(), Vec::<serde_json::Value>::new());
    let logged = client.take("window/logMessage");
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert_eq!(logged[0]["message"], format!("`{A}` was changed, but is not open"));
    client.shut_down();
}

#[test]
fn a_file_has_one_document_however_its_uri_is_spelled() {
    let spellings = [
        "file:///w/a b.my",
        "file:///w/a%20b.my",
        "FILE:///w/a%20b.my",
        "file:///w/./x/../a%20b.my",
        "file://localhost/w/a%20%62.my",
    ];
    for spelling in spellings {
        let mut client = client();
        client.open(spelling, "@");
        assert_eq!(client.published(spelling)["version"], 1);
        for (version, other) in (2..).zip(spellings) {
            client.replace(other, version, "@?");
            // Published as the client has opened it.
            assert_eq!(client.published(spelling)["version"], version);
        }
        client.close(spellings[0]);
        assert_eq!(client.published(spelling)["diagnostics"], json!([]), "{spelling}");
        client.shut_down();
    }
}

#[test]
fn what_is_published_is_withdrawn_in_the_same_spelling() {
    let mut client = client();
    client.open("file:///w/a%2Db.my", "@");
    client.published("file:///w/a%2Db.my");
    // Another spelling replaces the document, without a close.
    client.open("file:///w/a-b.my", "@@");
    assert_eq!(client.published("file:///w/a%2Db.my")["diagnostics"], json!([]));
    assert_eq!(ranges(&client.published("file:///w/a-b.my")).len(), 2);
    client.shut_down();
}

#[test]
fn documents_without_a_file_are_checked() {
    let mut client = client();
    for uri in ["untitled:Untitled-1", "git:/w/a.my?ref", "", "weird", "file:a", "file://h/a.my"] {
        client.open(uri, "é @");
        let published = client.published(uri);
        assert_eq!(ranges(&published), [[0, 2, 0, 3]], "{uri}");
        client.change(uri, 2, json!([edit([0, 2, 0, 3], "")]));
        assert_eq!(client.published(uri)["diagnostics"], json!([]));
        client.close(uri);
    }
    client.shut_down();
}

#[test]
fn escapes_that_are_not_utf8_do_not_mix_documents_up() {
    let mut client = client();
    let (a, b) = ("file:///w/%FF.my", "file:///w/%FE.my");
    client.open(a, "@");
    assert_eq!(ranges(&client.published(a)).len(), 1);
    client.open(b, "@@");
    assert_eq!(ranges(&client.published(b)).len(), 2);
    client.replace(a, 2, "");
    assert_eq!(ranges(&client.published(a)).len(), 0);
    client.replace(b, 2, "@");
    assert_eq!(ranges(&client.published(b)).len(), 1);
    client.shut_down();
}

#[test]
fn lines_end_as_the_protocol_has_it() {
    let mut client = client();
    for (text, expected) in [
        ("\u{feff}@", vec![[0, 1, 0, 2]]),
        ("a\r\n@\r@\n@", vec![[1, 0, 1, 1], [2, 0, 2, 1], [3, 0, 3, 1]]),
        ("\r\r\n\n\r@", vec![[4, 0, 4, 1]]),
        ("", vec![]),
        ("@", vec![[0, 0, 0, 1]]),
        ("\0@\0@", vec![[0, 1, 0, 2], [0, 3, 0, 4]]),
        ("\u{b}\u{c}\u{85}\u{2028}@", vec![[0, 4, 0, 5]]),
        ("{\n}", vec![[0, 0, 1, 1]]),
        ("{\r\n", vec![[0, 0, 1, 0]]),
    ] {
        client.open(A, text);
        assert_eq!(ranges(&client.published(A)), expected, "{text:?}");
        client.close(A);
        client.settle();
    }
    client.shut_down();
}

#[test]
fn a_huge_line_is_checked() {
    let mut client = client();
    let line = "é".repeat(1_000_000);
    client.open(A, &(line + "@"));
    assert_eq!(ranges(&client.published(A)), [[0, 1_000_000, 0, 1_000_001]]);
    client.change(A, 2, json!([edit([0, 999_999, 0, 1_000_001], "@x")]));
    assert_eq!(ranges(&client.published(A)), [[0, 999_999, 0, 1_000_000]]);
    client.shut_down();
}

#[test]
fn invalid_parameters_are_logged_and_change_nothing() {
    let mut client = client();
    client.open(A, "@");
    client.published(A);
    let range = json!({"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": 0}});
    client.change(A, 2, json!([{"range": range, "text": "@"}]));
    client.notify("textDocument/didChange", json!(null));
    client.notify("textDocument/didOpen", json!({"textDocument": {"uri": 1, "text": ""}}));
    client.notify("unknown/method", json!({}));
    client.notify("$/unknown", json!([]));
    assert_eq!(client.settle(), Vec::<serde_json::Value>::new());
    let logged = client.take("window/logMessage");
    assert_eq!(logged.len(), 3, "{logged:?}");
    let expected = "the parameters of `textDocument/didChange` are invalid: ";
    assert!(logged[0]["message"].as_str().unwrap().starts_with(expected), "{logged:?}");
    client.change(A, 3, json!([edit([0, 0, 0, 0], "@")]));
    assert_eq!(ranges(&client.published(A)).len(), 2);
    client.shut_down();
}
