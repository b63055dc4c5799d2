//! Positions in the encodings that client and server agree on.

use serde_json::json;

use crate::common::expected::Unit;
use crate::common::{Client, all_capabilities, edit, messages, range, ranges, server};

const A: &str = "file:///w/a.my";

fn client(encodings: &serde_json::Value) -> Client {
    let mut capabilities = all_capabilities();
    capabilities["general"]["positionEncodings"] = encodings.clone();
    Client::start(server(), &capabilities)
}

#[test]
fn diagnostics_edits_and_related_information_are_in_the_encoding() {
    for (unit, columns) in [(Unit::Utf8, [6, 9]), (Unit::Utf16, [3, 5]), (Unit::Utf32, [2, 4])] {
        let mut client = client(&json!([unit.name()]));
        assert_eq!(client.initialized["capabilities"]["positionEncoding"], unit.name());
        client.open(A, "é𝄞%é%");
        let published = client.published(A);
        let [first, second] = columns;
        let expected = [[0, first, 0, first + 1], [0, second, 0, second + 1]];
        assert_eq!(ranges(&published), expected);
        let related = &published["diagnostics"][0]["relatedInformation"][0]["location"];
        assert_eq!(range(&related["range"]), expected[1]);
        let actions = client.request(
            "textDocument/codeAction",
            json!({"textDocument": {"uri": A}, "range": published["diagnostics"][1]["range"],
                "context": {"diagnostics": []}}),
        );
        let edit = &actions[0]["edit"]["documentChanges"][0]["edits"][0];
        assert_eq!(range(&edit["range"]), expected[1]);
        // Positions of the client are in it, too.
        let at = u32::try_from(first).unwrap();
        client.change(A, 2, json!([crate::common::edit([0, at, 0, at + 1], "x")]));
        assert_eq!(ranges(&client.published(A)), [[0, second, 0, second + 1]]);
        client.shut_down();
    }
}

#[test]
fn utf16_is_the_default_and_utf8_is_preferred() {
    for (offered, expected) in [
        (json!(null), "utf-16"),
        (json!(["utf-16", "utf-8"]), "utf-8"),
        (json!(["utf-32", "utf-16"]), "utf-32"),
        (json!(["utf-7", 3]), "utf-16"),
    ] {
        let client = client(&offered);
        assert_eq!(client.initialized["capabilities"]["positionEncoding"], expected, "{offered}");
        client.shut_down();
    }
}

#[test]
fn positions_outside_of_the_text_are_moved_into_it() {
    let mut client = client(&json!(["utf-16"]));
    client.open(A, "é𝄞\r\nx");
    client.published(A);
    // After the end of its line, inside of a character, after the last line, reversed.
    for (version, change, expected) in [
        (2, edit([0, 99, 0, 999], "@"), [[0, 3, 0, 4]]),
        (3, edit([0, 3, 0, 4], ""), [[0, 0, 0, 0]]),
        (4, edit([0, 2, 0, 2], "@"), [[0, 1, 0, 2]]),
        (5, edit([0, 2, 0, 1], ""), [[0, 0, 0, 0]]),
        (6, edit([7, 7, u32::MAX, u32::MAX], "@"), [[1, 1, 1, 2]]),
    ] {
        client.change(A, version, json!([change]));
        let found = ranges(&client.published(A));
        let expected: &[_] = if expected[0] == [0, 0, 0, 0] { &[] } else { &expected };
        assert_eq!(found, expected, "{version}");
    }
    client.shut_down();
}

#[test]
fn a_client_without_related_information_has_it_in_the_message() {
    let mut client = Client::start(server(), &json!({}));
    client.open(A, "%\n%");
    let published = client.published(A);
    let first = messages(&published)[0];
    assert_eq!(first, "too many `%`\n/w/a.my:2:1: another one");
    let one = published["diagnostics"][0].as_object().unwrap();
    assert!(!one.contains_key("relatedInformation") && !one.contains_key("codeDescription"));
    assert!(published.get("version").is_none());
    client.shut_down();
}
