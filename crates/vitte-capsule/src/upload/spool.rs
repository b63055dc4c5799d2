//! Uploads that were not sent yet: the directory `pending` of a repository.
//!
//! ```text
//! PreparedUpload ─▶ Spool::add ─▶ pending/ID.sentry.1a2b3c4d.upload ─▶ Spool::send ─▶ SendOutcome
//! ```
//!
//! A file has what [`Upload::prepare`] has made, without secrets: these are in the [`Target`](super::Target) that the caller passes again,
//! and they are only sent to the destination that the target names. The content of a repository is untrusted, so a file
//! determines neither headers nor any other address.

mod entry;

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use entry::{Entry, MAX_FILE_BYTES};
use jiff::Timestamp;

use super::Upload;
use super::error::UploadError;
use super::prepared::PreparedUpload;
use super::receipt::UploadReceipt;
use crate::dir::{Dir, EntryKind, TempFile};
use crate::repository::{PENDING, Repository, RepositoryError, RepositoryErrorKind, file_lock};

/// The suffix of the files.
const SUFFIX: &str = ".upload";
/// The file that the process locks that sends pending uploads.
const LOCK: &str = "lock";
/// The maximum number of pending uploads that are listed.
const MAX_ENTRIES: usize = 10_000;
/// The time until the second attempt, which doubles for each further one, and its maximum.
const FIRST_BACKOFF: Duration = Duration::from_secs(30);
const MAX_BACKOFF: Duration = Duration::from_secs(60 * 60);
/// A server cannot postpone an upload for longer.
const MAX_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a pending upload is sent to. `Display` writes it on one line.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Destination {
    /// The URL of a Sentry project, without the key.
    Sentry {
        /// The URL.
        url: String,
    },
    /// The URL of an OpenTelemetry endpoint.
    Otlp {
        /// The URL.
        endpoint: String,
    },
    /// A GitHub repository.
    Github {
        /// The URL of the REST API.
        api: String,
        /// The repository, as `OWNER/NAME`.
        repository: String,
    },
}

impl Destination {
    /// Returns the server, with its port if it is not the default.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Self::Sentry { url } | Self::Otlp { endpoint: url } | Self::Github { api: url, .. } => {
                super::http::host(url)
            }
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Sentry { url } => format!("sentry {url}"),
            Self::Otlp { endpoint } => format!("otlp {endpoint}"),
            Self::Github { api, repository } => format!("github {repository} at {api}"),
        };
        f.write_str(&vitte_diag::text::one_line(&text))
    }
}

/// An upload that was not sent yet.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PendingUpload {
    /// The id of the crash.
    pub crash: String,
    /// Where it is sent to.
    pub destination: Destination,
    /// The number of failed attempts.
    pub attempts: u32,
    /// No attempt is made before this time: RFC 3339, UTC.
    pub not_before: Option<String>,
    /// The error of the last attempt, on one line.
    pub last_error: Option<String>,
    name: String,
}

impl PendingUpload {
    /// Returns how long the next attempt has to wait, or `None` if it is due.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let time: Timestamp = self.not_before.as_ref()?.parse().ok()?;
        let wait = Duration::try_from(time.duration_since(Timestamp::now())).ok()?;
        // A file of a clock that was wrong does not postpone an upload for ever.
        Some(wait).filter(|wait| !wait.is_zero() && *wait <= MAX_PAUSE)
    }
}

/// The pending uploads of a repository.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct PendingUploads {
    /// The uploads, that of the oldest crash first.
    pub uploads: Vec<PendingUpload>,
    /// The files that cannot be used.
    pub unreadable: Vec<RepositoryError>,
}

/// The result of an attempt to send a pending upload.
#[derive(Debug)]
#[non_exhaustive]
pub enum SendOutcome {
    /// It was sent, and is no longer pending.
    Sent {
        /// Where it is now.
        receipt: UploadReceipt,
        /// How long the server accepts no further upload, if it says so.
        pause: Option<Duration>,
    },
    /// It remains pending, because of a temporary failure. The server should get no other upload for the given time.
    Deferred {
        /// The failure.
        error: UploadError,
        /// The time until the next attempt.
        wait: Duration,
    },
    /// It is no longer pending, because it will never be accepted.
    Dropped {
        /// The failure.
        error: UploadError,
    },
    /// It remains pending: the target names another destination.
    OtherDestination,
    /// Another process has sent or removed it.
    Gone,
}

/// The pending uploads of a repository, as files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spool {
    root: PathBuf,
}

/// The right to send pending uploads. No other process has it until this value is dropped.
#[derive(Debug)]
pub struct SpoolLock {
    _file: File,
}

impl Spool {
    /// Returns the pending uploads of a repository.
    #[must_use]
    pub fn new(repository: &Repository) -> Self {
        Self { root: repository.dir().to_owned() }
    }

    /// Adds an upload of the crash with this id, atomically. The same upload replaces an earlier one.
    ///
    /// # Errors
    ///
    /// [`UploadError::Spool`] if the upload is that to a directory, if the id is not a file name, or if the file cannot be
    /// written.
    pub fn add(&self, crash: &str, prepared: &PreparedUpload) -> Result<(), UploadError> {
        let entry = Entry::new(crash, prepared).ok_or_else(|| {
            let why = io::Error::new(io::ErrorKind::InvalidInput, "it cannot be sent later");
            self.error("", RepositoryErrorKind::Write(why))
        })?;
        let failed = |error| self.error("", RepositoryErrorKind::Write(error));
        let root = Dir::create(&self.root).map_err(failed)?;
        let dir = root.create_dir(PENDING).map_err(failed)?;
        self.write(&dir, &entry)
    }

    /// Reads the pending uploads.
    ///
    /// # Errors
    ///
    /// [`UploadError::Spool`] if the directory cannot be read.
    pub fn pending(&self) -> Result<PendingUploads, UploadError> {
        let mut found = PendingUploads::default();
        let failed = |error| self.error("", RepositoryErrorKind::Read(error));
        let Some(dir) = self.open().map_err(failed)? else { return Ok(found) };
        let mut names = Vec::new();
        for entry in dir.entries().map_err(failed)?.take(MAX_ENTRIES) {
            let (name, kind) = entry.map_err(failed)?;
            let name = name.filter(|name| name.ends_with(SUFFIX) && !name.starts_with('.'));
            names.extend(name.filter(|_| kind == EntryKind::File));
        }
        names.sort();
        for name in names {
            match self.read(&dir, &name) {
                Ok(Some(entry)) => found.uploads.push(entry.pending(&name)),
                Ok(None) => {}
                Err(error) => found.unreadable.push(error),
            }
        }
        Ok(found)
    }

    /// Returns the right to send pending uploads, or `None` if another process has it.
    ///
    /// # Errors
    ///
    /// [`UploadError::Spool`] if the lock cannot be used.
    pub fn lock(&self) -> Result<Option<SpoolLock>, UploadError> {
        let failed = |error| self.error(LOCK, RepositoryErrorKind::Write(error));
        let root = Dir::create(&self.root).map_err(failed)?;
        let dir = root.create_dir(PENDING).map_err(failed)?;
        let special = || io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        let (file, _) =
            dir.open_for_append(LOCK).map_err(failed)?.ok_or_else(special).map_err(failed)?;
        let is_locked = file_lock::try_lock(&file).map_err(failed)?;
        Ok(is_locked.then_some(SpoolLock { _file: file }))
    }

    /// Makes one attempt to send a pending upload. `target` has the secrets. If it names another destination than that of the
    /// upload, nothing is sent.
    ///
    /// # Errors
    ///
    /// [`UploadError::Spool`] if the file of the upload cannot be read, written or removed, and the errors of invalid
    /// secrets.
    pub fn send(
        &self,
        _lock: &SpoolLock,
        pending: &PendingUpload,
        upload: &Upload,
    ) -> Result<SendOutcome, UploadError> {
        let failed = |error| self.error(&pending.name, RepositoryErrorKind::Read(error));
        let Some(dir) = self.open().map_err(failed)? else { return Ok(SendOutcome::Gone) };
        let read =
            self.read(&dir, &pending.name).map_err(|error| UploadError::Spool(error.into()))?;
        let Some(mut entry) = read else { return Ok(SendOutcome::Gone) };
        let Some(prepared) = entry.prepared(&upload.target)? else {
            return Ok(SendOutcome::OtherDestination);
        };
        let error = match upload.attempt(&prepared) {
            Ok(sent) => {
                self.remove_file(&dir, &pending.name)?;
                return Ok(SendOutcome::Sent { receipt: sent.receipt, pause: sent.pause });
            }
            Err(error) => error,
        };
        // Wrong credentials are those of this attempt.
        let is_rejected = matches!(error, UploadError::Status { status: 401 | 403, .. });
        if !error.is_temporary() && !is_rejected && error.is_answer() {
            self.remove_file(&dir, &pending.name)?;
            return Ok(SendOutcome::Dropped { error });
        }
        let doubled = FIRST_BACKOFF.saturating_mul(1 << entry.attempts().min(8));
        let wait = error.retry_after().unwrap_or(doubled.min(MAX_BACKOFF)).min(MAX_PAUSE);
        entry.fail(&error, wait);
        self.write(&dir, &entry)?;
        Ok(SendOutcome::Deferred { error, wait })
    }

    /// Postpones a pending upload, because its server accepts none for the given time.
    ///
    /// # Errors
    ///
    /// [`UploadError::Spool`] if the file cannot be read or written.
    pub fn postpone(
        &self,
        _lock: &SpoolLock,
        pending: &PendingUpload,
        wait: Duration,
    ) -> Result<(), UploadError> {
        let failed = |error| self.error(&pending.name, RepositoryErrorKind::Read(error));
        let Some(dir) = self.open().map_err(failed)? else { return Ok(()) };
        let read =
            self.read(&dir, &pending.name).map_err(|error| UploadError::Spool(error.into()))?;
        let Some(mut entry) = read else { return Ok(()) };
        entry.postpone(wait.min(MAX_PAUSE));
        self.write(&dir, &entry)
    }

    /// Removes a pending upload.
    ///
    /// # Errors
    ///
    /// [`UploadError::Spool`] if the file cannot be removed.
    pub fn remove(&self, pending: &PendingUpload) -> Result<(), UploadError> {
        let failed = |error| self.error(&pending.name, RepositoryErrorKind::Remove(error));
        match self.open().map_err(failed)? {
            Some(dir) => self.remove_file(&dir, &pending.name),
            None => Ok(()),
        }
    }

    /// Opens the directory; `None` if it does not exist.
    fn open(&self) -> io::Result<Option<Dir>> {
        match Dir::open(&self.root).and_then(|root| root.open_dir(PENDING)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Reads a file; `None` if it does not exist.
    fn read(&self, dir: &Dir, name: &str) -> Result<Option<Entry>, RepositoryError> {
        let path = || self.root.join(PENDING).join(name);
        let bytes = match dir.read(name, MAX_FILE_BYTES) {
            Ok(bytes) => bytes,
            Err(crate::atomic_file::ReadError::Io(error))
                if error.kind() == io::ErrorKind::NotFound =>
            {
                return Ok(None);
            }
            Err(error) => return Err(RepositoryError::new(path(), error.into())),
        };
        let entry = Entry::from_bytes(&bytes).filter(|entry| entry.file_name() == name);
        entry.map(Some).ok_or_else(|| {
            let why = io::Error::new(io::ErrorKind::InvalidData, "not a pending upload");
            RepositoryError::new(path(), RepositoryErrorKind::Read(why))
        })
    }

    fn write(&self, dir: &Dir, entry: &Entry) -> Result<(), UploadError> {
        let name = entry.file_name();
        let write = || -> io::Result<()> {
            let mut file = TempFile::unique(dir, "upload")?;
            file.write(&entry.to_bytes()?, true)?;
            file.persist(&name)?;
            dir.sync();
            Ok(())
        };
        write().map_err(|error| self.error(&name, RepositoryErrorKind::Write(error)))
    }

    fn remove_file(&self, dir: &Dir, name: &str) -> Result<(), UploadError> {
        match dir.remove_file(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.error(name, RepositoryErrorKind::Remove(error)))
            }
            _ => Ok(()),
        }
    }

    fn error(&self, name: &str, kind: RepositoryErrorKind) -> UploadError {
        let dir = self.root.join(PENDING);
        let path = if name.is_empty() { dir } else { dir.join(name) };
        UploadError::Spool(Box::new(RepositoryError::new(path, kind)))
    }
}
