//! Uploads a report as a Sentry event: <https://develop.sentry.dev/sdk/data-model/envelopes/>.
//!
//! The envelope has the event and, if they are requested, a session and a minidump. The id of the event is computed from the report, so that a second upload is the
//! same event. There is no sending time in the envelope, so that exactly the bytes that were shown are sent.
//! Sentry accepts items of up to 1 MiB, so long strings are truncated.

mod breadcrumbs;
mod contexts;
mod exception;
mod frames;
mod minidump;
mod session;

use std::borrow::Cow;
use std::hash::Hasher as _;
use std::time::SystemTime;

pub(super) use exception::exception_type;
use frames::Images;
use sentry_types::protocol::v7 as protocol;
use sentry_types::{Auth, Dsn, ParseDsnError, Uuid};
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::error::UploadError;
use super::http::{Client, HttpOptions, host};
use super::request::{Attachment, Header, Request, Secret, USER_AGENT};
use super::{Sent, UploadReceipt, plain};
use crate::fingerprint::Fingerprint;
use crate::report::{CrashKind, CrashReport};

/// The request that sends an event.
#[derive(Clone, Debug)]
pub(super) struct PreparedEvent {
    pub(super) request: Request,
    /// The id of the event, in 32 hexadecimal digits.
    pub(super) id: String,
    pub(super) content_type: String,
    secrets: Vec<Secret>,
}

/// Maximum length of a function name, a path or a note, in characters.
const MAX_NAME_CHARS: usize = 256;
/// Maximum length of a tag value, in characters. Sentry has the same limit.
const MAX_TAG_CHARS: usize = 200;
/// Maximum number of frames of the crashed thread. The innermost ones are sent.
const MAX_FRAMES: usize = 128;
/// The number of frames that tell defects of a program without symbols apart. Fingerprints have as many functions.
const GROUPING_FRAMES: usize = 5;
const MAX_NOTES: usize = 32;

/// What is sent besides the event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    pub(super) minidump: Option<&'a [u8]>,
    pub(super) has_session: bool,
}

/// Prepares an envelope.
pub(super) fn prepare(
    report: &CrashReport,
    dsn: &Secret,
    parts: Parts<'_>,
) -> Result<PreparedEvent, UploadError> {
    let dsn = parse_dsn(dsn)?;
    let time = time(report)?;
    let id = id(report);
    let mut envelope = protocol::Envelope::new();
    envelope.add_item(event(report, id, time));
    if let Some(session) = session::session(report, id, time).filter(|_| parts.has_session) {
        envelope.add_item(session);
    }
    let mut body = Vec::new();
    // Writing to memory only fails for a time before 1970.
    envelope.to_writer(&mut body).map_err(|_| early_time(report))?;
    // All strings in the event are already safe to print.
    let mut body = String::from_utf8_lossy(&body).into_owned();
    let mut attachment = None;
    if let Some(minidump) = parts.minidump {
        let (header, item) = minidump::envelope_item(minidump)?;
        body.push_str(&header);
        attachment = Some(item);
    }
    let url = dsn.envelope_api_url().to_string();
    prepared(&dsn, url, ENVELOPE.to_owned(), id.as_simple().to_string(), (body, attachment))
}

/// Prepares the request of the minidump endpoint.
pub(super) fn prepare_minidump(
    report: &CrashReport,
    dsn: &Secret,
    minidump: Option<&[u8]>,
) -> Result<PreparedEvent, UploadError> {
    let dsn = parse_dsn(dsn)?;
    let minidump = minidump.ok_or(UploadError::NoMinidump)?;
    let id = id(report);
    let event = event(report, id, time(report)?);
    let event = serde_json::to_string(&event).map_err(|_| early_time(report))?;
    let form = minidump::Form::new(&event, &id.as_simple().to_string(), minidump)?;
    let url = dsn.envelope_api_url().to_string().replace("/envelope/", "/minidump/");
    let content = format!("{FORM}{}", form.boundary);
    let id = id.as_simple().to_string();
    prepared(&dsn, url, content, id, (form.text, Some(form.attachment)))
}

/// The content type of an envelope.
const ENVELOPE: &str = "application/x-sentry-envelope";
/// The content type of a form, up to its boundary.
const FORM: &str = "multipart/form-data; boundary=";

/// Prepares the request with this body. `None` if the DSN is that of another project, or if the content type is that of no
/// upload.
pub(super) fn with_body(
    dsn: &Secret,
    url: &str,
    content_type: &str,
    id: &str,
    body: (String, Option<Attachment>),
) -> Result<Option<PreparedEvent>, UploadError> {
    let dsn = parse_dsn(dsn)?;
    let own = dsn.envelope_api_url().to_string();
    let boundary = content_type.strip_prefix(FORM);
    let expected = match boundary {
        None => own,
        Some(_) => own.replace("/envelope/", "/minidump/"),
    };
    let is_boundary =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_known = content_type == ENVELOPE || boundary.is_some_and(is_boundary);
    if url != expected || !is_known {
        return Ok(None);
    }
    prepared(&dsn, url.to_owned(), content_type.to_owned(), id.to_owned(), body).map(Some)
}

fn prepared(
    dsn: &Dsn,
    url: String,
    content_type: String,
    id: String,
    (body, attachment): (String, Option<Attachment>),
) -> Result<PreparedEvent, UploadError> {
    let secrets: Vec<_> =
        [Some(dsn.public_key()), dsn.secret_key()].into_iter().flatten().map(Secret::new).collect();
    let headers = vec![
        Header::new("accept", "application/json"),
        Header::new("user-agent", USER_AGENT),
        authorization(dsn)?,
        Header::new("content-type", &*content_type),
    ];
    let mut request = Request::new("POST", url, headers, body);
    request.attachment = attachment;
    request.headers.push(Header::new("content-length", request.body_len().to_string()));
    Ok(PreparedEvent { request, id, content_type, secrets })
}

fn parse_dsn(dsn: &Secret) -> Result<Dsn, UploadError> {
    dsn.reveal().trim().parse().map_err(dsn_error)
}

/// Returns the time of the crash.
fn time(report: &CrashReport) -> Result<SystemTime, UploadError> {
    let time = report.timestamp.parse::<jiff::Timestamp>();
    time.map(SystemTime::from).map_err(|_| invalid_time(report, "not an RFC 3339 timestamp"))
}

fn early_time(report: &CrashReport) -> UploadError {
    invalid_time(report, "Sentry accepts no time before 1970")
}

fn invalid_time(report: &CrashReport, reason: &'static str) -> UploadError {
    UploadError::Report { field: "timestamp", value: report.timestamp.clone(), reason }
}

/// Returns the error of an invalid DSN, without its key.
fn dsn_error(error: ParseDsnError) -> UploadError {
    let reason = match error {
        ParseDsnError::InvalidUrl => "not a URL of the form `https://KEY@HOST/PROJECT`".to_owned(),
        other => other.to_string(),
    };
    UploadError::Dsn { reason }
}

/// Returns the header with the keys of the DSN.
fn authorization(dsn: &Dsn) -> Result<Header, UploadError> {
    let with = |key: &str, secret: Option<&str>| {
        let pairs = [("sentry_client", USER_AGENT), ("sentry_key", key)];
        let pairs = pairs.into_iter().chain(secret.map(|secret| ("sentry_secret", secret)));
        Auth::from_pairs(pairs).map(|auth| auth.to_string())
    };
    let value = with(dsn.public_key(), dsn.secret_key());
    let redacted = with("***", dsn.secret_key().map(|_| "***"));
    match (value, redacted) {
        (Ok(value), Ok(redacted)) => Ok(Header::secret("x-sentry-auth", value, redacted)),
        (Err(error), _) | (_, Err(error)) => Err(UploadError::Dsn { reason: error.to_string() }),
    }
}

pub(super) fn send(event: &PreparedEvent, options: HttpOptions) -> Result<Sent, UploadError> {
    let url = &event.request.url;
    let client = Client::new(url, options, &event.secrets);
    let response = client.send(&event.request)?;
    if (200..300).contains(&response.status()) {
        let pause = response.pause();
        // The body has only the id of the event. That of an envelope is already known.
        let is_form = event.content_type.starts_with(FORM);
        let id = match is_form {
            true => client.body(response).ok().and_then(|body| id_in(&body)),
            false => None,
        };
        let id = id.unwrap_or_else(|| event.id.clone());
        return Ok(Sent { receipt: UploadReceipt::Event { id, host: host(url) }, pause });
    }
    Err(client.status_error(response, |status| {
        let meaning = match status {
            401 | 403 => "the key of the DSN was rejected",
            404 => "project not found",
            _ => return None,
        };
        Some(meaning.to_owned())
    }))
}

/// Returns the id in the response of the minidump endpoint: a text or JSON. The server may choose another one.
fn id_in(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let id = json.as_ref().and_then(|json| json.get("id")?.as_str()).unwrap_or(text);
    Some(id.parse::<Uuid>().ok()?.as_simple().to_string())
}

/// Computes the id of the event from the report.
fn id(report: &CrashReport) -> Uuid {
    uuid_of(&[&report.id, &report.session, &report.timestamp])
}

/// Returns the id of the event in 32 hexadecimal digits.
pub(super) fn event_id(report: &CrashReport) -> String {
    id(report).as_simple().to_string()
}

/// Returns the id of a breadcrumb, by its index, in 32 hexadecimal digits.
pub(super) fn breadcrumb_id(report: &CrashReport, index: usize) -> String {
    let own = ["breadcrumb", &event_id(report), &index.to_string()];
    uuid_of(&own).as_simple().to_string()
}

/// Computes an id from texts, in the format of a version 4 UUID.
fn uuid_of(parts: &[&str]) -> Uuid {
    let mut hasher = SipHasher24::new();
    for part in parts {
        hasher.write(part.as_bytes());
        // A separator that cannot occur in UTF-8.
        hasher.write(&[0xff]);
    }
    let hash = hasher.finish128().as_u128();
    let version = 0x4_u128 << 76;
    let variant = 0b10_u128 << 62;
    let hash_bits = !((0xf_u128 << 76) | (0b11_u128 << 62));
    Uuid::from_u128((hash & hash_bits) | version | variant)
}

fn event(report: &CrashReport, id: Uuid, timestamp: SystemTime) -> protocol::Event<'static> {
    let sdk = protocol::ClientSdkInfo {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        integrations: Vec::new(),
        packages: Vec::new(),
    };
    let images = Images::of(report, MAX_FRAMES);
    protocol::Event {
        event_id: id,
        fingerprint: Cow::Owned(fingerprint(report)),
        level: protocol::Level::Fatal,
        platform: "native".into(),
        timestamp,
        release: Some(release(report).into()),
        environment: environment(report).map(Cow::Owned),
        contexts: contexts::contexts(report),
        breadcrumbs: breadcrumbs::breadcrumbs(report, timestamp).into(),
        exception: vec![exception::exception(report, &images)].into(),
        debug_meta: Cow::Owned(images.to_debug_meta(&report.system.arch)),
        threads: exception::threads(report).into(),
        tags: tags(report),
        sdk: Some(Cow::Owned(sdk)),
        ..Default::default()
    }
}

/// Returns the release, such as `vittec@0.1.0`. Characters that Sentry does not allow are replaced.
fn release(report: &CrashReport) -> String {
    let part = |text: &str| plain::line(text, 90).replace(['/', '\\', '@', ' '], "_");
    format!("{}@{}", part(&report.program), part(&report.version))
}

/// Returns the environment of Sentry, which is the deployment. Sentry allows 64 characters, without blanks and slashes, and
/// not the name `None`.
fn environment(report: &CrashReport) -> Option<String> {
    let text = plain::line(report.deployment.as_deref()?.trim(), 64);
    let text = text.replace(|c: char| c == '/' || c.is_whitespace(), "_");
    Some(text).filter(|text| !text.is_empty() && text != "None")
}

/// Returns what groups events: the fingerprint of the report. If it contains no functions, because none is known, the
/// innermost addresses tell defects of one build apart. Those of a stack overflow depend on the frame that was the last one.
fn fingerprint(report: &CrashReport) -> Vec<Cow<'static, str>> {
    let own = Fingerprint::of(report).to_string();
    if !Fingerprint::parts(report).frames.is_empty() {
        return vec![own.into()];
    }
    let is_overflow = report.kind() == CrashKind::StackOverflow;
    let innermost = report.frames.iter().take(if is_overflow { 0 } else { GROUPING_FRAMES });
    let build_id = report.frames.iter().find_map(|frame| frame.build_id.clone());
    let texts = innermost.map(frames::label).chain(build_id);
    let parts = [own, release(report)].into_iter();
    parts.chain(texts.map(|text| plain::line(&text, MAX_NAME_CHARS))).map(Cow::Owned).collect()
}

/// Returns the tags, which can be searched.
fn tags(report: &CrashReport) -> protocol::Map<String, String> {
    let fingerprint = Fingerprint::of(report).to_string();
    [
        ("arch", Some(&report.system.arch)),
        ("build", report.build.as_ref()),
        ("code", Some(&report.code.as_str().to_owned())),
        ("commit", report.commit.as_ref()),
        ("fingerprint", Some(&fingerprint)),
        ("module", Some(&report.program)),
        ("os", Some(&report.system.os)),
        ("session", Some(&report.session)),
        ("signal", report.signal.as_ref()),
        ("test", report.test.as_ref()),
        ("thread", Some(&report.thread)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), plain::line(value?.trim(), MAX_TAG_CHARS))))
    .filter(|(_, value)| !value.is_empty())
    .collect()
}
