//! Reports for whoever mends the program: into a folder, to Sentry, as an issue on GitHub.
//!
//! ```text
//! CrashReport ─▶ Upload::prepare ─▶ Prepared ─▶ Upload::send ─▶ Uploaded
//!                                   what is sent, to be seen before
//! ```
//!
//! Nothing is sent unless [`send`](Upload::send) is called. What it sends is what [`Prepared`] shows:
//! neither the time nor the environment comes into it, and the same report is the same bytes.
//!
//! A copy in a folder is the whole report. Sentry and GitHub get what a defect is found by: code,
//! message, calls, threads, context, version, system; Sentry the registers and notes too. They never get
//! the command line, lines of the sources, environment variables, the name of the machine or that of a
//! user: `~` stands for a user's folder in all text.
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

use crate::report::CrashReport;

/// Where a report goes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Target {
    /// A file of its own in a folder, which is made where it is not there.
    File {
        /// The folder.
        folder: PathBuf,
    },
    /// An event of a Sentry project.
    Sentry {
        /// Such as `https://KEY@o1.ingest.sentry.io/2`.
        dsn: Secret,
    },
    /// An issue of a repository on GitHub, unless one is there for the same defect.
    Github {
        /// `OWNER/NAME`.
        repository: String,
        /// One that may read and write issues.
        token: Secret,
        /// The address of the REST API: `https://api.github.com`, or that of a server of one's own.
        /// It is HTTPS, or on this machine: the token is not for everybody.
        api: String,
    },
}

/// The API of github.com.
pub const GITHUB_API: &str = "https://api.github.com";

impl Target {
    /// A repository on github.com.
    #[must_use]
    pub fn github(repository: impl Into<String>, token: Secret) -> Self {
        Self::Github { repository: repository.into(), token, api: GITHUB_API.to_owned() }
    }
}

/// Uploads reports to one target.
///
/// What fails for now is tried again, with a pause that doubles each time: no connection, a broken one,
/// too many requests (status 429, after the time that the server asks for), a server's own problem
/// (5xx). What was refused (4xx) or not answered in time is not. A second try does no harm: Sentry knows
/// the event by its id, and on GitHub it is looked again for the issue before one is opened.
#[derive(Clone)]
pub struct Upload {
    target: Target,
    limits: http::Limits,
    tries: u32,
    pause: Duration,
    longest_wait: Duration,
    sleep: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Upload {
    /// Uploads to `target`: 5 s for a connection, 30 s for a request, 3 tries with 0.5 s and 1 s between
    /// them, at most 60 s where the server asks for a pause, no proxy.
    #[must_use]
    pub fn new(target: Target) -> Self {
        let (connect, whole) = (Duration::from_secs(5), Duration::from_secs(30));
        Self {
            target,
            limits: http::Limits { connect, whole, is_proxied: false },
            tries: 3,
            pause: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            sleep: Arc::new(thread::sleep),
        }
    }

    /// How long one request may take, with its answer; and a connection, which takes no longer than that.
    #[must_use]
    pub fn with_timeouts(mut self, connect: Duration, whole: Duration) -> Self {
        (self.limits.connect, self.limits.whole) = (connect.min(whole), whole);
        self
    }

    /// How often it is tried; at least once.
    #[must_use]
    pub const fn with_tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// The pause before the second try, and the longest that a server may ask for: where it asks for
    /// more, it is not tried again.
    #[must_use]
    pub const fn with_pauses(mut self, first: Duration, longest: Duration) -> Self {
        (self.pause, self.longest_wait) = (first, longest);
        self
    }

    /// What waits between two tries, in the place of [`thread::sleep`].
    #[must_use]
    pub fn with_sleep(mut self, sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.sleep = Arc::new(sleep);
        self
    }

    /// Whether requests go by the proxy that the environment names (`ALL_PROXY`, `HTTPS_PROXY`,
    /// `HTTP_PROXY`, `NO_PROXY`). Not by default: a library reads no environment.
    #[must_use]
    pub const fn with_proxy_of_environment(mut self, is_wanted: bool) -> Self {
        self.limits.is_proxied = is_wanted;
        self
    }

    /// What would be sent. Nothing is sent, and no file is touched.
    ///
    /// # Errors
    ///
    /// Where the target is none, such as a bad DSN, or the report has no time or no id that can be used.
    pub fn prepare(&self, report: &CrashReport) -> Result<Prepared, UploadError> {
        let work = match &self.target {
            Target::File { folder } => {
                let path = file::path(folder, &report.id)?;
                Work::File { path, text: whole(report)? }
            }
            Target::Sentry { dsn } => Work::Sentry(sentry::prepare(report, dsn)?),
            Target::Github { repository, token, api } => {
                Work::Github(Box::new(github::prepare(report, repository, token, api)?))
            }
        };
        Ok(Prepared { work })
    }

    /// Sends it, and tries again where that may help.
    ///
    /// # Errors
    ///
    /// That of the last try.
    pub fn send(&self, prepared: &Prepared) -> Result<Uploaded, UploadError> {
        let mut pause = self.pause;
        for _ in 1..self.tries {
            let done = self.send_once(prepared);
            let wait = done.as_ref().err().and_then(|error| error.wait(pause, self.longest_wait));
            let Some(wait) = wait else { return done };
            (self.sleep)(wait);
            pause = pause.saturating_mul(2);
        }
        self.send_once(prepared)
    }

    fn send_once(&self, prepared: &Prepared) -> Result<Uploaded, UploadError> {
        match &prepared.work {
            Work::File { path, text } => file::copy(path, text),
            Work::Sentry(event) => sentry::send(event, self.limits),
            Work::Github(issue) => github::send(issue, self.limits),
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("target", &self.target)
            .field("limits", &self.limits)
            .field("tries", &self.tries)
            .field("pause", &self.pause)
            .field("longest_wait", &self.longest_wait)
            .finish_non_exhaustive()
    }
}

/// The report's own JSON.
fn whole(report: &CrashReport) -> Result<String, UploadError> {
    let json = serde_json::to_string_pretty(report).map_err(|_| UploadError::Report {
        field: "content",
        value: report.id.clone(),
        reason: "it cannot be written as JSON",
    })?;
    Ok(plain::json(&json) + "\n")
}

/// What [`send`](Upload::send) would send. `Display` shows all of it but the secrets, in whose place
/// `***` stands, and nothing in it that a terminal would obey.
#[derive(Clone, Debug)]
pub struct Prepared {
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    File { path: PathBuf, text: String },
    Sentry(sentry::Event),
    Github(Box<github::Issue>),
}

impl Prepared {
    /// The requests, in their order; none for a folder.
    #[must_use]
    pub fn requests(&self) -> Vec<&Request> {
        match &self.work {
            Work::File { .. } => Vec::new(),
            Work::Sentry(event) => vec![&event.request],
            Work::Github(issue) => vec![&issue.newest, &issue.search, &issue.open],
        }
    }
}

impl fmt::Display for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.work {
            Work::File { path, text } => {
                let path = path.to_string_lossy();
                write!(f, "write {}\n\n{text}", text::one_line(&path))
            }
            Work::Sentry(event) => write!(f, "{}", event.request),
            Work::Github(issue) => write!(
                f,
                "{}\n{}\nand where neither answer has an issue that begins with `{}`:\n\n{}",
                issue.newest, issue.search, issue.marker, issue.open
            ),
        }
    }
}

/// Where a report is now. `Display` says it in one line, which is safe for a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Uploaded {
    /// In a file.
    Copied {
        /// Its path.
        path: PathBuf,
        /// Whether it was not there before.
        is_new: bool,
    },
    /// An event of Sentry.
    Event {
        /// Its id, 32 hexadecimal digits, the same for the same report.
        id: String,
        /// The server, with its port where it has one.
        host: String,
    },
    /// An issue, opened now.
    Opened {
        /// Its page.
        url: String,
    },
    /// An issue that was there for the same defect.
    Known {
        /// Its page.
        url: String,
        /// Whether it is open; or else closed.
        is_open: bool,
    },
}

impl fmt::Display for Uploaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Copied { path, is_new } => {
                let said = if *is_new { "copied to" } else { "is already in" };
                write!(f, "{said} {}", text::one_line(&path.to_string_lossy()))
            }
            Self::Event { id, host } => write!(f, "event {id} at {host}"),
            Self::Opened { url } => write!(f, "opened {}", text::one_line(url)),
            Self::Known { url, is_open } => {
                let state = if *is_open { "" } else { ", which is closed" };
                write!(f, "is already known: {}{state}", text::one_line(url))
            }
        }
    }
}
