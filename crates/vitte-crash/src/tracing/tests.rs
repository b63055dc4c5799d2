use std::sync::mpsc::channel;

use tracing::{Dispatch, Level, debug, error_span, field, info, info_span, trace};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use super::*;
use crate::context::{context, read};

fn with_layer(work: impl FnOnce()) {
    let filtered = layer().with_filter(LevelFilter::DEBUG);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(filtered), work);
}

/// Returns the contexts of this thread, the innermost first: `name key=value`.
fn open() -> Vec<String> {
    let entry = |raw: slots::RawContext| {
        let fields = raw.fields.into_iter().map(|(key, value)| format!(" {key}={value}"));
        format!("{}{}", raw.name, fields.collect::<String>())
    };
    read().0.into_iter().map(entry).collect()
}

#[test]
fn spans_are_contexts_with_their_fields() {
    with_layer(|| {
        let _cx = context("main", None);
        let span = info_span!("request", id = 7, path = "/a", user = field::Empty, more = 1);
        assert_eq!(open(), ["main"]);
        let entered = span.enter();
        assert_eq!(open(), ["request id=7 path=/a more=1", "main"]);
        let inner = error_span!("query", rows = field::Empty);
        inner.record("rows", 12);
        inner.in_scope(|| {
            let _cx = context("sorting", None);
            let expected = ["sorting", "query rows=12", "request id=7 path=/a more=1", "main"];
            assert_eq!(open(), expected);
        });
        // The filter of the layer does not pass it.
        tracing::trace_span!("detail").in_scope(|| assert_eq!(open().len(), 2));
        drop(entered);
        assert_eq!(open(), ["main"]);
    });
}

#[test]
fn a_span_on_another_thread_has_those_that_it_is_part_of() {
    with_layer(|| {
        let outer = info_span!("serve", port = 80);
        let request = outer.in_scope(|| info_span!("request", id = 1));
        let inner = request.in_scope(|| info_span!("query"));
        let dispatch = tracing::dispatcher::get_default(Dispatch::clone);
        let work = || {
            let _cx = context("worker", None);
            for _ in 0..2 {
                inner.in_scope(|| assert_eq!(open(), ["query", "request id=1", "serve port=80"]));
                assert_eq!(open(), ["worker"]);
            }
            request.in_scope(|| {
                assert_eq!(open(), ["request id=1", "serve port=80"]);
                inner.in_scope(|| {
                    assert_eq!(open(), ["query", "request id=1", "serve port=80"]);
                });
            });
            // The fields of an outer span may change.
            request.record("id", 2);
            request.in_scope(|| assert_eq!(open(), ["request id=2", "serve port=80"]));
        };
        std::thread::scope(|scope| {
            scope.spawn(|| tracing::dispatcher::with_default(&dispatch, work));
        });
    });
}

#[test]
fn spans_that_are_exited_in_another_order_close_those_inside() {
    with_layer(|| {
        let (a, b) = (info_span!("a"), info_span!("b"));
        let (in_a, in_b) = (a.enter(), b.enter());
        drop(in_a);
        assert_eq!(open(), [""; 0]);
        drop(in_b);
        let _cx = context("after", None);
        assert_eq!(open(), ["after"]);
    });
}

#[test]
fn spans_may_be_deeper_than_contexts_are_recorded() {
    fn recurse(depth: u32) {
        if depth > 0 {
            info_span!("deep", depth).in_scope(|| recurse(depth - 1));
            assert_eq!(crate::context::depth(), 100 - depth);
        }
    }
    with_layer(|| {
        recurse(100);
        assert_eq!(open(), [""; 0]);
    });
}

/// Records events on a thread of its own. Returns their texts.
fn events(name: &str, work: impl FnOnce() + Send) -> Vec<Vec<String>> {
    let (send, receive) = channel();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(name.to_owned());
        let work = move || {
            with_layer(work);
            send.send(slots::all_breadcrumbs()).unwrap();
        };
        thread.spawn_scoped(scope, work).unwrap();
    });
    let own = receive.recv().unwrap().into_iter().filter(|raw| raw.thread == name);
    own.map(|raw| raw.texts).collect()
}

#[test]
fn events_are_breadcrumbs_with_their_fields() {
    let read = events("events", || {
        info!(target: "cache", key = "shapes", size = 12, "removed {}", "it");
        debug!(only = true);
        trace!("the filter does not pass it");
        tracing::event!(Level::INFO, "first" = 1, message = "last");
    });
    assert_eq!(read[0], ["cache", "removed it", "key", "shapes", "size", "12"]);
    assert_eq!(read[1], ["vitte_crash::tracing::tests", "", "only", "true"]);
    assert_eq!(read[2][1..], ["last", "first", "1"]);
    assert_eq!(read.len(), 3);
}

#[test]
fn records_of_log_are_breadcrumbs() {
    let read = events("log", || {
        tracing_log::LogTracer::init().unwrap();
        tracing_log::log::warn!(target: "parser", "skipped {}", 3);
    });
    assert_eq!(read, [["parser", "skipped 3"]]);
}

#[test]
fn a_value_whose_format_panics_is_replaced() {
    struct Panics;
    impl std::fmt::Debug for Panics {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("in `Debug`");
        }
    }
    let read = events("panics", || {
        let _span = info_span!("span", value = ?Panics).entered();
        assert_eq!(open(), ["span value=<cannot format the value>"]);
        info!(value = ?Panics, "m");
    });
    assert_eq!(read[0][1..], ["m", "value", "<cannot format the value>"]);
}
