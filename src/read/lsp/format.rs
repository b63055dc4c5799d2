//! `textDocument/publishDiagnostics` of the Language Server Protocol 3.17.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::read::json::{Int, Text};

/// The fields by which a message is recognised: those of JSON-RPC, and those of the parameters alone.
#[derive(Deserialize, Debug)]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) method: Option<Text<'a>>,
    pub(super) jsonrpc: Option<IgnoredAny>,
    pub(super) id: Option<IgnoredAny>,
    pub(super) uri: Option<IgnoredAny>,
    pub(super) diagnostics: Option<IgnoredAny>,
}

#[derive(Deserialize, Debug)]
pub(super) struct Notification<'a> {
    #[serde(borrow)]
    pub(super) params: Params<'a>,
}

#[derive(Deserialize, Debug)]
pub(super) struct Params<'a> {
    #[serde(borrow)]
    pub(super) uri: Text<'a>,
    #[serde(borrow)]
    pub(super) diagnostics: Vec<LspDiagnostic<'a>>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct LspDiagnostic<'a> {
    pub(super) range: Option<Range>,
    #[serde(default)]
    pub(super) severity: Int,
    /// A number or a string.
    pub(super) code: Option<Value>,
    #[serde(borrow)]
    pub(super) code_description: Option<CodeDescription<'a>>,
    #[serde(borrow)]
    pub(super) source: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) message: Message<'a>,
    pub(super) tags: Option<Vec<Int>>,
    #[serde(borrow)]
    pub(super) related_information: Option<Vec<Related<'a>>>,
    pub(super) data: Option<Value>,
    /// The fixes of clangd, if the client has asked for them.
    pub(super) code_actions: Option<Vec<CodeAction>>,
    /// What the protocol does not define.
    #[serde(flatten)]
    pub(super) other: BTreeMap<String, IgnoredAny>,
}

/// Text, or since 3.18 also `MarkupContent`.
#[derive(Deserialize, Debug)]
#[serde(untagged)]
pub(super) enum Message<'a> {
    Text(#[serde(borrow)] Text<'a>),
    Markup {
        #[serde(borrow)]
        value: Text<'a>,
    },
}

impl Message<'_> {
    pub(super) fn text(&self) -> &str {
        let (Self::Text(text) | Self::Markup { value: text }) = self;
        text
    }
}

#[derive(Deserialize, Debug)]
pub(super) struct CodeDescription<'a> {
    #[serde(borrow)]
    pub(super) href: Text<'a>,
}

/// Positions are 0-based, the end is exclusive.
#[derive(Deserialize, Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) start: Position,
    pub(super) end: Position,
}

#[derive(Deserialize, Clone, Copy, Debug)]
pub(super) struct Position {
    pub(super) line: Int,
    pub(super) character: Int,
}

#[derive(Deserialize, Debug)]
pub(super) struct Related<'a> {
    #[serde(borrow)]
    pub(super) location: Location<'a>,
    #[serde(borrow, default)]
    pub(super) message: Text<'a>,
}

#[derive(Deserialize, Debug)]
pub(super) struct Location<'a> {
    #[serde(borrow)]
    pub(super) uri: Text<'a>,
    pub(super) range: Range,
}

/// A code action, as [`LspEmitter`](crate::LspEmitter) writes it to the data of a diagnostic.
#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeAction {
    pub(super) title: String,
    #[serde(default)]
    pub(super) is_preferred: bool,
    pub(super) edit: Option<WorkspaceEdit>,
}

#[derive(Deserialize, Clone, Debug)]
pub(super) struct WorkspaceEdit {
    pub(super) changes: Option<BTreeMap<String, Vec<TextEdit>>>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct TextEdit {
    pub(super) range: Range,
    pub(super) new_text: String,
}
