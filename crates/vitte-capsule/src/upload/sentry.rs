//! A report as an event of Sentry: <https://develop.sentry.dev/sdk/data-model/envelopes/>.
//!
//! The envelope has one item, the event. Its id comes from the report, so that a second upload is the same
//! event, and neither it nor the header says when it was sent, so that what is shown before is what
//! is sent. An item may have 1 MiB: all that can be long is cut before.

use std::hash::Hasher as _;
use std::time::SystemTime;

use sentry_types::protocol::v7 as protocol;
use sentry_types::{Auth, Dsn, Uuid};
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::error::UploadError;
use super::http::{Client, Limits, host};
use super::request::{AGENT, Header, Request, Secret};
use super::{Uploaded, plain};
use crate::fingerprint::{Fingerprint, without_hash};
use crate::report::{CrashFrame, CrashReport};

/// What Sentry gets, and the id of it.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) request: Request,
    id: Uuid,
    secrets: Vec<Secret>,
}

/// The most characters of the message, which is what Sentry keeps.
const MOST_MESSAGE: usize = 8_192;
/// The most characters of a function, a path and the like.
const MOST_NAME: usize = 256;
/// The most characters of a tag, which is what Sentry keeps.
const MOST_TAG: usize = 200;
/// The most calls of the thread that crashed: the innermost.
const MOST_CALLS: usize = 128;
/// The most threads, and the most calls of one that did not crash.
const MOST_THREADS: usize = 32;
const MOST_OTHER_CALLS: usize = 10;
/// The most notes and registers.
const MOST_NOTES: usize = 32;

pub(super) fn prepare(report: &CrashReport, dsn: &Secret) -> Result<Event, UploadError> {
    let dsn: Dsn = dsn.reveal().trim().parse().map_err(|error: sentry_types::ParseDsnError| {
        UploadError::Dsn { reason: error.to_string() }
    })?;
    let unusable = |reason| UploadError::Report {
        field: "timestamp",
        value: report.timestamp.clone(),
        reason,
    };
    let time: jiff::Timestamp =
        report.timestamp.parse().map_err(|_| unusable("it is no time of RFC 3339"))?;
    let id = id(report);
    let mut envelope = protocol::Envelope::new();
    envelope.add_item(event(report, id, time.into()));
    let mut body = Vec::new();
    // The event is in memory; what can go wrong is a time before 1970.
    envelope.to_writer(&mut body).map_err(|_| unusable("Sentry knows no time before 1970"))?;
    // All text in it was made safe before, so that it is text without anything that a terminal obeys.
    let body = String::from_utf8_lossy(&body).into_owned();
    let secrets: Vec<_> =
        [Some(dsn.public_key()), dsn.secret_key()].into_iter().flatten().map(Secret::new).collect();
    let headers = vec![
        Header::new("accept", "application/json"),
        Header::new("user-agent", AGENT),
        authorization(&dsn)?,
        Header::new("content-type", "application/x-sentry-envelope"),
        Header::new("content-length", body.len().to_string()),
    ];
    let url = dsn.envelope_api_url().to_string();
    Ok(Event { request: Request { method: "POST", url, headers, body }, id, secrets })
}

/// The keys of the DSN, as Sentry reads them.
fn authorization(dsn: &Dsn) -> Result<Header, UploadError> {
    let with = |key: &str, secret: Option<&str>| {
        let pairs = [("sentry_client", AGENT), ("sentry_key", key)];
        let pairs = pairs.into_iter().chain(secret.map(|secret| ("sentry_secret", secret)));
        Auth::from_pairs(pairs).map(|auth| auth.to_string())
    };
    let value = with(dsn.public_key(), dsn.secret_key());
    let shown = with("***", dsn.secret_key().map(|_| "***"));
    match (value, shown) {
        (Ok(value), Ok(shown)) => Ok(Header::secret("x-sentry-auth", value, shown)),
        (Err(error), _) | (_, Err(error)) => Err(UploadError::Dsn { reason: error.to_string() }),
    }
}

pub(super) fn send(event: &Event, limits: Limits) -> Result<Uploaded, UploadError> {
    let url = &event.request.url;
    let client = Client::new(url, limits, &event.secrets);
    let answer = client.call(&event.request)?;
    // The status says that the event was taken; its id is known, so that the body is of no use.
    if (200..300).contains(&answer.status()) {
        return Ok(Uploaded::Event { id: event.id.as_simple().to_string(), host: host(url) });
    }
    Err(client.refusal(answer, |status| {
        let meaning = match status {
            401 | 403 => "the key of the DSN is not accepted",
            404 => "there is no such project",
            _ => return None,
        };
        Some(meaning.to_owned())
    }))
}

/// The id of the event, which is the same for the same report; in the form of a UUID of version 4.
fn id(report: &CrashReport) -> Uuid {
    let mut hasher = SipHasher24::new();
    for part in [&report.id, &report.session, &report.timestamp] {
        hasher.write(part.as_bytes());
        // No part has this byte: it is none of UTF-8.
        hasher.write(&[0xff]);
    }
    let hash = hasher.finish128().as_u128();
    let version = 0x4_u128 << 76;
    let variant = 0b10_u128 << 62;
    let free = !((0xf_u128 << 76) | (0b11_u128 << 62));
    Uuid::from_u128((hash & free) | version | variant)
}

fn event(report: &CrashReport, id: Uuid, timestamp: SystemTime) -> protocol::Event<'static> {
    let name = |text: &str| plain::line(text, MOST_NAME);
    let system = &report.system;
    let os = protocol::OsContext { name: Some(name(&system.os)), ..Default::default() };
    let device = protocol::DeviceContext { arch: Some(name(&system.arch)), ..Default::default() };
    let mut contexts = protocol::Map::new();
    contexts.insert("os".to_owned(), protocol::Context::Os(Box::new(os)));
    contexts.insert("device".to_owned(), protocol::Context::Device(Box::new(device)));
    contexts.insert("crash".to_owned(), protocol::Context::Other(facts(report)));
    let sdk = protocol::ClientSdkInfo {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        integrations: Vec::new(),
        packages: Vec::new(),
    };
    protocol::Event {
        event_id: id,
        level: protocol::Level::Fatal,
        platform: "native".into(),
        timestamp,
        release: Some(release(report).into()),
        contexts,
        exception: vec![exception(report)].into(),
        threads: threads(report).into(),
        tags: tags(report),
        sdk: Some(std::borrow::Cow::Owned(sdk)),
        ..Default::default()
    }
}

/// Such as `vittec@0.1.0`, without what Sentry allows in no release.
fn release(report: &CrashReport) -> String {
    let part = |text: &str| plain::line(text, 90).replace(['/', '\\', '@', ' '], "_");
    format!("{}@{}", part(&report.module), part(&report.version))
}

/// What a search may look for.
fn tags(report: &CrashReport) -> protocol::Map<String, String> {
    let fingerprint = Fingerprint::of(report).to_string();
    [
        ("arch", Some(&report.system.arch)),
        ("build", report.build.as_ref()),
        ("code", Some(&report.code.as_str().to_owned())),
        ("commit", report.commit.as_ref()),
        ("fingerprint", Some(&fingerprint)),
        ("module", Some(&report.module)),
        ("os", Some(&report.system.os)),
        ("session", Some(&report.session)),
        ("signal", report.signal.as_ref()),
        ("thread", Some(&report.thread)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), plain::line(value?.trim(), MOST_TAG))))
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

/// What the event has no field for.
fn facts(report: &CrashReport) -> protocol::Map<String, protocol::Value> {
    let mut facts = protocol::Map::new();
    let texts = [
        ("address", report.address.as_deref()),
        ("location", report.location.as_deref()),
        ("report", Some(&*report.id)),
    ];
    for (key, value) in texts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.insert(key.to_owned(), plain::line(value, MOST_NAME).into());
        }
    }
    let doing = plain::context(report);
    let notes: Vec<_> =
        report.notes.iter().take(MOST_NOTES).map(|note| plain::line(note, MOST_NAME)).collect();
    for (key, lines) in [("doing", doing), ("notes", notes)] {
        if !lines.is_empty() {
            facts.insert(key.to_owned(), lines.into());
        }
    }
    facts
}

fn exception(report: &CrashReport) -> protocol::Exception {
    let code = report.code.as_str();
    let (ty, mechanism) = match (code, report.signal.as_deref()) {
        ("F0001", _) => ("panic", "panic"),
        ("F0003", _) => ("stack overflow", "signalhandler"),
        ("F0004", _) => ("out of memory", "generic"),
        ("F0006", _) => ("uncaught error", "generic"),
        (_, Some(signal)) => (signal, "signalhandler"),
        _ => (code, "generic"),
    };
    let frames: Vec<_> = if report.frames.is_empty() {
        texts(report.backtrace.frames().iter().take(MOST_CALLS))
    } else {
        report.frames.iter().take(MOST_CALLS).rev().map(frame).collect()
    };
    let all = report.frames.len().max(report.backtrace.frames().len());
    let left_out = u64::try_from(all.saturating_sub(MOST_CALLS)).unwrap_or(u64::MAX);
    let frames_omitted = Some((0, left_out)).filter(|_| left_out > 0);
    let registers = report.registers.iter().take(MOST_NOTES).filter_map(|(name, value)| {
        let value = u64::from_str_radix(value.trim_start_matches("0x"), 16).ok()?;
        Some((plain::line(name, 16), value.into()))
    });
    let stacktrace =
        protocol::Stacktrace { frames, frames_omitted, registers: registers.collect() };
    let message = plain::lines(&report.message, MOST_MESSAGE).join("\n");
    protocol::Exception {
        ty: plain::line(ty, MOST_TAG),
        value: Some(message),
        stacktrace: Some(stacktrace),
        thread_id: Some(crashed(report)),
        mechanism: Some(protocol::Mechanism {
            ty: mechanism.to_owned(),
            handled: Some(false),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The id of the thread that crashed; its name where its number is not known.
fn crashed(report: &CrashReport) -> protocol::ThreadId {
    match report.threads.first() {
        Some(first) => protocol::ThreadId::Int(first.id),
        None => protocol::ThreadId::String(plain::line(&report.thread, MOST_NAME)),
    }
}

/// All threads; the calls of the one that crashed are those of the exception.
fn threads(report: &CrashReport) -> Vec<protocol::Thread> {
    let first = protocol::Thread {
        id: Some(crashed(report)),
        name: Some(plain::line(&report.thread, MOST_NAME)),
        crashed: true,
        current: true,
        ..Default::default()
    };
    let others = report.threads.iter().skip(1).take(MOST_THREADS).map(|thread| {
        let frames = texts(thread.backtrace.frames().iter().take(MOST_OTHER_CALLS));
        let stacktrace = protocol::Stacktrace { frames, ..Default::default() };
        protocol::Thread {
            id: Some(protocol::ThreadId::Int(thread.id)),
            name: Some(plain::line(&thread.name, MOST_NAME)),
            stacktrace: Some(stacktrace).filter(|stacktrace| !stacktrace.frames.is_empty()),
            ..Default::default()
        }
    });
    std::iter::once(first).chain(others).collect()
}

/// A call. Sentry has the outermost first.
fn frame(frame: &CrashFrame) -> protocol::Frame {
    let name = |text: &Option<String>| text.as_deref().map(|text| plain::line(text, MOST_NAME));
    let function = frame.function.as_deref().map(without_hash);
    protocol::Frame {
        function: function.map(|function| plain::line(function, MOST_NAME)),
        filename: name(&frame.file),
        lineno: frame.line.map(u64::from),
        colno: frame.column.map(u64::from),
        package: name(&frame.module),
        in_app: Some(frame.in_project),
        ..Default::default()
    }
}

/// Calls of which the text alone is known, the outermost first.
fn texts<'a>(
    frames: impl DoubleEndedIterator<Item = &'a vitte_diag::Frame>,
) -> Vec<protocol::Frame> {
    let frame = |frame: &vitte_diag::Frame| protocol::Frame {
        function: Some(plain::line(frame.text(), MOST_NAME)),
        ..Default::default()
    };
    frames.rev().map(frame).collect()
}
