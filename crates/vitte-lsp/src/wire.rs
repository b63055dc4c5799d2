//! Messages on a byte stream: a header with the length, then JSON (the base protocol of LSP).
//!
//! Unlike [`lsp_server::Message::read`], nothing is allocated because a header announces it, and a message that cannot be read does
//! not end the connection.

use std::io::{self, BufRead, Read as _};

use lsp_server::ErrorCode;

use crate::message::{self, Invalid, Message};

/// The maximum size of a message in bytes. A larger one is skipped.
pub(crate) const MAX_MESSAGE_BYTES: u64 = 256 << 20;
/// The maximum size of a header in bytes.
const MAX_HEADER_BYTES: u64 = 8 << 10;

/// What was read.
#[derive(Debug)]
pub(crate) enum Incoming {
    Message(Message),
    /// A message that cannot be handled. The next one can be.
    Invalid(Invalid),
    /// What is not the protocol, so that the next message cannot be found.
    Garbage(String),
    /// The end of the stream.
    End,
}

/// Reads the next message, of at most `limit` bytes. A stream that cannot be read is at its end.
pub(crate) fn read(input: &mut dyn BufRead, limit: u64) -> Incoming {
    try_read(input, limit).unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::InvalidData => Incoming::Garbage(error.to_string()),
        _ => Incoming::End,
    })
}

fn try_read(input: &mut dyn BufRead, limit: u64) -> io::Result<Incoming> {
    let Some(length) = content_length(input)? else { return Ok(Incoming::End) };
    if length > limit {
        let skipped = io::copy(&mut input.take(length), &mut io::sink())?;
        return match skipped == length {
            true => {
                let reason = format!("the message has {length} bytes; the limit is {limit} bytes");
                let code = ErrorCode::InvalidRequest;
                Ok(Incoming::Invalid(Invalid { id: None, code, reason }))
            }
            false => Ok(Incoming::End),
        };
    }
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(Incoming::End);
    }
    Ok(message::parse(&body).map_or_else(Incoming::Invalid, Incoming::Message))
}

/// Reads a header, and returns the length of the message in bytes, or `None` at the end of the stream.
fn content_length(input: &mut dyn BufRead) -> io::Result<Option<u64>> {
    let mut header = input.take(MAX_HEADER_BYTES);
    let (mut line, mut length) = (Vec::new(), None);
    loop {
        line.clear();
        header.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return match header.limit() {
                0 => Err(invalid_header(&line)),
                _ => Ok(None),
            };
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            match length {
                Some(length) => return Ok(Some(length)),
                // Blank lines between messages.
                None => continue,
            }
        }
        let field = text.split_once(':').filter(|(name, _)| is_name(name.trim()));
        let (name, value) = field.ok_or_else(|| invalid_header(&line))?;
        if name.trim().eq_ignore_ascii_case("content-length") {
            let own = value.trim().parse().map_err(|_| invalid_header(&line))?;
            // Of two lengths it is unknown where the message ends.
            if length.replace(own).is_some_and(|other| other != own) {
                return Err(invalid_header(&line));
            }
        }
    }
}

/// Returns true if a text can be the name of a header. JSON without a header, one message a line, has colons, too.
fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn invalid_header(line: &[u8]) -> io::Error {
    let line = String::from_utf8_lossy(line.get(..line.len().min(80)).unwrap_or_default());
    let line = vitte_diag::text::one_line(line.trim_end()).into_owned();
    let message = format!("expected the header `Content-Length: BYTES`, found `{line}`");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut input: &[u8], limit: u64) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            found.push(match read(&mut input, limit) {
                Incoming::Message(Message::Notification { method, .. }) => method,
                Incoming::Message(message) => format!("{message:?}"),
                Incoming::Invalid(invalid) => invalid.reason,
                Incoming::End => return found,
                Incoming::Garbage(reason) => {
                    found.push(reason);
                    return found;
                }
            });
        }
    }

    fn message(method: &str) -> String {
        let body = format!(r#"{{"jsonrpc":"2.0","method":"{method}"}}"#);
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn messages_follow_one_another() {
        let input = message("a") + &message("b");
        assert_eq!(all(input.as_bytes(), 100), ["a", "b"]);
        let other = message("a").replace("\r\n", "\n").replace("Content-Length", "content-LENGTH");
        assert_eq!(all(other.as_bytes(), 100), ["a"]);
        let twice = message("a").replace("\r\n\r\n", "\r\ncontent-length: 30\r\n\r\n");
        assert_eq!(all(twice.as_bytes(), 100), ["a"]);
        let two = twice.replace("content-length: 30", "content-length: 3");
        assert!(all(two.as_bytes(), 100)[0].ends_with("found `content-length: 3`"));
        let more = format!("Content-Type: x; charset=utf-8\r\n{}", message("a"));
        assert_eq!(all(more.as_bytes(), 100), ["a"]);
        for cut in 0..input.len() {
            let expected = if cut >= message("a").len() { &["a"] as &[&str] } else { &[] };
            assert_eq!(all(&input.as_bytes()[..cut], 100), expected, "{cut}");
        }
    }

    #[test]
    fn an_invalid_message_does_not_end_the_connection() {
        let input = format!("Content-Length: 3\r\n\r\n{{a}}{}", message("b"));
        let found = all(input.as_bytes(), 100);
        assert!(found[0].starts_with("the message is not JSON-RPC: "), "{found:?}");
        assert_eq!(found[1], "b");
        let found = all((message("too long") + &message("b")).as_bytes(), 30);
        assert_eq!(found, ["the message has 37 bytes; the limit is 30 bytes", "b"]);
    }

    #[test]
    fn a_header_allocates_nothing() {
        let found = all(b"Content-Length: 18446744073709551615\r\n\r\nabc", u64::MAX);
        assert_eq!(found, [""; 0], "the stream ends inside of the message");
        let found = all(b"Content-Length: -1\r\n\r\n", 100);
        assert_eq!(
            found,
            ["expected the header `Content-Length: BYTES`, found `Content-Length: -1`"]
        );
        let found = all(b"GET / HTTP/1.1\r\n\r\n", 100);
        assert_eq!(found, ["expected the header `Content-Length: BYTES`, found `GET / HTTP/1.1`"]);
        let found = all(b"{\"jsonrpc\":\"2.0\"}\n", 100);
        assert!(found[0].ends_with("found `{\"jsonrpc\":\"2.0\"}`"), "{found:?}");
        assert!(all(&[b'x'; 100_000], 100)[0].contains("found `xxxxxxx"));
        assert_eq!(all(b"\0\xff\x1b[1m\n", 100)[0].matches('\u{1b}').count(), 0);
    }
}
