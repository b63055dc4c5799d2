//! Reads `textDocument/publishDiagnostics` of the Language Server Protocol 3.17.
//!
//! The input is a sequence of JSON-RPC messages, one per line or over several lines, in arrays, or with the
//! `Content-Length` headers of the protocol. The parameters of a notification alone are accepted too. Messages with
//! other methods are skipped. Diagnostics that a client pulls are not read, and reported as invalid lines.
//!
//! A notification replaces all earlier ones for the same URI. The last one of each URI is read, in the order in which
//! the URIs are first mentioned.
//!
//! | LSP | model |
//! |---|---|
//! | `range` | the primary label |
//! | `severity` | severity; information and hints are notes, and one without a severity is an error |
//! | `code` | code; a number is its digits |
//! | `source`, `codeDescription.href` | the tool, if they are the same for all |
//! | `tags` | tags |
//! | `relatedInformation` | secondary labels |
//! | `data` | suggestions, if it is the list of code actions that [`LspEmitter`](crate::LspEmitter) writes |
//! | `codeActions`, of clangd | suggestions |
//!
//! `file:` URIs are paths. A document that is not on disk is a virtual file, such as `<Untitled-1>`.

mod convert;
mod format;
mod positions;

use std::borrow::Cow;

use indexmap::IndexMap;

use self::convert::Converter;
use self::format::{Head, Notification, Params};
use super::json::{self, Lines, Parts, Piece, Pieces};
use super::{Import, InputFormat, ReadError, tool_name};
use crate::registry::Tool;

pub(super) fn read(input: &[u8], import: &mut Import<'_>) -> Result<(), ReadError> {
    let text = json::to_text(input);
    let is_lossy = matches!(text, Cow::Owned(_));
    let text = json::without_lone_surrogates(&text);
    let mut messages =
        Messages { import, by_uri: IndexMap::new(), is_lsp: false, first_invalid: None };
    messages.add_all(Pieces::new(&text), true);
    let Messages { by_uri, is_lsp, first_invalid, .. } = messages;
    if let Some(reason) = first_invalid.filter(|_| !is_lsp) {
        return Err(ReadError { format: InputFormat::Lsp, reason });
    }
    import.tool = tool(by_uri.values());
    import.convert(|import| {
        let mut converter = Converter::new(is_lossy);
        by_uri.values().for_each(|params| converter.push_all(import, params));
    });
    Ok(())
}

/// Collects the notifications.
struct Messages<'a, 'i, 'f> {
    import: &'a mut Import<'f>,
    by_uri: IndexMap<String, Params<'i>>,
    is_lsp: bool,
    first_invalid: Option<String>,
}

impl<'i> Messages<'_, 'i, '_> {
    /// Adds messages and, on the top level, arrays of messages.
    fn add_all(&mut self, pieces: Pieces<'i>, is_top: bool) {
        for (line, piece) in pieces {
            match piece {
                Piece::Json(array) if is_top && array.starts_with('[') => {
                    self.add_all(Pieces::of_array(array, line), false);
                }
                Piece::Json(message) => match parse(message) {
                    Ok(params) => {
                        self.is_lsp = true;
                        if let Some(params) = params {
                            self.by_uri.insert(params.uri.to_string(), params);
                        }
                    }
                    Err(reason) => match self.parse_one_by_one(message, line) {
                        Some(params) => _ = self.by_uri.insert(params.uri.to_string(), params),
                        None => self.add_invalid(line, &reason),
                    },
                },
                Piece::Text(text) if is_header(text) => {}
                Piece::Text(_) => self.add_invalid(line, "not JSON"),
            }
        }
    }

    /// Parses the parameters of a notification of which some diagnostics are invalid. Returns `None` if more is invalid.
    fn parse_one_by_one(&mut self, message: &'i str, line: u64) -> Option<Params<'i>> {
        let params = json::property(message, "\"params\"").unwrap_or(message);
        let uri = serde_json::from_str(json::property(params, "\"uri\"")?).ok()?;
        let all = json::property(params, "\"diagnostics\"").filter(|all| all.starts_with('['))?;
        let (mut diagnostics, mut lines) = (Vec::new(), Lines::new(message, line));
        for diagnostic in Parts::new(all) {
            match serde_json::from_str(diagnostic) {
                Ok(diagnostic) => diagnostics.push(diagnostic),
                Err(error) => {
                    let reason = format!("an invalid diagnostic: {error}");
                    self.add_invalid(lines.line_of(diagnostic), &reason);
                }
            }
        }
        self.is_lsp = true;
        Some(Params { uri, diagnostics })
    }

    fn add_invalid(&mut self, line: u64, reason: &str) {
        self.first_invalid.get_or_insert_with(|| format!("line {line}: {reason}"));
        self.import.push_invalid_line(line, reason);
    }
}

/// Returns true for a line of the header of a message.
fn is_header(line: &str) -> bool {
    let name = line.split_once(':').map(|(name, _)| name);
    name.is_some_and(|name| {
        ["content-length", "content-type"].iter().any(|known| name.eq_ignore_ascii_case(known))
    })
}

/// Returns true for a response with diagnostics: those of a document, or of a workspace. A list of completions has `items`
/// too.
fn is_pull_report(message: &str) -> bool {
    let property = |name| json::property(json::property(message, "\"result\"")?, name);
    property("\"items\"").is_some() && property("\"isIncomplete\"").is_none()
}

/// Returns the parameters of a notification, or `None` for another message of a language server.
fn parse(message: &str) -> Result<Option<Params<'_>>, String> {
    let head: Head<'_> = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let is_params = head.uri.is_some() && head.diagnostics.is_some();
    let params = match head.method.as_deref() {
        Some("textDocument/publishDiagnostics") => {
            serde_json::from_str(message).map(|Notification { params }| Some(params))
        }
        None if is_params => serde_json::from_str(message).map(Some),
        // A request, another notification, or a response.
        Some(_) => Ok(None),
        None if is_pull_report(message) => {
            return Err("a report of pulled diagnostics, which are not read".to_owned());
        }
        None if head.jsonrpc.is_some() || head.id.is_some() => Ok(None),
        None => {
            return Err(
                "neither a message of a language server nor the parameters of one".to_owned()
            );
        }
    };
    params.map_err(|error| error.to_string())
}

/// Returns the tool that is the source of most diagnostics, with the URL of its codes.
fn tool<'p, 'i: 'p>(all: impl Iterator<Item = &'p Params<'i>> + Clone) -> Option<Tool> {
    let diagnostics = all.flat_map(|params| &params.diagnostics);
    let name =
        tool_name::most_frequent(diagnostics.clone().filter_map(|lsp| lsp.source.as_deref()))?;
    let own = diagnostics.filter(|lsp| lsp.source.as_deref() == Some(name));
    let pages =
        own.filter_map(|lsp| Some((convert::code(lsp)?, &*lsp.code_description.as_ref()?.href)));
    let tool = Tool::new(name.to_owned(), tool_name::UNKNOWN_VERSION);
    Some(tool_name::with_codes_url(tool, pages))
}
