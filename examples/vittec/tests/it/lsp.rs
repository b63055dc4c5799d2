//! `vittec lsp`: what an editor is sent is what `vittec check` prints.

use serde_json::{Value, json};
use vitte_diag::lsp::{Converter, PositionEncoding};
use vitte_diag::{Policy, SourceMap, Tool};
use vittec::front;

use super::client::Client;
use super::vittec;

/// Starts `vittec lsp` for a client with all capabilities.
pub fn start(capabilities: &Value) -> Client {
    let mut client = Client::spawn(vittec().arg("lsp"));
    client.initialize(json!({"processId": std::process::id(), "capabilities": capabilities}));
    client
}

#[test]
fn a_session_in_a_process_ends_in_order() {
    let mut client = start(&json!({}));
    client.open("file:///w/a.vitte", "let x = @\n");
    let published = client.published("file:///w/a.vitte");
    assert!(!published["diagnostics"].as_array().unwrap().is_empty());
    assert_eq!(client.request("shutdown", Value::Null), Value::Null);
    client.notify("exit", Value::Null);
    assert!(client.process().wait().unwrap().success());
}

/// Pieces of code that have diagnostics and fixes.
const PIECES: [&str; 12] = [
    "module a\n",
    "use b.c\n",
    "fn f() {\n  let x = @\n}\n",
    "let é = \"𝄞\n",
    "struct S\r\n",
    ".end\n",
    "proc p()\r",
    "@",
    "\u{feff}",
    "if x\n",
    "enum E {\r\n A,\n",
    "x\n",
];

#[test]
fn diagnostics_are_those_of_the_front_end() {
    let uri = "file:///w/a.vitte";
    let publish = json!({"relatedInformation": true, "codeDescriptionSupport": true,
        "tagSupport": {"valueSet": [1, 2]}, "versionSupport": true});
    let mut client = start(&json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {"publishDiagnostics": publish},
    }));
    client.open_version(uri, 0, "");
    client.published(uri);
    let mut number = 1_u64;
    let mut below = |limit: usize| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        usize::try_from(number % limit as u64).unwrap()
    };
    for version in 1..200 {
        let text: String = (0..below(9)).map(|_| PIECES[below(PIECES.len())]).collect();
        client.replace(uri, version, &text);
        let found = loop {
            let published = client.published(uri);
            if published["version"] == version {
                break published["diagnostics"].clone();
            }
        };
        let mut sources = SourceMap::new();
        let file = sources.add("/w/a.vitte", text.as_str()).unwrap();
        let bag = front::check(sources.file(file).unwrap(), &Policy::default());
        let (tool, uris) = (Tool::default(), [(file, uri.into())].into());
        let converter = Converter::new(&sources, &tool)
            .with_encoding(PositionEncoding::Utf16)
            .with_open_files(&uris);
        let fresh: Vec<_> = bag
            .ordered_in(&sources)
            .into_iter()
            .map(|entry| converter.diagnostic(entry.diagnostic).1)
            .collect();
        assert_eq!(found, json!(fresh), "{text:?}");
    }
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert!(client.process().wait().unwrap().success());
}
