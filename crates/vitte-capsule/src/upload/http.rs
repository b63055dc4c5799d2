//! Sends HTTP requests and reads the responses.

use std::io::{self, Read as _};
use std::time::Duration;

use ureq::http::{self, HeaderMap, Response, Uri};
use ureq::{Agent, Body, Proxy, Timeout};

use super::error::UploadError;
use super::plain;
use super::request::{Request, Secret};

/// Maximum size of a response body, in bytes.
const MAX_BODY_BYTES: u64 = 1 << 20;
/// Maximum length of server text in an error, in characters.
const MAX_MESSAGE_CHARS: usize = 200;

/// The timeouts and the proxy setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct HttpOptions {
    /// The timeout for connecting.
    pub(super) connect: Duration,
    /// The timeout for a request with its response.
    pub(super) total: Duration,
    /// Whether the proxy of the environment is used.
    pub(super) use_env_proxy: bool,
}

/// Sends requests to one host.
#[derive(Debug)]
pub(super) struct Client<'a> {
    agent: Agent,
    host: String,
    options: HttpOptions,
    /// The secrets that are redacted in server text.
    secrets: &'a [Secret],
}

/// A response whose body has not been read yet.
#[derive(Debug)]
pub(super) struct HttpResponse {
    response: Response<Body>,
}

impl<'a> Client<'a> {
    pub(super) fn new(url: &str, options: HttpOptions, secrets: &'a [Secret]) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect would send the report or the token to a server that the user has not chosen.
            .max_redirects(0)
            .proxy(if options.use_env_proxy { Proxy::try_from_env() } else { None })
            .timeout_connect(Some(options.connect))
            .timeout_resolve(Some(options.connect))
            .timeout_global(Some(options.total))
            // No implicit headers: the request that is shown to the user has all of them.
            .user_agent("")
            .accept("")
            .build()
            .new_agent();
        Self { agent, host: host(url), options, secrets }
    }

    /// Sends a request. A response with an error status is not an error.
    pub(super) fn send(&self, request: &Request) -> Result<HttpResponse, UploadError> {
        let mut builder = http::Request::builder().method(request.method).uri(&request.url);
        for header in &request.headers {
            builder = builder.header(&*header.name, &header.value);
        }
        let response = if request.body_len() == 0 {
            builder.body(()).map_err(ureq::Error::Http).and_then(|request| self.agent.run(request))
        } else {
            let request = builder.body(request.body_bytes()).map_err(ureq::Error::Http);
            request.and_then(|request| self.agent.run(request))
        };
        response
            .map(|response| HttpResponse { response })
            .map_err(|error| self.transport_error(error))
    }

    /// Reads the whole body, which is at most 1 MiB.
    pub(super) fn body(&self, response: HttpResponse) -> Result<Vec<u8>, UploadError> {
        let (body, result) = read(response.response.into_body());
        result.map_err(|error| self.transport_error(error.into()))?;
        if u64::try_from(body.len()).is_ok_and(|length| length > MAX_BODY_BYTES) {
            return Err(self.invalid_response("longer than 1 MiB"));
        }
        Ok(body)
    }

    pub(super) fn invalid_response(&self, reason: impl Into<String>) -> UploadError {
        UploadError::InvalidResponse { host: self.host.clone(), reason: reason.into() }
    }

    /// Returns the error of a response with an error status. `meaning` describes the status; if it returns
    /// `None`, the general meaning is used.
    pub(super) fn status_error(
        &self,
        response: HttpResponse,
        meaning: impl FnOnce(u16) -> Option<String>,
    ) -> UploadError {
        let status = response.status();
        let headers = response.response.headers();
        let header = |name| header_text(headers, name);
        let retry_after = retry_after(headers);
        let is_limited =
            status == 429 || (status == 403 && header("x-ratelimit-remaining") == Some("0"));
        let meaning = match status {
            300..400 => match header("location") {
                Some(to) => format!("redirect to `{}` not followed", self.redacted(to)),
                None => "redirect not followed".to_owned(),
            },
            _ if is_limited => "too many requests".to_owned(),
            _ => meaning(status).unwrap_or_else(|| {
                let general = match status {
                    401 => "invalid credentials",
                    403 => "access denied",
                    404 => "not found",
                    413 => "the report is too large",
                    500.. => "server error",
                    _ => "request rejected",
                };
                general.to_owned()
            }),
        };
        let host = self.host.clone();
        // An incomplete body may still have a useful message.
        let (body, _) = read(response.response.into_body());
        let message = self.redacted(&message(&body));
        // GitHub uses 403 with `retry-after` for rate limits.
        let is_temporary =
            status == 429 || status >= 500 || (status == 403 && retry_after.is_some());
        UploadError::Status { host, status, meaning, message, retry_after, is_temporary }
    }

    /// Returns server text without secrets, on one line and truncated.
    pub(super) fn redacted(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(Secret::reveal).filter(|secret| !secret.is_empty());
        let text = secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "***"));
        plain::line(text.trim(), MAX_MESSAGE_CHARS)
    }

    fn transport_error(&self, error: ureq::Error) -> UploadError {
        let host = self.host.clone();
        let reason = |text: String| self.redacted(&text);
        match error {
            ureq::Error::Timeout(timeout) => self.timed_out(timeout),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::TimedOut => self.timed_out(Timeout::Global),
                io::ErrorKind::ConnectionRefused => {
                    UploadError::Connection { host, reason: "connection refused".to_owned() }
                }
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                    let reason = "the connection was closed before the response was complete";
                    UploadError::Connection { host, reason: reason.to_owned() }
                }
                // The TLS library reports bad certificates and servers without TLS in this way.
                io::ErrorKind::InvalidData => {
                    UploadError::Tls { host, reason: reason(error.to_string()) }
                }
                _ => UploadError::Connection { host, reason: reason(error.to_string()) },
            },
            ureq::Error::HostNotFound => {
                UploadError::Connection { host, reason: "host not found".to_owned() }
            }
            ureq::Error::Tls(error) => UploadError::Tls { host, reason: error.to_owned() },
            ureq::Error::Rustls(error) => {
                UploadError::Tls { host, reason: reason(error.to_string()) }
            }
            ureq::Error::Protocol(error) => {
                self.invalid_response(reason(format!("invalid HTTP: {error}")))
            }
            ureq::Error::LargeResponseHeader(..) => self.invalid_response("headers too long"),
            error => UploadError::Connection { host, reason: reason(error.to_string()) },
        }
    }

    fn timed_out(&self, timeout: Timeout) -> UploadError {
        let is_connect = matches!(timeout, Timeout::Connect | Timeout::Resolve);
        let after = if is_connect { self.options.connect } else { self.options.total };
        UploadError::Timeout { host: self.host.clone(), after, is_connect }
    }
}

impl HttpResponse {
    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Returns how long the server accepts no further request of this kind, if it says so.
    pub(super) fn pause(&self) -> Option<Duration> {
        rate_limit(self.response.headers())
    }
}

/// Returns the host of a URL, with the port if there is one.
pub(super) fn host(url: &str) -> String {
    let authority = url.parse::<Uri>().ok().and_then(|uri| uri.into_parts().authority);
    authority.map_or_else(String::new, |authority| authority.as_str().to_owned())
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Returns how long the server requests to wait: a number of seconds or a date (RFC 9110, section 10.2.3), or the limits of
/// Sentry.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    if let Some(limit) = rate_limit(headers) {
        return Some(limit);
    }
    let text = header_text(headers, "retry-after")?.trim();
    let until_date = || {
        let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        let wait = date.duration_since(jiff::Timestamp::now());
        Some(Duration::try_from(wait).unwrap_or_default())
    };
    text.parse().ok().map(Duration::from_secs).or_else(until_date)
}

/// The categories of Sentry that concern an upload.
const CATEGORIES: [&str; 4] = ["", "error", "attachment", "session"];

/// Reads the longest of the limits in `X-Sentry-Rate-Limits` that concern an upload, such as
/// `60:error;session:organization, 2700:transaction:key`. A limit without categories concerns all
/// (<https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/>).
fn rate_limit(headers: &HeaderMap) -> Option<Duration> {
    let limits = header_text(headers, "x-sentry-rate-limits")?.split(',');
    let seconds = limits.filter_map(|limit| {
        let mut parts = limit.trim().split(':');
        let seconds: u64 = parts.next()?.trim().parse().ok()?;
        let mut categories = parts.next().unwrap_or_default().split(';');
        categories.any(|category| CATEGORIES.contains(&category.trim())).then_some(seconds)
    });
    seconds.max().filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

/// Reads a body up to one byte more than is allowed. Returns what was read also in case of an error.
fn read(body: Body) -> (Vec<u8>, io::Result<usize>) {
    let mut bytes = Vec::new();
    let result = body.into_reader().take(MAX_BODY_BYTES + 1).read_to_end(&mut bytes);
    (bytes, result)
}

/// Extracts the message of an error response: the JSON field of GitHub (`message`) or Sentry (`detail`), else
/// the first line unless it is HTML.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_until_a_retry_is_read() {
        let wait = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("retry-after", " 7"), Some(7));
        assert_eq!(wait("retry-after", "soon"), None);
        assert_eq!(wait("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), Some(0));
        assert!(wait("retry-after", "Mon, 21 Oct 2515 07:28:00 GMT").unwrap() > 1_000_000_000);
        let limits = |value: &str| wait("x-sentry-rate-limits", value);
        assert_eq!(limits("60:error;session:organization, 2700:transaction:key"), Some(60));
        assert_eq!(limits("60:transaction:key, 50::organization:reason,40:error"), Some(50));
        assert_eq!(limits("60:transaction:key"), None);
        assert_eq!(limits("30"), Some(30));
        assert_eq!(limits("x:error, :, -5:error"), None);
    }
}
