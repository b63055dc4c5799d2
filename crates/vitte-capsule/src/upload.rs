//! Upload: sends a report to the developers, as a file, a Sentry event, log records of OpenTelemetry or a GitHub
//! issue.
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
//! A file has the whole report. Sentry, OpenTelemetry and GitHub get what is needed to find the defect: code, message, frames,
//! threads, contexts, version and system; Sentry and OpenTelemetry also get breadcrumbs and
//! notes, Sentry also registers. They never get the command
//! line, source lines, environment variables, or the names of the machine and the user. Every upload is redacted
//! with [`Redactor::default`], whatever the settings of the program were.
//!
//! A minidump cannot be redacted, because it is a copy of memory. It is sent only by [`Upload::with_minidump`] and
//! [`Target::SentryMinidump`].
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
mod otlp;
mod plain;
mod prepared;
mod receipt;
mod request;
mod sentry;
mod spool;
mod url;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, thread};

pub use error::UploadError;
pub use otlp::otlp_headers;
use prepared::Content;
pub use prepared::PreparedUpload;
use receipt::Sent;
pub use receipt::UploadReceipt;
pub use request::{Request, Secret};
pub use spool::{Destination, PendingUpload, PendingUploads, SendOutcome, Spool, SpoolLock};
use vitte_diag::text;

use crate::capsule::Capsule;
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
    /// A minidump, with the event, for the minidump endpoint of a Sentry project. The dump has the stacks and the registers
    /// of all threads, which are not redacted.
    SentryMinidump {
        /// The DSN, as for [`Sentry`](Self::Sentry).
        dsn: Secret,
    },
    /// Log records for OpenTelemetry, by OTLP/HTTP with JSON: one for the crash, and one for each breadcrumb.
    Otlp {
        /// The URL of the endpoint for logs, such as [`OTLP_ENDPOINT`]. With headers it must use HTTPS, unless its host is
        /// this machine, to protect them.
        endpoint: String,
        /// Names and values of further headers, such as an API key. [`otlp_headers`] reads them from text.
        headers: Vec<(String, Secret)>,
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

/// The default URL of the endpoint for logs: that of a collector on this machine.
pub const OTLP_ENDPOINT: &str = "http://localhost:4318/v1/logs";

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
    has_minidump: bool,
    has_session: bool,
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
            has_minidump: false,
            has_session: false,
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

    /// Sets whether [`Target::Sentry`] gets the minidump of a capsule, too. Default: false, because a minidump has the stacks
    /// and the registers of all threads, which are not redacted.
    #[must_use]
    pub const fn with_minidump(mut self, has_minidump: bool) -> Self {
        self.has_minidump = has_minidump;
        self
    }

    /// Sets whether [`Target::Sentry`] gets the session that the crash ended, too. Default: false, because Sentry computes
    /// the rate of sessions without crashes, and it knows the other ones only if the program sends them.
    #[must_use]
    pub const fn with_session(mut self, has_session: bool) -> Self {
        self.has_session = has_session;
        self
    }

    /// Prepares the upload of a capsule: of its report and, if that is requested, of its minidump. Sends nothing and
    /// accesses no files.
    ///
    /// # Errors
    ///
    /// As [`prepare`](Self::prepare), and if there is no minidump, or if it is too large.
    pub fn prepare_capsule(&self, capsule: &Capsule) -> Result<PreparedUpload, UploadError> {
        self.prepare_with(&capsule.report, capsule.minidump.as_deref())
    }

    /// Prepares the upload of a report without a minidump. Sends nothing and accesses no files.
    ///
    /// # Errors
    ///
    /// An [`UploadError`] if the target is invalid, or if the timestamp or the id of the report is.
    pub fn prepare(&self, report: &CrashReport) -> Result<PreparedUpload, UploadError> {
        self.prepare_with(report, None)
    }

    fn prepare_with(
        &self,
        report: &CrashReport,
        minidump: Option<&[u8]>,
    ) -> Result<PreparedUpload, UploadError> {
        // A report of the crash handler is redacted already. Others, such as those of older versions, may not be.
        let mut redacted = report.clone();
        Redactor::default().report(&mut redacted);
        let report = &redacted;
        let content = match &self.target {
            Target::File { dir } => {
                let path = file::path(dir, &report.id)?;
                Content::File { path, text: to_json(report)? }
            }
            Target::Sentry { dsn } => {
                if self.has_minidump && minidump.is_none() {
                    return Err(UploadError::NoMinidump);
                }
                let minidump = minidump.filter(|_| self.has_minidump);
                let parts = sentry::Parts { minidump, has_session: self.has_session };
                Content::Sentry(sentry::prepare(report, dsn, parts)?)
            }
            Target::SentryMinidump { dsn } => {
                Content::Sentry(sentry::prepare_minidump(report, dsn, minidump)?)
            }
            Target::Otlp { endpoint, headers } => {
                Content::Otlp(otlp::prepare(report, endpoint, headers)?)
            }
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
        self.attempt(prepared).map(|sent| sent.receipt)
    }

    /// Sends a prepared upload once.
    fn attempt(&self, prepared: &PreparedUpload) -> Result<Sent, UploadError> {
        match &prepared.content {
            Content::File { path, text } => file::write(path, text).map(Sent::from),
            Content::Sentry(event) => sentry::send(event, self.options),
            Content::Otlp(logs) => otlp::send(logs, self.options).map(Sent::from),
            Content::Github(issue) => github::send(issue, self.options).map(Sent::from),
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
            .field("has_minidump", &self.has_minidump)
            .field("has_session", &self.has_session)
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
