//! The answer to a request whose handling has panicked.

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::json;
use vitte_capsule::CrashReport;

/// A form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// Problem details (RFC 9457).
    Json,
    Html,
    Text,
}

/// Returns the answer, in the form that the request prefers. It has the id of the report, and its message if `shows_message`.
pub(super) fn answer(
    report: &CrashReport,
    request: &HeaderMap,
    shows_message: bool,
) -> Response<Bytes> {
    let id = Some(&*report.id).filter(|id| !id.is_empty());
    let message = Some(&*report.message).filter(|_| shows_message);
    let (content_type, body) = match Form::preferred(request) {
        Form::Json => ("application/problem+json", json(id, message)),
        Form::Html => ("text/html; charset=utf-8", html(id, message)),
        Form::Text => ("text/plain; charset=utf-8", text(id, message)),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

impl Form {
    /// Returns the form that `Accept` prefers (RFC 9110, section 12.5.1): the first one with the highest weight. Text if it names
    /// neither JSON nor HTML.
    fn preferred(headers: &HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges = values.flat_map(|value| value.split(','));
        let mut best = (Self::Text, 0);
        for (form, weight) in ranges.filter_map(Self::of_range) {
            if weight > best.1 {
                best = (form, weight);
            }
        }
        best.0
    }

    /// Returns the form of a media range, and its weight in thousandths.
    fn of_range(range: &str) -> Option<(Self, u32)> {
        let mut parts = range.split(';').map(str::trim);
        let form = match parts.next()?.to_ascii_lowercase().as_str() {
            "application/json" | "application/problem+json" | "application/*" => Self::Json,
            "text/html" | "application/xhtml+xml" => Self::Html,
            "text/plain" | "text/*" => Self::Text,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let weight: f32 = weight.map_or(Ok(1.0), str::parse).unwrap_or(0.0);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is at most 1000"
        )]
        let thousandths = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
        Some((form, thousandths))
    }
}

fn json(id: Option<&str>, message: Option<&str>) -> String {
    let mut problem =
        json!({"type": "about:blank", "title": "Internal Server Error", "status": 500});
    for (key, value) in [("detail", message), ("report", id)] {
        if let (Some(value), Some(problem)) = (value, problem.as_object_mut()) {
            problem.insert(key.to_owned(), value.into());
        }
    }
    problem.to_string()
}

fn html(id: Option<&str>, message: Option<&str>) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Internal server error</title>\
         <h1>Internal server error</h1>",
    );
    if let Some(message) = message {
        page.push_str(&format!("<pre>{}</pre>", escaped(message)));
    }
    if let Some(id) = id {
        page.push_str(&format!("<p>Report <code>{}</code></p>", escaped(id)));
    }
    page
}

/// Returns text without markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

fn text(id: Option<&str>, message: Option<&str>) -> String {
    let mut text = String::from("internal server error");
    if let Some(message) = message {
        text.push_str(&format!(": {message}"));
    }
    if let Some(id) = id {
        text.push_str(&format!("\nreport {id}"));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(accept: &str) -> Form {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        Form::preferred(&headers)
    }

    #[test]
    fn the_form_is_the_one_that_the_request_prefers() {
        assert_eq!(Form::preferred(&HeaderMap::new()), Form::Text);
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(preferred(browser), Form::Html);
        assert_eq!(preferred("application/json, text/plain, */*"), Form::Json);
        assert_eq!(preferred("text/html;q=0.5, Application/JSON;q=0.9"), Form::Json);
        assert_eq!(preferred("text/html;q=0, application/json;q=x"), Form::Text);
        for other in ["*/*", "", ",;,", "image/png", "text/html;q=NaN", "\u{7f}"] {
            let accept = HeaderValue::from_bytes(other.as_bytes());
            let Ok(accept) = accept else { continue };
            let headers = HeaderMap::from_iter([(ACCEPT, accept)]);
            assert_eq!(Form::preferred(&headers), Form::Text, "{other}");
        }
    }

    #[test]
    fn an_answer_has_the_message_only_if_that_is_wanted() {
        let time = "2025-10-22T13:05:42Z".to_owned();
        let mut report = CrashReport::new(vitte_diag::codes::F0001, time, "<b>\"a\" & b".into());
        report.id = "2025-10-22T13-05-42".into();
        let body = |accept: &str, shows| {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            let answer = answer(&report, &headers, shows);
            assert_eq!(answer.status(), 500);
            String::from_utf8(answer.into_body().to_vec()).unwrap()
        };
        assert_eq!(
            body("application/json", false),
            r#"{"report":"2025-10-22T13-05-42","status":500,"title":"Internal Server Error","type":"about:blank"}"#
        );
        assert!(body("application/json", true).contains(r#""detail":"<b>\"a\" & b""#));
        assert_eq!(body("", false), "internal server error\nreport 2025-10-22T13-05-42\n");
        let page = body("text/html", true);
        assert!(page.contains("<pre>&lt;b&gt;&quot;a&quot; &amp; b</pre>"), "{page}");
        assert!(!body("text/html", false).contains("<pre>"));
    }
}
