//! Attributes of resources and records.

use serde_json::{Value, json};

use crate::report::CrashReport;
use crate::upload::plain;

/// Maximum length of a value, in characters.
pub(super) const MAX_CHARS: usize = 256;

/// Returns an attribute with a text, on one line and truncated.
pub(super) fn text(key: &str, value: &str) -> Value {
    raw_text(key, &plain::line(value, MAX_CHARS))
}

/// Returns an attribute with a text that is safe and short enough.
pub(super) fn raw_text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// Returns an attribute with an integer. The JSON encoding of 64-bit integers is their decimal digits as text.
pub(super) fn integer(key: &str, value: impl Into<u64>) -> Value {
    let value: u64 = value.into();
    json!({"key": key, "value": {"intValue": value.to_string()}})
}

/// Returns an attribute with a list of texts that are safe and short enough.
pub(super) fn texts(key: &str, values: Vec<String>) -> Value {
    let values: Vec<Value> = values.into_iter().map(|text| json!({"stringValue": text})).collect();
    json!({"key": key, "value": {"arrayValue": {"values": values}}})
}

/// Returns an attribute for a text that is not empty.
pub(super) fn optional(key: &str, value: Option<&str>) -> Option<Value> {
    value.map(str::trim).filter(|value| !value.is_empty()).map(|value| text(key, value))
}

/// Returns what the crash and the breadcrumbs have in common: the service, the process and the system.
pub(super) fn resource(report: &CrashReport) -> Vec<Value> {
    let os = match &*report.system.os {
        "macos" | "ios" => "darwin",
        "dragonfly" => "dragonflybsd",
        other => other,
    };
    let arch = match &*report.system.arch {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        other => other,
    };
    let all = [
        // It is required.
        Some(optional("service.name", Some(&report.program)))
            .flatten()
            .or_else(|| Some(raw_text("service.name", "unknown_service"))),
        optional("service.version", Some(&report.version)),
        optional("deployment.environment.name", report.deployment.as_deref()),
        optional("host.arch", Some(arch)),
        optional("os.type", Some(os)),
        report.process.map(|process| integer("process.pid", process)),
        optional("vcs.ref.head.revision", report.commit.as_deref()),
    ];
    all.into_iter().flatten().collect()
}
