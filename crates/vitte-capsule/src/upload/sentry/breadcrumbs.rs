//! The breadcrumbs of an event: <https://develop.sentry.dev/sdk/data-model/event-payloads/breadcrumbs/>.

use std::time::SystemTime;

use sentry_types::protocol::v7 as protocol;

use super::MAX_NAME_CHARS;
use crate::report::{Breadcrumb, BreadcrumbLevel, CrashReport};
use crate::upload::plain;

/// The newest breadcrumbs are sent. The SDKs of Sentry send as many.
const MAX_BREADCRUMBS: usize = 100;
/// Maximum number of fields of each breadcrumb.
const MAX_FIELDS: usize = 16;
/// Maximum length of all messages and fields together, in characters.
const MAX_TOTAL_CHARS: usize = 48_000;
const MAX_KEY_CHARS: usize = 64;
const MAX_MESSAGE_CHARS: usize = 512;

/// Returns the newest breadcrumbs, the oldest first. `crash_time` is that of a breadcrumb whose time is invalid; its text is
/// in the data then.
pub(super) fn breadcrumbs(
    report: &CrashReport,
    crash_time: SystemTime,
) -> Vec<protocol::Breadcrumb> {
    let (mut remaining, mut newest) = (MAX_TOTAL_CHARS, Vec::new());
    for breadcrumb in report.breadcrumbs.iter().rev().take(MAX_BREADCRUMBS) {
        if remaining == 0 {
            break;
        }
        newest.push(one(breadcrumb, crash_time, &mut remaining));
    }
    newest.reverse();
    newest
}

fn one(
    breadcrumb: &Breadcrumb,
    crash_time: SystemTime,
    remaining: &mut usize,
) -> protocol::Breadcrumb {
    let mut taken = |text: &str, max: usize| {
        let text = plain::line(text, max);
        *remaining = remaining.saturating_sub(text.chars().count());
        text
    };
    let mut data = protocol::Map::new();
    for field in breadcrumb.fields.iter().take(MAX_FIELDS) {
        let key = taken(&field.key, MAX_KEY_CHARS);
        data.insert(key, taken(&field.value, MAX_NAME_CHARS).into());
    }
    if !breadcrumb.thread.is_empty() {
        data.insert("thread".to_owned(), taken(&breadcrumb.thread, MAX_KEY_CHARS).into());
    }
    let time = breadcrumb.timestamp.parse::<jiff::Timestamp>().ok();
    let time = time.filter(|time| time.as_second() >= 0);
    if time.is_none() {
        data.insert("timestamp".to_owned(), taken(&breadcrumb.timestamp, MAX_KEY_CHARS).into());
    }
    let message = taken(&breadcrumb.message, MAX_MESSAGE_CHARS);
    protocol::Breadcrumb {
        timestamp: time.map_or(crash_time, SystemTime::from),
        category: Some(taken(&breadcrumb.target, MAX_NAME_CHARS)).filter(|text| !text.is_empty()),
        level: match breadcrumb.level {
            BreadcrumbLevel::Trace | BreadcrumbLevel::Debug => protocol::Level::Debug,
            BreadcrumbLevel::Info => protocol::Level::Info,
            BreadcrumbLevel::Warn => protocol::Level::Warning,
            BreadcrumbLevel::Error => protocol::Level::Error,
        },
        message: Some(message).filter(|message| !message.is_empty()),
        data,
        ..Default::default()
    }
}
