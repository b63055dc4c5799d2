//! Code actions: the edits of the server, applied as a client applies them, are those of `vitte_diag::fix`.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use vitte_diag::{Applicability, SourceMap, Suggestion, fix};

use crate::common::checker::check_text;
use crate::common::expected::{Unit, offset};
use crate::common::{Client, all_capabilities, edit, range, server, uri};

const A: &str = "file:///w/a.my";

fn client() -> Client {
    Client::start(server(), &all_capabilities())
}

fn actions_with(client: &mut Client, uri: &str, range: [u32; 4], context: Value) -> Vec<Value> {
    let range = edit(range, "")["range"].take();
    let params = json!({"textDocument": {"uri": uri}, "range": range, "context": context});
    let Value::Array(actions) = client.request("textDocument/codeAction", params) else { panic!() };
    actions
}

fn actions(client: &mut Client, uri: &str, range: [u32; 4]) -> Vec<Value> {
    actions_with(client, uri, range, json!({"diagnostics": []}))
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

/// Applies edits of one text: all of them have positions in the old one.
fn apply(text: &str, edits: &Value, unit: Unit) -> String {
    let number = |n: u64| u32::try_from(n).unwrap();
    let mut edits: Vec<(std::ops::Range<usize>, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let [line, character, end_line, end_character] = range(&edit["range"]).map(number);
            let start = offset(text, line, character, unit);
            (start..offset(text, end_line, end_character, unit), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    assert!(edits.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start), "{edits:?}");
    let mut out = text.to_owned();
    edits.into_iter().rev().for_each(|(range, new)| out.replace_range(range, new));
    out
}

#[test]
fn a_diagnostic_has_its_fixes() {
    let mut client = client();
    client.open(A, "@ x ? @\n%");
    let found = actions(&mut client, A, [0, 0, 0, 0]);
    assert_eq!(
        titles(&found),
        [
            "remove it",
            "fix all 2 `T0001` in this file",
            "explain T0001",
            "fix all problems of mycc in this file"
        ]
    );
    assert_eq!((&found[0]["kind"], &found[0]["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(found[0]["diagnostics"][0]["code"], "T0001");
    let edit = json!([{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}},
        "newText": ""}]);
    let document = json!({"textDocument": {"uri": A, "version": 1}, "edits": edit});
    assert_eq!(found[0]["edit"], json!({"documentChanges": [document]}));
    assert_eq!(
        found[2]["command"],
        json!({"title": "explain T0001", "command": "mycc.explain", "arguments": ["T0001"]})
    );

    // Alternatives, none of which is preferred.
    let found = actions(&mut client, A, [0, 5, 0, 5]);
    let fixes: Vec<_> = found.iter().filter(|one| one["edit"].is_object()).collect();
    assert_eq!(fixes.len(), 2, "{found:#?}");
    assert!(fixes.iter().all(|one| one["isPreferred"] == false));
    let text =
        |one: &Value| apply("@ x ? @\n%", &one["edit"]["documentChanges"][0]["edits"], Unit::Utf16);
    assert_eq!(fixes.iter().map(|one| text(one)).collect::<Vec<_>>(), ["@ x ! @\n%", "@ x . @\n%"]);
    assert!(titles(&found).iter().all(|title| !title.contains("W0001")), "not automatic");

    // No diagnostic is here; those of the file can be fixed all the same.
    let found = actions(&mut client, A, [0, 2, 0, 3]);
    assert_eq!(titles(&found), ["fix all problems of mycc in this file"]);
    client.replace(A, 2, "nothing");
    assert_eq!(actions(&mut client, A, [0, 0, 0, 9]), Vec::<Value>::new());
    client.shut_down();
}

#[test]
fn a_selection_has_one_action_for_each_code() {
    let mut client = client();
    client.open(A, "@?@?@?");
    let found = actions(&mut client, A, [0, 0, 0, 6]);
    let all = titles(&found).into_iter().filter(|title| !title.starts_with("re"));
    assert_eq!(
        all.collect::<Vec<_>>(),
        [
            "fix all 3 `T0001` in this file",
            "explain T0001",
            "fix all problems of mycc in this file"
        ]
    );
    client.shut_down();
}

#[test]
fn the_client_chooses_the_kinds() {
    let mut client = client();
    client.open(A, "@");
    for (only, expected) in [
        (json!(["quickfix"]), vec!["remove it", "explain T0001"]),
        (json!(["source.fixAll"]), vec!["fix all problems of mycc in this file"]),
        (json!(["source.fixAll.mycc"]), vec!["fix all problems of mycc in this file"]),
        (json!(["source.organizeImports"]), vec![]),
        (json!([]), vec![]),
    ] {
        let context = json!({"diagnostics": [], "only": only});
        let found = actions_with(&mut client, A, [0, 0, 0, 1], context);
        assert_eq!(titles(&found), expected, "{only}");
    }
    client.shut_down();
}

#[test]
fn fix_all_is_resolved_when_it_is_chosen() {
    let mut client = client();
    client.open(A, "@ {@} ?");
    let all = actions(&mut client, A, [0, 2, 0, 2]).pop().unwrap();
    assert!(all.get("edit").is_none());
    let resolved = client.request("codeAction/resolve", all.clone());
    let change = &resolved["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": A, "version": 1}));
    assert_eq!(apply("@ {@} ?", &change["edits"], Unit::Utf16), " ({}) ?");
    assert_eq!(resolved["title"], all["title"]);
    // The text has changed: the edit would be that of another text.
    client.replace(A, 2, "@");
    client.published(A);
    let stale = client.request("codeAction/resolve", all);
    assert!(stale.get("edit").is_none(), "{stale}");
    for strange in [json!({}), json!(null), json!({"data": {"uri": A, "code": "?!"}}), json!([1])] {
        let resolved = client.request("codeAction/resolve", strange.clone());
        assert_eq!(resolved, strange);
    }
    client.shut_down();
}

#[test]
fn a_client_that_cannot_resolve_gets_the_edit_at_once() {
    let mut capabilities = all_capabilities();
    capabilities["textDocument"]["codeAction"] = json!(null);
    capabilities["workspace"]["workspaceEdit"] = json!(null);
    let mut client = Client::start(server(), &capabilities);
    client.open(A, "@é@");
    let found = actions(&mut client, A, [0, 0, 0, 3]);
    let texts: Vec<String> = found
        .iter()
        .filter_map(|one| Some(apply("@é@", one.get("edit")?["changes"].get(A)?, Unit::Utf16)))
        .collect();
    assert_eq!(texts, ["é@", "@é", "é", "é"]);
    client.shut_down();
}

#[test]
fn a_stale_text_has_no_fixes() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = server().check(move |workspace, document| {
        _ = wait.lock().unwrap().recv();
        crate::common::check(workspace, document)
    });
    let mut client = Client::start(server, &all_capabilities());
    go.send(()).unwrap();
    client.open(A, "@");
    client.published(A);
    // The new text has the same version, and its check does not end in time.
    client.replace(A, 1, "x@");
    assert_eq!(actions(&mut client, A, [0, 0, 0, 9]), Vec::<Value>::new());
    drop(go);
    client.shut_down();
}

#[test]
fn a_fix_may_change_several_files() {
    let dir = tempfile::tempdir().unwrap();
    let (other, main) = (dir.path().join("other.my"), uri(&dir.path().join("main.my")));
    fs::write(&other, "").unwrap();
    let path = other.clone();
    let server = server().check(move |workspace, document| {
        let other = workspace.load(&path).unwrap();
        let edits = [
            vitte_diag::Edit::insert(document.file(), 0, "use other;\n"),
            vitte_diag::Edit::insert(other, 0, "item\n"),
        ];
        let machine = Applicability::MachineApplicable;
        let fix = Suggestion::new("add the item", edits, machine).unwrap();
        let at = vitte_diag::Span::empty(document.file(), 0);
        let error = vitte_diag::Diagnostic::error(None, at, "no item");
        std::iter::once(error.with_suggestion(fix)).collect()
    });
    let mut client = Client::start(server, &all_capabilities());
    client.open_version(&main, 5, "");
    let found = actions(&mut client, &main, [0, 0, 0, 0]);
    let versions = |actions: &[Value]| {
        let changes = actions[0]["edit"]["documentChanges"].as_array().unwrap();
        let mut found: Vec<(String, Value)> = changes
            .iter()
            .map(|one| one["textDocument"].clone())
            .map(|one| (one["uri"].as_str().unwrap().to_owned(), one["version"].clone()))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    };
    assert_eq!(versions(&found), [(main.clone(), json!(5)), (uri(&other), json!(null))]);
    // The client has not reported yet that the file has changed.
    fs::write(&other, "more").unwrap();
    let found = actions(&mut client, &main, [0, 0, 0, 0]);
    assert_eq!(titles(&found), ["fix all problems of mycc in this file"]);
    let resolved = client.request("codeAction/resolve", found[0].clone());
    assert!(resolved.get("edit").is_none(), "{resolved}");
    client.file_changed(&uri(&other));
    client.settle();
    assert_eq!(versions(&actions(&mut client, &main, [0, 0, 0, 0])).len(), 2);
    client.open_version(&uri(&other), 7, "x");
    client.settle();
    let found = actions(&mut client, &main, [0, 0, 0, 0]);
    assert_eq!(versions(&found), [(main.clone(), json!(5)), (uri(&other), json!(7))]);
    client.shut_down();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn applied_edits_are_those_of_the_library(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "@", "{", "}", "%", "?", "\n", "\r", "\r\n", "é", "𝄞", "a", " ", "\u{feff}",
            ]),
            0..24,
        ),
        unit in prop::sample::select(Unit::ALL.to_vec()),
    ) {
        let text = pieces.concat();
        let mut sources = SourceMap::new();
        let file = sources.add("fresh", text.as_str()).unwrap();
        let bag = check_text(file, &text);
        let fixed = |suggestions: &[&Suggestion]| {
            let applied = fix::apply(&sources, suggestions.iter().copied());
            let bytes = applied.files.get(&file).cloned();
            bytes.map_or(text.clone(), |bytes| String::from_utf8(bytes).unwrap())
        };
        let entries = bag.ordered_in(&sources);
        let all: Vec<&Suggestion> =
            entries.iter().flat_map(|entry| entry.diagnostic.all_suggestions()).collect();
        let automatic: Vec<&Suggestion> = all
            .iter()
            .copied()
            .filter(|one| {
                one.applicability() == Applicability::MachineApplicable && !one.has_alternatives()
            })
            .collect();

        let mut capabilities = all_capabilities();
        capabilities["general"]["positionEncodings"] = json!([unit.name()]);
        let mut client = Client::start(server(), &capabilities);
        client.open(A, &text);
        let found = actions(&mut client, A, [0, 0, 999, 0]);
        let edited = |action: &Value| {
            apply(&text, &action["edit"]["documentChanges"][0]["edits"], unit)
        };
        // One by one.
        let mut one_by_one = Vec::new();
        for suggestion in &all {
            for index in 0..suggestion.alternatives().count() {
                one_by_one.push(fixed(&[&suggestion.choose(index).unwrap()]));
            }
        }
        let quick: Vec<String> =
            found.iter().filter(|one| one.get("edit").is_some()).map(edited).collect();
        prop_assert_eq!(quick, one_by_one);
        // All at once.
        let all = found.iter().find(|one| one["kind"] == "source.fixAll.mycc");
        prop_assert_eq!(all.is_some(), !automatic.is_empty());
        if let Some(all) = all {
            let resolved = client.request("codeAction/resolve", all.clone());
            prop_assert_eq!(edited(&resolved), fixed(&automatic));
        }
        client.shut_down();
    }
}
