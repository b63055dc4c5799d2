//! The error of an upload.

use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

use vitte_diag::text;

use crate::repository::RepositoryError;

/// Why a report was not uploaded. No message contains a token or the key of a DSN.
#[derive(Debug)]
#[non_exhaustive]
pub enum UploadError {
    /// The Sentry DSN is invalid.
    Dsn {
        /// The reason.
        reason: String,
    },
    /// The repository does not have the form `OWNER/NAME`.
    Repository {
        /// The repository as given.
        repository: String,
    },
    /// The URL of the API is invalid.
    Api {
        /// The URL as given, without user name and password.
        api: String,
        /// The reason.
        reason: &'static str,
    },
    /// The URL of the OpenTelemetry endpoint is invalid.
    Endpoint {
        /// The URL as given, without user name and password.
        endpoint: String,
        /// The reason.
        reason: &'static str,
    },
    /// A header is invalid.
    Header {
        /// The name of the header, or an empty string if it has none.
        name: String,
        /// The reason.
        reason: &'static str,
    },
    /// The server has accepted the request, and rejected records in it. They must not be sent again.
    Rejected {
        /// The host, with its port.
        host: String,
        /// The number of rejected records.
        rejected: u64,
        /// The number of all records.
        records: usize,
        /// The message of the server, truncated and on one line. Empty if it sent none.
        message: String,
    },
    /// A pending upload cannot be stored, read or removed.
    Spool(Box<RepositoryError>),
    /// The token is empty or has characters other than printable ASCII.
    Token,
    /// A field of the report is invalid.
    Report {
        /// The name of the field.
        field: &'static str,
        /// The value of the field.
        value: String,
        /// The reason.
        reason: &'static str,
    },
    /// The minidump of the crash was to be sent, and it has none.
    NoMinidump,
    /// The minidump is larger than the server accepts.
    LargeMinidump {
        /// The size in bytes.
        size: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// The file or its directory cannot be written.
    File {
        /// The path of the file.
        path: PathBuf,
        /// The I/O error.
        error: io::Error,
    },
    /// The file exists with different content. It is not changed.
    Exists {
        /// The path of the file.
        path: PathBuf,
    },
    /// The connection could not be established, or was lost.
    Connection {
        /// The host, with its port.
        host: String,
        /// The reason.
        reason: String,
    },
    /// The TLS handshake failed, for example because the certificate is not trusted.
    Tls {
        /// The host, with its port.
        host: String,
        /// The reason.
        reason: String,
    },
    /// The connection or the response took too long.
    Timeout {
        /// The host, with its port.
        host: String,
        /// The timeout.
        after: Duration,
        /// Whether the connection was not established.
        is_connect: bool,
    },
    /// The response is not valid HTTP, not the expected JSON, or longer than 1 MiB.
    InvalidResponse {
        /// The host, with its port.
        host: String,
        /// The reason.
        reason: String,
    },
    /// The server responded with an error status.
    Status {
        /// The host, with its port.
        host: String,
        /// The status code (RFC 9110), such as 404.
        status: u16,
        /// What the status means for the upload.
        meaning: String,
        /// The message of the server, truncated and on one line. Empty if it sent none.
        message: String,
        /// The time after which the server accepts a retry, if it named one.
        retry_after: Option<Duration>,
        /// Whether a later attempt may get another status.
        is_temporary: bool,
    },
}

impl UploadError {
    /// Returns how long to wait before a retry: the time that the server requests, or `backoff`. Returns `None`
    /// if a retry does not help or the server requests more than `max`.
    pub(super) fn retry_delay(&self, backoff: Duration, max: Duration) -> Option<Duration> {
        match self {
            Self::Connection { .. } | Self::Timeout { is_connect: true, .. } => Some(backoff),
            Self::Status { retry_after, is_temporary: true, .. } => {
                Some(retry_after.unwrap_or(backoff)).filter(|delay| *delay <= max)
            }
            _ => None,
        }
    }

    /// Returns whether the same upload may succeed later: the server could not be reached, did not answer in time, or reported
    /// a temporary failure.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::Timeout { .. } => true,
            Self::Status { is_temporary, .. } => *is_temporary,
            _ => false,
        }
    }

    /// Returns whether the server has answered. Otherwise the failure may be that of the network, such as a proxy with
    /// certificates of its own.
    pub(super) const fn is_answer(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::Rejected { .. })
    }

    /// Returns the time after which the server accepts a retry, if it named one.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dsn { reason } => write!(f, "invalid DSN: {reason}"),
            Self::Repository { repository } => {
                write!(f, "invalid repository `{}`: expected OWNER/NAME", safe(repository))
            }
            Self::Api { api, reason } => {
                write!(f, "invalid API URL `{}`: {reason}", safe(api))
            }
            Self::Endpoint { endpoint, reason } => {
                write!(f, "invalid OpenTelemetry endpoint `{}`: {reason}", safe(endpoint))
            }
            Self::Header { name, reason } => {
                write!(f, "invalid header `{}`: {reason}", safe(name))
            }
            Self::Rejected { host, rejected, records, message } => {
                let of = text::plural("record", *records);
                write!(f, "{host}: rejected {rejected} of {records} log {of}")?;
                if message.is_empty() { Ok(()) } else { write!(f, ": {message}") }
            }
            Self::Spool(error) => error.fmt(f),
            Self::Token => f.write_str(
                "invalid token: it is empty or has characters other than printable ASCII",
            ),
            Self::Report { field, value, reason } => {
                write!(f, "invalid {field} `{}` in the crash report: {reason}", safe(value))
            }
            Self::NoMinidump => f.write_str("the crash has no minidump"),
            Self::LargeMinidump { size, max } => {
                write!(f, "the minidump has {size} bytes (limit: {max})")
            }
            Self::File { path, error } => {
                write!(f, "cannot write `{}`: {error}", safe(&path.to_string_lossy()))
            }
            Self::Exists { path } => {
                let path = path.to_string_lossy();
                write!(f, "cannot write `{}`: it exists with different content", safe(&path))
            }
            Self::Connection { host, reason } => write!(f, "cannot reach {host}: {reason}"),
            Self::Tls { host, reason } => write!(f, "TLS connection to {host} failed: {reason}"),
            Self::Timeout { host, after, is_connect } => match is_connect {
                true => write!(f, "cannot connect to {host} within {after:?}"),
                false => write!(f, "no response from {host} within {after:?}"),
            },
            Self::InvalidResponse { host, reason } => {
                write!(f, "invalid response from {host}: {reason}")
            }
            Self::Status { host, status, meaning, message, retry_after, .. } => {
                write!(f, "{host}: {meaning} (status {status}")?;
                if !message.is_empty() {
                    write!(f, ": {message}")?;
                }
                f.write_str(")")?;
                match retry_after {
                    Some(delay) => write!(f, "; try again in {} s", delay.as_secs()),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Returns untrusted text on one line, truncated.
fn safe(text: &str) -> String {
    super::plain::truncate(&vitte_diag::text::one_line(text), 200)
}

// `Display` includes the cause, so `source` does not return it.
impl std::error::Error for UploadError {}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn the_cause_is_in_the_text_and_not_repeated_as_source() {
        let path = PathBuf::from("a.json");
        let error = UploadError::File { path, error: io::Error::other("disk full") };
        assert_eq!(error.to_string(), "cannot write `a.json`: disk full");
        assert!(error.source().is_none());
    }
}
