//! Requests and their answers.

use std::io::{self, Read as _};
use std::time::Duration;

use ureq::http::{self, HeaderMap, Response, Uri};
use ureq::{Agent, Body, Proxy, Timeout};

use super::error::UploadError;
use super::plain;
use super::request::{Request, Secret};

/// The most bytes that are read of an answer.
const MOST_BYTES: u64 = 1 << 20;
/// The most characters that are shown of what a server says.
const MOST_SHOWN: usize = 200;

/// How long is waited, and by which way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) whole: Duration,
    pub(super) is_proxied: bool,
}

/// Sends requests to one host.
#[derive(Debug)]
pub(super) struct Client<'a> {
    agent: Agent,
    host: String,
    limits: Limits,
    /// What is taken out of all that the server says.
    secrets: &'a [Secret],
}

/// An answer, of which the body is not read yet.
#[derive(Debug)]
pub(super) struct Answer {
    response: Response<Body>,
}

impl<'a> Client<'a> {
    pub(super) fn new(url: &str, limits: Limits, secrets: &'a [Secret]) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect would send a report, or a token, where nobody said that it may go.
            .max_redirects(0)
            .proxy(if limits.is_proxied { Proxy::try_from_env() } else { None })
            .timeout_connect(Some(limits.connect))
            .timeout_resolve(Some(limits.connect))
            .timeout_global(Some(limits.whole))
            // All headers are in the request, where they can be seen.
            .user_agent("")
            .accept("")
            .build()
            .new_agent();
        Self { agent, host: host(url), limits, secrets }
    }

    /// Sends a request. What the server says is an answer, whatever it is.
    pub(super) fn call(&self, request: &Request) -> Result<Answer, UploadError> {
        let mut builder = http::Request::builder().method(request.method).uri(&request.url);
        for header in &request.headers {
            builder = builder.header(header.name, &header.value);
        }
        let response = if request.body.is_empty() {
            builder.body(()).map_err(ureq::Error::Http).and_then(|call| self.agent.run(call))
        } else {
            let call = builder.body(request.body.as_bytes()).map_err(ureq::Error::Http);
            call.and_then(|call| self.agent.run(call))
        };
        response.map(|response| Answer { response }).map_err(|error| self.failed(error))
    }

    /// All of the answer's body, which is at most 1 MiB.
    pub(super) fn body(&self, answer: Answer) -> Result<Vec<u8>, UploadError> {
        let (body, end) = read(answer.response.into_body());
        end.map_err(|error| self.failed(error.into()))?;
        if u64::try_from(body.len()).is_ok_and(|length| length > MOST_BYTES) {
            return Err(self.not_understood("it is longer than 1 MiB"));
        }
        Ok(body)
    }

    pub(super) fn not_understood(&self, reason: impl Into<String>) -> UploadError {
        UploadError::Answer { host: self.host.clone(), reason: reason.into() }
    }

    /// The error of an answer that is no success. `meaning` says what a status means; for one that it
    /// does not know, what that status means anywhere is said.
    pub(super) fn refusal(
        &self,
        answer: Answer,
        meaning: impl FnOnce(u16) -> Option<String>,
    ) -> UploadError {
        let status = answer.status();
        let headers = answer.response.headers();
        let header = |name| text_of(headers, name);
        let retry_after = header("retry-after").and_then(|text| text.trim().parse().ok());
        let is_limited =
            status == 429 || (status == 403 && header("x-ratelimit-remaining") == Some("0"));
        let meaning = match status {
            300..400 => match header("location") {
                Some(to) => {
                    format!("it redirects to `{}`, which is not followed", self.shown(to))
                }
                None => "it redirects, which is not followed".to_owned(),
            },
            _ if is_limited => "too many requests".to_owned(),
            _ => meaning(status).unwrap_or_else(|| {
                let known = match status {
                    401 => "the credentials are not accepted",
                    403 => "this is not allowed",
                    404 => "there is no such address",
                    413 => "the report is too large",
                    500.. => "the server has a problem",
                    _ => "the server does not accept it",
                };
                known.to_owned()
            }),
        };
        let host = self.host.clone();
        // Of a bad answer as much as there is helps.
        let (body, _) = read(answer.response.into_body());
        let message = self.shown(&message(&body));
        let retry_after = retry_after.map(Duration::from_secs);
        UploadError::Status { host, status, meaning, message, retry_after }
    }

    /// What a server says, without secrets, on one line and cut.
    fn shown(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(Secret::reveal).filter(|secret| !secret.is_empty());
        let text = secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "***"));
        plain::line(text.trim(), MOST_SHOWN)
    }

    fn failed(&self, error: ureq::Error) -> UploadError {
        let host = self.host.clone();
        let reason = |text: String| self.shown(&text);
        match error {
            ureq::Error::Timeout(timeout) => self.timed_out(timeout),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::TimedOut => self.timed_out(Timeout::Global),
                io::ErrorKind::ConnectionRefused => {
                    UploadError::Connection { host, reason: "the connection is refused".to_owned() }
                }
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                    let reason = "the connection was closed before the answer was complete";
                    UploadError::Connection { host, reason: reason.to_owned() }
                }
                // What TLS says of a certificate, or of a server that speaks something else.
                io::ErrorKind::InvalidData => {
                    UploadError::Tls { host, reason: reason(error.to_string()) }
                }
                _ => UploadError::Connection { host, reason: reason(error.to_string()) },
            },
            ureq::Error::HostNotFound => {
                UploadError::Connection { host, reason: "there is no such host".to_owned() }
            }
            ureq::Error::Tls(error) => UploadError::Tls { host, reason: error.to_owned() },
            ureq::Error::Rustls(error) => {
                UploadError::Tls { host, reason: reason(error.to_string()) }
            }
            ureq::Error::Protocol(error) => {
                self.not_understood(reason(format!("it is no HTTP: {error}")))
            }
            ureq::Error::LargeResponseHeader(..) => self.not_understood("its headers are too long"),
            error => UploadError::Connection { host, reason: reason(error.to_string()) },
        }
    }

    fn timed_out(&self, timeout: Timeout) -> UploadError {
        let is_connect = matches!(timeout, Timeout::Connect | Timeout::Resolve);
        let after = if is_connect { self.limits.connect } else { self.limits.whole };
        UploadError::Timeout { host: self.host.clone(), after, is_connect }
    }
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }
}

/// The host of a URL, with its port where it has one.
pub(super) fn host(url: &str) -> String {
    let authority = url.parse::<Uri>().ok().and_then(|uri| uri.into_parts().authority);
    authority.map_or_else(String::new, |authority| authority.as_str().to_owned())
}

fn text_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What there is of a body, up to one byte more than is allowed, and whether that was all.
fn read(body: Body) -> (Vec<u8>, io::Result<usize>) {
    let mut bytes = Vec::new();
    let end = body.into_reader().take(MOST_BYTES + 1).read_to_end(&mut bytes);
    (bytes, end)
}

/// The text of an error, as GitHub (`message`) and Sentry (`detail`) write it; or else the first line of
/// any text that is no page.
fn message(body: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    if let Some(value) = value {
        let text = ["message", "detail", "error"].iter().find_map(|key| value.get(key)?.as_str());
        return text.unwrap_or_default().to_owned();
    }
    let text = String::from_utf8_lossy(body);
    let first = text.trim_start().lines().next().unwrap_or_default();
    if first.starts_with('<') { String::new() } else { first.to_owned() }
}
