//! A prepared upload.

use std::fmt;
use std::path::PathBuf;

use vitte_diag::text;

use super::request::Request;
use super::{github, otlp, sentry};

/// What [`send`](super::Upload::send) will send. `Display` shows all of it, with `***` in place of secrets, the size of
/// a minidump in its place, and without control characters.
#[derive(Clone, Debug)]
pub struct PreparedUpload {
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    File { path: PathBuf, text: String },
    Sentry(sentry::PreparedEvent),
    Github(Box<github::PreparedIssue>),
    Otlp(otlp::PreparedLogs),
}

impl PreparedUpload {
    /// Returns the HTTP requests in the order in which they are sent. Empty for [`Target::File`](super::Target::File).
    #[must_use]
    pub fn requests(&self) -> Vec<&Request> {
        match &self.content {
            Content::File { .. } => Vec::new(),
            Content::Sentry(event) => vec![&event.request],
            Content::Otlp(logs) => vec![&logs.request],
            Content::Github(issue) => vec![&issue.newest, &issue.search, &issue.open],
        }
    }
}

impl fmt::Display for PreparedUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::File { path, text } => {
                let path = path.to_string_lossy();
                write!(f, "write {}\n\n{text}", text::one_line(&path))
            }
            Content::Sentry(event) => write!(f, "{}", event.request),
            Content::Otlp(logs) => write!(f, "{}", logs.request),
            Content::Github(issue) => write!(
                f,
                "{}\n{}\nif neither response has an issue that starts with `{}`:\n\n{}",
                issue.newest, issue.search, issue.marker, issue.open
            ),
        }
    }
}
