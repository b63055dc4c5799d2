//! Breadcrumbs: events that a program recorded before it crashed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ContextField;

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
    fn a_breadcrumb_is_its_message_and_its_fields() {
        let mut breadcrumb = Breadcrumb::new("t", BreadcrumbLevel::Warn, "a", "");
        assert_eq!(breadcrumb.to_string(), "");
        breadcrumb.fields = vec![ContextField::new("a", "1"), ContextField::new("b", "2")];
        assert_eq!(breadcrumb.to_string(), "(a: 1, b: 2)");
        breadcrumb.message = "evicted".to_owned();
        assert_eq!(breadcrumb.to_string(), "evicted (a: 1, b: 2)");
    }
}
