//! The log records: the breadcrumbs, and the crash.

use serde_json::{Value, json};

use super::attributes::{integer, optional, raw_text, text, texts};
use crate::fingerprint::Fingerprint;
use crate::report::{Breadcrumb, BreadcrumbLevel, CrashFrame, CrashKind, CrashReport};
use crate::upload::error::UploadError;
use crate::upload::{plain, sentry};

/// The newest breadcrumbs are sent.
const MAX_BREADCRUMBS: usize = 100;
/// Maximum number of fields of each breadcrumb.
const MAX_FIELDS: usize = 16;
/// Maximum length of all breadcrumbs together, in characters.
const MAX_TOTAL_CHARS: usize = 48_000;
const MAX_KEY_CHARS: usize = 64;
const MAX_MESSAGE_CHARS: usize = 8_192;
/// Maximum number of frames in the stack trace. The innermost ones are sent.
const MAX_FRAMES: usize = 128;
const MAX_FRAME_CHARS: usize = 400;
const MAX_NOTES: usize = 32;

/// Returns a scope for each target of the breadcrumbs, in the order of their first breadcrumbs, and then that of the crash.
pub(super) fn scopes(report: &CrashReport) -> Result<Vec<Value>, UploadError> {
    let crash = crash(report)?;
    let mut remaining = MAX_TOTAL_CHARS;
    let newest = report.breadcrumbs.iter().enumerate().rev().take(MAX_BREADCRUMBS);
    let mut records: Vec<(String, Value)> = Vec::new();
    for (index, breadcrumb) in newest {
        if remaining == 0 {
            break;
        }
        let record = record(report, index, breadcrumb, &crash.time, &mut remaining);
        records.push((plain::line(&breadcrumb.target, MAX_KEY_CHARS), record));
    }
    let mut targets: Vec<(String, Vec<Value>)> = Vec::new();
    for (target, record) in records.into_iter().rev() {
        match targets.iter_mut().find(|(own, _)| *own == target) {
            Some((_, records)) => records.push(record),
            None => targets.push((target, vec![record])),
        }
    }
    let scope = |(name, records): (String, Vec<Value>)| json!({"scope": {"name": name}, "logRecords": records});
    let own = json!({
        "scope": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        "logRecords": [crash.record],
    });
    Ok(targets.into_iter().map(scope).chain([own]).collect())
}

/// Returns the number of records of a scope.
pub(super) fn count(scope: &Value) -> usize {
    scope.get("logRecords").and_then(Value::as_array).map_or(0, Vec::len)
}

struct CrashRecord {
    /// Nanoseconds since 1970.
    time: String,
    record: Value,
}

/// Returns the record of the crash. A dump is not an exception, because its process goes on, and has
/// a lower severity.
fn crash(report: &CrashReport) -> Result<CrashRecord, UploadError> {
    let invalid = |reason| UploadError::Report {
        field: "timestamp",
        value: report.timestamp.clone(),
        reason,
    };
    let nanos =
        nanos(&report.timestamp).ok_or_else(|| invalid("not an RFC 3339 timestamp after 1970"))?;
    let message = plain::lines(&report.message, MAX_MESSAGE_CHARS).join("\n");
    let is_dump = report.kind() == CrashKind::Dump;
    let (number, name) = if is_dump { (9, "INFO") } else { (21, "FATAL") };
    let record = json!({
        "timeUnixNano": nanos,
        "observedTimeUnixNano": nanos,
        "severityNumber": number,
        "severityText": name,
        "body": {"stringValue": message},
        "attributes": crash_attributes(report, &message),
    });
    Ok(CrashRecord { time: nanos, record })
}

fn crash_attributes(report: &CrashReport, message: &str) -> Vec<Value> {
    let mut all = vec![
        text("exception.type", &sentry::exception_type(report)),
        raw_text("exception.message", message),
    ];
    let stack = stack(report);
    if !stack.is_empty() {
        all.push(raw_text("exception.stacktrace", &stack));
    }
    if let Some(frame) = own_frame(report) {
        all.extend(
            [
                optional("code.function.name", frame.function.as_deref()),
                optional("code.file.path", frame.file.as_deref()),
                frame.line.map(|line| integer("code.line.number", line)),
                frame.column.map(|column| integer("code.column.number", column)),
            ]
            .into_iter()
            .flatten(),
        );
    }
    all.extend(report.crashed_thread().map(|thread| integer("thread.id", thread.id)));
    let fingerprint = Fingerprint::of(report).to_string();
    all.extend(
        [
            optional("thread.name", Some(&report.thread)),
            optional("session.id", Some(&report.session)),
            optional("test.case.name", report.test.as_deref()),
            Some(raw_text("log.record.uid", &sentry::event_id(report))),
            optional("vitte.crash.id", Some(&report.id)),
            optional("vitte.crash.code", Some(report.code.as_str())),
            optional("vitte.crash.kind", Some(report.kind().as_str())),
            optional("vitte.crash.signal", report.signal.as_deref()),
            optional("vitte.crash.address", report.address.as_deref()),
            optional("vitte.crash.build", report.build.as_deref()),
            optional("vitte.crash.fingerprint", Some(&fingerprint)),
        ]
        .into_iter()
        .flatten(),
    );
    let notes = report.notes.iter().take(MAX_NOTES);
    let notes = notes.map(|note| plain::line(note, super::attributes::MAX_CHARS)).collect();
    for (key, lines) in
        [("vitte.crash.contexts", plain::contexts(report)), ("vitte.crash.notes", notes)]
    {
        if !lines.is_empty() {
            all.push(texts(key, lines));
        }
    }
    all
}

/// Returns the frames as text, one on each line, the innermost first.
fn stack(report: &CrashReport) -> String {
    let frames = report.backtrace.frames();
    let shown = frames.iter().take(MAX_FRAMES);
    let mut lines: Vec<_> = shown.map(|frame| plain::line(frame.text(), MAX_FRAME_CHARS)).collect();
    let omitted = frames.len().saturating_sub(MAX_FRAMES);
    if omitted > 0 {
        lines.push(format!(
            "[... omitted {omitted} {} ...]",
            vitte_diag::text::plural("frame", omitted)
        ));
    }
    lines.join("\n")
}

/// Returns the innermost frame in the program.
fn own_frame(report: &CrashReport) -> Option<&CrashFrame> {
    report.frames.iter().find(|frame| frame.in_project && frame.function.is_some())
}

/// Returns the record of a breadcrumb. If its time is invalid, it has only the time at which it was observed, that of the
/// crash.
fn record(
    report: &CrashReport,
    index: usize,
    breadcrumb: &Breadcrumb,
    crash_time: &str,
    remaining: &mut usize,
) -> Value {
    let mut taken = |text: &str, max: usize| {
        let text = plain::line(text, max);
        *remaining = remaining.saturating_sub(text.chars().count());
        text
    };
    let mut keys: Vec<String> = Vec::new();
    let mut attributes = Vec::new();
    for field in breadcrumb.fields.iter().take(MAX_FIELDS) {
        let key = taken(&field.key, MAX_KEY_CHARS);
        // The keys of attributes are unique.
        if !key.is_empty() && !keys.contains(&key) {
            attributes.push(raw_text(&key, &taken(&field.value, super::attributes::MAX_CHARS)));
            keys.push(key);
        }
    }
    let uid = sentry::breadcrumb_id(report, index);
    for (key, value) in [
        ("thread.name", &*breadcrumb.thread),
        ("session.id", &*report.session),
        ("log.record.uid", &*uid),
        ("vitte.crash.id", &*report.id),
    ] {
        if !keys.iter().any(|own| own == key) {
            attributes.extend(optional(key, Some(value)));
        }
    }
    let number = match breadcrumb.level {
        BreadcrumbLevel::Trace => 1,
        BreadcrumbLevel::Debug => 5,
        BreadcrumbLevel::Info => 9,
        BreadcrumbLevel::Warn => 13,
        BreadcrumbLevel::Error => 17,
    };
    let mut record = json!({
        "observedTimeUnixNano": nanos(&breadcrumb.timestamp).as_deref().unwrap_or(crash_time),
        "severityNumber": number,
        "severityText": breadcrumb.level.as_str().to_ascii_uppercase(),
        "body": {"stringValue": taken(&breadcrumb.message, super::attributes::MAX_CHARS * 2)},
        "attributes": attributes,
    });
    if let (Some(nanos), Some(fields)) = (nanos(&breadcrumb.timestamp), record.as_object_mut()) {
        fields.insert("timeUnixNano".to_owned(), nanos.into());
    }
    record
}

/// Returns the nanoseconds since 1970 in decimal; `None` if the time is invalid or earlier.
fn nanos(timestamp: &str) -> Option<String> {
    let time: jiff::Timestamp = timestamp.parse().ok()?;
    u64::try_from(time.as_nanosecond()).ok().map(|nanos| nanos.to_string())
}
