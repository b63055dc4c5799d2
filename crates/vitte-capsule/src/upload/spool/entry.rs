//! The file of a pending upload: one line of JSON, then the text and the attachment of the request.

use std::io;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Destination, PendingUpload, SUFFIX};
use crate::upload::error::UploadError;
use crate::upload::prepared::{Content, PreparedUpload};
use crate::upload::request::{Attachment, Request};
use crate::upload::{Target, file, github, otlp, plain, sentry};

/// The maximum size of a file. The largest minidump that is sent is smaller.
pub(super) const MAX_FILE_BYTES: u64 = 48 << 20;
/// The maximum size of the first line.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// The version of the format.
const FORMAT: u32 = 1;
const MAX_ERROR_CHARS: usize = 300;

/// A pending upload.
#[derive(Debug)]
pub(super) struct Entry {
    head: Head,
    text: String,
    attachment: Vec<u8>,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: u32,
    crash: String,
    to: Kind,
    /// The lengths of what follows, in bytes.
    text: usize,
    attachment: usize,
    /// The text after the attachment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    end: String,
    #[serde(default)]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The destination, and what is needed to prepare the requests again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Sentry { url: String, event: String, content_type: String },
    Otlp { endpoint: String, records: usize },
    Github { api: String, repository: String, fingerprint: String },
}

impl Kind {
    const fn name(&self) -> &'static str {
        match self {
            Self::Sentry { .. } => "sentry",
            Self::Otlp { .. } => "otlp",
            Self::Github { .. } => "github",
        }
    }

    fn destination(&self) -> Destination {
        match self {
            Self::Sentry { url, .. } => Destination::Sentry { url: url.clone() },
            Self::Otlp { endpoint, .. } => Destination::Otlp { endpoint: endpoint.clone() },
            Self::Github { api, repository, .. } => {
                Destination::Github { api: api.clone(), repository: repository.clone() }
            }
        }
    }
}

impl Entry {
    /// Returns the entry of an upload. `None` for a copy in a directory, and if the id is not a file name.
    pub(super) fn new(crash: &str, prepared: &PreparedUpload) -> Option<Self> {
        let (to, request): (Kind, &Request) = match &prepared.content {
            Content::File { .. } => return None,
            Content::Sentry(event) => {
                let (url, content_type) = (event.request.url.clone(), event.content_type.clone());
                (Kind::Sentry { url, event: event.id.clone(), content_type }, &event.request)
            }
            Content::Otlp(logs) => {
                let (endpoint, records) = (logs.request.url.clone(), logs.records);
                (Kind::Otlp { endpoint, records }, &logs.request)
            }
            Content::Github(issue) => {
                let (api, repository) = (issue.api.clone(), issue.repository.clone());
                let fingerprint = issue.fingerprint.clone();
                (Kind::Github { api, repository, fingerprint }, &issue.open)
            }
        };
        let attachment = request.attachment.as_ref();
        let head = Head {
            format: FORMAT,
            crash: crash.to_owned(),
            to,
            text: request.body.len(),
            attachment: attachment.map_or(0, |attachment| attachment.bytes.len()),
            end: attachment.map(|attachment| attachment.end.clone()).unwrap_or_default(),
            attempts: 0,
            not_before: None,
            error: None,
        };
        let bytes = attachment.map(|attachment| attachment.bytes.to_vec()).unwrap_or_default();
        let entry = Self { head, text: request.body.clone(), attachment: bytes };
        file::is_file_name(crash).then_some(entry)
    }

    /// Reads a file; `None` if it is invalid.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().take(MAX_HEAD_BYTES).position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(bytes.get(..end)?).ok()?;
        let rest = bytes.get(end + 1..)?;
        let (text, attachment) = rest.split_at_checked(head.text)?;
        let is_valid = head.format == FORMAT
            && attachment.len() == head.attachment
            && file::is_file_name(&head.crash);
        let text = String::from_utf8(text.to_vec()).ok()?;
        is_valid.then(|| Self { text, attachment: attachment.to_vec(), head })
    }

    pub(super) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(&self.head)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(self.text.as_bytes());
        bytes.extend_from_slice(&self.attachment);
        Ok(bytes)
    }

    /// Returns the name of the file, which determines the crash and the destination.
    pub(super) fn file_name(&self) -> String {
        let Head { crash, to, .. } = &self.head;
        let hash = Sha256::digest(format!("{:?}", to.destination()).as_bytes());
        let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{crash}.{}.{hash}{SUFFIX}", to.name())
    }

    pub(super) const fn attempts(&self) -> u32 {
        self.head.attempts
    }

    pub(super) fn pending(&self, name: &str) -> PendingUpload {
        let line = |text: &String| plain::line(text, MAX_ERROR_CHARS);
        PendingUpload {
            crash: self.head.crash.clone(),
            destination: self.head.to.destination(),
            attempts: self.head.attempts,
            not_before: self.head.not_before.as_ref().map(line),
            last_error: self.head.error.as_ref().map(line),
            name: name.to_owned(),
        }
    }

    /// Records a failed attempt. The next one is made after `wait`.
    pub(super) fn fail(&mut self, error: &UploadError, wait: Duration) {
        self.head.attempts = self.head.attempts.saturating_add(1);
        self.postpone(wait);
        self.head.error = Some(plain::line(&error.to_string(), MAX_ERROR_CHARS));
    }

    /// Sets the time before which no attempt is made.
    pub(super) fn postpone(&mut self, wait: Duration) {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
        let now = Timestamp::now();
        self.head.not_before = Some(now.saturating_add(wait).unwrap_or(now).to_string());
    }

    /// Prepares the upload with the secrets of a target. `None` if the target names another destination.
    pub(super) fn prepared(&self, target: &Target) -> Result<Option<PreparedUpload>, UploadError> {
        let text = self.text.clone();
        let content = match (&self.head.to, target) {
            (
                Kind::Sentry { url, event, content_type },
                Target::Sentry { dsn } | Target::SentryMinidump { dsn },
            ) => {
                let bytes = Some(&self.attachment).filter(|bytes| !bytes.is_empty());
                let attachment = bytes.map(|bytes| Attachment {
                    name: "minidump.dmp",
                    bytes: bytes.as_slice().into(),
                    end: self.head.end.clone(),
                });
                let body = (text, attachment);
                let event = sentry::with_body(dsn, url, content_type, event, body)?;
                event.map(Content::Sentry)
            }
            (Kind::Otlp { endpoint, records }, Target::Otlp { endpoint: own, headers }) => {
                let logs = otlp::with_body(*records, text, own, headers)?;
                (logs.request.url == *endpoint).then_some(Content::Otlp(logs))
            }
            (
                Kind::Github { api, repository, fingerprint },
                Target::Github { repository: own, token, api: own_api },
            ) => {
                let is_hash = fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
                let issue = github::with_body(fingerprint, text, own, token, own_api)?;
                let is_same = issue.api == *api && issue.repository == *repository && is_hash;
                is_same.then(|| Content::Github(Box::new(issue)))
            }
            _ => None,
        };
        Ok(content.map(|content| PreparedUpload { content }))
    }
}
