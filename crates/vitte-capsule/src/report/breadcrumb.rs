//! Breadcrumbs: events that a program recorded before it crashed.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ContextField, CrashReport};

/// An event that the program recorded before the crash.
///
/// ```
/// use vitte_capsule::{Breadcrumb, BreadcrumbLevel, ContextField};
///
/// let time = "2025-10-22T13:05:42.123456Z";
/// let mut breadcrumb = Breadcrumb::new(time, BreadcrumbLevel::Info, "vittec::cache", "entry removed");
/// breadcrumb.fields.push(ContextField::new("key", "shapes"));
/// assert_eq!(breadcrumb.to_string(), "entry removed (key: shapes)");
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Breadcrumb {
    /// The time of the event: RFC 3339, UTC, with microseconds, such as `2025-10-22T13:05:42.123456Z`.
    pub timestamp: String,
    /// The severity.
    pub level: BreadcrumbLevel,
    /// The part of the program that recorded the event, such as `vittec::cache`.
    pub target: String,
    /// What happened; empty if the event has only fields.
    pub message: String,
    /// The fields of the event: short strings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ContextField>,
    /// The name of the thread, or its number if it has no name; empty if it was not recorded.
    #[serde(default)]
    pub thread: String,
}

impl Breadcrumb {
    /// Creates a breadcrumb without fields and thread. `timestamp` is RFC 3339, UTC.
    pub fn new(
        timestamp: impl Into<String>,
        level: BreadcrumbLevel,
        target: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            timestamp: timestamp.into(),
            level,
            target: target.into(),
            message: message.into(),
            fields: Vec::new(),
            thread: String::new(),
        }
    }
}

/// The message and the fields: `entry removed (key: shapes)`, without escapes.
impl fmt::Display for Breadcrumb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = if self.message.is_empty() { "(" } else { " (" };
        f.write_str(&self.message)?;
        for ContextField { key, value } in &self.fields {
            write!(f, "{separator}{key}: {value}")?;
            separator = ", ";
        }
        f.write_str(if self.fields.is_empty() { "" } else { ")" })
    }
}

/// The severity of a [`Breadcrumb`], in ascending order. Serialised as the string of [`as_str`](Self::as_str); unknown
/// strings deserialise as [`Info`](Self::Info).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BreadcrumbLevel {
    /// A detail of the course of the program.
    Trace,
    /// An event that helps to find defects.
    Debug,
    /// An event of normal operation.
    #[default]
    Info,
    /// An event that may lead to an error.
    Warn,
    /// An operation failed.
    Error,
}

impl BreadcrumbLevel {
    /// All levels, in ascending order.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// Returns the level in one word: `trace`, `debug`, `info`, `warn` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for BreadcrumbLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<'de> Deserialize<'de> for BreadcrumbLevel {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Self::ALL.into_iter().find(|level| level.as_str() == name);
        Ok(known.unwrap_or_default())
    }
}

impl CrashReport {
    /// Returns the time of a breadcrumb relative to that of the crash: `-1.877s`, `-12m03s`, `-3h12m` or `-5d02h`. If one of
    /// the two times is not RFC 3339, returns the timestamp of the breadcrumb, which may be any text.
    ///
    /// The time of a crash has milliseconds, so a breadcrumb of the same millisecond may be up to `+0.000s`.
    #[must_use]
    pub fn breadcrumb_time(&self, breadcrumb: &Breadcrumb) -> String {
        let time = |text: &str| text.parse::<Timestamp>().ok();
        match (time(&self.timestamp), time(&breadcrumb.timestamp)) {
            (Some(crash), Some(own)) => relative(own.as_microsecond() - crash.as_microsecond()),
            _ => breadcrumb.timestamp.clone(),
        }
    }

    /// Returns true if the breadcrumbs are those of several threads.
    #[must_use]
    pub fn has_breadcrumbs_of_several_threads(&self) -> bool {
        self.breadcrumbs.windows(2).any(|pair| match pair {
            [one, other] => one.thread != other.thread,
            _ => false,
        })
    }
}

/// Formats a time in microseconds with its sign.
fn relative(micros: i64) -> String {
    let sign = if micros > 0 { '+' } else { '-' };
    let millis = micros.unsigned_abs() / 1000;
    let (seconds, minutes) = (millis / 1000, millis / 60_000);
    let (hours, days) = (minutes / 60, minutes / 1440);
    match minutes {
        0 => format!("{sign}{seconds}.{:03}s", millis % 1000),
        1..60 => format!("{sign}{minutes}m{:02}s", seconds % 60),
        60..1440 => format!("{sign}{hours}h{:02}m", minutes % 60),
        _ => format!("{sign}{days}d{:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_serialised_as_its_string_and_ordered() {
        for level in BreadcrumbLevel::ALL {
            let json = serde_json::to_string(&level).unwrap();
            assert_eq!(json, format!("\"{level}\""));
            assert_eq!(serde_json::from_str::<BreadcrumbLevel>(&json).unwrap(), level);
        }
        assert!(BreadcrumbLevel::ALL.is_sorted());
        let unknown = serde_json::from_str("\"of-a-later-version\"").unwrap();
        assert_eq!(BreadcrumbLevel::Info, unknown);
    }

    #[test]
    fn times_are_relative_to_the_crash() {
        let mut report = crate::report::tests::report();
        let time = |report: &CrashReport, time: &str| {
            report.breadcrumb_time(&Breadcrumb::new(time, BreadcrumbLevel::Info, "", ""))
        };
        for (own, shown) in [
            ("2025-10-22T13:05:42.123000Z", "-0.000s"),
            ("2025-10-22T13:05:42.123456Z", "+0.000s"),
            ("2025-10-22T13:05:43.124999Z", "+1.001s"),
            ("2025-10-22T13:05:40.246000Z", "-1.877s"),
            ("2025-10-22T13:04:42.123000Z", "-1m00s"),
            ("2025-10-22T11:05:41.123000Z", "-2h00m"),
            ("2025-10-20T11:05:41.123000Z", "-2d02h"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(time(&report, own), shown);
        }
        report.timestamp = "unknown".to_owned();
        let own = "2025-10-22T13:05:40.246000Z";
        assert_eq!(time(&report, own), own);
    }

    #[test]
    fn a_breadcrumb_is_its_message_and_its_fields() {
        let mut breadcrumb = Breadcrumb::new("t", BreadcrumbLevel::Warn, "a", "");
        assert_eq!(breadcrumb.to_string(), "");
        breadcrumb.fields = vec![ContextField::new("a", "1"), ContextField::new("b", "2")];
        assert_eq!(breadcrumb.to_string(), "(a: 1, b: 2)");
        breadcrumb.message = "evicted".to_owned();
        assert_eq!(breadcrumb.to_string(), "evicted (a: 1, b: 2)");
    }
}
