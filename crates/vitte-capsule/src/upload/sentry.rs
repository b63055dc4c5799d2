//! Uploads a report as a Sentry event: <https://develop.sentry.dev/sdk/data-model/envelopes/>.
//!
//! The envelope has one item, the event. Its id is computed from the report, so that a second upload is the
//! same event. There is no sending time in the envelope, so that exactly the bytes that were shown are sent.
//! Sentry accepts items of up to 1 MiB, so long strings are truncated.

mod frames;

use std::borrow::Cow;
use std::hash::Hasher as _;
use std::time::SystemTime;

use frames::Images;
use sentry_types::protocol::v7 as protocol;
use sentry_types::{Auth, Dsn, ParseDsnError, Uuid};
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::error::UploadError;
use super::http::{Client, HttpOptions, host};
use super::request::{Header, Request, Secret, USER_AGENT};
use super::{UploadReceipt, plain};
use crate::fingerprint::Fingerprint;
use crate::report::{CrashFrame, CrashKind, CrashReport};

/// The request that sends an event.
#[derive(Clone, Debug)]
pub(super) struct PreparedEvent {
    pub(super) request: Request,
    id: Uuid,
    secrets: Vec<Secret>,
}

/// Maximum length of the message, in characters. Sentry has the same limit.
const MAX_MESSAGE_CHARS: usize = 8_192;
/// Maximum length of a function name, a path or a note, in characters.
const MAX_NAME_CHARS: usize = 256;
/// Maximum length of a tag value, in characters. Sentry has the same limit.
const MAX_TAG_CHARS: usize = 200;
/// Maximum number of frames of the crashed thread. The innermost ones are sent.
const MAX_FRAMES: usize = 128;
const MAX_THREADS: usize = 32;
/// The number of frames that tell defects of a program without symbols apart. Fingerprints have as many functions.
const GROUPING_FRAMES: usize = 5;
/// Maximum number of frames of each thread that did not crash.
const MAX_OTHER_FRAMES: usize = 10;
const MAX_NOTES: usize = 32;
const MAX_REGISTERS: usize = 32;

pub(super) fn prepare(report: &CrashReport, dsn: &Secret) -> Result<PreparedEvent, UploadError> {
    let dsn: Dsn = dsn.reveal().trim().parse().map_err(dsn_error)?;
    let invalid_time = |reason| UploadError::Report {
        field: "timestamp",
        value: report.timestamp.clone(),
        reason,
    };
    let time: jiff::Timestamp =
        report.timestamp.parse().map_err(|_| invalid_time("not an RFC 3339 timestamp"))?;
    let id = id(report);
    let mut envelope = protocol::Envelope::new();
    envelope.add_item(event(report, id, time.into()));
    let mut body = Vec::new();
    // Writing to memory only fails for a time before 1970.
    envelope
        .to_writer(&mut body)
        .map_err(|_| invalid_time("Sentry accepts no time before 1970"))?;
    // All strings in the event are already safe to print.
    let body = String::from_utf8_lossy(&body).into_owned();
    let secrets: Vec<_> =
        [Some(dsn.public_key()), dsn.secret_key()].into_iter().flatten().map(Secret::new).collect();
    let headers = vec![
        Header::new("accept", "application/json"),
        Header::new("user-agent", USER_AGENT),
        authorization(&dsn)?,
        Header::new("content-type", "application/x-sentry-envelope"),
        Header::new("content-length", body.len().to_string()),
    ];
    let url = dsn.envelope_api_url().to_string();
    Ok(PreparedEvent { request: Request { method: "POST", url, headers, body }, id, secrets })
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

pub(super) fn send(
    event: &PreparedEvent,
    options: HttpOptions,
) -> Result<UploadReceipt, UploadError> {
    let url = &event.request.url;
    let client = Client::new(url, options, &event.secrets);
    let response = client.send(&event.request)?;
    // The body has only the id of the event, which is already known.
    if (200..300).contains(&response.status()) {
        return Ok(UploadReceipt::Event { id: event.id.as_simple().to_string(), host: host(url) });
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

/// Computes the id of the event from the report, in the format of a version 4 UUID.
fn id(report: &CrashReport) -> Uuid {
    let mut hasher = SipHasher24::new();
    for part in [&report.id, &report.session, &report.timestamp] {
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
    let name = |text: &str| plain::line(text, MAX_NAME_CHARS);
    let system = &report.system;
    let os = protocol::OsContext { name: Some(name(&system.os)), ..Default::default() };
    let device = protocol::DeviceContext { arch: Some(name(&system.arch)), ..Default::default() };
    let mut contexts = protocol::Map::new();
    contexts.insert("os".to_owned(), protocol::Context::Os(Box::new(os)));
    contexts.insert("device".to_owned(), protocol::Context::Device(Box::new(device)));
    contexts.insert("crash".to_owned(), protocol::Context::Other(other_fields(report)));
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
        contexts,
        exception: vec![exception(report, &images)].into(),
        debug_meta: Cow::Owned(images.to_debug_meta(&system.arch)),
        threads: threads(report).into(),
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
        ("thread", Some(&report.thread)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), plain::line(value?.trim(), MAX_TAG_CHARS))))
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

/// Returns the data that has no field of its own in an event.
fn other_fields(report: &CrashReport) -> protocol::Map<String, protocol::Value> {
    let mut fields = protocol::Map::new();
    let texts = [
        ("address", report.address.as_deref()),
        ("location", report.location.as_deref()),
        ("report", Some(&*report.id)),
    ];
    for (key, value) in texts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fields.insert(key.to_owned(), plain::line(value, MAX_NAME_CHARS).into());
        }
    }
    let contexts = plain::contexts(report);
    let notes = report.notes.iter().take(MAX_NOTES);
    let notes: Vec<_> = notes.map(|note| plain::line(note, MAX_NAME_CHARS)).collect();
    for (key, lines) in [("contexts", contexts), ("notes", notes)] {
        if !lines.is_empty() {
            fields.insert(key.to_owned(), lines.into());
        }
    }
    fields
}

fn exception(report: &CrashReport, images: &Images<'_>) -> protocol::Exception {
    let code = report.code.as_str();
    let (ty, mechanism) = match (code, report.signal.as_deref()) {
        ("F0001", _) => ("panic", "panic"),
        ("F0003", _) => ("stack overflow", "signalhandler"),
        ("F0004", _) => ("out of memory", "generic"),
        ("F0006", _) => ("uncaught error", "generic"),
        ("N0900", _) => ("dump", "generic"),
        (_, Some(signal)) => (signal, "signalhandler"),
        _ => (code, "generic"),
    };
    let frames: Vec<_> = if report.frames.is_empty() {
        text_frames(report.backtrace.frames().iter().take(MAX_FRAMES))
    } else {
        let frames = report.frames.iter().take(MAX_FRAMES).enumerate().rev();
        frames.map(|(index, frame)| images.frame(frame, index == 0)).collect()
    };
    let total = report.frames.len().max(report.backtrace.frames().len());
    let omitted = u64::try_from(total.saturating_sub(MAX_FRAMES)).unwrap_or(u64::MAX);
    let frames_omitted = Some((0, omitted)).filter(|_| omitted > 0);
    let registers = report.registers.iter().take(MAX_REGISTERS).filter_map(|(name, value)| {
        let value = u64::from_str_radix(value.trim_start_matches("0x"), 16).ok()?;
        Some((plain::line(name, 16), value.into()))
    });
    let stacktrace =
        protocol::Stacktrace { frames, frames_omitted, registers: registers.collect() };
    let mut message = plain::lines(&report.message, MAX_MESSAGE_CHARS).join("\n");
    // The title of an issue is the first line of the value, and "invalid memory access" is that of many defects.
    if let Some(function) = report.signal.as_ref().and_then(|_| crashed_function(report)) {
        let end = message.find('\n').unwrap_or(message.len());
        message.insert_str(end, &format!(" in `{function}`"));
    }
    protocol::Exception {
        ty: plain::line(ty, MAX_TAG_CHARS),
        value: Some(message),
        stacktrace: Some(stacktrace),
        thread_id: Some(crashed_thread_id(report)),
        mechanism: Some(protocol::Mechanism {
            ty: mechanism.to_owned(),
            handled: Some(false),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Returns the id of the crashed thread, or its name if the id is unknown.
fn crashed_thread_id(report: &CrashReport) -> protocol::ThreadId {
    match report.crashed_thread() {
        Some(crashed) => protocol::ThreadId::Int(crashed.id),
        None => protocol::ThreadId::String(plain::line(&report.thread, MAX_NAME_CHARS)),
    }
}

/// Returns all threads. The frames of the crashed thread are those of the exception.
fn threads(report: &CrashReport) -> Vec<protocol::Thread> {
    let first = protocol::Thread {
        id: Some(crashed_thread_id(report)),
        name: Some(plain::line(&report.thread, MAX_NAME_CHARS)),
        crashed: true,
        current: true,
        ..Default::default()
    };
    let others = report.other_threads().iter().take(MAX_THREADS).map(|thread| {
        let frames = text_frames(thread.backtrace.frames().iter().take(MAX_OTHER_FRAMES));
        let stacktrace = protocol::Stacktrace { frames, ..Default::default() };
        protocol::Thread {
            id: Some(protocol::ThreadId::Int(thread.id)),
            name: Some(plain::line(&thread.name, MAX_NAME_CHARS)),
            stacktrace: Some(stacktrace).filter(|stacktrace| !stacktrace.frames.is_empty()),
            ..Default::default()
        }
    });
    std::iter::once(first).chain(others).collect()
}

/// Returns the innermost function of the program, or the innermost one that is not part of the runtime.
fn crashed_function(report: &CrashReport) -> Option<String> {
    let is_relevant = |frame: &&CrashFrame| !frame.to_frame().is_runtime();
    let mut frames = report.frames.iter().filter(is_relevant);
    let named = |frame: &&CrashFrame| frame.in_project && frame.function.is_some();
    let frame = frames.clone().find(named).or_else(|| frames.next())?;
    Some(plain::line(&frames::label(frame), MAX_NAME_CHARS))
}

/// Converts frames of which only the text is known, innermost first, to Sentry's order, outermost first.
fn text_frames<'a>(
    frames: impl DoubleEndedIterator<Item = &'a vitte_diag::Frame>,
) -> Vec<protocol::Frame> {
    let frame = |frame: &vitte_diag::Frame| protocol::Frame {
        function: Some(plain::line(frame.text(), MAX_NAME_CHARS)),
        ..Default::default()
    };
    frames.rev().map(frame).collect()
}
