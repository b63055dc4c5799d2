//! The fields of spans and events, as texts.

use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing_core::field::Visit;
use tracing_core::{Event, Field};

use crate::breadcrumbs::write_value;
use crate::context::without_reports;
use crate::sys::slots::{BreadcrumbTexts, MAX_FIELDS};

/// The first fields of a span.
#[derive(Debug, Default)]
pub(super) struct SpanFields(Vec<(&'static str, String)>);

impl SpanFields {
    pub(super) fn all(&self) -> &[(&'static str, String)] {
        &self.0
    }

    fn set(&mut self, field: &Field, text: impl FnOnce() -> String) {
        let name = field.name();
        if let Some((_, known)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            *known = text();
        } else if self.0.len() < MAX_FIELDS {
            self.0.push((name, text()));
        }
    }
}

impl Visit for SpanFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, || value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set(field, || {
            let mut text = String::new();
            let write = || catch_unwind(AssertUnwindSafe(|| write!(text, "{value:?}")));
            if !matches!(without_reports(write), Ok(Ok(()))) {
                text.push_str("<cannot format the value>");
            }
            text
        });
    }
}

/// The field that has the message of an event.
const MESSAGE: &str = "message";
/// The target of the events that `tracing-log` makes from records of `log`.
const LOG: &str = "log";
/// With what the names of the fields begin that such an event has in addition, and the one that has the target.
const LOG_PREFIX: &str = "log.";
const LOG_TARGET: &str = "log.target";

/// A part of the texts of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The target of a record of `log`.
    LogTarget,
    Message,
    /// The keys and values of the other fields.
    Fields,
}

/// Adds a part of the texts of an event.
struct PartVisitor<'a> {
    texts: &'a mut BreadcrumbTexts,
    part: Part,
    is_found: bool,
}

/// Adds the texts of an event: its target, its message, and the keys and values of its other fields.
pub(super) fn add_texts(texts: &mut BreadcrumbTexts, event: &Event<'_>) {
    let target = event.metadata().target();
    if target != LOG || !add_part(texts, event, Part::LogTarget) {
        texts.add(target);
    }
    if !add_part(texts, event, Part::Message) {
        texts.add("");
    }
    add_part(texts, event, Part::Fields);
}

/// Adds a part. Returns false if the event has none.
fn add_part(texts: &mut BreadcrumbTexts, event: &Event<'_>, part: Part) -> bool {
    let mut visitor = PartVisitor { texts, part, is_found: false };
    event.record(&mut visitor);
    visitor.is_found
}

impl PartVisitor<'_> {
    /// Returns whether a field belongs to the part. Adds its key if that is needed.
    #[inline]
    fn begin(&mut self, field: &Field) -> bool {
        let name = field.name();
        let is_part = match self.part {
            Part::LogTarget => name == LOG_TARGET,
            Part::Message => name == MESSAGE,
            Part::Fields => name != MESSAGE && !name.starts_with(LOG_PREFIX),
        };
        if is_part && self.part == Part::Fields {
            self.texts.add(name);
        }
        self.is_found |= is_part;
        is_part
    }
}

impl Visit for PartVisitor<'_> {
    #[inline]
    fn record_str(&mut self, field: &Field, value: &str) {
        if self.begin(field) {
            self.texts.add(value);
        }
    }

    #[inline]
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if self.begin(field) {
            write_value(self.texts, format_args!("{value:?}"));
        }
    }
}
