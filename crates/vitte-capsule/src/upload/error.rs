//! Why a report was not uploaded.

use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

/// Why a report was not uploaded. The text of none has a token or the key of a DSN in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum UploadError {
    /// The DSN of Sentry is none.
    Dsn {
        /// Why.
        reason: String,
    },
    /// The repository is not of the form `OWNER/NAME`.
    Repository {
        /// As it was given.
        repository: String,
    },
    /// The address of the API cannot be used.
    Api {
        /// As it was given, without what stands before an `@`.
        api: String,
        /// Why.
        reason: &'static str,
    },
    /// The token is empty, or has characters that no token has.
    Token,
    /// The report cannot be uploaded.
    Report {
        /// The field that is in the way.
        field: &'static str,
        /// What it holds.
        value: String,
        /// Why.
        reason: &'static str,
    },
    /// A file or folder cannot be read or written.
    File {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There is another file of this name, which stays as it is.
    Exists {
        /// Its path.
        path: PathBuf,
    },
    /// No connection could be made, or it broke.
    Connection {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// No secure connection could be made, such as for a certificate that is not trusted.
    Tls {
        /// The host, with its port.
        host: String,
        /// Why.
        reason: String,
    },
    /// There was no answer in time.
    Timeout {
        /// The host, with its port.
        host: String,
        /// How long it was waited.
        after: Duration,
        /// Whether not even a connection was made.
        is_connect: bool,
    },
    /// The answer is not what this protocol has: no HTTP, no JSON, cut short, longer than 1 MiB.
    Answer {
        /// The host, with its port.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server does not do it. Statuses are those of RFC 9110.
    Status {
        /// The host, with its port.
        host: String,
        /// The status, such as 404.
        status: u16,
        /// What that means here.
        meaning: String,
        /// What the server says, on one line and cut; empty where it says nothing.
        message: String,
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
    },
}

impl UploadError {
    /// How long to wait before it is tried again, where that may help: `pause` where the server names
    /// no time, and no longer than `longest`.
    pub(super) fn wait(&self, pause: Duration, longest: Duration) -> Option<Duration> {
        match self {
            Self::Connection { .. } | Self::Timeout { is_connect: true, .. } => Some(pause),
            Self::Status { status, retry_after, .. } if is_passing(*status) => {
                Some(retry_after.unwrap_or(pause)).filter(|wait| *wait <= longest)
            }
            // GitHub says 403 to who asks too often, with the time to wait.
            Self::Status { status: 403, retry_after: Some(wait), .. } => {
                Some(*wait).filter(|wait| *wait <= longest)
            }
            _ => None,
        }
    }
}

/// Whether a status may be another one soon.
const fn is_passing(status: u16) -> bool {
    status == 429 || status >= 500
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dsn { reason } => write!(f, "the DSN is none: {reason}"),
            Self::Repository { repository } => {
                write!(f, "`{}` is no repository: it is OWNER/NAME", shown(repository))
            }
            Self::Api { api, reason } => {
                write!(f, "`{}` cannot be the address of an API: {reason}", shown(api))
            }
            Self::Token => f.write_str("the token is empty or has characters that no token has"),
            Self::Report { field, value, reason } => {
                write!(f, "the report's {field} is `{}`: {reason}", shown(value))
            }
            Self::File { path, error } => {
                write!(f, "cannot write `{}`: {error}", shown(&path.to_string_lossy()))
            }
            Self::Exists { path } => {
                let path = path.to_string_lossy();
                write!(f, "`{}` is there already and holds something else", shown(&path))
            }
            Self::Connection { host, reason } => write!(f, "cannot reach {host}: {reason}"),
            Self::Tls { host, reason } => write!(f, "no secure connection to {host}: {reason}"),
            Self::Timeout { host, after, is_connect } => {
                let what = if *is_connect { "connection" } else { "answer" };
                write!(f, "{host}: no {what} within {after:?}")
            }
            Self::Answer { host, reason } => {
                write!(f, "the answer of {host} is not understood: {reason}")
            }
            Self::Status { host, status, meaning, message, retry_after } => {
                write!(f, "{host}: {meaning} (status {status}")?;
                if !message.is_empty() {
                    write!(f, ": {message}")?;
                }
                f.write_str(")")?;
                match retry_after {
                    Some(wait) => write!(f, "; try again in {} s", wait.as_secs()),
                    None => Ok(()),
                }
            }
        }
    }
}

/// What a user gave, on one line and cut.
fn shown(text: &str) -> String {
    super::plain::cut(&vitte_diag::text::one_line(text), 200)
}

impl std::error::Error for UploadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { error, .. } => Some(error),
            _ => None,
        }
    }
}
