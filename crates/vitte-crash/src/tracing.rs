//! Spans and events of `tracing` in reports (feature `tracing`).
//!
//! With the [`layer`], the spans in which a thread is are contexts, and the last events of each thread are
//! [breadcrumbs](crate::breadcrumb()). Records of `log` are events, too, if `tracing_log::LogTracer` is set.
//!
//! ```
//! use tracing_subscriber::filter::LevelFilter;
//! use tracing_subscriber::prelude::*;
//!
//! let layer = vitte_crash::tracing::layer().with_filter(LevelFilter::DEBUG);
//! let subscriber = tracing_subscriber::registry().with(layer);
//! let report = tracing::subscriber::with_default(subscriber, || {
//!     vitte_crash::catch_panic(|| {
//!         let _span = tracing::info_span!("request", id = 7).entered();
//!         tracing::warn!(key = "shapes", "cache miss");
//!         panic!("no shapes");
//!     })
//! });
//! let report = report.unwrap_err();
//! # // Without a handler the report has only the message.
//! # assert_eq!(report.message, "no shapes");
//! // report.contexts: request (id: 7)
//! // report.breadcrumbs: cache miss (key: shapes)
//! ```

mod fields;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use fields::{SpanFields, add_texts};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, SpanRef};
use vitte_capsule::BreadcrumbLevel;

use crate::breadcrumbs;
use crate::context::handle::snapshot_within;
use crate::sys::slots::{self, BreadcrumbTexts, ContextStack, Snapshot};

/// Returns a layer that makes contexts from spans and breadcrumbs from events. A filter of the layer decides which.
///
/// A span that is entered has the spans that it is part of around it, also on another thread than theirs. Other contexts of
/// that thread are not part of it then. A context has the first three fields of its span, and a breadcrumb has 232 bytes for
/// all of its texts. A span that is exited also closes what was opened inside of it.
#[must_use]
pub fn layer<S>() -> CrashLayer<S> {
    CrashLayer { subscriber: PhantomData }
}

/// The layer of [`layer`].
#[derive(Debug)]
pub struct CrashLayer<S> {
    subscriber: PhantomData<fn(S)>,
}

/// What the layer stores of a span.
struct SpanContext {
    fields: SpanFields,
    /// The context of the span and of those that it is part of, when they were needed on another thread.
    snapshot: OnceLock<Arc<Snapshot>>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for CrashLayer<S> {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut fields = SpanFields::default();
        attributes.record(&mut fields);
        span.extensions_mut().replace(SpanContext { fields, snapshot: OnceLock::new() });
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        if let Some(own) = span.extensions_mut().get_mut::<SpanContext>() {
            record.record(&mut own.fields);
            own.snapshot = OnceLock::new();
        }
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        let Some((stack, span)) = slots::current_or_claim().zip(ctx.span(id)) else { return };
        if let Some(parent) = span.parent() {
            if stack.innermost_span() != parent.id().into_u64() {
                if let Some(snapshot) = snapshot_of(&parent) {
                    stack.enter_for_span(snapshot, id.into_u64());
                }
            }
        }
        push(stack, &span);
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        if let Some(stack) = slots::current() {
            stack.close_span(id.into_u64());
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => BreadcrumbLevel::Error,
            Level::WARN => BreadcrumbLevel::Warn,
            Level::INFO => BreadcrumbLevel::Info,
            Level::DEBUG => BreadcrumbLevel::Debug,
            Level::TRACE => BreadcrumbLevel::Trace,
        };
        let mut texts = BreadcrumbTexts::new();
        add_texts(&mut texts, event);
        breadcrumbs::record(level, &texts);
    }
}

/// Opens the context of a span.
fn push<'a, S: LookupSpan<'a>>(stack: &ContextStack, span: &SpanRef<'a, S>) {
    let extensions = span.extensions();
    let fields = extensions.get::<SpanContext>().map(|own| own.fields.all()).unwrap_or_default();
    let id = span.id().into_u64();
    stack.push_span(span.name(), id, fields, |field, value| field.set(value));
}

/// Returns the contexts of a span and of those that it is part of.
fn snapshot_of<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>) -> Option<Arc<Snapshot>> {
    let extensions = span.extensions();
    let own = extensions.get::<SpanContext>()?;
    if let Some(snapshot) = own.snapshot.get() {
        return Some(Arc::clone(snapshot));
    }
    let spans: Vec<_> = span.scope().from_root().collect();
    let snapshot = snapshot_within(|stack| spans.iter().for_each(|span| push(stack, span)))?;
    Some(Arc::clone(own.snapshot.get_or_init(|| snapshot)))
}
