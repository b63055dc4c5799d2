//! Upload: sends a report to the developers, as a file, a Sentry event or a GitHub issue.
//!
//! ```text
//! CrashReport ─▶ Upload::prepare ─▶ PreparedUpload ─▶ Upload::send ─▶ UploadReceipt
//!                                   shows what would be sent
//! ```
//!
//! Only [`send`](Upload::send) sends anything, and it sends exactly what [`PreparedUpload`] shows. The result
//! depends only on the report and the target, not on the time or the environment: the same report gives the
//! same bytes.
//!
//! A file has the whole report. Sentry and GitHub get what is needed to find the defect: code, message, frames,
//! threads, contexts, version and system; Sentry also gets registers and notes. They never get the command
//! line, source lines, environment variables, or the names of the machine and the user. Every upload is redacted
//! with [`Redactor::default`], whatever the settings of the program were.
//!
//! ```
//! use vitte_capsule::CrashReport;
//! use vitte_capsule::upload::{Secret, Target, Upload};
//!
//! # let json = r#"{"timestamp": "2025-10-22T13:05:42Z", "version": "0.1.0", "module": "vittec",
//! #     "thread": "main", "signal": null, "message": "index out of bounds", "backtrace": [],
//! #     "system": {"os": "linux", "arch": "x86_64"}, "id": "2025-10-22T13-05-42", "code": "F0001"}"#;
//! let report: CrashReport = serde_json::from_str(json)?;
//! let upload = Upload::new(Target::github("vitte/vittec", Secret::new("ghp_0123")));
//! let prepared = upload.prepare(&report)?;
//! assert!(prepared.to_string().contains("\nauthorization: Bearer ***\n"));
//! // upload.send(&prepared)? opens the issue.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod file;
mod github;
mod http;
mod markdown;
mod plain;
mod request;
mod sentry;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, thread};

pub use error::UploadError;
pub use request::{Request, Secret};
use vitte_diag::text;

use crate::redact::Redactor;
use crate::report::CrashReport;

/// The destination of an upload.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Target {
    /// A file in a directory, which is created if it does not exist.
    File {
        /// The directory.
        dir: PathBuf,
    },
    /// An event in a Sentry project.
    Sentry {
        /// The DSN, such as `https://KEY@o1.ingest.sentry.io/2`.
        dsn: Secret,
    },
    /// An issue in a GitHub repository, unless there is one for the same defect.
    Github {
        /// The repository, as `OWNER/NAME`.
        repository: String,
        /// A token with read and write access to issues.
        token: Secret,
        /// The URL of the REST API: [`GITHUB_API`] or that of a GitHub Enterprise server. It must use HTTPS,
        /// unless its host is this machine, to protect the token.
        api: String,
    },
}

/// The URL of the REST API of github.com.
pub const GITHUB_API: &str = "https://api.github.com";

impl Target {
    /// Returns the target for a repository on github.com.
    #[must_use]
    pub fn github(repository: impl Into<String>, token: Secret) -> Self {
        Self::Github { repository: repository.into(), token, api: GITHUB_API.to_owned() }
    }
}

/// Uploads reports to one target.
///
/// Temporary failures are retried with exponential backoff: connection errors, rate limits (status 429, after
/// the time that the server requests) and server errors (5xx). Rejected requests (4xx) and timeouts while
/// waiting for a response are not retried. A retry creates no duplicate: Sentry recognises the event id, and
/// GitHub is searched for the issue before each attempt to open one.
#[derive(Clone)]
pub struct Upload {
    target: Target,
    options: http::HttpOptions,
    attempts: u32,
    backoff: Duration,
    max_backoff: Duration,
    sleep: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Upload {
    /// Creates an upload to `target` with the defaults of the setters.
    #[must_use]
    pub fn new(target: Target) -> Self {
        let (connect, total) = (Duration::from_secs(5), Duration::from_secs(30));
        Self {
            target,
            options: http::HttpOptions { connect, total, use_env_proxy: false },
            attempts: 3,
            backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(60),
            sleep: Arc::new(thread::sleep),
        }
    }

    /// Sets the timeouts for connecting and for a whole request with its response. Default: 5 s and 30 s.
    #[must_use]
    pub fn with_timeouts(mut self, connect: Duration, total: Duration) -> Self {
        (self.options.connect, self.options.total) = (connect.min(total), total);
        self
    }

    /// Sets the maximum number of attempts; 0 counts as 1. Default: 3.
    #[must_use]
    pub const fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the pause before the second attempt, which doubles for each further one, and the maximum pause that
    /// a server may request. If the server requests more, the upload fails. Default: 0.5 s and 60 s.
    #[must_use]
    pub const fn with_backoff(mut self, first: Duration, max: Duration) -> Self {
        (self.backoff, self.max_backoff) = (first, max);
        self
    }

    /// Sets the function that waits between two attempts. Default: [`thread::sleep`].
    #[must_use]
    pub fn with_sleep(mut self, sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.sleep = Arc::new(sleep);
        self
    }

    /// Sets whether the proxy of the environment is used (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
    /// Default: false, because a library should not read the environment unasked.
    #[must_use]
    pub const fn with_env_proxy(mut self, use_env_proxy: bool) -> Self {
        self.options.use_env_proxy = use_env_proxy;
        self
    }

    /// Prepares the upload of a report. Sends nothing and accesses no files.
    ///
    /// # Errors
    ///
    /// An [`UploadError`] if the target is invalid, or if the timestamp or the id of the report is.
    pub fn prepare(&self, report: &CrashReport) -> Result<PreparedUpload, UploadError> {
        // A report of the crash handler is redacted already. Others, such as those of older versions, may not be.
        let mut redacted = report.clone();
        Redactor::default().report(&mut redacted);
        let report = &redacted;
        let content = match &self.target {
            Target::File { dir } => {
                let path = file::path(dir, &report.id)?;
                Content::File { path, text: to_json(report)? }
            }
            Target::Sentry { dsn } => Content::Sentry(sentry::prepare(report, dsn)?),
            Target::Github { repository, token, api } => {
                Content::Github(Box::new(github::prepare(report, repository, token, api)?))
            }
        };
        Ok(PreparedUpload { content })
    }

    /// Sends a prepared upload, and retries after temporary failures.
    ///
    /// # Errors
    ///
    /// The [`UploadError`] of the last attempt.
    pub fn send(&self, prepared: &PreparedUpload) -> Result<UploadReceipt, UploadError> {
        let mut backoff = self.backoff;
        for _ in 1..self.attempts {
            let result = self.send_once(prepared);
            let error = result.as_ref().err();
            let delay = error.and_then(|error| error.retry_delay(backoff, self.max_backoff));
            let Some(delay) = delay else { return result };
            (self.sleep)(delay);
            backoff = backoff.saturating_mul(2);
        }
        self.send_once(prepared)
    }

    fn send_once(&self, prepared: &PreparedUpload) -> Result<UploadReceipt, UploadError> {
        match &prepared.content {
            Content::File { path, text } => file::write(path, text),
            Content::Sentry(event) => sentry::send(event, self.options),
            Content::Github(issue) => github::send(issue, self.options),
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("target", &self.target)
            .field("options", &self.options)
            .field("attempts", &self.attempts)
            .field("backoff", &self.backoff)
            .field("max_backoff", &self.max_backoff)
            .finish_non_exhaustive()
    }
}

/// Serialises the whole report as JSON that is safe to print.
fn to_json(report: &CrashReport) -> Result<String, UploadError> {
    let json = serde_json::to_string_pretty(report).map_err(|_| UploadError::Report {
        field: "content",
        value: report.id.clone(),
        reason: "it cannot be serialised as JSON",
    })?;
    Ok(text::escape_json(&json).into_owned() + "\n")
}

/// What [`send`](Upload::send) will send. `Display` shows all of it, with `***` in place of secrets and without
/// control characters.
#[derive(Clone, Debug)]
pub struct PreparedUpload {
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    File { path: PathBuf, text: String },
    Sentry(sentry::PreparedEvent),
    Github(Box<github::PreparedIssue>),
}

impl PreparedUpload {
    /// Returns the HTTP requests in the order in which they are sent. Empty for [`Target::File`].
    #[must_use]
    pub fn requests(&self) -> Vec<&Request> {
        match &self.content {
            Content::File { .. } => Vec::new(),
            Content::Sentry(event) => vec![&event.request],
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
            Content::Github(issue) => write!(
                f,
                "{}\n{}\nif neither response has an issue that starts with `{}`:\n\n{}",
                issue.newest, issue.search, issue.marker, issue.open
            ),
        }
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
            Self::NewIssue { url } => write!(f, "opened {}", text::one_line(url)),
            Self::ExistingIssue { url, is_open } => {
                let state = if *is_open { "" } else { " (closed)" };
                write!(f, "already reported: {}{state}", text::one_line(url))
            }
        }
    }
}
