//! What the log does not contain.

use serde::Serialize;

use super::location::Message;
use crate::bag::Summary;

/// Section 3.20.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

/// Section 3.58.
#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message<'static>,
}

/// The diagnostics of one log that are not results.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Missing {
    /// Those that the bag did not store, because of the limit of errors.
    pub(super) suppressed: Summary,
    /// Those after the last result that the log may have.
    pub(super) over_limit: Summary,
    /// Whether a diagnostic was fatal.
    pub(super) is_fatal: bool,
}

impl Invocation {
    /// Returns the invocation that reports what is missing, or `None` if nothing is. `max_results` is the maximum
    /// number of results.
    pub(super) fn new(missing: &Missing, max_results: usize) -> Option<Self> {
        let suppressed = missing.suppressed.suppressed_text();
        let suppressed =
            suppressed.map(|count| format!("{count} not shown: the limit of errors was reached"));
        let over_limit = missing.over_limit.more_text();
        let over_limit = over_limit
            .map(|count| format!("{count} not shown: the log has at most {max_results} results"));
        let notifications = suppressed.into_iter().chain(over_limit).map(Notification::new);
        let tool_execution_notifications: Vec<_> = notifications.collect();
        (!tool_execution_notifications.is_empty()).then_some(Self {
            execution_successful: !missing.is_fatal,
            tool_execution_notifications,
        })
    }
}

impl Notification {
    fn new(text: String) -> Self {
        Self { level: "warning", message: Message::new(text) }
    }
}
