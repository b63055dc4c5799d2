//! Shared by the tests: a client, a small compiler, positions that are counted in the plain way.

pub mod checker;
pub mod client;
pub mod expected;
pub mod random;

use std::time::Duration;

use serde_json::{Value, json};
use vitte_lsp::Server;

pub use self::checker::{check, tool};
pub use self::client::{Client, PUBLISH};

/// A server with the small compiler, which checks after each change.
pub fn server() -> Server {
    Server::new(tool()).check(check).debounce(Duration::ZERO)
}

/// The capabilities of a client that supports what the server can use, without pulling.
pub fn all_capabilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "publishDiagnostics": {
                "versionSupport": true, "relatedInformation": true, "codeDescriptionSupport": true,
                "tagSupport": {"valueSet": [1, 2]},
            },
            "codeAction": {"resolveSupport": {"properties": ["edit"]}},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
        },
        "workspace": {
            "workspaceEdit": {"documentChanges": true},
            "configuration": true,
            "didChangeConfiguration": {"dynamicRegistration": true},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
        },
        "window": {"workDoneProgress": true, "showDocument": {"support": true}},
    })
}

/// The messages of published diagnostics.
pub fn messages(published: &Value) -> Vec<&str> {
    let diagnostics = published["diagnostics"].as_array().unwrap();
    diagnostics.iter().map(|one| one["message"].as_str().unwrap()).collect()
}

/// The ranges of published diagnostics, as `[line, character, line, character]`.
pub fn ranges(published: &Value) -> Vec<[u64; 4]> {
    let diagnostics = published["diagnostics"].as_array().unwrap();
    diagnostics.iter().map(|one| range(&one["range"])).collect()
}

/// A range as `[line, character, line, character]`.
pub fn range(range: &Value) -> [u64; 4] {
    let number = |pointer: &str| range.pointer(pointer).unwrap().as_u64().unwrap();
    ["/start/line", "/start/character", "/end/line", "/end/character"].map(number)
}

/// A change of a range, for `contentChanges`.
pub fn edit(range: [u32; 4], text: &str) -> Value {
    let [line, character, end_line, end_character] = range;
    json!({
        "range": {
            "start": {"line": line, "character": character},
            "end": {"line": end_line, "character": end_character},
        },
        "text": text,
    })
}

/// The URI of a path.
pub fn uri(path: &std::path::Path) -> String {
    vitte_diag::lsp::uri_of_path(path).unwrap()
}
