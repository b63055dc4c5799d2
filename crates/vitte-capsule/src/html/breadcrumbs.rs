//! The breadcrumbs of the page.

use super::limits;
use crate::report::{Breadcrumb, CrashReport};

/// The newest breadcrumbs are shown.
const MAX_BREADCRUMBS: usize = 200;
const MAX_NAME_BYTES: usize = 200;
const MAX_MESSAGE_BYTES: usize = 1000;
/// Maximum number of fields of one breadcrumb.
const MAX_FIELDS: usize = 30;
/// Maximum length of all messages and fields together, in bytes.
const MAX_TOTAL_BYTES: usize = 64 << 10;

/// A row of the table.
pub(super) struct HtmlBreadcrumb {
    /// The time of the event.
    pub(super) timestamp: String,
    /// The time relative to that of the crash.
    pub(super) time: String,
    pub(super) level: &'static str,
    /// Empty if all breadcrumbs are those of one thread.
    pub(super) thread: String,
    pub(super) target: String,
    pub(super) message: String,
    pub(super) fields: Vec<(String, String)>,
}

/// Returns the newest breadcrumbs, the oldest first, and the number of omitted ones.
pub(super) fn from_report(report: &CrashReport) -> (Vec<HtmlBreadcrumb>, usize) {
    let has_threads = report.has_breadcrumbs_of_several_threads();
    let (mut rows, mut remaining) = (Vec::new(), MAX_TOTAL_BYTES);
    for breadcrumb in report.breadcrumbs.iter().rev().take(MAX_BREADCRUMBS) {
        if remaining == 0 {
            break;
        }
        rows.push(row(report, breadcrumb, has_threads, &mut remaining));
    }
    rows.reverse();
    let omitted = report.breadcrumbs.len() - rows.len();
    (rows, omitted)
}

fn row(
    report: &CrashReport,
    breadcrumb: &Breadcrumb,
    has_threads: bool,
    remaining: &mut usize,
) -> HtmlBreadcrumb {
    let name = |text: &str| limits::line(text, MAX_NAME_BYTES);
    let mut taken = |text: &str| {
        let text = limits::multi_line(text, MAX_MESSAGE_BYTES.min(*remaining));
        *remaining = remaining.saturating_sub(text.len());
        text
    };
    let message = taken(&breadcrumb.message);
    let fields = breadcrumb.fields.iter().take(MAX_FIELDS);
    let mut fields: Vec<_> = fields.map(|field| (name(&field.key), taken(&field.value))).collect();
    let omitted = breadcrumb.fields.len() - fields.len();
    if omitted > 0 {
        fields.push(("…".to_owned(), limits::counted("more field", omitted)));
    }
    HtmlBreadcrumb {
        timestamp: name(&breadcrumb.timestamp),
        time: name(&report.breadcrumb_time(breadcrumb)),
        level: breadcrumb.level.as_str(),
        thread: if has_threads { name(&breadcrumb.thread) } else { String::new() },
        target: name(&breadcrumb.target),
        message,
        fields,
    }
}
