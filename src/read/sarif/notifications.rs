//! Converts notifications (section 3.58): problems of the tool itself.

use super::format::{Exception, Notification};
use super::reader::Reader;
use super::{frames, messages};
use crate::model::{Code, Diagnostic, Severity};
use crate::read::locate::{self, Place};
use crate::read::losses::Lost;

/// Adds the diagnostic of a notification. Those that are no problem are skipped: some tools write one for each file
/// that they read.
pub(super) fn push<'r>(reader: &mut Reader<'_, 'r, '_>, notification: &'r Notification<'r>) {
    let kind = reader.rules.of_notification(notification.descriptor.as_ref());
    let level = notification.level.as_deref().or(kind.level()).unwrap_or("warning");
    let severity = match level {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => return,
    };
    let mut lost = Lost::default();
    let text = match &notification.message {
        Some(message) => messages::text(message, kind.descriptor, kind.component, &mut lost),
        None => String::new(),
    };
    let mut locations = notification.locations.iter();
    let place = locations.next().and_then(|location| reader.place(location, &mut lost));
    let mut diagnostic = locate::diagnostic(severity, None, place, text);
    for location in locations {
        match reader.place(location, &mut lost).and_then(Place::span) {
            Some(span) => _ = diagnostic.add_secondary(span, ""),
            None => lost.add("a further location without a line"),
        }
    }
    let id = notification.descriptor.as_ref().and_then(|kind| kind.id.as_deref()).or(kind.id());
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        match Code::new(id) {
            Ok(code) => diagnostic = diagnostic.with_code(code),
            Err(_) => locate::note_code(&mut diagnostic, id, &mut lost),
        }
    }
    if let Some(exception) = &notification.exception {
        add_exception(&mut diagnostic, exception, &mut lost);
    }
    lost.add_if(notification.associated_rule.0, "the rule of a notification");
    reader.count_tool(&mut lost);
    reader.import.push(diagnostic, lost);
}

fn add_exception(diagnostic: &mut Diagnostic, exception: &Exception<'_>, lost: &mut Lost) {
    match (exception.kind.as_deref(), exception.message.as_deref()) {
        (Some(kind), Some(message)) => _ = diagnostic.add_note(format!("{kind}: {message}")),
        (Some(text), None) | (None, Some(text)) => _ = diagnostic.add_note(text.to_owned()),
        (None, None) => {}
    }
    if let Some(stack) = &exception.stack {
        diagnostic.set_backtrace(frames::backtrace(stack));
    }
    lost.add_if(exception.inner_exceptions.0, "the inner exceptions of a notification");
}
