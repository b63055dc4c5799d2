//! The contexts of an event: <https://develop.sentry.dev/sdk/data-model/event-payloads/contexts/>.

use sentry_types::protocol::v7 as protocol;

use super::{MAX_NAME_CHARS, MAX_NOTES};
use crate::report::{ContextEntry, CrashReport};
use crate::upload::plain;

/// Maximum number of contexts of the report that have a context of their own in the event.
const MAX_CONTEXTS: usize = 16;
/// Maximum number of fields of each.
const MAX_FIELDS: usize = 16;

/// Returns the contexts of the system, of the crash, and of the program. Those of the program are numbered, the innermost has
/// 0, because a context named `os` or `trace` has a fixed meaning for Sentry, and because names need not be unique.
pub(super) fn contexts(report: &CrashReport) -> protocol::Map<String, protocol::Context> {
    let name = |text: &str| plain::line(text, MAX_NAME_CHARS);
    let system = &report.system;
    let os = protocol::OsContext { name: Some(name(&system.os)), ..Default::default() };
    let device = protocol::DeviceContext { arch: Some(name(&system.arch)), ..Default::default() };
    let mut contexts = protocol::Map::new();
    contexts.insert("os".to_owned(), protocol::Context::Os(Box::new(os)));
    contexts.insert("device".to_owned(), protocol::Context::Device(Box::new(device)));
    contexts.insert("crash".to_owned(), protocol::Context::Other(other_fields(report)));
    for (index, entry) in report.contexts.iter().take(MAX_CONTEXTS).enumerate() {
        let fields = fields(entry);
        if !fields.is_empty() {
            let key = format!("{index} {}", plain::line(&entry.name, MAX_CONTEXT_CHARS));
            contexts.insert(key, protocol::Context::Other(fields));
        }
    }
    contexts
}

/// Maximum length of the name of a context, in characters.
const MAX_CONTEXT_CHARS: usize = 64;

/// Returns the fields of a context, and its location as `place`. `type` has a fixed meaning for Sentry, so a field with
/// this name gets a blank.
fn fields(entry: &ContextEntry) -> protocol::Map<String, protocol::Value> {
    let mut fields = protocol::Map::new();
    if let Some(location) = entry.location.as_ref().filter(|location| location.file.is_some()) {
        fields
            .insert("place".to_owned(), plain::line(&location.to_string(), MAX_NAME_CHARS).into());
    }
    for field in entry.fields.iter().take(MAX_FIELDS) {
        let mut key = plain::line(&field.key, MAX_CONTEXT_CHARS);
        while key == "type" || fields.contains_key(&key) {
            key.push(' ');
        }
        fields.insert(key, plain::line(&field.value, MAX_NAME_CHARS).into());
    }
    fields
}

/// Returns the data that has no field of its own in an event.
fn other_fields(report: &CrashReport) -> protocol::Map<String, protocol::Value> {
    let mut fields = protocol::Map::new();
    let texts = [
        ("address", report.address.as_deref()),
        ("location", report.location.as_deref()),
        ("report", Some(&*report.id)),
        ("test", report.test.as_deref()),
    ];
    for (key, value) in texts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fields.insert(key.to_owned(), plain::line(value, MAX_NAME_CHARS).into());
        }
    }
    if let Some(process) = report.process {
        fields.insert("process".to_owned(), process.into());
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
