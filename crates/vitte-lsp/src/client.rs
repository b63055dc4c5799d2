//! What the client of a session supports.

use serde_json::Value;
use vitte_diag::lsp::PositionEncoding;

/// The capabilities of a client that change what the server sends.
///
/// They are read field by field, so that an unusual value of one does not lose the others.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a capability of the protocol")]
pub(crate) struct Client {
    pub(crate) encoding: PositionEncoding,
    /// Published diagnostics may have a version.
    pub(crate) diagnostic_version: bool,
    pub(crate) related_information: bool,
    pub(crate) code_description: bool,
    /// The values of `DiagnosticTag` that the client knows.
    pub(crate) tags: Vec<u8>,
    /// The client pulls diagnostics of documents.
    pub(crate) pull: bool,
    pub(crate) diagnostic_refresh: bool,
    /// Edits may have the versions of their documents.
    pub(crate) document_changes: bool,
    /// The edit of a code action may be computed when the user has chosen it.
    pub(crate) resolves_edits: bool,
    pub(crate) markdown_hover: bool,
    pub(crate) progress: bool,
    pub(crate) configuration: bool,
    pub(crate) registers_configuration: bool,
    pub(crate) registers_watchers: bool,
    pub(crate) shows_documents: bool,
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub(crate) fn new(params: &Value) -> Self {
        let has = |pointer: &str| bool_at(params, pointer);
        Self {
            encoding: encoding(params),
            diagnostic_version: has("/textDocument/publishDiagnostics/versionSupport"),
            related_information: has("/textDocument/publishDiagnostics/relatedInformation")
                || has("/textDocument/diagnostic/relatedInformation"),
            code_description: has("/textDocument/publishDiagnostics/codeDescriptionSupport")
                || has("/textDocument/diagnostic/codeDescriptionSupport"),
            tags: tags(params),
            pull: capability(params, "/textDocument/diagnostic").is_some_and(Value::is_object),
            diagnostic_refresh: has("/workspace/diagnostics/refreshSupport"),
            document_changes: has("/workspace/workspaceEdit/documentChanges"),
            resolves_edits: list(params, "/textDocument/codeAction/resolveSupport/properties")
                .any(|property| property == "edit"),
            markdown_hover: list(params, "/textDocument/hover/contentFormat")
                .any(|format| format == "markdown"),
            progress: has("/window/workDoneProgress"),
            configuration: has("/workspace/configuration"),
            registers_configuration: has("/workspace/didChangeConfiguration/dynamicRegistration"),
            registers_watchers: has("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            shows_documents: has("/window/showDocument/support"),
        }
    }
}

fn capability<'a>(params: &'a Value, pointer: &str) -> Option<&'a Value> {
    params.get("capabilities")?.pointer(pointer)
}

fn bool_at(params: &Value, pointer: &str) -> bool {
    capability(params, pointer).and_then(Value::as_bool).unwrap_or(false)
}

fn list<'a>(params: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    capability(params, pointer).and_then(Value::as_array).into_iter().flatten()
}

/// Returns UTF-8 if the client supports it, because then no column has to be converted. Otherwise the first encoding that is
/// known, in the client's order of preference.
fn encoding(params: &Value) -> PositionEncoding {
    let names = list(params, "/general/positionEncodings").filter_map(Value::as_str);
    let known: Vec<_> = names.filter_map(PositionEncoding::from_name).collect();
    let utf8 = known.iter().find(|&&encoding| encoding == PositionEncoding::Utf8);
    utf8.or(known.first()).copied().unwrap_or_default()
}

fn tags(params: &Value) -> Vec<u8> {
    let of = |method: &str| {
        let pointer = format!("/textDocument/{method}/tagSupport");
        // Some clients send a boolean, as early versions of the protocol had it.
        let all = bool_at(params, &pointer).then(|| vec![1, 2]);
        let values = list(params, &format!("{pointer}/valueSet")).filter_map(Value::as_u64);
        all.unwrap_or_else(|| values.filter_map(|value| u8::try_from(value).ok()).collect())
    };
    let mut tags = of("publishDiagnostics");
    tags.extend(of("diagnostic"));
    tags
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn utf8_is_preferred_and_utf16_the_default() {
        for (offered, expected) in [
            (json!(["utf-16", "utf-8"]), PositionEncoding::Utf8),
            (json!(["utf-32", "utf-16"]), PositionEncoding::Utf32),
            (json!(["utf-7"]), PositionEncoding::Utf16),
            (json!([]), PositionEncoding::Utf16),
            (json!(null), PositionEncoding::Utf16),
            (json!("utf-8"), PositionEncoding::Utf16),
        ] {
            let params = json!({"capabilities": {"general": {"positionEncodings": offered}}});
            assert_eq!(Client::new(&params).encoding, expected, "{params}");
        }
    }

    #[test]
    fn an_unusual_capability_does_not_lose_the_others() {
        let params = json!({"capabilities": {"textDocument": {
            "publishDiagnostics": {"tagSupport": true, "versionSupport": "yes", "relatedInformation": true},
            "hover": {"contentFormat": "markdown"},
            "diagnostic": {"tagSupport": {"valueSet": [1, 300, "2"]}},
        }}});
        let client = Client::new(&params);
        assert!(client.related_information && client.pull);
        assert!(!client.diagnostic_version && !client.markdown_hover);
        assert_eq!(client.tags, [1, 2, 1]);
        assert!(!Client::new(&json!([])).pull);
    }
}
