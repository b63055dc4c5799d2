//! The receipt of an upload that was sent.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use vitte_diag::text;

/// An upload that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) receipt: UploadReceipt,
    /// How long the server accepts no further upload, if it says so.
    pub(super) pause: Option<Duration>,
}

impl From<UploadReceipt> for Sent {
    fn from(receipt: UploadReceipt) -> Self {
        Self { receipt, pause: None }
    }
}

/// Where a report was uploaded to. `Display` writes one line that is safe for a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum UploadReceipt {
    /// A file.
    Copied {
        /// The path of the file.
        path: PathBuf,
        /// Whether the file was written now. False if it existed with the same content.
        is_new: bool,
    },
    /// A Sentry event.
    Event {
        /// The id: 32 hexadecimal digits, the same for each upload of the report.
        id: String,
        /// The server, with its port if it is not the default.
        host: String,
    },
    /// Log records of OpenTelemetry.
    Logs {
        /// The server, with its port if it is not the default.
        host: String,
        /// A warning of the server, on one line; empty if there is none.
        warning: String,
    },
    /// A new GitHub issue.
    NewIssue {
        /// The URL of its page.
        url: String,
    },
    /// A GitHub issue that already existed for the same defect.
    ExistingIssue {
        /// The URL of its page.
        url: String,
        /// Whether it is open, not closed.
        is_open: bool,
    },
}

impl fmt::Display for UploadReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Copied { path, is_new } => {
                let action = if *is_new { "copied to" } else { "already in" };
                write!(f, "{action} {}", text::one_line(&path.to_string_lossy()))
            }
            Self::Event { id, host } => write!(f, "event {id} at {host}"),
            Self::Logs { host, warning } => match &**warning {
                "" => write!(f, "log record at {host}"),
                warning => write!(f, "log record at {host} (warning: {warning})"),
            },
            Self::NewIssue { url } => write!(f, "opened {}", text::one_line(url)),
            Self::ExistingIssue { url, is_open } => {
                let state = if *is_open { "" } else { " (closed)" };
                write!(f, "already reported: {}{state}", text::one_line(url))
            }
        }
    }
}
