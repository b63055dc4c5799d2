//! Times on the command line: dates and ages.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Parses a time with an offset, a time in UTC, or an age, which is subtracted from `now`.
pub(crate) fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let before_now = |span: Span| now.to_zoned(TimeZone::UTC).checked_sub(span.abs());
    let at = match (text.parse::<DateTime>(), text.parse()) {
        (Ok(time), _) => time.to_zoned(TimeZone::UTC),
        (Err(_), Ok(span)) => before_now(span),
        (Err(_), Err(_)) => {
            return Err("expected a date, a date and time, or an age such as 2h".to_owned());
        }
    };
    at.map(|at| at.timestamp()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_date_a_time_or_a_span() {
        let now: Timestamp = "2025-10-22T13:05:42Z".parse().unwrap();
        let shown = |text| since(text, now).unwrap().to_string();
        assert_eq!(shown("2025-10-20"), "2025-10-20T00:00:00Z");
        assert_eq!(shown("2025-10-20 12:30"), "2025-10-20T12:30:00Z");
        assert_eq!(shown("2025-10-20T12:30:05"), "2025-10-20T12:30:05Z");
        assert_eq!(shown("2025-10-20T12:30:05Z"), "2025-10-20T12:30:05Z");
        assert_eq!(shown("2025-10-20T12:30:05+02:00"), "2025-10-20T10:30:05Z");
        assert_eq!(shown("2h"), "2025-10-22T11:05:42Z");
        assert_eq!(shown("3 days"), "2025-10-19T13:05:42Z");
        assert_eq!(shown("2h ago"), "2025-10-22T11:05:42Z");
        assert_eq!(shown("1 month 90m"), "2025-09-22T11:35:42Z");
        for wrong in ["", "yesterday", "7", "2025-13-01", "20000 years"] {
            assert!(since(wrong, now).is_err(), "{wrong}");
        }
    }
}
