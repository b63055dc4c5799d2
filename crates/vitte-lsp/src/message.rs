//! The messages of the client. Their parameters are read when it is known what they are, so that a message costs no more
//! memory than its text, whatever is in it.

use std::borrow::Cow;

use lsp_server::{ErrorCode, RequestId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// The maximum size of a message in bytes, unless it contains a document.
const MAX_BYTES: usize = 32 << 20;

/// A message of the client.
#[derive(Debug)]
pub(crate) enum Message {
    Request { id: RequestId, method: String, params: Params },
    Notification { method: String, params: Params },
    Response { id: RequestId, result: Params },
}

/// The parameters of a message, or the result of a response, as JSON. `None` if there are none.
#[derive(Debug, Default)]
pub(crate) struct Params(Option<Box<RawValue>>);

/// Why a message cannot be handled.
#[derive(Debug)]
pub(crate) struct Invalid {
    /// The request, if it is known.
    pub(crate) id: Option<RequestId>,
    pub(crate) code: ErrorCode,
    pub(crate) reason: String,
}

impl Params {
    /// Reads the parameters.
    ///
    /// # Errors
    ///
    /// They are not those of `T`.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.0.as_deref().map_or("null", RawValue::get))
    }

    /// Returns the parameters as a tree, or null if they are nested too deeply.
    pub(crate) fn value(&self) -> Value {
        self.read().unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    params: Option<Box<RawValue>>,
    result: Option<Box<RawValue>>,
}

/// Reads a message.
///
/// # Errors
///
/// What the client is to be told.
pub(crate) fn parse(body: &[u8]) -> Result<Message, Invalid> {
    let invalid = |code, reason| Invalid { id: None, code, reason };
    if body.trim_ascii_start().starts_with(b"[") {
        let reason = "a message is an object; LSP has no batches".to_owned();
        return Err(invalid(ErrorCode::InvalidRequest, reason));
    }
    let fields: Fields<'_> = serde_json::from_slice(body).map_err(|error| {
        let code = if error.is_data() { ErrorCode::InvalidRequest } else { ErrorCode::ParseError };
        invalid(code, format!("the message is not JSON-RPC: {error}"))
    })?;
    let id = match fields.id.map(|id| serde_json::from_str(id.get())) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => {
            let reason = "the id of a message is a number of 32 bits or a string".to_owned();
            return Err(invalid(ErrorCode::InvalidRequest, reason));
        }
    };
    let is_document =
        matches!(fields.method.as_deref(), Some("textDocument/didOpen" | "textDocument/didChange"));
    if body.len() > MAX_BYTES && !is_document {
        let reason = format!(
            "the message has {} bytes; the limit of those without a document is {MAX_BYTES} bytes",
            body.len()
        );
        return Err(Invalid { id, code: ErrorCode::InvalidRequest, reason });
    }
    let (params, method) = (Params(fields.params), fields.method.map(Cow::into_owned));
    match (id, method) {
        (Some(id), Some(method)) => Ok(Message::Request { id, method, params }),
        (None, Some(method)) => Ok(Message::Notification { method, params }),
        (Some(id), None) => Ok(Message::Response { id, result: Params(fields.result) }),
        (None, None) => {
            let reason = "the message has neither a method nor an id".to_owned();
            Err(invalid(ErrorCode::InvalidRequest, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(body: &str) -> (i32, String) {
        let invalid = parse(body.as_bytes()).unwrap_err();
        assert!(invalid.id.is_none());
        (invalid.code as i32, invalid.reason)
    }

    #[test]
    fn messages_are_requests_notifications_and_responses() {
        let of = |body: &str| format!("{:?}", parse(body.as_bytes()).unwrap());
        assert!(of(r#"{"id":1,"method":"a\u0062","params":{"x":[1]}}"#).starts_with("Request"));
        assert!(of(r#"{"jsonrpc":"2.0","id":"1","method":"a"}"#).contains("method: \"a\""));
        assert!(of(r#"{"method":"a","id":null}"#).starts_with("Notification"));
        assert!(of(r#"{"id":-1,"result":null}"#).starts_with("Response"));
        assert!(of(r#"{"id":1,"error":{"code":1}}"#).starts_with("Response"));
    }

    #[test]
    fn what_is_wrong_is_an_error_of_the_protocol() {
        for (body, code, expected) in [
            ("", -32700, "EOF while parsing a value"),
            ("{\"id\":1", -32700, "EOF while parsing an object"),
            (" [{}]", -32600, "LSP has no batches"),
            ("1", -32600, "invalid type: integer `1`"),
            ("{}", -32600, "neither a method nor an id"),
            (r#"{"id":1.5,"method":"a"}"#, -32600, "a number of 32 bits or a string"),
            (r#"{"id":4294967296,"method":"a"}"#, -32600, "a number of 32 bits or a string"),
            (r#"{"id":{},"method":"a"}"#, -32600, "a number of 32 bits or a string"),
            (r#"{"id":1,"method":2}"#, -32600, "invalid type: integer `2`"),
            (r#"{"id":1,"id":2,"method":"a"}"#, -32600, "duplicate field `id`"),
        ] {
            let (found, reason) = reason(body);
            assert!(found == code && reason.contains(expected), "{body}: {found} {reason}");
        }
        assert_eq!(parse(b"{\"method\":\"\xff\"}").unwrap_err().code as i32, -32700);
        let deep = format!(r#"{{"method":"a","params":{}}}"#, "[".repeat(100_000));
        assert_eq!(reason(&deep).0, -32700);
        let deep =
            format!(r#"{{"method":"a","params":{0}{1}}}"#, "[".repeat(9999), "]".repeat(9999));
        let Message::Notification { params, .. } = parse(deep.as_bytes()).unwrap() else {
            panic!()
        };
        assert_eq!(params.value(), Value::Null);
    }

    #[test]
    fn only_documents_are_large() {
        let body = |method: &str| {
            format!(r#"{{"id":7,"method":"{method}","params":"{}"}}"#, "x".repeat(MAX_BYTES))
        };
        assert!(parse(body("textDocument/didOpen").as_bytes()).is_ok());
        let invalid = parse(body("other").as_bytes()).unwrap_err();
        assert_eq!(invalid.id, Some(RequestId::from(7)));
        assert!(invalid.reason.starts_with("the message has 33554"), "{}", invalid.reason);
    }
}
