//! What a report says about a request.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Response};
use serde_json::{Map, Value};
use vitte_capsule::{ContextEntry, ContextField, ContextVariable, CrashReport};

use super::Options;
use super::answer::answer;
use super::body::CrashBody;
use crate::catch::ExtendReport;
use crate::context::{ContextGuard, context};

/// The name of the context of a request.
const REQUEST_CONTEXT: &str = "handling a request";
/// Maximum number of headers in a report.
const MAX_HEADERS: usize = 64;
/// Maximum length of the value of a header in a report, in bytes.
const MAX_HEADER_BYTES: usize = 1024;

/// What is kept of a request for the report of a panic, and for the answer.
pub(super) struct RequestFacts {
    headers: HeaderMap,
    options: Arc<Options>,
}

/// Opens the context of a request.
pub(super) fn open(parts: &Parts, options: &Options) -> ContextGuard {
    let guard = context(REQUEST_CONTEXT, None).with("method", parts.method.as_str());
    let template = options.path_template.as_ref().and_then(|template| template(parts));
    let guard = guard.with("path", template.as_deref().unwrap_or(parts.uri.path()));
    match parts.headers.get(&options.id_header) {
        Some(id) => guard.with("id", &*String::from_utf8_lossy(id.as_bytes())),
        None => guard,
    }
}

impl RequestFacts {
    pub(super) fn new(parts: &Parts, options: Arc<Options>) -> Self {
        Self { headers: parts.headers.clone(), options }
    }

    /// Returns the answer to the request, whose handling has panicked.
    pub(super) fn answer<B>(&self, report: &CrashReport) -> Response<CrashBody<B>> {
        answer(report, &self.headers, self.options.shows_message).map(CrashBody::answer)
    }

    fn headers(&self) -> Value {
        let mut all = Map::new();
        for name in self.headers.keys().take(MAX_HEADERS) {
            let values = self.headers.get_all(name).iter();
            let values: Vec<_> =
                values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            let mut text = values.join(", ");
            text.truncate(vitte_diag::text::floor_char_boundary(&text, MAX_HEADER_BYTES));
            all.insert(name.as_str().to_owned(), Value::String(text));
        }
        Value::Object(all)
    }
}

impl ExtendReport for RequestFacts {
    /// Adds the status of the answer and the headers to the context of the request. Their secrets are removed before the report
    /// is stored.
    fn extend(&self, report: &mut CrashReport) {
        let is_request = |entry: &&mut ContextEntry| entry.name == REQUEST_CONTEXT;
        let Some(entry) = report.contexts.iter_mut().find(is_request) else { return };
        entry.fields.push(ContextField::new("status", "500"));
        if !self.headers.is_empty() {
            entry.variables.push(ContextVariable::new("headers", self.headers()));
        }
    }
}
